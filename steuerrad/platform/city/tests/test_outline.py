"""The city's outline: districts by name, repairs, what is refused, and how a map shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from steuerrad.platform.city.outline import OutlineError, geojson, read, rings
from steuerrad.platform.ui.charts.map_drawing import RAMPS, Area, Key, MapSpec, Spot, colour, draw_map

SQUARE = [[7.0, 51.0], [7.1, 51.0], [7.1, 51.1], [7.0, 51.1], [7.0, 51.0]]
EAST = [[7.1, 51.0], [7.2, 51.0], [7.2, 51.1], [7.1, 51.1], [7.1, 51.0]]
BOW_TIE = [[7.0, 51.0], [7.1, 51.1], [7.1, 51.0], [7.0, 51.1], [7.0, 51.0]]


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "outline.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def feature(ring: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_districts_and_the_whole(tmp_path) -> None:
    heights = [[*point, 0, None] for point in EAST]
    path = written(tmp_path, {"type": "FeatureCollection", "features": [
        feature(SQUARE, name="West"), feature(heights, name="Ost"),
        {"type": "Feature", "properties": {"name": "Rathaus"}, "geometry": {"type": "Point", "coordinates": [7, 51]}},
    ]})  # fmt: skip
    found = read(path)
    assert [one.name for one in found.named] == ["Ost", "West"]
    assert found.whole.area == pytest.approx(0.02)
    again = written(tmp_path, geojson(found))
    assert [one.name for one in read(again).named] == ["Ost", "West"]


def test_names_under_another_property(tmp_path) -> None:
    path = written(tmp_path, {"features": [feature(SQUARE, Bezirk="Mitte")]})
    assert [one.name for one in read(path, "Bezirk").named] == ["Mitte"]
    assert read(path).named == ()


def test_an_area_that_crosses_itself_is_repaired(tmp_path) -> None:
    assert read(written(tmp_path, feature(BOW_TIE))).whole.is_valid


@pytest.mark.parametrize(
    "document",
    ["", "[]", "{", '{"features": 5}', '{"features": []}', '{"type": "Point", "coordinates": [7, 51]}',
     {"type": "Polygon", "coordinates": [[[374000, 5700000], [375000, 5700000], [375000, 5701000], [374000, 5700000]]]},
     {"type": "Polygon", "coordinates": [[["a", "b"]]]}],
)  # fmt: skip
def test_what_is_no_outline_is_refused_with_a_reason(tmp_path, document) -> None:
    with pytest.raises(OutlineError, match=r"outline\.geojson"):
        read(written(tmp_path, document))


def test_a_map_is_one_picture_with_links_and_a_key(tmp_path) -> None:
    found = read(written(tmp_path, feature(SQUARE, name="Mitte")))
    spots = [
        Spot(7.05, 51.05, "20 °C", "Markt", "/stations/1/", 0.5, False, "20 °C", "circle", 7),
        Spot(7.02, 51.02, "alt", "Park", "/stations/2/", None, True, "", "square"),
        Spot(7.08, 51.08, "3 °C", "Beispiel", "/stations/3/", 0.1, False, "3 °C", "triangle"),
    ]
    area = Area(rings(found.whole), "Mitte", "20 °C", 0.5, (7.05, 51.02))
    spec = MapSpec(
        title="T", description="D", spots=spots, areas=[area], key=Key("°C", [(0, "0"), (1, "30")])
    )
    for width in (720.0, 340.0):
        root = ElementTree.fromstring(draw_map(spec, width))
        links = root.findall(".//{http://www.w3.org/2000/svg}a")
        assert {link.get("href") for link in links} == {"/stations/1/", "/stations/2/", "/stations/3/"}
        assert all(link.get("aria-label") for link in links)
        assert "style" not in draw_map(spec, width)
    assert "7 km" not in draw_map(spec, 720.0)


def test_a_map_of_nothing_says_so() -> None:
    assert "Nothing here" in draw_map(MapSpec(title="T", description="Nothing here"), 720.0)


@pytest.mark.parametrize("ramp", sorted(RAMPS))
def test_colours_at_the_ends_and_beyond(ramp) -> None:
    stops = RAMPS[ramp]
    assert colour(-5, ramp) == colour(0, ramp) == "#" + "".join(f"{part:02x}" for part in stops[0])
    assert colour(7, ramp) == colour(1, ramp) == "#" + "".join(f"{part:02x}" for part in stops[-1])
