"""Draws what is uncertain: columns of probabilities, ranges with a value inside."""

from __future__ import annotations

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.draw_bars import Rows
from steuerrad.platform.ui.charts.frame import AXIS, GRID, SERIES, Scale, Sheet
from steuerrad.platform.ui.charts.specs import known
from steuerrad.platform.ui.charts.specs_chances import ColumnChart, IntervalChart, Range
from steuerrad.platform.ui.charts.svg import shorten, text_width

HEIGHT = {True: 230.0, False: 190.0}  # of the plot on a wide and on a narrow sheet
SECOND = {"class_": "s1-edge", "stroke": SERIES[1][0], "stroke_width": 1.2}


def draw_columns(spec: ColumnChart, width: float, key: str = "") -> str:
    sheet = Sheet("columns", spec.title, spec.summary(), width, key or repr(spec))
    found = [known(item) for column in spec.columns for item in (column.value, column.comparison)]
    values = [item for item in found if item is not None]
    if not values:
        return sheet.empty(spec.say("none"))
    value_name, comparison = spec.names()
    hatch = sheet.hatch("second", gap=5.0, colour=SERIES[1][0], css="s1-line") if comparison else ""
    if comparison:
        sheet.legend([("fill", value_name, (SERIES[0][0], "s0-solid")), ("fill", comparison, hatch)])
    scale, left = _upright(sheet, spec, values)
    step = (width - left) / len(spec.columns)
    for index, column in enumerate(spec.columns):
        start = left + index * step
        lanes = [(known(column.value), {"fill": SERIES[0][0], "class_": "s0-solid"})]
        if comparison:  # without the change stands left of with it, as on a time axis
            lanes.insert(0, (known(column.comparison), {"fill": hatch, **SECOND}))
        thick = step * 0.8 / len(lanes)
        for lane, (value, look) in enumerate(lanes):
            if value is not None and value > 0:
                top = scale(value)
                x = start + step * 0.1 + lane * thick
                height = max(scale(0.0) - top, 0.8)
                sheet.root.add("rect", x=x, y=top, width=max(thick - 0.6, 0.8), height=height, **look)
    _labels(sheet, spec, left, step)
    return sheet.finish()


def _upright(sheet: Sheet, spec: ColumnChart, values: list[float]) -> tuple[Scale, float]:
    """The vertical scale with its grid, and where the columns begin."""
    marks = numbers.ticks(min(0.0, *values), max(values), 4)
    decimals = numbers.tick_decimals(marks)
    texts = [numbers.with_unit(numbers.figure(mark, decimals, spec.language), spec.unit) for mark in marks]
    left = max(text_width(text, sheet.size) for text in texts) + 10
    top = sheet.y + sheet.size * 0.6
    bottom = top + HEIGHT[sheet.wide]
    scale = Scale(marks[0], marks[-1], bottom, top)
    for mark, text in zip(marks, texts, strict=True):
        at, zero = scale(mark), mark == 0
        css, colour = ("c-axis", AXIS) if zero else ("c-grid", GRID)
        sheet.rule(left, at, sheet.width, at, css=css, colour=colour)
        sheet.text(left - 6, at + sheet.size * 0.35, text, anchor="end", muted=True)
    sheet.y = bottom
    return scale, left


def _labels(sheet: Sheet, spec: ColumnChart, left: float, step: float) -> None:
    """Names under the columns, as many as fit, and below them what they are."""
    taken = float("-inf")
    for index, column in enumerate(spec.columns):
        centre = left + (index + 0.5) * step
        half = text_width(column.label, sheet.size) / 2
        last = index == len(spec.columns) - 1
        end = min(centre + half, sheet.width) if last else centre + half
        if end - 2 * half > taken + 6 and end <= sheet.width:
            sheet.text(end - half, sheet.y + sheet.size + 4, column.label, anchor="middle", muted=True)
            taken = end
    sheet.y += sheet.leading + 4
    if spec.label_name:
        name = shorten(spec.label_name, sheet.width - left, sheet.size)
        sheet.text((left + sheet.width) / 2, sheet.y + sheet.size, name, anchor="middle", muted=True)
        sheet.y += sheet.leading


def draw_intervals(spec: IntervalChart, width: float, key: str = "") -> str:
    sheet = Sheet("intervals", spec.title, spec.summary(), width, key or repr(spec))
    found = [known(item) for row in spec.ranges for item in (row.low, row.value, row.high)]
    bounds = [known(item) for item in (spec.minimum, spec.maximum)]
    values = [item for item in (*found, *bounds) if item is not None]
    if not any(item is not None for item in found):
        return sheet.empty(spec.say("none"))
    texts = [
        spec.figure_unit(row.value) if len(spec.unit) <= 2 else spec.figure(row.value) for row in spec.ranges
    ]
    room = min(sheet.width * 0.3, max(text_width(text, sheet.size, True) for text in texts) + 20)
    rows = Rows(sheet, [row.label for row in spec.ranges], 34.0, room)
    marks = numbers.ticks(min(values), max(values), 6 if sheet.wide else 4)
    scale = Scale(marks[0], marks[-1], rows.left + 6, rows.right)
    heights = rows.heights()
    rows.axis(scale, marks, spec.language, sum(heights))
    for index, (row, height) in enumerate(zip(spec.ranges, heights, strict=True)):
        middle = rows.place(index, height)
        _range(sheet, spec, row, middle, scale)
        bold = known(row.value) is not None
        sheet.text(
            sheet.width, middle + sheet.size * 0.35, texts[index], anchor="end", bold=bold, muted=not bold
        )
        sheet.y += height
    sheet.y += sheet.leading + 4
    if len(spec.unit) > 2:
        unit = shorten(spec.unit, sheet.width, sheet.size)
        sheet.text(sheet.width, sheet.y + sheet.size, unit, anchor="end", muted=True)
        sheet.y += sheet.leading
    return sheet.finish()


def _range(sheet: Sheet, spec: IntervalChart, row: Range, middle: float, scale: Scale) -> None:
    low, value, high = known(row.low), known(row.value), known(row.high)
    number = row.series % len(SERIES)
    if low is not None and high is not None:
        start, end = scale(low), scale(high)
        path = f"M{start:.2f} {middle - 7:.2f}v14M{end:.2f} {middle - 7:.2f}v14M{start:.2f} {middle:.2f}H{end:.2f}"
        look = {"stroke": SERIES[number][0], "stroke_width": 3, "class_": f"s{number}-line"}
        sheet.root.add("path", d=path, fill="none", **look)
    if value is not None:
        sheet.marker(scale(value), middle, row.series, 7.0)
