"""Draws a timeline: bars by state, milestones as diamonds, what is late hatched, arrows from finish to start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from steuerrad.platform.ui.charts.frame import AXIS, GRID, PAPER, TEXT, Scale, Sheet
from steuerrad.platform.ui.charts.specs_gantt import GanttChart, GanttLink, GanttPoint, GanttRow
from steuerrad.platform.ui.charts.states import pattern, state_of
from steuerrad.platform.ui.charts.svg import shorten, text_width, wrap

#: Many rows need width: the wide layout is drawn for a whole page.
ROOMY = 1040.0
LABEL = 350.0  # of the wide layout
BAR, STRIP, RADIUS = 14.0, 6.0, 6.5
LATE = "#c31c13"
QUARTERS_UP_TO = 3  # years shown
Fill = tuple[str, str]  # paint and class
POINT = 2  # the series whose marker is a diamond


class GanttSheet(Sheet):
    """Knows the swatches of a timeline's legend besides the usual ones."""

    def _swatch(self, kind: str, x: float, y: float, width: float, detail: object) -> None:
        if kind == "late-point":
            late_point(self, x + width / 2, y)
        elif kind in ("arrow", "broken"):
            path = f"M{x:.2f} {y:.2f}H{x + width - 4:.2f}"
            arrow(self, path, x + width - 2, y, kind == "broken")
        else:
            super()._swatch(kind, x, y, width, detail)


@dataclass
class Place:
    """Where a row or a heading stands. Heights are found before anything is drawn."""

    row: GanttRow | None
    lines: list[str]
    top: float
    height: float
    middle: float


def draw_gantt(spec: GanttChart, width: float, key: str = "") -> str:
    wide = width >= 500
    sheet = GanttSheet("gantt", spec.title, spec.summary(), ROOMY if wide else width, key or repr(spec))
    if not spec.rows or spec.last <= spec.first:
        return sheet.empty(spec.say("none"))
    late = sheet.hatch("late", gap=5.0, colour=LATE, css="c-late")
    fills = state_fills(sheet, spec)
    sheet.legend(legend(spec, fills, late))
    left, right = (LABEL if sheet.wide else 2.0), sheet.width - 12
    scale = Scale(spec.first.toordinal(), spec.last.toordinal() + 1, left, right)
    places = arranged(sheet, spec)
    bottom = places[-1].top + places[-1].height
    grid(sheet, spec, scale, places[0].top, bottom)
    if not sheet.wide:  # there it runs behind the labels
        today_line(sheet, spec, scale, places[0].top, bottom)
    for place in places:
        if place.row is None:
            heading(sheet, spec, scale, place)
        else:
            bar_of(sheet, spec, place, scale, fills[place.row.state], late)
    if sheet.wide:
        arrows(sheet, spec, places, scale)
    if sheet.wide:
        today_line(sheet, spec, scale, places[0].top, bottom)
    for place in places:
        points_of(sheet, spec, place, scale)
    sheet.y = bottom + 4
    return sheet.finish()


def state_fills(sheet: Sheet, spec: GanttChart) -> dict[str, Fill]:
    """How each state that occurs is filled: a colour with its class, or a pattern."""
    fills: dict[str, Fill] = {}
    for number, key in enumerate(dict.fromkeys(row.state for row in spec.rows)):
        state = state_of(key)
        if not state.pattern:
            fills[key] = state.fill, f"state-{state.key}"
            continue
        name = f"{sheet.id}-state-{number}"
        sheet.defs.append(pattern(state, name))
        fills[key] = f"url(#{name})", ""
    return fills


def legend(spec: GanttChart, fills: dict[str, Fill], late: str) -> Iterator[tuple[str, str, object]]:
    """Only what occurs."""
    names = {row.state: row.state_name for row in spec.rows if row.state_name}
    for key, fill in fills.items():
        if key in names:
            yield "fill", names[key], fill
    if any(row.late for row in spec.rows):
        yield "fill", spec.say("late"), (late, "c-late-edge")
    states = {point.state for row in spec.rows for point in row.points if point.day}
    if "done" in states:
        yield "dot", spec.say("milestone_done"), POINT
    if "open" in states:
        yield "hollow", spec.say("milestone_open"), POINT
    if "late" in states:
        yield "late-point", spec.say("milestone_late"), 0
    if shown_today(spec) is not None:
        yield "rule", spec.say("today"), 0
    if any(not link.broken for link in spec.links):
        yield "arrow", spec.say("only_after"), 0
    if any(link.broken for link in spec.links):
        yield "broken", spec.say("broken_order"), 0


