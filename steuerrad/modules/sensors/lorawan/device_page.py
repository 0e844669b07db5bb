"""What the page of one device shows: facts and charts of the last thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.engines.observations import Period, micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.sensors.codecs.profiles import Profile
from steuerrad.modules.sensors.lorawan.models import LoraDevice
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import UnavailableError, observations
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.specs import LineChart, Series, TimePoint

DAYS = 30
MOST_CHARTS = 8


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"


def when(time: datetime | None) -> str:
    return date_format(localtime(time), "DATETIME_FORMAT") if time else ""


def facts(device: LoraDevice, profile: Profile | None) -> list[tuple[Any, Any]]:
    def with_unit(value: float | None, unit: str) -> str:
        return "" if value is None else numbers.with_unit(numbers.figure(value, None, language()), unit)

    total = device.uplinks + device.missed
    share = (
        ""
        if not total
        else numbers.with_unit(numbers.figure(100 * device.missed / total, 1, language()), "%")
    )
    return [
        ("DevEUI", device.dev_eui), (_("Kind of device"), f"{profile.maker} {profile.title}" if profile else device.profile),
        (_("Last uplink"), when(device.last_seen)), (_("Last joined"), when(device.joined_at)),
        (_("Expected every"), with_unit(round(device.interval_s / 60, 1), "min")),
        (_("Battery"), with_unit(device.battery, device.battery_unit)),
        (_("Signal strength (RSSI)"), with_unit(device.rssi, "dBm")),
        (_("Signal-to-noise ratio (SNR)"), with_unit(device.snr, "dB")),
        (_("Margin of downlinks"), with_unit(device.margin, "dB")),
        (_("Spreading factor"), device.spreading_factor), (_("Uplinks"), device.uplinks),
        (_("Missed uplinks"), f"{device.missed} ({share})" if share else device.missed),
        (_("Duplicates"), device.duplicates), (_("Late uplinks"), device.late), (_("Counter resets"), device.resets),
    ]  # fmt: skip


def charts(device: LoraDevice, now: datetime) -> list[LineChart]:
    """Daily means with the range of the day, one chart for each datastream; none where the store is not to be had."""
    streams = list(Datastream.objects.filter(thing=device.thing).order_by("pk")[:MOST_CHARTS])
    if not streams or device.last_seen is None:
        return []
    end = min(now, device.last_seen) + timedelta(days=1)
    try:
        with observations() as store:
            table = store.aggregate(
                [stream.pk for stream in streams], micros(end - timedelta(days=DAYS + 1)), micros(end),
                Period.calendar("day"), ("mean", "min", "max"), zone=str(clock.LOCAL),
            )  # fmt: skip
    except UnavailableError:
        return []
    points: dict[int, list[TimePoint]] = {}
    for row in table.to_pylist():
        day = moment(row["start"]).astimezone(clock.LOCAL).date()
        points.setdefault(row["stream"], []).append(TimePoint(day, row["mean"], row["min"], row["max"]))
    return [
        LineChart(
            title=stream.name, subtitle=_("Mean of the day, with the lowest and highest value"), decimals=1,
            unit=stream.unit_symbol or "", language=language(), series=(Series(stream.name, tuple(points[stream.pk])),),
        )
        for stream in streams
        if stream.pk in points
    ]  # fmt: skip
