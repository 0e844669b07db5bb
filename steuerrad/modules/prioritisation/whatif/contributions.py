"""What the what-if contributes to the module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Permission

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
        roles=("coordinator", "steering"),
    ),
)

PUBLISHES = ("prioritisation.scenario_saved", "prioritisation.scenario_published")
