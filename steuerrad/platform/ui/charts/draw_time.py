"""Draws readings over time: hours to years on one axis, gaps stay gaps, ranges are bands."""

from __future__ import annotations

from datetime import datetime, timedelta

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.frame import SERIES, Scale, Sheet
from steuerrad.platform.ui.charts.specs import known
from steuerrad.platform.ui.charts.specs_time import Limit, Reading, Readings, TimeChart
from steuerrad.platform.ui.charts.svg import shorten, text_width

LIMIT_COLOUR = "#925400"
#: Steps of the time axis: hours or months between labels, and how a label is written in German and English.
HOURS = (1, 2, 3, 6, 12)
DAYS = (1, 2, 5, 7, 14)
MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)
Tick = tuple[datetime, str]


def draw_time(spec: TimeChart, width: float, key: str = "") -> str:
    sheet = Sheet("time", spec.title, spec.summary(), width, key or spec.title)
    values = [value for line in spec.lines for point in line.points for value in _values(point)]
    if not values:
        return sheet.empty(spec.say("none"))
    low, high = min(values), max(values)
    near = [limit for limit in spec.limits if low <= limit.value <= high + (high - low) / 3]
    sheet.legend(_legend(spec, near))
    if spec.unit:
        sheet.text(0, sheet.y + sheet.size, spec.unit, muted=True)
        sheet.y += sheet.leading
    high = max([high, *(limit.value for limit in near)])
    if spec.bars:
        low = min(low, 0.0)
    marks = numbers.ticks(low, high, 5 if sheet.wide else 4)
    labels = [numbers.figure(tick, numbers.tick_decimals(marks), spec.language) for tick in marks]
    left = min(width * 0.3, max(text_width(label, sheet.size) for label in labels) + 10)
    top = sheet.y + sheet.size * 0.8
    bottom = top + (260 if sheet.wide else 200)
    y = Scale(marks[0], marks[-1], bottom, top)
    x = Scale(spec.start.timestamp(), spec.end.timestamp(), left, width - 4)
    for tick, label in zip(marks, labels, strict=True):
        sheet.rule(left, y(tick), width - 4, y(tick))
        place = y(tick) + sheet.size * 0.35
        sheet.text(left - 8, place, shorten(label, left - 8, sheet.size), anchor="end", muted=True)
    _axis(sheet, spec, x, bottom)
    for limit in near:
        if marks[0] <= limit.value <= marks[-1]:
            sheet.rule(left, y(limit.value), width - 4, y(limit.value), css="c-target", dash="9 5", width=2.0,
                       colour=LIMIT_COLOUR)  # fmt: skip
    for index, line in enumerate(spec.lines):
        if spec.bars:
            _bars(sheet, line, index, x, y, bottom, spec.end)
        else:
            _line(sheet, line, index, x, y)
    sheet.y = bottom + sheet.leading * 1.5
    return sheet.finish()


def _values(point: Reading) -> list[float]:
    return [value for value in map(known, (point.value, point.low, point.high)) if value is not None]


def _legend(spec: TimeChart, shown: list[Limit]) -> list[tuple[str, str, object]]:
    entries: list[tuple[str, str, object]] = []
    if len(spec.lines) > 1:
        entries += [("line", line.name, index) for index, line in enumerate(spec.lines)]
    if any(p.low is not None and p.low != p.high for line in spec.lines for p in line.points):
        entries.append(("band", spec.say("range").capitalize(), 0))
    for limit in shown:
        entries.append(("dash", f"{limit.label}: {spec.figure_unit(limit.value)}", 0))
    return entries


def _axis(sheet: Sheet, spec: TimeChart, x: Scale, bottom: float) -> None:
    """As many labels at whole hours, days, months or years as fit side by side."""
    sheet.rule(x.start, bottom, x.end, bottom, css="c-axis", colour="#6e7597")
    room = (x.end - x.start) / (text_width("00.00.0000", sheet.size) + 16)
    taken = 0.0
    for at, label in ticks(spec, max(2, int(room))):
        place = x(at.timestamp())
        half = text_width(label, sheet.size) / 2
        sheet.rule(place, bottom, place, bottom + 5, css="c-axis", colour="#6e7597")
        centre = min(max(place, half), sheet.width - half)
        if centre - half >= taken:
            sheet.text(centre, bottom + 6 + sheet.size, label, anchor="middle", muted=True)
            taken = centre + half + 10


