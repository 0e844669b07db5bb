"""The timeline says in its picture what its rows say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pytest

from steuerrad.platform.ui.charts.draw import NARROW, WIDE, draw
from steuerrad.platform.ui.charts.draw_gantt import LABEL, ROOMY
from steuerrad.platform.ui.charts.specs_gantt import GanttChart, GanttLink, GanttPoint, GanttRow

SVG = "{http://www.w3.org/2000/svg}"
ROW = GanttRow(
    "a",
    "A.1 Netz",
    "Infrastruktur",
    date(2024, 1, 1),
    date(2025, 12, 31),
    "2024–2025",
    "in_progress",
    "läuft",
)
SPEC = GanttChart(title="Zeitplan", rows=(ROW,), first=date(2024, 1, 1), last=date(2027, 12, 31))


def shapes(spec: GanttChart, name: str, width: float = WIDE, **wanted: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(draw(spec, width))
    found = [node for parent in root if parent.tag != f"{SVG}defs" for node in parent.iter(f"{SVG}{name}")]
    return [
        node for node in found if all(node.get(key.rstrip("_")) == value for key, value in wanted.items())
    ]


def words(spec: GanttChart, width: float = WIDE) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(draw(spec, width)).iter(f"{SVG}text")]


def bars(spec: GanttChart) -> list[tuple[float, float]]:
    return [
        (float(node.get("x", "")), float(node.get("width", "")))
        for node in shapes(spec, "rect", class_="c-edge state-in_progress")
    ]


def test_length_and_place_of_a_bar_are_those_of_its_period() -> None:
    room = ROOMY - 12 - LABEL
    days = (SPEC.last - SPEC.first).days + 1
    assert bars(SPEC) == [(LABEL, pytest.approx(room * 730 / days, abs=0.01))]
    later = replace(SPEC, rows=(replace(ROW, start=date(2026, 1, 1), end=date(2026, 12, 31)),))
    assert bars(later) == [
        (pytest.approx(LABEL + room * 731 / days, abs=0.01), pytest.approx(room * 364 / days, abs=0.01))
    ]


def test_what_is_late_is_hatched_up_to_the_day_that_it_is_late_by() -> None:
    late = replace(SPEC, rows=(replace(ROW, late=True, until=date(2027, 6, 30)),))
    assert not shapes(SPEC, "rect", class_="c-late-edge")
    strip = shapes(late, "rect", class_="c-late-edge")[-1]
    (_x, width) = bars(late)[0]
    assert (strip.get("fill") or "").startswith("url(#")
    assert float(strip.get("width", "")) > width
    assert late.table().rows[0][3] == "läuft, verspätet"


def test_milestones_are_diamonds_with_their_name() -> None:
    points = (
        GanttPoint("Konzept", date(2024, 6, 30), "done"),
        GanttPoint("Vergabe", date(2025, 3, 31), "late"),
        GanttPoint("Betrieb", date(2030, 1, 1)),
        GanttPoint("Abnahme", None),
    )
    spec = replace(SPEC, rows=(replace(ROW, points=points),))
    titles = [node.findtext(f"{SVG}title") for node in shapes(spec, "g")]
    assert titles == ["Konzept (30.06.2024, erreicht)", "Vergabe (31.03.2025, überfällig)"]
    assert "Abnahme (ohne Datum, offen)" in spec.table().rows[0][4]
    assert "Meilenstein überfällig" in words(spec)


def test_arrows_join_rows_that_are_shown_and_say_when_the_order_is_not_kept() -> None:
    other = replace(ROW, key="b", label="A.2 Funk", needs=("erst nach A.1 Netz",))
    link = GanttLink("a", "b", date(2025, 12, 31), date(2026, 6, 1))
    spec = replace(SPEC, rows=(ROW, other), links=(link,))
    assert "erst nach" in words(spec)
    assert not shapes(spec, "path", class_="c-late")
    broken = replace(spec, links=(replace(link, begins=date(2025, 1, 1), broken=True),))
    assert "Reihenfolge nicht eingehalten" in words(broken)
    assert shapes(broken, "path", class_="c-late")
    assert "erst nach A.1 Netz" in words(spec, NARROW)  # a phone reads what a page draws
    alone = replace(spec, rows=(other,))
    assert len(shapes(alone, "path")) == len(shapes(replace(alone, links=(link,)), "path"))


def test_today_is_a_line_only_where_it_is_shown() -> None:
    assert "heute" in words(replace(SPEC, today=date(2025, 5, 5)))
    assert "heute" not in words(replace(SPEC, today=date(2031, 5, 5)))


def test_unknown_periods_and_those_outside_are_named() -> None:
    unknown = replace(ROW, start=None, end=None, period="")
    past = replace(ROW, start=date(2001, 1, 1), end=date(2002, 1, 1))
    assert "Zeitraum nicht bekannt" in words(replace(SPEC, rows=(unknown,)))
    assert "außerhalb der gezeigten Jahre" in words(replace(SPEC, rows=(past,)))
    assert "Es liegen keine Werte vor." in words(replace(SPEC, rows=()))


def test_headings_repeat_the_years() -> None:
    spec = replace(SPEC, rows=(ROW, replace(ROW, key="b", group="Umwelt")))
    found = words(spec)
    assert found.count("2025") == 2
    assert {"Infrastruktur", "Umwelt"} <= set(found)
