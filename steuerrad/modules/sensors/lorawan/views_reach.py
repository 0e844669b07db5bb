"""The page that shows where the LoRaWAN network is heard, with the method stated."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from shapely.affinity import scale
from shapely.geometry import Point
from shapely.ops import unary_union

from steuerrad.modules.sensors.kpis import lorawan_coverage, lorawan_projects
from steuerrad.modules.sensors.links import linked_to
from steuerrad.modules.sensors.lorawan.queries import WEAK_RSSI, WEAK_SNR, visible_devices
from steuerrad.modules.sensors.lorawan.reach import RADIUS_M, RECENT, Heard, heard, project_of
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.city.outline import METRES, outline, rings
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.frame import NARROW, WIDE
from steuerrad.platform.ui.charts.map_drawing import Area, Beam, Key, MapSpec, Spot, draw_map
from steuerrad.platform.ui.templatetags.ui import _drawing, language

#: dBm at the ends of the colours.
LOW, HIGH = -130.0, -70.0


@require_safe
def lora_map(request: HttpRequest) -> HttpResponse:
    """Devices that the person may see, by the strength with which they were heard; gateways for who manages them."""
    found = heard(visible_devices(request.user).order_by("thing__name", "pk"))
    manager = holds_anywhere(request.user, MANAGE)
    context = {
        "heading": _("LoRaWAN coverage"),
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")), (_("LoRaWAN coverage"), "")],
        "rows": [(one, decibels(one.rssi), project_of(one.device.thing), one.device.thing.origin == Thing.SIMULATED)
                 for one in found],
        "maps": maps(found, manager) if any(one.point for one in found) else None,
        "simulated": any(one.device.thing.origin == Thing.SIMULATED for one in found),
        "coverage": lorawan_coverage(), "projects": lorawan_projects(), "radius": int(RADIUS_M), "days": RECENT.days,
        "rssi": numbers.figure(WEAK_RSSI, 0, language()), "snr": numbers.figure(WEAK_SNR, 0, language()),
        "manager": manager, "links": linked_to("lorawan_coverage", request.user),
    }  # fmt: skip
    return render(request, "sensors/lorawan/coverage.html", context)


def decibels(value: float | None) -> str:
    return "–" if value is None else numbers.with_unit(numbers.figure(value, 0, language()), "dBm")


def maps(found: list[Heard], manager: bool) -> dict[str, Any]:
    city = outline()
    areas = [Area(rings(city.whole))] if city else []
    areas += reached(found)
    spots = [spot(one) for one in found if one.point]
    beams = [
        Beam(one.point, (gateway.longitude, gateway.latitude), strength(one))
        for one in found if one.point and manager
        for gateway in one.gateways if gateway.latitude is not None and gateway.longitude is not None
    ]  # fmt: skip
    if manager:
        spots += gateways(found)
    spec = MapSpec(
        title=_("Where LoRaWAN devices are heard"), spots=spots, areas=areas, beams=beams, ramp="wet",
        description="; ".join(f"{one.name}: {one.text}" for one in spots[:30]),
        key=Key(_("Signal strength at the best gateway (dBm)"), [(0, "−130"), (0.5, "−100"), (1, "−70")]),
    )  # fmt: skip
    return {
        name: _drawing(draw_map(spec, width, name)) for name, width in (("wide", WIDE), ("narrow", NARROW))
    }


def reached(found: list[Heard]) -> list[Area]:
    """Circles around the places from which a device was heard well, joined where they overlap."""
    circles = []
    for one in found:
        if one.point and one.well:
            x, y = one.point
            high = RADIUS_M / METRES
            circles.append(scale(Point(x, y).buffer(high, 24), 1 / math.cos(math.radians(y)), 1.0))
    return [Area(rings(unary_union(circles)), share=0.6)] if circles else []


def strength(one: Heard) -> float | None:
    return None if one.rssi is None else (one.rssi - LOW) / (HIGH - LOW)


def spot(one: Heard) -> Spot:
    longitude, latitude = one.point or (0.0, 0.0)
    thing = one.device.thing
    text = decibels(one.rssi) if one.well else _("%(value)s (weak)") % {"value": decibels(one.rssi)}
    shape = "triangle" if thing.origin == Thing.SIMULATED else "circle"
    url = reverse("sensors:thing", args=[thing.pk])
    return Spot(longitude, latitude, text, thing.name, url, strength(one), False, decibels(one.rssi), shape)


def gateways(found: list[Heard]) -> list[Spot]:
    known = {gateway.pk: gateway for one in found for gateway in one.gateways}
    url = reverse("sensors:lora_gateways")
    return [
        Spot(row.longitude, row.latitude, _("Gateway"), row.gateway_id, url, None, True, "", "square")
        for row in known.values() if row.latitude is not None and row.longitude is not None
    ]  # fmt: skip