def ticks(spec: TimeChart, most: int) -> list[Tick]:
    """Moments of the axis with their labels, in the zone's own hours and days; at most `most` of them, at least one."""
    start, end = spec.local(spec.start), spec.local(spec.end)
    hours = (spec.end - spec.start).total_seconds() / 3600
    german = spec.language == "de"
    day_form, month_form = ("%d.%m.", "%m.%Y") if german else ("%d %b", "%Y-%m")
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for step in HOURS:
        if hours / step <= most and hours <= 60:
            moments = [midnight + timedelta(hours=n) for n in range(0, int(hours) + 48, step)]
            return _inside(moments, start, end, "%H:%M", day_form)
    for step in DAYS:
        if hours / 24 / step <= most:
            moments = [midnight + timedelta(days=n) for n in range(0, int(hours / 24) + 3, step)]
            return _inside(moments, start, end, day_form, day_form)
    first = midnight.replace(day=1)
    months = int(hours / 24 / 28) + 2
    for step in MONTHS:
        if hours / 24 / 30.4 / step <= most + 0.5 or step == MONTHS[-1]:
            begin = first.year * 12 + first.month - 1
            begin -= begin % step
            moments = [
                first.replace(year=n // 12, month=n % 12 + 1)
                for n in range(begin, begin + months + step, step)
            ]
            return _inside(
                moments, start, end, "%Y" if step >= 12 else month_form, "%Y" if step >= 12 else month_form
            )
    return []


def _inside(
    moments: list[datetime], start: datetime, end: datetime, form: str, at_midnight: str
) -> list[Tick]:
    return [
        (at, at.strftime(at_midnight if at.hour == 0 and at.minute == 0 else form))
        for at in moments
        if start <= at <= end
    ]


def _runs(line: Readings) -> list[list[Reading]]:
    runs: list[list[Reading]] = [[]]
    before: datetime | None = None
    for point in sorted(line.points, key=lambda point: point.at):
        if known(point.value) is None:
            continue
        if before is not None and (point.at - before).total_seconds() > line.gap_s:
            runs.append([])
        runs[-1].append(point)
        before = point.at
    return [run for run in runs if run]


def _line(sheet: Sheet, line: Readings, index: int, x: Scale, y: Scale) -> None:
    colour, dash, _ = SERIES[index % len(SERIES)]
    css = f"s{index % len(SERIES)}"
    for run in _runs(line):
        places = [(x(p.at.timestamp()), p) for p in run]
        banded = [(at, p) for at, p in places if p.low is not None and p.high is not None and p.low != p.high]
        if len(banded) > 1:
            upper = "L".join(f"{at:.1f} {y(p.high or 0):.1f}" for at, p in banded)
            lower = "L".join(f"{at:.1f} {y(p.low or 0):.1f}" for at, p in reversed(banded))
            sheet.root.add(
                "path", d=f"M{upper}L{lower}z", fill=colour, fill_opacity=0.16, class_=f"{css}-fill"
            )
        if len(places) > 1:
            path = "M" + "L".join(f"{at:.1f} {y(p.value or 0):.1f}" for at, p in places)
            sheet.root.add("path", d=path, fill="none", stroke=colour, stroke_width=1.9, stroke_linejoin="round",
                           stroke_dasharray=dash, class_=f"{css}-line")  # fmt: skip
        else:
            sheet.marker(places[0][0], y(places[0][1].value or 0), index, 3.0)


def _bars(sheet: Sheet, line: Readings, index: int, x: Scale, y: Scale, bottom: float, end: datetime) -> None:
    """Each bar reaches from its moment to the next one's, at most as far as the gap."""
    colour = SERIES[index % len(SERIES)][0]
    points = sorted((p for p in line.points if known(p.value)), key=lambda p: p.at)
    for point in points:
        begin = point.at.timestamp()
        stop = min(begin + line.gap_s, end.timestamp())
        wide = max(1.0, x(stop) - x(begin) - 1)
        height = y(0.0) - y(point.value or 0)
        sheet.root.add("rect", x=x(begin), y=bottom - height, width=wide, height=max(0.5, height), fill=colour,
                       class_=f"s{index % len(SERIES)}-solid")  # fmt: skip
