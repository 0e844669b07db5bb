"""The map of the city with its stations and districts, and the table of districts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from shapely.geometry import Point

from steuerrad.modules.climate import words
from steuerrad.modules.climate.queries import Series, Station
from steuerrad.modules.climate.subjects import Subject
from steuerrad.platform.city.outline import District, outline, rings
from steuerrad.platform.ui.charts.frame import NARROW, WIDE
from steuerrad.platform.ui.charts.map_drawing import Area, Key, MapSpec, Spot, draw_map
from steuerrad.platform.ui.charts.specs import Table
from steuerrad.platform.ui.templatetags.ui import _drawing

Shown = Sequence[tuple[Station, list[Series]]]
#: Ticks of the strip of colours.
LABELS = 4


@dataclass(frozen=True)
class Colours:
    """The values at both ends of the ramp, in the subject's unit."""

    low: float
    high: float

    def share(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Mean:
    """A district with the mean of its stations; stations: how many have a value that is fit to be compared."""

    district: District
    stations: int
    value: float | None


def compared(shown: Shown) -> list[tuple[Station, Series, float]]:
    """Whose values are set against each other: fresh, not doubtful, the city's; simulated ones only among themselves."""
    found = [
        (one, series[0], series[0].latest.value)
        for one, series in shown if series[0].latest and series[0].latest.fit and not one.apart
    ]  # fmt: skip
    real = [item for item in found if not item[0].simulated]
    return real or found


def colours(subject: Subject, shown: Shown) -> Colours:
    """From the lowest to the highest value of now, and never over less than a fifth of the subject's own range.

    So differences within the city show, and small ones do not look like large ones.
    """
    values = [value for _one, _series, value in compared(shown)]
    if not values or not subject.comparable:
        return Colours(subject.low, subject.high)
    least = (subject.high - subject.low) / 5
    low, high = min(values), max(values)
    room = max(0.0, least - (high - low)) / 2
    return Colours(low - room, high + room)


def means(subject: Subject, shown: Shown) -> list[Mean]:
    """Every named district with the mean of the stations in it; nothing where the city has no named districts."""
    found = outline()
    if found is None:
        return []
    fit = compared(shown) if subject.comparable else []
    placed = [(Point(one.point), value) for one, _series, value in fit if one.point]
    told = []
    for district in found.named:
        inside = [value for point, value in placed if district.geometry.covers(point)]
        told.append(Mean(district, len(inside), sum(inside) / len(inside) if inside else None))
    return told


def maps(subject: Subject, shown: Shown, told: Sequence[Mean]) -> dict[str, Any]:
    """The same map for wide and narrow places."""
    scale = colours(subject, shown)
    old = all(series[0].latest is None or series[0].latest.old for _one, series in shown)
    spots = [spot(subject, scale, one, series[0], old) for one, series in shown if one.point]
    description = "; ".join(f"{item.name}: {item.text}" for item in spots[:30]) or _(
        "No station has a place yet."
    )
    spec = MapSpec(
        title=_("%(subject)s at the stations") % {"subject": subject.title}, description=description, spots=spots,
        areas=areas(subject, scale, told), ramp=subject.ramp,
        key=key(subject, scale) if subject.comparable else None,
        extra={"data_live_low": scale.low, "data_live_high": scale.high, "data_live_ramp": subject.ramp if subject.comparable else None},
    )  # fmt: skip
    return {
        name: _drawing(draw_map(spec, width, name)) for name, width in (("wide", WIDE), ("narrow", NARROW))
    }


def key(subject: Subject, scale: Colours) -> Key:
    title = f"{subject.title} ({subject.unit})"
    decimals = subject.decimals if scale.high - scale.low < 5 else 0
    shares = [index / LABELS for index in range(LABELS + 1)]
    return Key(
        title,
        [(share, words.number(scale.low + share * (scale.high - scale.low), decimals)) for share in shares],
    )


def areas(subject: Subject, scale: Colours, told: Sequence[Mean]) -> list[Area]:
    found = outline()
    if found is None:
        return []
    if not told:
        return [Area(rings(found.whole))]
    return [
        Area(
            rings(one.district.geometry, found.whole), one.district.name, mean_text(subject, one),
            None if one.value is None else scale.share(one.value),
            (one.district.geometry.representative_point().x, one.district.geometry.representative_point().y),
        )
        for one in told
    ]  # fmt: skip


def mean_text(subject: Subject, one: Mean) -> str:
    return _("no station") if one.value is None else words.number(one.value, subject.decimals, subject.unit)


def spot(subject: Subject, scale: Colours, one: Station, series: Series, label_old: bool) -> Spot:
    """label_old: whether an old value stands beside its point; where fresh ones are, only these do."""
    latest = series.latest
    label = text = words.value_text(series, latest, subject.decimals)
    if latest and latest.old:
        text = _("%(value)s, old: %(age)s") % {"value": label, "age": words.age(latest.age)}
        label = label if label_old else ""
    elif latest and latest.doubtful:
        text = _("%(value)s (doubtful)") % {"value": label}
    longitude, latitude = one.point or (0.0, 0.0)
    url = reverse("climate:station", args=[one.number])
    share = (scale.share(latest.value) if subject.comparable else 0.75) if latest else None
    grey = latest is None or not latest.fit
    shape = "triangle" if one.simulated else "square" if one.apart else "circle"
    return Spot(
        longitude, latitude, text, one.name, url, share, grey, label if latest else "", shape, series.number
    )


def district_table(subject: Subject, told: Sequence[Mean]) -> Table | None:
    """Districts with a station, and how many have none."""
    measured = [one for one in told if one.value is not None]
    if not measured:
        return None
    rows = tuple((one.district.name, mean_text(subject, one), str(one.stations)) for one in measured)
    header = (_("District"), f"{subject.title} ({_('mean of its stations')})", _("Stations"))
    return Table(_("By district"), header, rows, (False, True, True))
