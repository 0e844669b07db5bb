"""Tables of the strategy."""

from steuerrad.modules.strategy.models.findings import AcceptedFinding
from steuerrad.modules.strategy.models.funding import FundingMention
from steuerrad.modules.strategy.models.kpis import Kpi, KpiValue, Target
from steuerrad.modules.strategy.models.measures import (
    Measure,
    MeasureDocument,
    MeasureOrganisation,
    MeasureStatus,
    System,
)
from steuerrad.modules.strategy.models.portfolio import (
    Decision,
    Dependency,
    LightOverride,
    Milestone,
    Risk,
    SavedFilter,
    StatusReport,
)
from steuerrad.modules.strategy.models.portfolio_files import PortfolioDossier
from steuerrad.modules.strategy.models.portfolio_money import BudgetLine, FundingProgramme, StaffDays
from steuerrad.modules.strategy.models.portfolio_rating import Criterion, Rating, Succession
from steuerrad.modules.strategy.models.proposals import StatusProposal, ValueProposal
from steuerrad.modules.strategy.models.structure import Field, Theme

__all__ = [
    "AcceptedFinding",
    "BudgetLine",
    "Criterion",
    "Decision",
    "Dependency",
    "Field",
    "FundingMention",
    "FundingProgramme",
    "Kpi",
    "KpiValue",
    "LightOverride",
    "Measure",
    "MeasureDocument",
    "MeasureOrganisation",
    "MeasureStatus",
    "Milestone",
    "PortfolioDossier",
    "Rating",
    "Risk",
    "SavedFilter",
    "StaffDays",
    "StatusProposal",
    "StatusReport",
    "Succession",
    "System",
    "Target",
    "Theme",
    "ValueProposal",
]
