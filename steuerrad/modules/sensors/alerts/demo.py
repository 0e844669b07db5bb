"""Rules for the simulated stations, for trying alerts out: labelled as examples, and their documents are tests."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Demo
from steuerrad.modules.sensors.alerts.models import AlertRule
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.log import record
from steuerrad.platform.observations.models import ObservedProperty, Thing
from steuerrad.platform.observations.vocabulary import properties

RULES: tuple[dict[str, Any], ...] = (
    {"name": gettext_noop("Heat (example)"), "note": gettext_noop("Open the cool rooms and tell the care services."),
     "kind": "above", "threshold": 30.0, "clear": 28.0, "for_s": 1800, "level": "Moderate", "category": "Met",
     "public": True, "escalate_s": 3600},
    {"name": gettext_noop("Frost (example)"), "note": gettext_noop("Tell the winter service."), "kind": "below",
     "threshold": 3.0, "clear": 5.0, "for_s": 1800, "level": "Minor", "category": "Met", "quiet_from": time(22),
     "quiet_to": time(6), "public": True},
    {"name": gettext_noop("Station is silent (example)"), "note": gettext_noop("Look after power and radio of the station."),
     "kind": "silent", "for_s": 7200, "level": "Minor", "category": "Infra"},
)  # fmt: skip


def make_demo_rules(folder: Path | None) -> list[str]:
    """Rules on the air temperature of simulated stations; repeating it changes nothing."""
    air = ObservedProperty.objects.filter(definition=properties()["air_temperature"].definition).first()
    simulated = Thing.objects.filter(origin=Thing.SIMULATED).exists()
    if settings.TLS or air is None or not simulated or AlertRule.objects.filter(is_demo=True).exists():
        return []
    people = User.objects.filter(is_demo=True, memberships__role="coordinator").distinct()
    now = clock.now()
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        for told in RULES:
            fields = told | {"name": _(told["name"]), "note": _(told["note"])}
            rule = AlertRule.objects.create(
                **fields, is_demo=True, origin=Thing.SIMULATED, observed_property=air, unit_code="Cel", created_at=now,
                changed_at=now, escalate_roles=["approver"] if told.get("escalate_s") else [],
            )  # fmt: skip
            rule.people.set(people)
            record(None, "sensors.alert_rule_create", f"sensors.alertrule:{rule.pk}", title=str(rule))
        return [
            _("%(count)d alert rules for the simulated stations, labelled as examples")
            % {"count": len(RULES)}
        ]


DEMO = Demo("sensors.alert_rules", 80, make_demo_rules)
