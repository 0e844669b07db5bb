"""Draws what has one row per item on a common scale: bars, dumbbells, profiles."""

from __future__ import annotations

from collections.abc import Sequence

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.frame import AXIS, GRID, SERIES, TEXT, Scale, Sheet
from steuerrad.platform.ui.charts.specs import Bar, BarChart, Chart, DumbbellChart, Pair, known
from steuerrad.platform.ui.charts.specs_comparison import ProfileChart
from steuerrad.platform.ui.charts.svg import shorten, text_width, wrap


class Rows:
    """Labels left of the plot on a wide sheet, above each row on a narrow one."""

    def __init__(self, sheet: Sheet, labels: Sequence[str], row: float, right: float) -> None:
        self.sheet, self.row = sheet, row
        self.label_width = sheet.width * 0.36 if sheet.wide else sheet.width
        self.texts = [
            wrap(label, self.label_width - (16 if sheet.wide else 0), sheet.size, 3) for label in labels
        ]
        if sheet.wide:
            widest = max((text_width(line, sheet.size) for lines in self.texts for line in lines), default=0)
            self.left = min(self.label_width, widest + 16)
        else:
            self.left = 2.0
        self.right = max(self.left + 60, sheet.width - right)
        self.top = sheet.y

    def heights(self) -> list[float]:
        if self.sheet.wide:
            return [max(self.row, len(lines) * self.sheet.leading + 10) for lines in self.texts]
        return [self.row + len(lines) * self.sheet.leading + 10 for lines in self.texts]

    def place(self, index: int, height: float, bold: bool = False) -> float:
        """Write the label of a row at the pen and return the height of the row's middle."""
        sheet, lines = self.sheet, self.texts[index]
        if not sheet.wide:
            used = sheet.lines(0, sheet.y + sheet.size + 6, lines, bold=bold, halo=True)
            return sheet.y + used + 8 + self.row / 2
        middle = sheet.y + height / 2
        first = middle - (len(lines) - 1) * sheet.leading / 2 + sheet.size * 0.35
        sheet.lines(self.left - 12, first, lines, anchor="end", bold=bold)
        return middle

    def axis(self, scale: Scale, marks: Sequence[float], language: str, height: float) -> None:
        """Grid behind all rows and figures under them, as many as fit."""
        sheet, bottom = self.sheet, self.top + height
        decimals, taken = numbers.tick_decimals(list(marks)), float("-inf")
        for tick in marks:
            at = scale(tick)
            zero = tick == 0
            sheet.rule(
                at, self.top, at, bottom, css="c-axis" if zero else "c-grid", colour=AXIS if zero else GRID
            )
            label = shorten(numbers.figure(tick, decimals, language), sheet.width * 0.3, sheet.size)
            half = text_width(label, sheet.size) / 2
            centre = min(max(at, half), sheet.width - half)
            if centre - half > taken + 8:
                sheet.text(centre, bottom + sheet.size + 4, label, anchor="middle", muted=True)
                taken = centre + half


def _scale(
    rows: Rows, values: Sequence[float], low: float | None = 0.0, high: float | None = None
) -> tuple[Scale, list[float]]:
    found = [*values, *(bound for bound in (low, high) if bound is not None)]
    marks = numbers.ticks(min(found), max(found), 5 if rows.sheet.wide else 4)
    return Scale(marks[0], marks[-1], rows.left, rows.right), marks


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in map(known, values) if value is not None]


