"""Data of persons in alerts: who took care and what they wrote, and who is told."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import PersonalData
from steuerrad.modules.sensors.alerts.models import AlertRule, AlertStep, Delivery


def export(user: Any) -> dict[str, Any]:
    """Everything that is kept about this person's part in alerts."""
    steps = AlertStep.objects.filter(by=user).select_related("alert__rule")
    return {
        "steps": [
            {"alert": str(step.alert), "step": step.verb, "at": step.at.isoformat(), "note": step.note} for step in steps
        ],
        "told_by_rules": [rule.name for rule in AlertRule.objects.filter(people=user)],
        "told_when_escalated": [rule.name for rule in AlertRule.objects.filter(escalate_people=user)],
    }  # fmt: skip


def erase(user: Any) -> None:
    """Nobody is told any more; what the person did stays without the name, for it is part of the alert."""
    with transaction.atomic():
        for rule in AlertRule.objects.filter(people=user) | AlertRule.objects.filter(escalate_people=user):
            rule.people.remove(user)
            rule.escalate_people.remove(user)
        AlertStep.objects.filter(by=user).update(by=None)
        AlertRule.objects.filter(created_by=user).update(created_by=None)
        Delivery.objects.filter(notification__recipient__user=user).update(target="–")


ALERT_DATA = PersonalData(
    "sensors.alerts",
    _("Alerts"),
    _("To call whoever is on duty, and to know who took care"),
    None,
    export,
    erase,
)
