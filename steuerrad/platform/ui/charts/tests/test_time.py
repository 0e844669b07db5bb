"""Charts of readings over hours to years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.platform.ui.charts.draw import NARROW, WIDE, draw
from steuerrad.platform.ui.charts.draw_time import ticks
from steuerrad.platform.ui.charts.specs_time import Limit, Reading, Readings, TimeChart

START = datetime(2024, 3, 30, tzinfo=UTC)


def chart(values: list[float | None], step: timedelta = timedelta(hours=1), **more: object) -> TimeChart:
    points = tuple(Reading(START + step * n, value) for n, value in enumerate(values))
    return TimeChart(
        title="T", unit="°C", lines=(Readings("A", points, 2 * step.total_seconds()),), start=START,
        end=START + step * max(1, len(values)), **more,
    )  # fmt: skip


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("days", [0.2, 1, 2, 7, 31, 90, 366, 3653, 36_530])
def test_every_length_of_time_has_labels_that_fit(width, days) -> None:
    spec = chart([1.0, 2.0, 1.5], timedelta(days=days / 3))
    tree = ElementTree.fromstring(draw(spec, width))
    assert float(tree.attrib["viewBox"].split()[2]) == width
    found = ticks(spec, 8)
    assert 1 <= len(found) <= 9
    assert all(spec.start <= at <= spec.end for at, _label in found)


def test_days_keep_their_midnight_over_the_change_of_the_clock() -> None:
    labels = ticks(chart([1.0] * 96), 8)
    assert [label for _at, label in labels] == ["31.03.", "01.04.", "02.04.", "03.04."]


def test_a_gap_breaks_the_line() -> None:
    paths = draw(chart([1.0, 2.0, None, None, 3.0, 4.0]), WIDE).count('class="s0-line"')
    assert paths == 2


def test_a_limit_far_away_does_not_squeeze_the_picture() -> None:
    near = draw(chart([20.0, 29.0], limits=(Limit(30.0, "Hot"),)), WIDE)
    far = draw(chart([-5.0, 5.0], limits=(Limit(30.0, "Hot"),)), WIDE)
    assert "Hot" in near
    assert "Hot" not in far


def test_the_description_has_lowest_and_highest_value() -> None:
    assert chart([1.0, 3.0, 2.0]).summary().startswith("A: 1 bis 3")
    assert "keine Werte" in chart([None]).summary()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.floats(-1e9, 1e9), max_size=30), st.booleans())
def test_any_values_give_a_picture(values: list[float | None], bars: bool) -> None:
    spec = chart(values, bars=bars)
    for width in (WIDE, NARROW):
        assert "nan" not in draw(spec, width).replace("nance", "")
    assert len(spec.table().rows) == len(values)