def draw_bars(spec: BarChart, width: float, key: str = "") -> str:
    sheet = Sheet("bars", spec.title, spec.summary(), width, key or repr(spec))
    values = _known([v for bar in spec.bars for v in (bar.value, bar.comparison, bar.reference)])
    if not spec.bars:
        return sheet.empty(spec.say("none"))
    value_name, comparison, reference = spec.names()
    hatch = sheet.hatch("second", colour=SERIES[1][0], css="s1-line") if comparison else ""
    entries: list[tuple[str, str, object]] = []
    if comparison:
        entries = [("fill", value_name, (SERIES[0][0], "s0-solid")), ("fill", comparison, hatch)]
    if reference:
        entries.append(("tick", reference, 0))
    if spec.mark:
        entries.append(("rule", f"{spec.mark.label}: {spec.figure_unit(spec.mark.value)}", 0))
        values += _known([spec.mark.value])
    sheet.legend(entries)
    figures = [_figure(spec, v) for bar in spec.bars for v in (bar.value, bar.comparison)]
    room = min(sheet.width * 0.3, max(text_width(text, sheet.size, True) for text in figures) + 12)
    rows = Rows(sheet, [bar.label for bar in spec.bars], 46.0 if comparison else 32.0, room)
    scale, marks = _scale(rows, values, 0.0, spec.maximum)
    heights = rows.heights()
    rows.axis(scale, marks, spec.language, sum(heights))
    if spec.mark and known(spec.mark.value) is not None:
        at = scale(spec.mark.value)
        sheet.rule(at, rows.top, at, rows.top + sum(heights), css="c-mark", width=2.5, colour=TEXT)
    for index, (bar, height) in enumerate(zip(spec.bars, heights, strict=True)):
        middle = rows.place(index, height, bar.highlight)
        _bar(sheet, spec, bar, middle, scale, bool(comparison), hatch)
        sheet.y += height
    _unit_below(sheet, spec, rows.right)
    return sheet.finish()


def _figure(spec: BarChart, value: float | None) -> str:
    """A figure at a bar's end; a long unit stands once under the axis instead."""
    return spec.figure_unit(value) if len(spec.unit) <= 2 else spec.figure(value)


def _unit_below(sheet: Sheet, spec: Chart, right: float) -> None:
    sheet.y += sheet.leading + 4
    if len(spec.unit) > 2:
        unit = shorten(spec.unit, sheet.width, sheet.size)
        sheet.text(
            max(right, text_width(unit, sheet.size)), sheet.y + sheet.size, unit, anchor="end", muted=True
        )
        sheet.y += sheet.leading


def _bar(sheet: Sheet, spec: BarChart, bar: Bar, middle: float, scale: Scale, two: bool, hatch: str) -> None:
    toned_down = any(other.highlight for other in spec.bars) and not bar.highlight
    series, thick = (4 if toned_down else 0), 17.0
    top = middle - thick - 1 if two else middle - thick / 2
    rect = {"height": thick, "fill": SERIES[series][0], "class_": f"s{series}-solid"}
    lanes = [(known(bar.value), top, rect, True)]
    if two:
        look = {
            "height": thick,
            "fill": hatch,
            "class_": "s1-edge",
            "stroke": SERIES[1][0],
            "stroke_width": 1.4,
        }
        lanes.append((known(bar.comparison), middle + 1, look, False))
    for value, lane, look, _ in lanes:
        if value is not None:
            start, end = sorted((scale(0.0), scale(value)))
            sheet.root.add("rect", x=start, y=lane, width=max(end - start, 0.8), **look)
    reference = known(bar.reference)
    marks = [] if reference is None else [scale(reference)]
    for at in marks:
        reach = thick + 4 if two else thick * 0.75
        path = f"M{at:.2f} {middle - reach:.2f}v{reach * 2:.2f}"
        sheet.root.add("path", d=path, fill="none", stroke=TEXT, stroke_width=3, class_="c-mark")
    if spec.mark and known(spec.mark.value) is not None:
        marks.append(scale(spec.mark.value))
    for value, lane, _, bold in lanes:
        _bar_label(sheet, _figure(spec, value), value, lane + thick / 2, scale, marks, bold)


def _bar_label(
    sheet: Sheet,
    text: str,
    value: float | None,
    middle: float,
    scale: Scale,
    marks: Sequence[float],
    bold: bool,
) -> None:
    """The figure beside its bar, moved on past a mark that would run through it."""
    x = max(scale(0.0), scale(value or 0.0)) + 7
    room = text_width(text, sheet.size, bold)
    for at in sorted(marks):
        if x - 4 < at < x + room + 2:
            x = at + 8
    x = max(0.0, min(x, sheet.width - room))
    label = sheet.text(
        x,
        middle + sheet.size * 0.35,
        text,
        bold=bold and value is not None,
        muted=value is None,
        halo=value is not None,
    )
    if value is None:
        label.set(font_style="italic")


