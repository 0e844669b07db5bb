"""Draws time series and small multiples."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.frame import PAPER, SERIES, TEXT, Scale, Sheet
from steuerrad.platform.ui.charts.specs import LineChart, Series, TimePoint, When, known, when_key, when_text
from steuerrad.platform.ui.charts.specs_comparison import Spark, SparkGrid
from steuerrad.platform.ui.charts.svg import shorten, text_width, wrap
from steuerrad.platform.ui.charts.words import capital

TARGET_COLOUR = "#925400"


def draw_line(spec: LineChart, width: float, key: str = "") -> str:
    sheet = Sheet("line", spec.title, spec.summary(), width, key or repr(spec))
    values = _values(spec)
    if not values:
        return sheet.empty(spec.say("none"))
    sheet.legend(_legend(spec))
    if spec.unit:
        sheet.text(0, sheet.y + sheet.size, spec.unit, muted=True)
        sheet.y += sheet.leading
    low, high = min(values), max(values)
    if spec.from_zero or (low >= 0 and low < (high - low)):
        low = min(0.0, low)
    marks = numbers.ticks(low, high, 5 if sheet.wide else 4)
    labels = [numbers.figure(tick, numbers.tick_decimals(marks), spec.language) for tick in marks]
    left = min(width * 0.3, max(text_width(label, sheet.size) for label in labels) + 10)
    right = width - _end_space(spec, sheet)
    top = sheet.y + sheet.size * 1.6
    bottom = top + (260 if sheet.wide else 210)
    y = Scale(marks[0], marks[-1], bottom, top)
    whens = sorted(
        {p.when for s in spec.series for p in s.points} | {b.when for b in spec.breaks}, key=when_key
    )
    x = Scale(when_key(whens[0]), when_key(whens[-1]), left + 12, right - 12)
    for tick, label in zip(marks, labels, strict=True):
        sheet.rule(
            left,
            y(tick),
            right,
            y(tick),
            css="c-axis" if tick == 0 else "c-grid",
            colour="#6e7597" if tick == 0 else "#cfd2e0",
        )
        sheet.text(
            left - 8,
            y(tick) + sheet.size * 0.35,
            shorten(label, left - 8, sheet.size),
            anchor="end",
            muted=True,
        )
    _time_axis(sheet, spec, whens, x, bottom)
    _breaks(sheet, spec, x, top, bottom)
    if spec.target:
        sheet.rule(
            left,
            y(spec.target.value),
            right,
            y(spec.target.value),
            css="c-target",
            dash="9 5",
            width=2.2,
            colour=TARGET_COLOUR,
        )
    for index, line in enumerate(spec.series):
        _band(sheet, line, index, x, y)
    for index, line in enumerate(spec.series):
        _course(sheet, spec, line, index, x, y)
    _end_labels(sheet, spec, x, y, right, top, bottom)
    sheet.y = bottom + sheet.leading * 1.5
    _break_notes(sheet, spec)
    return sheet.finish()


def _values(spec: LineChart) -> list[float]:
    points = [point for line in spec.series for point in line.points]
    found = [known(v) for point in points for v in (point.value, point.low, point.high)]
    if not any(known(point.value) is not None for point in points):
        return []
    found.append(known(spec.target.value) if spec.target else None)
    return [value for value in found if value is not None]


def _legend(spec: LineChart) -> list[tuple[str, str, object]]:
    entries: list[tuple[str, str, object]] = []
    if len(spec.series) > 1 or spec.target:
        entries += [("line", line.name, index) for index, line in enumerate(spec.series)]
    if any(known(p.low) is not None and known(p.high) is not None for s in spec.series for p in s.points):
        entries.append(("band", capital(spec.say("range")), 0))
    if spec.target:
        entries.append(("dash", f"{spec.target_label()}: {spec.figure_unit(spec.target.value)}", 0))
    return entries


def _end_space(spec: LineChart, sheet: Sheet) -> float:
    ends = (_last(line) for line in spec.series)
    texts = [spec.figure(point.value) for point in ends if point]
    widest = max((text_width(text, sheet.size, bold=True) for text in texts), default=0)
    return min(sheet.width * 0.3, widest + 8)


def _last(line: Series) -> TimePoint | None:
    points = [point for point in line.points if known(point.value) is not None]
    return max(points, key=lambda point: when_key(point.when)) if points else None


def _time_axis(sheet: Sheet, spec: LineChart, whens: Sequence[When], x: Scale, bottom: float) -> None:
    """Labels at times that have data, as many as fit side by side; the last one always."""
    taken_from = float("inf")
    monthly = all(not isinstance(when, int) and when.day == 1 for when in whens)
    for when in reversed(whens):
        label = _short(when, spec.language) if monthly else when_text(when, spec.language)
        half = text_width(label, sheet.size) / 2
        centre = min(max(x(when_key(when)), half), sheet.width - half)
        sheet.rule(x(when_key(when)), bottom, x(when_key(when)), bottom + 5, css="c-axis", colour="#6e7597")
        if centre + half + 10 <= taken_from:
            sheet.text(centre, bottom + 6 + sheet.size, label, anchor="middle", muted=True)
            taken_from = centre - half


def _short(when: When, language: str) -> str:
    """A month as 02.2024 or 2024-02; a year as it is."""
    if isinstance(when, int):
        return str(when)
    return f"{when:%m.%Y}" if language == "de" else f"{when:%Y-%m}"


def _segments(spec: LineChart, line: Series) -> list[list[TimePoint]]:
    """Runs of points without a gap and without a break in method between them."""
    cuts = sorted(when_key(mark.when) for mark in spec.breaks)
    runs: list[list[TimePoint]] = [[]]
    before: TimePoint | None = None
    for point in sorted(line.points, key=lambda point: when_key(point.when)):
        gap = known(point.value) is None
        cut = before is not None and any(when_key(before.when) < at <= when_key(point.when) for at in cuts)
        if (gap or cut) and runs[-1]:
            runs.append([])
        if not gap:
            runs[-1].append(point)
            before = point
    return [run for run in runs if run]


def _course(sheet: Sheet, spec: LineChart, line: Series, index: int, x: Scale, y: Scale) -> None:
    colour, dash, _ = SERIES[index % len(SERIES)]
    count = sum(1 for point in line.points if known(point.value) is not None)
    for run in _segments(spec, line):
        at = [(x(when_key(p.when)), y(float(p.value or 0))) for p in run]
        if len(at) > 1:
            path = "M" + "L".join(f"{px:.2f} {py:.2f}" for px, py in at)
            sheet.root.add(
                "path",
                d=path,
                fill="none",
                stroke=colour,
                stroke_width=2.6,
                stroke_linejoin="round",
                stroke_dasharray=dash,
                class_=f"s{index % len(SERIES)}-line",
            )
        if count <= 40 or len(at) == 1:
            for px, py in at:
                sheet.marker(px, py, index, 5.0 if count <= 16 else 3.5)


def _band(sheet: Sheet, line: Series, index: int, x: Scale, y: Scale) -> None:
    """Ranges as a band; a point alone gets a bar with ends."""
    runs: list[list[tuple[float, float, float]]] = [[]]
    for point in sorted(line.points, key=lambda point: when_key(point.when)):
        low, high = known(point.low), known(point.high)
        if low is None or high is None:
            runs.append([])
        else:
            runs[-1].append((x(when_key(point.when)), y(min(low, high)), y(max(low, high))))
    colour = SERIES[index % len(SERIES)][0]
    for run in runs:
        if len(run) > 1:
            upper = "L".join(f"{px:.2f} {ph:.2f}" for px, _, ph in run)
            lower = "L".join(f"{px:.2f} {pl:.2f}" for px, pl, _ in reversed(run))
            sheet.root.add(
                "path",
                d=f"M{upper}L{lower}z",
                fill=colour,
                fill_opacity=0.16,
                class_=f"s{index % len(SERIES)}-fill",
            )
        elif run:
            px, low_y, high_y = run[0]
            sheet.root.add(
                "path",
                d=f"M{px - 5:.2f} {high_y:.2f}h10m-5 0V{low_y:.2f}m-5 0h10",
                fill="none",
                stroke=colour,
                stroke_width=2,
                class_=f"s{index % len(SERIES)}-line",
            )


def _breaks(sheet: Sheet, spec: LineChart, x: Scale, top: float, bottom: float) -> None:
    for letter, mark in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", spec.breaks, strict=False):
        at = x(when_key(mark.when))
        sheet.rule(at, top - 6, at, bottom, css="c-break", dash="3 4", width=1.6, colour=TEXT)
        _letter(sheet, at, top - 6 - sheet.size * 0.6, letter)


def _break_notes(sheet: Sheet, spec: LineChart) -> None:
    for letter, mark in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", spec.breaks, strict=False):
        note = f"{capital(spec.say('break'))} {when_text(mark.when, spec.language)}: {mark.label}"
        _letter(sheet, sheet.size * 0.7, sheet.y + sheet.size * 0.65, letter)
        sheet.y += sheet.lines(
            sheet.size * 1.8,
            sheet.y + sheet.size,
            wrap(note, sheet.width - sheet.size * 2, sheet.size, 4),
            muted=True,
        )
        sheet.y += 4


def _letter(sheet: Sheet, x: float, y: float, letter: str) -> None:
    sheet.root.add("circle", cx=float(x), cy=float(y), r=sheet.size * 0.62, fill=TEXT, class_="c-key")
    sheet.root.add(
        "text",
        letter,
        x=float(x),
        y=y + sheet.size * 0.29,
        text_anchor="middle",
        font_weight=600,
        font_size=sheet.size * 0.82,
        fill=PAPER,
        class_="c-key-text",
    )


def _end_labels(
    sheet: Sheet, spec: LineChart, x: Scale, y: Scale, right: float, top: float, bottom: float
) -> None:
    """The last value of each series at the right edge, pushed apart so that none covers another."""
    ends = [(index, point) for index, line in enumerate(spec.series) if (point := _last(line))]
    ends.sort(key=lambda end: y(float(end[1].value or 0)))
    places = [min(max(y(float(point.value or 0)), top), bottom) for _, point in ends]
    step = sheet.size * 1.12
    for before, after in pairwise(range(len(places))):
        places[after] = max(places[after], places[before] + step)
    overflow = max(0.0, places[-1] - bottom) if places else 0.0
    for (index, point), place in zip(ends, places, strict=True):
        at = x(when_key(point.when))
        start = right + 2 if at > right - 40 else at + 10
        label = sheet.text(
            start,
            place - overflow + sheet.size * 0.35,
            shorten(spec.figure(point.value), sheet.width - start, sheet.size, True),
            bold=True,
            halo=True,
        )
        label.set(class_=f"s{index % len(SERIES)}-text c-halo", fill=SERIES[index % len(SERIES)][0])


def draw_sparks(spec: SparkGrid, width: float, key: str = "") -> str:
    sheet = Sheet("sparks", spec.title, spec.summary(), width, key or repr(spec))
    if not spec.sparks:
        return sheet.empty(spec.say("none"))
    columns = 3 if sheet.wide else 1
    gap = 28.0
    cell = (width - gap * (columns - 1)) / columns
    texts = [wrap(spark.label, cell, sheet.size, 2) for spark in spec.sparks]
    for start in range(0, len(spec.sparks), columns):
        row = spec.sparks[start : start + columns]
        titles = texts[start : start + columns]
        head = max(len(lines) for lines in titles) * sheet.leading
        for column, (spark, lines) in enumerate(zip(row, titles, strict=True)):
            left = column * (cell + gap)
            sheet.lines(left, sheet.y + sheet.size, lines, bold=True)
            _spark(sheet, spec, spark, left, sheet.y + head + 6, cell)
        sheet.y += head + 6 + 48 + sheet.leading * 1.4 + 12
    return sheet.finish()


def _spark(sheet: Sheet, spec: SparkGrid, spark: Spark, left: float, top: float, cell: float) -> None:
    bottom, last = top + 48, spark.last()
    sheet.rule(left, bottom + 4, left + cell, bottom + 4)
    if last is None:
        sheet.text(left, bottom - 8, spec.say("not_known"), muted=True)
        return
    label = shorten(spec.figure_unit(last.value), cell * 0.55, sheet.size * 1.15, True)
    room = text_width(label, sheet.size * 1.15, True) + 14
    points = sorted(spark.points, key=lambda point: when_key(point.when))
    known_points = [point for point in points if known(point.value) is not None]
    values = [float(point.value or 0) for point in known_points]
    x = Scale(when_key(points[0].when), when_key(points[-1].when), left + 5, left + cell - room)
    y = Scale(min(values), max(values), bottom - 5, top + 5)
    line = LineChart(title="", series=(Series("", tuple(points)),), language=spec.language)
    for run in _segments(line, line.series[0]):
        at = [(x(when_key(point.when)), y(float(point.value or 0))) for point in run]
        if len(at) > 1:
            sheet.root.add(
                "path",
                d="M" + "L".join(f"{px:.2f} {py:.2f}" for px, py in at),
                fill="none",
                stroke=SERIES[0][0],
                stroke_width=2.4,
                stroke_linejoin="round",
                class_="s0-line",
            )
        else:
            sheet.marker(*at[0], 0, 3.0)
    end_x, end_y = x(when_key(last.when)), y(float(last.value or 0))
    sheet.marker(end_x, end_y, 0, 4.5)
    sheet.text(end_x + 10, min(max(end_y + 6, top + 14), bottom), label, bold=True, size=sheet.size * 1.15)
    span = when_text(known_points[0].when, spec.language)
    if known_points[0].when != last.when:
        span = f"{span} – {when_text(last.when, spec.language)}"
    sheet.text(left, bottom + 4 + sheet.leading, shorten(span, cell, sheet.size), muted=True)
