"""Tables of prioritisation."""

from steuerrad.modules.prioritisation.models.scenarios import Scenario, ScenarioVersion

__all__ = ["Scenario", "ScenarioVersion"]