def arranged(sheet: Sheet, spec: GanttChart) -> list[Place]:
    """Headings and rows below one another."""
    places: list[Place] = []
    top, group = sheet.y + 6, None
    room = LABEL - 18 if sheet.wide else sheet.width
    for row in spec.rows:
        if row.group != group or not places:
            group = row.group
            lines = wrap(group, room, sheet.size, 2, bold=True) if group else []
            height = max(1, len(lines) if sheet.wide else len(lines) + 1) * sheet.leading + 14
            places.append(Place(None, lines, top, height, top + height / 2))
            top += height
        lines = wrap(row.name, room, sheet.size, 2)
        text = len(lines) * sheet.leading
        if sheet.wide:
            height, middle = max(34.0, text + 12), 0.0
            middle = top + height / 2
        else:
            needs = sheet.leading if row.needs else 0.0
            height = text + 44 + needs
            middle = top + text + 18
        places.append(Place(row, lines, top, height, middle))
        top += height
    return places


def shown_today(spec: GanttChart) -> date | None:
    return spec.today if spec.today and spec.first <= spec.today <= spec.last else None


def years(spec: GanttChart) -> range:
    return range(spec.first.year, spec.last.year + 1)


def day_of(scale: Scale, day: date) -> float:
    return scale(float(day.toordinal()))


def grid(sheet: Sheet, spec: GanttChart, scale: Scale, top: float, bottom: float) -> None:
    """A line at each new year, thinner ones at quarters where there is room."""
    few = len(years(spec)) <= QUARTERS_UP_TO
    for year in years(spec):
        for month in (1, 4, 7, 10) if few else (1,):
            day = date(year, month, 1)
            if spec.first <= day <= spec.last:
                at, strong = day_of(scale, day), month == 1
                css, colour = ("c-axis", AXIS) if strong and few else ("c-grid", GRID)
                sheet.rule(at, top, at, bottom, css=css, colour=colour, dash=None if strong else "2 4")


def heading(sheet: Sheet, spec: GanttChart, scale: Scale, place: Place) -> None:
    """The group's name, and the years again, so that they are never far from a bar."""
    bottom = place.top + place.height
    sheet.rule(0, bottom, sheet.width, bottom, css="c-axis", colour=AXIS)
    first = bottom - 7 - (len(place.lines) - 1) * sheet.leading
    sheet.lines(0, first if sheet.wide else first - sheet.leading, place.lines, bold=True)
    taken = scale.start - 1
    for year in years(spec):
        start, end = max(spec.first, date(year, 1, 1)), min(spec.last, date(year, 12, 31))
        text, centre = str(year), (day_of(scale, start) + day_of(scale, end)) / 2
        half = text_width(text, sheet.size) / 2
        if centre - half > taken + 6 and centre + half <= sheet.width and centre - half >= 0:
            sheet.text(centre, bottom - 7, text, anchor="middle", muted=True)
            taken = centre + half


def bar_of(sheet: Sheet, spec: GanttChart, place: Place, scale: Scale, fill: Fill, late: str) -> None:
    row = place.row
    assert row is not None
    text_top = place.middle - len(place.lines) * sheet.leading / 2 if sheet.wide else place.top
    sheet.lines(0, text_top + sheet.size, place.lines, halo=not sheet.wide)
    if not sheet.wide and row.needs:
        words = shorten("; ".join(row.needs), sheet.width, sheet.size)
        sheet.text(0, place.middle + 15 + sheet.size, words, muted=True, halo=True)
    dates = [point.day for point in row.points if point.day is not None]
    if row.start is None and row.end is None:
        if not dates:
            sheet.text(scale.start + 4, place.middle + 5, spec.say("no_period"), muted=True, halo=True)
        return
    start, end = row.start or spec.first, row.end or spec.last
    if end < spec.first or start > spec.last:
        late_strip(sheet, spec, place, scale, late)
        inside = [day for day in dates if spec.first <= day <= spec.last]
        if not inside and not (row.late and row.until and row.until >= spec.first):
            sheet.text(scale.start + 4, place.middle + 5, spec.say("outside"), muted=True, halo=True)
        return
    x, to = day_of(scale, max(start, spec.first)), day_of(scale, min(end, spec.last))
    look = {"fill": fill[0], "stroke": AXIS, "stroke_width": 1, "class_": f"c-edge {fill[1]}".strip()}
    box = sheet.root.add(
        "rect", x=x, y=place.middle - BAR / 2, width=max(to - x, 1.5), height=BAR, rx=2, **look
    )
    box.add("title", f"{row.name}: {row.period or '–'}, {spec.state_text(row)}")
    if row.end is None:  # goes on past the last day
        tip = f"M{to - 7:.2f} {place.middle - 4:.2f}l5 4l-5 4"
        sheet.root.add("path", d=tip, fill="none", stroke=TEXT, stroke_width=2, class_="c-mark")
    late_strip(sheet, spec, place, scale, late)


