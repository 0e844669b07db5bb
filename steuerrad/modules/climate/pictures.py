"""Charts of the climate: lines thinned out in the store, sums as bars, tables that a person can read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from steuerrad.engines.observations import Period, moment
from steuerrad.engines.observations.downsampling import wide_enough
from steuerrad.modules.climate.doubts import NONE, Doubts
from steuerrad.modules.climate.figures import RainFigures
from steuerrad.modules.climate.periods import Stretch, zone
from steuerrad.modules.climate.queries import Series, Station
from steuerrad.modules.climate.rules.levels import days, rain_windows
from steuerrad.modules.climate.subjects import SUBJECTS, Subject
from steuerrad.modules.climate.words import language, number, series_name
from steuerrad.platform.observations.store import observations
from steuerrad.platform.ui.charts.specs import Table
from steuerrad.platform.ui.charts.specs_time import Limit, Reading, Readings, TimeChart

#: More do not show on a screen.
POINTS = 320
#: Doubtful values that are marked one by one.
MARKS = 300


def line_chart(
    title: str, subject: Subject, chosen: Sequence[tuple[str, Series]], stretch: Stretch, source: str = "",
    doubts: Doubts = NONE,
) -> TimeChart:  # fmt: skip
    """One line per (name, series); doubtful values are left out, or shown as marks of their own."""
    lines, unit = [], next((one.unit for _name, one in chosen if one.unit), subject.unit)
    for name, one in chosen:
        times, ends, *values = thinned(one, stretch, doubts)
        points = tuple(
            Reading(moment(time), mean, low if end > time + 1 else None, high if end > time + 1 else None)
            for time, end, mean, low, high in zip(times, ends, *values, strict=True)
        )
        lines.append(Readings(name, points, _gap(one, times, ends)))
    if doubts.shown:
        lines += [marks for name, one in chosen if (marks := _marks(name, one, stretch, doubts)).points]
    limits = (Limit(days()["hot"], _("Hot day")),) if subject.key == "temperature" else ()
    return TimeChart(
        title=title, unit=unit or "", decimals=subject.decimals, language=language(), lines=tuple(lines),
        start=stretch.start, end=stretch.end, zone=str(zone()), limits=limits, source=source,
        figures=_table(title, chosen, stretch, subject, unit or "", doubts),
    )  # fmt: skip


def thinned(one: Series, stretch: Stretch, doubts: Doubts = NONE) -> tuple[list[Any], ...]:
    """Columns time, end (µs), mean, min, max of at most some hundred points.

    Without a doubtful value the store's own sums answer; else the rows are read, those found fit.
    """
    bad = doubts.without([one.number])
    with observations() as store:
        if not bad:
            table = store.downsample(one.number, stretch.low, stretch.high, POINTS)
            return tuple(table.column(key).to_pylist() for key in ("time", "end", "mean", "min", "max"))
        if store.count([one.number], stretch.low, stretch.high) <= POINTS:
            rows = store.rows([one.number], stretch.low, stretch.high, limit=POINTS)
            rows = rows.filter(pa.array(doubts.keep(one.number, rows.column("time").to_numpy())))
            rows = rows.filter(rows.column("value").is_valid())
            time, value = rows.column("time").to_pylist(), rows.column("value").to_pylist()
            return time, time, value, value, value
        width = -(-wide_enough(stretch.high - stretch.low, POINTS) // 1_000_000)
        table = store.aggregate(
            [one.number], stretch.low, stretch.high, Period.fixed(width), ("mean", "min", "max"), without=bad
        )
    return tuple(table.column(key).to_pylist() for key in ("start", "end", "mean", "min", "max"))


def _marks(name: str, one: Series, stretch: Stretch, doubts: Doubts) -> Readings:
    """The doubtful values as points that nothing joins; evenly chosen where they are very many."""
    times = doubts.within(one.number, stretch.low, stretch.high)
    if len(times) > MARKS:
        times = times[np.linspace(0, len(times) - 1, MARKS).astype(int)]
    found: list[Reading] = []
    if len(times):
        places = ", ".join("?" * len(times))
        with observations() as store:
            rows = store.rows([one.number], limit=MARKS, where=(f"time IN ({places})", times.tolist()))
        pairs = zip(rows.column("time").to_pylist(), rows.column("value").to_pylist(), strict=True)
        found = [Reading(moment(time), value) for time, value in pairs]
    return Readings(_("%(name)s, doubtful") % {"name": name}, tuple(found), 0.0)


def _gap(one: Series, starts: list[int], ends: list[int]) -> float:
    """Seconds after which a line is broken: three missed readings, or two widths of what was thinned out."""
    width = max((end - start for start, end in zip(starts, ends, strict=True)), default=0) / 1e6
    return max(3.5 * (one.stream.interval_s or 3600), 2.5 * width)


def _table(
    title: str, chosen: Sequence[tuple[str, Series]], stretch: Stretch, subject: Subject, unit: str,
    doubts: Doubts = NONE,
) -> Table:  # fmt: skip
    """Lowest, mean and highest value by hour, day, week, month or year of the city's time."""
    period = stretch.rows()
    numbers = [one.number for _name, one in chosen]
    with observations() as store:
        table = store.aggregate(
            numbers, stretch.low, stretch.high, period, ("min", "mean", "max"), zone=str(zone()),
            without=doubts.without(numbers),
        )  # fmt: skip
    form = "%d.%m.%Y %H:%M" if period.unit is None else "%d.%m.%Y"
    if language() == "en":
        form = "%Y-%m-%d %H:%M" if period.unit is None else "%Y-%m-%d"
    cells: dict[int, dict[int, tuple[str, ...]]] = {}
    for stream, start, *values in zip(
        *(table.column(key).to_pylist() for key in ("stream", "start", "min", "mean", "max")), strict=True
    ):
        cells.setdefault(start, {})[stream] = tuple(number(value, subject.decimals) for value in values)
    header = [_("from")]
    for name, _one in chosen:
        prefix = f"{name}, " if len(chosen) > 1 else ""
        header += [f"{prefix}{word} ({unit})" for word in (_("lowest"), _("mean"), _("highest"))]
    rows = tuple(
        (moment(start).astimezone(zone()).strftime(form),
         *(text for stream in numbers for text in found.get(stream, ("–", "–", "–"))))
        for start, found in sorted(cells.items())
    )  # fmt: skip
    return Table(title, tuple(header), rows, (False, *(True for _title in header[1:])))


