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
from steuerrad.modules.strategy.models.proposals import StatusProposal, ValueProposal
from steuerrad.modules.strategy.models.structure import Field, Theme

__all__ = [
    "AcceptedFinding",
    "Field",
    "FundingMention",
    "Kpi",
    "KpiValue",
    "Measure",
    "MeasureDocument",
    "MeasureOrganisation",
    "MeasureStatus",
    "StatusProposal",
    "System",
    "Target",
    "Theme",
    "ValueProposal",
]