def draw_dumbbells(spec: DumbbellChart, width: float, key: str = "") -> str:
    sheet = Sheet("dumbbell", spec.title, spec.summary(), width, key or repr(spec))
    if not spec.pairs:
        return sheet.empty(spec.say("none"))
    values = _known([v for pair in spec.pairs for v in (pair.before, pair.after)])
    before, after = spec.names()
    sheet.legend([("hollow", before, 0), ("dot", after, 0)])
    room = min(
        sheet.width * 0.3, max(text_width(spec.change(pair), sheet.size, True) for pair in spec.pairs) + 24
    )
    rows = Rows(sheet, [pair.label for pair in spec.pairs], 32.0, room)
    low = 0.0 if not values or 0 <= min(values) < max(values) - min(values) else None
    scale, marks = _scale(rows, values, low)
    heights = rows.heights()
    rows.axis(scale, marks, spec.language, sum(heights))
    for index, (pair, height) in enumerate(zip(spec.pairs, heights, strict=True)):
        _dumbbell(sheet, spec, pair, rows.place(index, height), scale)
        sheet.y += height
    _unit_below(sheet, spec, rows.right)
    return sheet.finish()


def _dumbbell(sheet: Sheet, spec: DumbbellChart, pair: Pair, middle: float, scale: Scale) -> None:
    start, end = known(pair.before), known(pair.after)
    if start is not None and end is not None and abs(scale(end) - scale(start)) > 14:
        sign = 1 if end > start else -1
        tip = scale(end) - sign * 7
        path = f"M{scale(start):.2f} {middle:.2f}H{tip:.2f}M{tip - sign * 6:.2f} {middle - 5:.2f}L{tip:.2f} {middle:.2f}l{-sign * 6} 5"
        sheet.root.add("path", d=path, fill="none", stroke=SERIES[0][0], stroke_width=2.4, class_="s0-line")
    if start is not None:
        sheet.marker(scale(start), middle, 0, 6.0, hollow=True)
    if end is not None:
        sheet.marker(scale(end), middle, 0, 6.5)
    both = start is not None and end is not None
    sheet.text(
        sheet.width, middle + sheet.size * 0.35, spec.change(pair), anchor="end", bold=both, muted=not both
    )


def draw_profile(spec: ProfileChart, width: float, key: str = "") -> str:
    sheet = Sheet("profile", spec.title, spec.summary(), width, key or repr(spec))
    if not spec.categories or not spec.names:
        return sheet.empty(spec.say("none"))
    values = _known([v for row in spec.categories for v in row.values])
    sheet.legend([("dot", name, index) for index, name in enumerate(spec.names)])
    rows = Rows(sheet, [row.label for row in spec.categories], 22.0 + 9.0 * min(len(spec.names), 4), 24.0)
    scale, marks = _scale(rows, values, spec.minimum, spec.maximum)
    heights = rows.heights()
    rows.axis(scale, marks, spec.language, sum(heights))
    for number, (row, height) in enumerate(zip(spec.categories, heights, strict=True)):
        middle = rows.place(number, height)
        sheet.rule(rows.left, middle, rows.right, middle, css="c-axis", colour=AXIS)
        found = [
            (index, value)
            for index in range(len(spec.names))
            if (value := spec.value(row, index)) is not None
        ]
        # The first city is drawn last, so that it lies on top; equal values are set off from one another.
        for lane, (index, value) in reversed(list(enumerate(found))):
            shift = (lane - (len(found) - 1) / 2) * 9.0 if _crowded(found, value, scale) else 0.0
            sheet.marker(scale(value), middle + shift, index, 7.0 if index == 0 else 5.5)
        if not found:
            sheet.text(rows.left + 8, middle - 4, spec.say("not_known"), muted=True, halo=True)
        sheet.y += height
    _unit_below(sheet, spec, rows.right)
    return sheet.finish()


def _crowded(found: Sequence[tuple[int, float]], value: float, scale: Scale) -> bool:
    return sum(1 for _, other in found if abs(scale(other) - scale(value)) < 12) > 1