def late_strip(sheet: Sheet, spec: GanttChart, place: Place, scale: Scale, late: str) -> None:
    """Below the bar, up to the day that it is late by: colour and hatching."""
    row = place.row
    if row is None or not row.late:
        return
    days = [point.day for point in row.points if point.day is not None]
    start, end = row.start or min(days, default=spec.first), row.until or row.end or spec.last
    if end < spec.first or start > spec.last:
        return
    x, to = day_of(scale, max(start, spec.first)), day_of(scale, min(end, spec.last))
    look = {"fill": late, "stroke": LATE, "stroke_width": 1, "class_": "c-late-edge"}
    y = place.middle + BAR / 2 + 1
    sheet.root.add("rect", x=x, y=y, width=max(to - x, 1.5), height=STRIP, **look)


def points_of(sheet: Sheet, spec: GanttChart, place: Place, scale: Scale) -> None:
    for point in place.row.points if place.row else ():
        if point.day is None or not spec.first <= point.day <= spec.last:
            continue
        x = day_of(scale, point.day)
        if (
            point.planned is not None
            and point.planned != point.day
            and spec.first <= point.planned <= spec.last
        ):
            planned = day_of(scale, point.planned)
            sheet.rule(
                planned, place.middle, x, place.middle, css="c-mark", colour=TEXT, dash="2 3", width=1.5
            )
        one_point(sheet, spec, point, x, place.middle)


def one_point(sheet: Sheet, spec: GanttChart, point: GanttPoint, x: float, y: float) -> None:
    holder = sheet.root.add("g")
    holder.add("title", spec.point_text(point))
    if point.state == "late":
        late_point(sheet, x, y, holder)
    else:
        sheet.marker(x, y, POINT, RADIUS, hollow=point.state == "open", into=holder)


def late_point(sheet: Sheet, x: float, y: float, into: object = None) -> None:
    """A red diamond with an exclamation mark."""
    parent = into or sheet.root
    path = f"M{x:.2f} {y - 9:.2f}l9 9l-9 9l-9 -9z"
    parent.add("path", d=path, fill=LATE, stroke=PAPER, stroke_width=1.5, class_="c-late-solid")  # type: ignore[attr-defined]
    mark = f"M{x:.2f} {y - 4.5:.2f}v5M{x:.2f} {y + 2.6:.2f}v2"
    parent.add("path", d=mark, fill="none", stroke=PAPER, stroke_width=2, class_="c-late-mark")  # type: ignore[attr-defined]


def today_line(sheet: Sheet, spec: GanttChart, scale: Scale, top: float, bottom: float) -> None:
    day = shown_today(spec)
    if day is not None:
        at = day_of(scale, day)
        sheet.rule(at, top, at, bottom, css="c-mark", colour=TEXT, width=2)


def arrows(sheet: Sheet, spec: GanttChart, places: list[Place], scale: Scale) -> None:
    """Links whose two rows and days are shown."""
    rows = {place.row.key: place for place in places if place.row is not None}
    for link in spec.links:
        before, after = rows.get(link.before), rows.get(link.after)
        days = (link.finished, link.begins)
        if before and after and before is not after and all(spec.first <= day <= spec.last for day in days):
            one_arrow(sheet, link, before, after, scale)


def one_arrow(sheet: Sheet, link: GanttLink, before: Place, after: Place, scale: Scale) -> None:
    """Out to the right, along between the rows, and in from the left."""
    x1, x2 = day_of(scale, link.finished), day_of(scale, link.begins) - 2
    y1, y2 = before.middle, after.middle
    down = 1 if y2 > y1 else -1
    out = min(x1 + 9, sheet.width - 3)
    if x2 >= out + 8:
        path = f"M{x1:.2f} {y1:.2f}H{out:.2f}V{y2:.2f}H{x2 - 3:.2f}"
    else:
        lane, back = y2 - down * (after.height / 2 - 2), max(x2 - 12, 2.0)
        path = f"M{x1:.2f} {y1:.2f}H{out:.2f}V{lane:.2f}H{back:.2f}V{y2:.2f}H{max(x2 - 3, back):.2f}"
    arrow(sheet, path, x2, y2, link.broken)


def arrow(sheet: Sheet, path: str, x: float, y: float, broken: bool) -> None:
    colour, css = (LATE, "c-late") if broken else (TEXT, "c-mark")
    look = {"fill": "none", "stroke": colour, "class_": css, "stroke_width": 1.6}
    sheet.root.add("path", d=path, stroke_dasharray="5 3" if broken else None, **look)
    sheet.root.add("path", d=f"M{x - 6:.2f} {y - 4.5:.2f}L{x:.2f} {y:.2f}L{x - 6:.2f} {y + 4.5:.2f}", **look)
