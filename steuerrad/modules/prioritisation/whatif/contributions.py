"""What the what-if contributes to the module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Demo, Permission
from steuerrad.modules.prioritisation.whatif.cards import CARDS
from steuerrad.modules.prioritisation.whatif.datasets import DATASETS
from steuerrad.modules.prioritisation.whatif.demo import make_demo_scenario
from steuerrad.modules.prioritisation.whatif.search import SEARCH

__all__ = ["CARDS", "DATASETS", "DEMO", "PERMISSIONS", "PUBLISHES", "SEARCH"]

PERMISSIONS = (
    Permission(
        "prioritisation.read_scenarios",
        _("Read scenarios that are not public"),
        roles=("coordinator", "steering", "approver"),
    ),
    Permission("prioritisation.save_scenario", _("Save scenarios"), roles=("coordinator", "steering")),
    Permission(
        "prioritisation.publish_scenario",
        _("Release scenarios to the public"),
        roles=("approver", "coordinator", "steering"),
    ),
)
PUBLISHES = ("prioritisation.scenario_saved", "prioritisation.scenario_published")
DEMO = (Demo("prioritisation.scenario", 60, make_demo_scenario),)
