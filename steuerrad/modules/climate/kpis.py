"""Figures about the city's own measuring network and its air. Simulated stations and those of citizens never count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.engines.observations import Period, TooMuch, micros
from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Kpi, KpiResult
from steuerrad.modules.climate.coverage import COUNTED, RADIUS_M, counted_stations
from steuerrad.modules.climate.doubts import LEFT_OUT, flagged
from steuerrad.modules.climate.rules.levels import air_indices
from steuerrad.modules.climate.subjects import property_keys
from steuerrad.platform.city.outline import area, share
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import UnavailableError, observations
from steuerrad.platform.organisations.models import Organisation

AIR = ("pm2_5", "pm10", "no2", "o3")
CITY_GROUP = ("city_unit", "municipal_company")
YEAR, WEEK = timedelta(days=365), timedelta(days=7)
#: Share of the hours of a year below which a mean of the year is not told (Directive 2008/50/EC, annex I, has 90 %).
NEEDED = 0.9


def unknown(note: Any) -> KpiResult:
    return KpiResult(None, clock.today(), note)


def guarded(compute: Callable[[], KpiResult]) -> Callable[[], KpiResult]:
    """A store that cannot be read leaves the figure unknown instead of stopping all others."""

    def inner() -> KpiResult:
        try:
            return compute()
        except (UnavailableError, TooMuch) as error:
            return unknown(_("The observations cannot be read now: %(reason)s") % {"reason": error})

    return inner


def streams_of(keys: tuple[str, ...] | None = None) -> dict[int, tuple[int, str]]:
    """Number of the datastream → thing and property, of all that count."""
    wanted = [address for address, key in property_keys().items() if keys is None or key in keys]
    rows = Datastream.objects.filter(thing__origin__in=COUNTED, observed_property__definition__in=wanted)
    return {
        number: (thing, property_keys()[address])
        for number, thing, address in rows.values_list("pk", "thing", "observed_property__definition")
    }


@guarded
def sensors() -> KpiResult:
    """Devices of the city that have sent at least one figure of the climate."""
    streams = streams_of()
    if not streams:
        return unknown(_("No device of the city is described yet; simulated ones do not count."))
    with observations() as store:
        table = store.extents(list(streams))
    since = micros(clock.now() - WEEK)
    pairs = list(zip(table.column("stream").to_pylist(), table.column("last").to_pylist(), strict=True))
    things = {streams[number][0] for number, _last in pairs}
    lately = {streams[number][0] for number, last in pairs if last >= since}
    note = _(
        "%(count)s devices have sent figures, %(lately)s of them in the last seven days; simulated ones and those of citizens do not count."
    )
    return KpiResult(
        Decimal(len(things)), clock.today(), note % {"count": len(things), "lately": len(lately)},
        inputs={"devices": len(things), "last_seven_days": len(lately), "series": len(streams)},
    )  # fmt: skip


def covered(keys: tuple[str, ...] | None) -> KpiResult:
    city = area()
    if city is None:
        step = (_("Send in the outline of the city"), reverse("climate:outline"))
        return KpiResult(None, clock.today(), _("The city's outline is not known yet."), step=step)
    found = counted_stations(keys)
    points = [one.point for one in found if one.point]
    if not found:
        return unknown(_("No station of the city has sent a figure yet; simulated ones do not count."))
    if not points:
        return unknown(_("No station has a place."))
    value = Decimal(str(round(share(city, points, RADIUS_M), 1)))
    note = _(
        "Share of the city's area within %(radius)s m of one of %(count)s stations; %(unplaced)s stations without a place are left out."
    )
    told = {"radius": int(RADIUS_M), "count": len(points), "unplaced": len(found) - len(points)}
    return KpiResult(value, clock.today(), note % told, inputs=told)


@guarded
def coverage() -> KpiResult:
    return covered(None)


@guarded
def air_coverage() -> KpiResult:
    return covered(AIR)


def hourly(keys: tuple[str, ...]) -> tuple[dict[int, tuple[int, str]], Any]:
    """Hourly means of the last 365 days of all series that count, without what quality control objects to."""
    streams = streams_of(keys)
    if not streams:
        return streams, None
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    low, high, numbers = micros(now - YEAR), micros(now), list(streams)
    bad = LEFT_OUT if flagged(numbers, low, high) else ()
    with observations() as store:
        return streams, store.aggregate(numbers, low, high, Period.fixed(3600), ("mean",), without=bad)


@guarded
def particulates() -> KpiResult:
    """Mean of PM2.5 over the last 365 days: of each station first, then over the stations."""
    streams, table = hourly(("pm2_5",))
    if table is None:
        return unknown(_("No station of the city measures particulate matter; simulated ones do not count."))
    number, values = table.column("stream").to_numpy(), table.column("mean").to_numpy()
    whole = [values[number == one].mean() for one in streams if (number == one).sum() >= NEEDED * 365 * 24]
    if not whole:
        return unknown(_("No station has figures of nine tenths of the hours of the last 365 days."))
    note = _(
        "Mean of PM2.5 over the last 365 days at %(count)s stations with figures of nine tenths of the hours."
    )
    return KpiResult(
        Decimal(str(round(float(np.mean(whole)), 1))), clock.today(), note % {"count": len(whole)}
    )


@guarded
def air_index() -> KpiResult:
    """Mean class of the hours of the last 365 days, each hour of a station by its worst pollutant."""
    streams, table = hourly(AIR)
    if table is None:
        return unknown(_("No station of the city measures air quality; simulated ones do not count."))
    index = next(iter(air_indices().values()))
    things = np.array([streams[number][0] for number in table.column("stream").to_pylist()], np.int64)
    keys = np.array([streams[number][1] for number in table.column("stream").to_pylist()], object)
    values, hours = np.floor(table.column("mean").to_numpy() + 0.5), table.column("start").to_numpy()
    classes = np.zeros(len(values), np.int64)
    for key in AIR:
        own = keys == key
        classes[own] = 1 + np.searchsorted(np.array(index.bounds[key]), values[own], side="left")
    _hours, place = np.unique(np.stack([things, hours]), axis=1, return_inverse=True)
    worst = np.zeros(_hours.shape[1], np.int64)
    np.maximum.at(worst, place.reshape(-1), classes)
    if not len(worst):
        return unknown(_("No figure of the air came in the last 365 days."))
    note = _(
        "Mean class from 1 (very good) to 5 (very poor) of %(hours)s hours of the last 365 days; %(source)s"
    )
    return KpiResult(
        Decimal(str(round(float(worst.mean()), 2))), clock.today(),
        note % {"hours": len(worst), "source": index.source.text}, inputs={"hours": len(worst), "index": index.key},
    )  # fmt: skip


def source_organisations() -> KpiResult:
    """Offices and municipal companies that own a device in the catalogue, of all that the strategy names."""
    named = Organisation.objects.filter(retired=False, kind__in=CITY_GROUP)
    whole = named.count()
    if not whole:
        return unknown(_("The strategy names no office or company."))
    owners = Thing.objects.filter(origin__in=COUNTED, organisation__isnull=False).values("organisation")
    part = named.filter(pk__in=owners).count()
    things = Thing.objects.filter(origin__in=COUNTED).count()
    if not things:
        return unknown(_("No device of the city is described yet; simulated ones do not count."))
    if not owners:
        return unknown(_("Of no device is it known whose it is."))
    note = _(
        "%(part)s of %(whole)s offices and municipal companies supply devices; %(things)s devices in all."
    )
    told = {"part": part, "whole": whole, "things": things}
    value = (Decimal(100 * part) / whole).quantize(Decimal("0.1"))
    return KpiResult(value, clock.today(), note % told, inputs=told)


KPIS = (
    Kpi("climate.sensors", gettext_lazy("Sensors in the city that have sent figures"),
        gettext_lazy("devices"), "up", sensors),
    Kpi("climate.coverage", gettext_lazy("Share of the city's area near a station"), "%", "up", coverage),
    Kpi("climate.particulates", gettext_lazy("Particulate matter PM2.5, mean of a year"), "µg/m³", "down", particulates),
    Kpi("climate.air_index", gettext_lazy("Air quality index, mean of a year"), gettext_lazy("class"), "down", air_index),
    Kpi("climate.air_coverage", gettext_lazy("Share of the city's area near a station for air quality"), "%", "up",
        air_coverage),
    Kpi("climate.source_organisations", gettext_lazy("Share of offices and companies that supply sensors"), "%", "up",
        source_organisations),
)  # fmt: skip
