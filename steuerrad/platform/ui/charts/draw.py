"""`draw(spec, width)`: the picture of any specification."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from steuerrad.platform.ui.charts.draw_bars import draw_bars, draw_dumbbells, draw_profile
from steuerrad.platform.ui.charts.draw_chances import draw_columns, draw_intervals
from steuerrad.platform.ui.charts.draw_gantt import draw_gantt
from steuerrad.platform.ui.charts.draw_line import draw_line, draw_sparks
from steuerrad.platform.ui.charts.draw_strips import draw_ranks, draw_stacked
from steuerrad.platform.ui.charts.draw_time import draw_time
from steuerrad.platform.ui.charts.frame import NARROW, WIDE
from steuerrad.platform.ui.charts.specs import BarChart, Chart, DumbbellChart, LineChart, StackedBar
from steuerrad.platform.ui.charts.specs_chances import ColumnChart, IntervalChart
from steuerrad.platform.ui.charts.specs_comparison import ProfileChart, RankStrip, SparkGrid
from steuerrad.platform.ui.charts.specs_gantt import GanttChart
from steuerrad.platform.ui.charts.specs_time import TimeChart

DRAWERS: dict[type[Chart], Callable[[Any, float, str], str]] = {
    LineChart: draw_line,
    BarChart: draw_bars,
    DumbbellChart: draw_dumbbells,
    StackedBar: draw_stacked,
    RankStrip: draw_ranks,
    ProfileChart: draw_profile,
    SparkGrid: draw_sparks,
    ColumnChart: draw_columns,
    IntervalChart: draw_intervals,
    GanttChart: draw_gantt,
    TimeChart: draw_time,
}

__all__ = ["NARROW", "WIDE", "draw"]


def draw(spec: Chart, width: float = WIDE, key: str = "") -> str:
    """SVG text of `spec` laid out for `width` units (WIDE for page and PDF, NARROW for a phone).

    `key` tells two equal charts on one page apart, so that their ids differ. Raises TypeError for a
    specification without a drawer.
    """
    drawer = DRAWERS.get(type(spec))
    if drawer is None:
        raise TypeError(f"no drawer for {type(spec).__name__}")
    return drawer(spec, width, f"{key}|{spec!r}")