def rain_chart(title: str, figures: RainFigures, stretch: Stretch, source: str = "") -> TimeChart:
    """Sums as bars; a period without a reading has none, and none in the table either."""
    starts = [moment(int(bound)) for bound in figures.bounds[:-1]]
    points = tuple(
        Reading(at, None if np.isnan(mm) else float(mm)) for at, mm in zip(starts, figures.sums, strict=True)
    )
    widths = {"hour": timedelta(hours=1), "day": timedelta(days=1), "month": timedelta(days=31)}
    first, hourly = rain_windows()[0], figures.unit == "hour"
    form = {"hour": "%d.%m.%Y %H:%M", "day": "%d.%m.%Y", "month": "%m.%Y"}[figures.unit]
    if language() == "en":
        form = {"hour": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "month": "%Y-%m"}[figures.unit]
    rows = tuple(
        (at.astimezone(zone()).strftime(form), number(None if np.isnan(mm) else float(mm)))
        for at, mm in zip(starts, figures.sums, strict=True)
    )
    line = Readings(title, points, widths[figures.unit].total_seconds())
    start = min(stretch.start, starts[0]) if starts else stretch.start
    return TimeChart(
        title=title, unit="l/m²", decimals=1, language=language(), lines=(line,), bars=True, start=start,
        end=stretch.end, zone=str(zone()), source=source,
        limits=(Limit(first.bounds[0], _("Warning level for one hour")),) if hourly else (),
        figures=Table(title, (_("from"), f"{_('Rain')} (l/m²)"), rows, (False, True)),
    )  # fmt: skip


def station_charts(
    station: Station, stretch: Stretch, rain: RainFigures | None, wanted: str = "", doubts: Doubts = NONE
) -> list[TimeChart]:
    """A chart for each subject that the station measures; wanted: only this one."""
    found = []
    source = origin_line(station)
    for subject in SUBJECTS:
        if wanted and subject.key != wanted:
            continue
        chosen = station.of(subject)
        if subject.key == "rain":
            if rain is not None:
                sums = {"hour": _("Rain by hour"), "day": _("Rain by day"), "month": _("Rain by month")}
                found.append(rain_chart(sums[rain.unit], rain, stretch, source))
        elif chosen:
            pairs = [(series_name(one), one) for one in chosen]
            title = pairs[0][0] if len(pairs) == 1 else str(subject.title)
            found.append(line_chart(title, subject, pairs, stretch, source, doubts))
    return found


def origin_line(station: Station) -> str:
    """Whose figures these are; said at every picture, simulated ones first of all."""
    label = str(station.thing.get_origin_display())
    return f"{label}: {station.thing.source}" if station.thing.source else label
