"""The map of the city with its stations and districts, and the table of districts beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steuerrad.modules.climate import words
from steuerrad.modules.climate.queries import Series, Station
from steuerrad.modules.climate.subjects import Subject
from steuerrad.platform.city.outline import District, outline, rings
from steuerrad.platform.ui.charts.frame import NARROW, WIDE
from steuerrad.platform.ui.charts.map_drawing import Area, Crowd, Key, MapSpec, Spot, draw_map
from steuerrad.platform.ui.charts.specs import Table
from steuerrad.platform.ui.templatetags.ui import _drawing

Shown = Sequence[tuple[Station, list[Series]]]
#: West, south, east and north of a part of the map, in degrees.
Section = tuple[float, float, float, float]
#: Least width and height of a part, in degrees: some 300 m.
LEAST = 0.004
#: Stations that a screen reader is told of in one sentence before it comes to the points.
TOLD = 30
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
    points = [one.point for one, _series, _value in fit if one.point]
    values = [value for one, _series, value in fit if one.point]
    east, north = [point[0] for point in points], [point[1] for point in points]
    told = []
    for district in found.named:
        within = shapely.intersects_xy(district.geometry, east, north) if points else ()
        inside = [value for value, here in zip(values, within, strict=True) if here]
        told.append(Mean(district, len(inside), sum(inside) / len(inside) if inside else None))
    return told


def maps(
    subject: Subject, shown: Shown, told: Sequence[Mean], zoom: Callable[[Section], str], section: Section | None = None
) -> dict[str, Any]:  # fmt: skip
    """The same map for wide and narrow places. zoom: the address of the page with a part of the map only."""
    scale = colours(subject, shown)
    old = all(series[0].latest is None or series[0].latest.old for _one, series in shown)
    placed = [(one, series[0]) for one, series in shown if one.point]

    grouped: list[int] = []

    def tell(members: Sequence[int]) -> Spot:
        if len(members) == 1:
            return spot(subject, scale, *placed[members[0]], old)
        grouped.append(len(members))
        return several(subject, scale, [placed[member] for member in members], zoom)

    texts = [f"{one.name}: {told_of(subject, series)}" for one, series in placed[:TOLD]]
    spec = MapSpec(
        title=_("%(subject)s at the stations") % {"subject": subject.title},
        description="; ".join(texts) or _("No station has a place yet."),
        crowd=Crowd([(*one.point, shape_of(one)) for one, _series in placed if one.point], tell), section=section,
        areas=areas(subject, scale, told, section), ramp=subject.ramp,
        key=key(subject, scale) if subject.comparable else None,
        extra={"data_live_low": scale.low, "data_live_high": scale.high, "data_live_ramp": subject.ramp if subject.comparable else None},
    )  # fmt: skip
    drawn = {
        name: _drawing(draw_map(spec, width, name)) for name, width in (("wide", WIDE), ("narrow", NARROW))
    }
    return {**drawn, "grouped": bool(grouped)}


def key(subject: Subject, scale: Colours) -> Key:
    title = f"{subject.title} ({subject.unit})"
    decimals = subject.decimals if scale.high - scale.low < 5 else 0
    shares = [index / LABELS for index in range(LABELS + 1)]
    return Key(
        title,
        [(share, words.number(scale.low + share * (scale.high - scale.low), decimals)) for share in shares],
    )


def areas(
    subject: Subject, scale: Colours, told: Sequence[Mean], section: Section | None = None
) -> list[Area]:
    found = outline()
    if found is None:
        return []

    def drawn(geometry: Any) -> Any:
        cut = shapely.clip_by_rect(geometry, *section) if section else geometry
        return [] if cut.is_empty else rings(cut, found.whole if section is None else None)

    if not told:
        return [Area(drawn(found.whole))]
    middles = [one.district.geometry.representative_point() for one in told]
    return [
        Area(
            drawn(one.district.geometry), one.district.name, mean_text(subject, one),
            None if one.value is None else scale.share(one.value),
            (middle.x, middle.y) if section is None else None,
        )
        for one, middle in zip(told, middles, strict=True)
    ]  # fmt: skip


def mean_text(subject: Subject, one: Mean) -> str:
    return _("no station") if one.value is None else words.number(one.value, subject.decimals, subject.unit)


def shape_of(one: Station) -> str:
    return "triangle" if one.simulated else "square" if one.apart else "circle"


def told_of(subject: Subject, series: Series) -> str:
    """The latest value, and what is wrong with it."""
    latest = series.latest
    text = words.value_text(series, latest, subject.decimals)
    if latest and latest.old:
        return _("%(value)s, old: %(age)s") % {"value": text, "age": words.age(latest.age)}
    return _("%(value)s (doubtful)") % {"value": text} if latest and latest.doubtful else text


def spot(subject: Subject, scale: Colours, one: Station, series: Series, label_old: bool) -> Spot:
    """label_old: whether an old value stands beside its point; where fresh ones are, only these do."""
    latest = series.latest
    label = words.value_text(series, latest, subject.decimals)
    longitude, latitude = one.point or (0.0, 0.0)
    url = reverse("climate:station", args=[one.number])
    share = (scale.share(latest.value) if subject.comparable else 0.75) if latest else None
    grey = latest is None or not latest.fit
    label = label if latest and (label_old or not latest.old) else ""
    return Spot(
        longitude, latitude, told_of(subject, series), one.name, url, share, grey, label, shape_of(one), series.number
    )  # fmt: skip


def several(
    subject: Subject, scale: Colours, found: Sequence[tuple[Station, Series]], zoom: Callable[[Section], str]
) -> Spot:
    """One mark for stations that would cover each other: the mean of what is fresh, and the way to a nearer look."""
    points = [one.point for one, _series in found if one.point]
    east, north = [point[0] for point in points], [point[1] for point in points]
    fit = [series.latest.value for _one, series in found if series.latest and series.latest.fit]
    mean = sum(fit) / len(fit) if fit and subject.comparable else None
    value = words.number(mean, subject.decimals, found[0][1].unit or subject.unit)
    if mean is not None:
        text = _("mean %(value)s") % {"value": value}
    else:
        text = _("levels that cannot be compared") if fit else _("no fresh value")
    share = (scale.share(mean) if mean is not None else 0.75) if fit else None
    name = ngettext("%(count)d station close by", "%(count)d stations close together", len(found))
    return Spot(
        sum(east) / len(east), sum(north) / len(north), text, name % {"count": len(found)},
        zoom(around(east, north)), share, share is None, value if mean is not None else "",
        shape_of(found[0][0]), 0, len(found),
    )  # fmt: skip


def around(east: Sequence[float], north: Sequence[float]) -> Section:
    """A part of the map that holds these points with some room."""
    across, up = ((max(max(side) - min(side), LEAST) * 0.6) for side in (east, north))
    x, y = (min(east) + max(east)) / 2, (min(north) + max(north)) / 2
    return round(x - across, 5), round(y - up, 5), round(x + across, 5), round(y + up, 5)


def district_table(subject: Subject, told: Sequence[Mean]) -> Table | None:
    """Districts with a station, and how many have none."""
    measured = [one for one in told if one.value is not None]
    if not measured:
        return None
    rows = tuple((one.district.name, mean_text(subject, one), str(one.stations)) for one in measured)
    header = (_("District"), f"{subject.title} ({_('mean of its stations')})", _("Stations"))
    return Table(_("By district"), header, rows, (False, True, True))
