"""Tables of prioritisation."""

from steuerrad.modules.prioritisation.models.choice import (
    Amount,
    Choice,
    Effect,
    Programme,
    Study,
    StudyRule,
    StudyTarget,
)
from steuerrad.modules.prioritisation.models.scenarios import Scenario, ScenarioVersion

__all__ = [
    "Amount",
    "Choice",
    "Effect",
    "Programme",
    "Scenario",
    "ScenarioVersion",
    "Study",
    "StudyRule",
    "StudyTarget",
]
