"""Rights about alerts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Permission

RULES = "sensors.alert_rules"
ACKNOWLEDGE = "sensors.alert_acknowledge"
TARGETS = "sensors.alert_targets"

PERMISSIONS = (
    Permission(RULES, _("Say when there is an alert"), roles=("coordinator",), own_roles=("contributor",)),
    Permission(
        ACKNOWLEDGE,
        _("Acknowledge alerts"),
        roles=("coordinator", "approver"),
        own_roles=("contributor",),
    ),
    Permission(TARGETS, _("Allow addresses that alerts are sent to")),
)
