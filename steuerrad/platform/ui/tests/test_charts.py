"""Any data, even none or absurd, gives a well-formed picture inside its view box, and the table agrees."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.platform.ui.charts.draw import NARROW, WIDE, draw
from steuerrad.platform.ui.charts.specs import (
    Bar,
    BarChart,
    Break,
    Chart,
    DumbbellChart,
    LineChart,
    Mark,
    Pair,
    Part,
    Series,
    StackedBar,
    Target,
    TimePoint,
)
from steuerrad.platform.ui.charts.specs_chances import Column, ColumnChart, IntervalChart, Range
from steuerrad.platform.ui.charts.specs_comparison import (
    ProfileChart,
    Profiled,
    Ranked,
    RankStrip,
    Spark,
    SparkGrid,
)
from steuerrad.platform.ui.charts.specs_gantt import GanttChart, GanttLink, GanttPoint, GanttRow
from steuerrad.platform.ui.charts.wheel import WheelField, WheelSpec, WheelTheme, draw_wheel

SVG = "{http://www.w3.org/2000/svg}"
POSITIONS = ("x", "x1", "x2", "cx", "y", "y1", "y2", "cy")

numbers = st.one_of(
    st.none(), st.integers(-(10**6), 10**6).map(float), st.floats(allow_nan=True, allow_infinity=True)
)
texts = st.text(max_size=60)
whens = st.one_of(st.integers(1900, 2100), st.dates(date(1950, 1, 1), date(2100, 1, 1)))
common = {
    "title": texts,
    "unit": st.sampled_from(["", "%", "Punkte", "kWh je Einwohner*in"]),
    "decimals": st.sampled_from([None, 0, 1, 2]),
    "language": st.sampled_from(["de", "en"]),
}
finite = st.floats(allow_nan=False, allow_infinity=False)
points = st.builds(TimePoint, whens, numbers, numbers, numbers)


def many(strategy: st.SearchStrategy, size: int = 6) -> st.SearchStrategy:
    return st.lists(strategy, max_size=size).map(tuple)


lines = st.builds(
    LineChart,
    series=many(st.builds(Series, texts, many(points, 8)), 3),
    target=st.none() | st.builds(Target, finite, st.none() | whens, texts),
    breaks=many(st.builds(Break, whens, texts), 2),
    **common,
)
bars = st.builds(
    BarChart,
    bars=many(st.builds(Bar, texts, numbers, numbers, numbers, st.booleans())),
    comparison_name=texts,
    reference_name=texts,
    mark=st.none() | st.builds(Mark, finite, texts),
    maximum=st.none() | st.just(100.0),
    **common,
)
dumbbells = st.builds(DumbbellChart, pairs=many(st.builds(Pair, texts, numbers, numbers)), **common)
stacks = st.builds(
    StackedBar,
    parts=many(
        st.builds(
            Part, st.sampled_from(["idea", "planned", "in_progress", "x"]), texts, st.integers(-5, 10**9)
        )
    ),
    **common,
)
ranks = st.builds(
    RankStrip,
    total=st.integers(-1, 90),
    cities=many(
        st.builds(Ranked, texts, st.integers(-3, 100), st.none() | st.integers(0, 200), st.booleans()), 12
    ),
    **common,
)
profiles = st.builds(
    ProfileChart,
    names=many(texts, 4),
    categories=many(st.builds(Profiled, texts, many(numbers, 4))),
    **common,
)
sparks = st.builds(SparkGrid, sparks=many(st.builds(Spark, texts, many(points))), **common)
columns = st.builds(
    ColumnChart,
    columns=many(st.builds(Column, texts, numbers, numbers), 30),
    comparison_name=texts,
    label_name=texts,
    **common,
)
intervals = st.builds(
    IntervalChart,
    ranges=many(st.builds(Range, texts, numbers, numbers, numbers, st.integers(0, 9))),
    minimum=st.none() | finite,
    **common,
)
days = st.none() | st.dates(date(1990, 1, 1), date(2060, 1, 1))
some_days = st.dates(date(1990, 1, 1), date(2060, 1, 1))
keys = st.sampled_from("abc")
timelines = st.builds(
    GanttChart,
    rows=many(
        st.builds(
            GanttRow, keys, texts, st.sampled_from(["", "A", "B"]), days, days, texts,
            st.sampled_from(["idea", "in_progress", "odd"]), texts, st.booleans(), days,
            many(st.builds(GanttPoint, texts, days, st.sampled_from(["done", "open", "late"]), days), 3),
            many(texts, 2),
        )
    ),
    links=many(st.builds(GanttLink, keys, keys, some_days, some_days, st.booleans()), 4),
    first=some_days,
    last=some_days,
    today=days,
    **common,
)  # fmt: skip
specs = st.one_of(lines, bars, dumbbells, stacks, ranks, profiles, sparks, columns, intervals, timelines)


def check_picture(svg: str, role: str = "img") -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    for node in root.iter():
        assert node.tag not in (f"{SVG}script", f"{SVG}style", f"{SVG}foreignObject")
        assert not any(name == "style" or name.startswith("on") for name in node.attrib)
        assert not node.get("href", "/").startswith("javascript")
    assert root.get("role") == role
    _, _, width, height = map(float, root.get("viewBox", "").split())
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
    for node in (node for node in root.iter() if node.tag != f"{SVG}pattern"):
        for name in POSITIONS:
            if node.get(name) is not None and "transform" not in node.attrib:
                value = float(node.get(name, ""))
                limit = width if "x" in name else height
                assert -0.5 <= value <= limit + 0.5, (node.tag, name, value, limit)
    return root


@settings(max_examples=150, deadline=None)
@given(spec=specs, width=st.sampled_from([WIDE, NARROW]))
def test_any_data_gives_a_sound_picture(spec: Chart, width: float) -> None:
    check_picture(draw(spec, width))


@settings(max_examples=100, deadline=None)
@given(spec=specs)
def test_every_row_of_the_table_has_all_cells(spec: Chart) -> None:
    table = spec.table()
    assert len(table.numeric) == len(table.header)
    assert all(len(row) == len(table.header) for row in table.rows)
    assert all(isinstance(cell, str) for row in table.rows for cell in row)


@settings(max_examples=40, deadline=None)
@given(
    themes=many(
        st.builds(
            WheelTheme,
            st.text(max_size=8),
            texts,
            st.sampled_from(["/t/", "", "javascript:alert(1)"]),
            many(
                st.builds(
                    WheelField,
                    st.text(max_size=8),
                    texts,
                    st.just("/f/"),
                    many(
                        st.tuples(st.sampled_from(["idea", "completed", "odd"]), texts, st.integers(-1, 40)),
                        3,
                    ),
                ),
                8,
            ),
        ),
        12,
    ),
    width=st.sampled_from([800.0, 360.0]),
)
def test_any_wheel_is_sound(themes: tuple[WheelTheme, ...], width: float) -> None:
    root = check_picture(draw_wheel(WheelSpec(title="Wheel", themes=themes), width), role="group")
    links = [node.get("href", "") for node in root.iter(f"{SVG}a")]
    assert all(link.startswith("/") for link in links)
    assert len(links) == sum(len(t.fields) for t in themes) + sum(t.url.startswith("/") for t in themes)


def test_line_does_not_cross_a_gap_or_a_break() -> None:
    values = [1.0, 2.0, None, 4.0, 5.0, 6.0, 7.0]
    series = Series("a", tuple(TimePoint(2015 + i, value) for i, value in enumerate(values)))
    whole = LineChart(title="t", series=(Series("a", series.points[3:]),))
    cut = LineChart(title="t", series=(series,), breaks=(Break(2020, "new count"),))
    assert _courses(whole) == 1
    assert _courses(cut) == 3  # 2015-2016, 2018-2019, 2020-2021


def _courses(spec: Chart) -> int:
    root = ElementTree.fromstring(draw(spec))
    return sum(1 for node in root.iter(f"{SVG}path") if node.get("class") == "s0-line")


def test_figures_of_picture_and_table_agree_and_are_german() -> None:
    spec = BarChart(title="t", bars=(Bar("Verwaltung", 1234.56), Bar("Mobilität", None)), decimals=1)
    assert spec.table().rows == (("Verwaltung", "1.234,6"), ("Mobilität", "nicht bekannt"))
    shown = [node.text for node in ElementTree.fromstring(draw(spec)).iter(f"{SVG}text")]
    assert {"1.234,6", "nicht bekannt"} <= set(shown)


def test_stacked_lengths_are_proportional_to_counts() -> None:
    spec = StackedBar(title="t", parts=(Part("in_progress", "läuft", 30), Part("completed", "fertig", 10)))
    bars_ = [
        node for node in ElementTree.fromstring(draw(spec)).iter(f"{SVG}rect") if node.get("height") == "44"
    ]
    widths = [float(node.get("width", "0")) for node in bars_]
    assert widths == [pytest.approx(540), pytest.approx(180)]


def test_rank_strip_hatches_exactly_the_unknown_ranks() -> None:
    spec = RankStrip(title="t", total=10, cities=(Ranked("A", 1), Ranked("B", 4, worst=6, highlight=True)))
    assert spec.unknown() == (2, 3, 4, 5, 6, 7, 8, 9, 10)
    assert ("B", "4 bis 6") in spec.table().rows


def test_two_equal_charts_have_different_ids() -> None:
    spec = BarChart(title="t", bars=(Bar("a", 1.0),))
    first, second = (re.findall(r'id="([^"]+)"', draw(spec, key=key)) for key in ("1", "2"))
    assert not set(first) & set(second)
    assert draw(spec, key="1") == draw(spec, key="1")


def test_wheel_names_segments_with_their_counts() -> None:
    field = WheelField(
        "ZI-NI", "Netz-Infrastruktur", "/f/", (("idea", "Idee", 2), ("in_progress", "in Umsetzung", 4))
    )
    svg = draw_wheel(WheelSpec(title="Rad", themes=(WheelTheme("ZI", "Infrastruktur", "/t/", (field,)),)))
    labels = [node.findtext(f"{SVG}title") for node in ElementTree.fromstring(svg).iter(f"{SVG}a")]
    assert labels == [
        "Infrastruktur (ZI): 6 Maßnahmen, 2 Idee, 4 in Umsetzung",
        "Netz-Infrastruktur (ZI-NI): 6 Maßnahmen, 2 Idee, 4 in Umsetzung",
    ]
