"""Maps: links that a keyboard reaches, words for each point, colours at the ends, nothing that a page forbids."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from steuerrad.platform.ui.charts.map_drawing import RAMPS, Area, Beam, Key, MapSpec, Spot, colour, draw_map

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = [(7.0, 51.0), (7.1, 51.0), (7.1, 51.1), (7.0, 51.1), (7.0, 51.0)]
SPOTS = [
    Spot(7.05, 51.05, "20 °C", "Markt", "/stations/1/", 0.5, False, "20 °C", "circle", 7),
    Spot(7.02, 51.02, "old", "Park", "/stations/2/", None, True, "", "square"),
    Spot(7.08, 51.08, "3 °C", "Example", "/stations/3/", 0.1, False, "3 °C", "triangle"),
]
SPEC = MapSpec(
    title="T", description="D", spots=SPOTS, areas=[Area([SQUARE], "Middle", "20 °C", 0.5, (7.05, 51.02))],
    beams=[Beam((7.02, 51.02), (7.08, 51.08), 0.3)], key=Key("°C", [(0, "0"), (1, "30")]),
)  # fmt: skip


@pytest.mark.parametrize("width", [720.0, 340.0])
def test_every_point_is_a_link_with_words(width) -> None:
    text = draw_map(SPEC, width)
    root = ElementTree.fromstring(text)
    links = root.findall(f".//{SVG}a")
    assert {link.get("href"): link.get("aria-label") for link in links} == {
        "/stations/1/": "Markt: 20 °C",
        "/stations/2/": "Park: old",
        "/stations/3/": "Example: 3 °C",
    }
    assert root.get("role") == "group", "a picture with role img would hide its links"
    assert [link.get("data-live-spot") for link in links if link.get("data-live-spot")] == ["7"]
    assert "style=" not in text


def test_nothing_lies_outside_the_picture() -> None:
    root = ElementTree.fromstring(draw_map(SPEC, 720.0))
    _x, _y, width, height = map(float, str(root.get("viewBox")).split())
    for circle in root.iter(f"{SVG}circle"):
        assert 0 < float(circle.get("cx", 0)) < width
        assert 0 < float(circle.get("cy", 0)) < height


def test_a_map_of_nothing_says_so() -> None:
    assert "Nothing here" in draw_map(MapSpec(title="T", description="Nothing here"), 720.0)


@pytest.mark.parametrize("ramp", sorted(RAMPS))
def test_colours_at_the_ends_and_beyond(ramp) -> None:
    stops = RAMPS[ramp]
    assert colour(-5, ramp) == colour(0, ramp) == "#" + "".join(f"{part:02x}" for part in stops[0])
    assert colour(7, ramp) == colour(1, ramp) == "#" + "".join(f"{part:02x}" for part in stops[-1])
