"""The page that shows how the endpoint and the consumers of brokers fare."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.modules.sensors.broker.status import read
from steuerrad.modules.sensors.sta.conformance import mqtt_address
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.observations.permissions import MANAGE

MOMENTS = ("at", "last_message_at", "fault_at")


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)
    context = {
        "heading": _("MQTT connections"), "rows": [_row(one) for one in read()], "address": mqtt_address(),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")),
                        (_("MQTT connections"), "")],
    }  # fmt: skip
    return render(request, "sensors/broker/status.html", context)


def _row(told: dict[str, Any]) -> dict[str, Any]:
    found = {**told, **{name: datetime.fromisoformat(told[name]) if told[name] else None for name in MOMENTS}}
    if not told["alive"]:
        found["state"], found["label"] = "stopped", _("not running")
    elif told["connected"]:
        found["state"], found["label"] = "in_operation", _("connected")
    else:
        found["state"], found["label"] = "unknown", _("not connected")
    return found
