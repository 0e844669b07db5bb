"""The city's outline: districts by name, repairs, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from steuerrad.platform.city.outline import OutlineError, geojson, read

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
