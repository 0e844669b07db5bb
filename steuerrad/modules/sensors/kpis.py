"""Figures about the city's own LoRaWAN network. Simulated devices and those of citizens never count."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Kpi, KpiResult
from steuerrad.modules.sensors.lorawan.models import LoraDevice
from steuerrad.modules.sensors.lorawan.queries import WEAK_RSSI, WEAK_SNR
from steuerrad.modules.sensors.lorawan.reach import COUNTED, RADIUS_M, RECENT, heard, project_of, proven
from steuerrad.platform.city.outline import area, share


def unknown(note: Any, step: tuple[Any, str] | None = None) -> KpiResult:
    return KpiResult(None, clock.today(), note, step=step)


def outline_step() -> tuple[Any, str] | None:
    """The page on which the outline is set; None in an installation without it."""
    try:
        return _("Send in the outline of the city"), reverse("climate:outline")
    except NoReverseMatch:
        return None


def own_devices() -> list[Any]:
    return heard(LoraDevice.objects.filter(thing__origin__in=COUNTED).order_by("pk"))


def lorawan_coverage() -> KpiResult:
    """Share of the city's area around places from which a device was heard well within thirty days."""
    city = area()
    if city is None:
        return unknown(_("The city's outline is not known yet."), outline_step())
    found = own_devices()
    if not found:
        return unknown(
            _(
                "No LoRaWAN device of the city was heard in the last %(days)s days; simulated ones do not count."
            )
            % {"days": RECENT.days}
        )
    points = proven(found)
    told = {
        "radius": int(RADIUS_M), "count": len(points), "devices": len(found), "days": RECENT.days,
        "unplaced": sum(one.point is None for one in found), "rssi": int(WEAK_RSSI), "snr": int(WEAK_SNR),
    }  # fmt: skip
    note = _(
        "Lower bound: share of the city's area within %(radius)s m of one of %(count)s places from which a device was heard with at least %(rssi)s dBm and %(snr)s dB in the last %(days)s days; %(devices)s devices were heard, %(unplaced)s of them have no place."
    )
    value = Decimal(str(round(share(city, points, RADIUS_M), 1)))
    return KpiResult(value, clock.today(), note % told, inputs=told)


def lorawan_projects() -> KpiResult:
    """How many projects have a device that was heard within thirty days."""
    found = own_devices()
    if not found:
        return unknown(
            _(
                "No LoRaWAN device of the city was heard in the last %(days)s days; simulated ones do not count."
            )
            % {"days": RECENT.days}
        )
    named = [project_of(one.device.thing) for one in found]
    projects = {name.casefold(): name for name in named if name}
    told = {"devices": len(found), "without": sum(not name for name in named), "days": RECENT.days}
    if not projects:
        return unknown(
            _("None of %(devices)s devices says which project it is for (property project).") % told
        )
    note = _(
        "Projects that the devices heard in the last %(days)s days name: %(names)s. %(without)s of %(devices)s devices name none."
    )
    names = ", ".join(sorted(projects.values())[:20])
    return KpiResult(Decimal(len(projects)), clock.today(), note % {**told, "names": names}, inputs=told)


KPIS = (
    Kpi("sensors.lorawan_coverage", gettext_lazy("Share of the city's area with proven LoRaWAN reception"), "%", "up",
        lorawan_coverage),
    Kpi("sensors.lorawan_projects", gettext_lazy("Projects that use LoRaWAN"), gettext_lazy("projects"), "up",
        lorawan_projects),
)  # fmt: skip
