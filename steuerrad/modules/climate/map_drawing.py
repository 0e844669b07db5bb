"""The map of stations as one SVG: no tiles, no script. Points at their true places, labels that do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from steuerrad.platform.ui.charts.frame import AXIS, GRID, PAPER, TEXT, Sheet
from steuerrad.platform.ui.charts.svg import text_width

#: Metres of one degree of latitude (mean radius of the Earth 6371 km).
METRES = 111_195.0
#: From low to high: blue over white to red, as colours that also differ in lightness at both ends.
RAMP = ((33, 68, 170), (146, 176, 230), (240, 236, 220), (240, 160, 90), (176, 32, 32))
SCALES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Spot:
    """share: 0 to 1 on the ramp, None without a value; old: greyed. text: what stands beside the point."""

    longitude: float
    latitude: float
    text: str
    name: str
    url: str
    share: float | None
    old: bool


def colour(share: float) -> str:
    place = min(1.0, max(0.0, share)) * (len(RAMP) - 1)
    index = min(int(place), len(RAMP) - 2)
    part = place - index
    mixed = (round(a + (b - a) * part) for a, b in zip(RAMP[index], RAMP[index + 1], strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def draw_map(
    spots: Sequence[Spot],
    title: str,
    description: str,
    width: float,
    outline: Sequence[Sequence[tuple[float, float]]] = (),
    key: str = "map",
) -> str:
    """outline: rings of the city in degrees, drawn below the stations. Equirectangular around the middle latitude."""
    sheet = Sheet("map", title, description, width, key)
    around = [(spot.longitude, spot.latitude) for spot in spots] + [p for ring in outline for p in ring]
    if not around:
        return sheet.empty(description)
    sheet.root.set(role="group")  # the points in it are links
    project, height, metres = _projection(around, width)
    sheet.root.add("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=6, fill="#f3f4f8", stroke=GRID,
                   class_="c-map-ground")  # fmt: skip
    for ring in outline:
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (project(*point) for point in ring)) + "z"
        sheet.root.add("path", d=path, fill=PAPER, stroke=AXIS, stroke_width=1.2, class_="c-map-city")
    taken: list[tuple[float, float, float, float]] = []
    places = [(spot, *project(spot.longitude, spot.latitude)) for spot in spots]
    taken += [(x - 9, y - 9, x + 9, y + 9) for _spot, x, y in places]
    for spot, x, y in sorted(places, key=lambda place: (place[0].old, -place[2])):
        link = sheet.root.add("a", href=spot.url, aria_label=f"{spot.name}: {spot.text}")
        link.add("title", f"{spot.name}: {spot.text}")
        known = spot.share is not None and not spot.old
        fill = colour(spot.share) if known and spot.share is not None else "#c9ccd8"
        link.add("circle", cx=x, cy=y, r=9.0 if known else 7.0, fill=fill, stroke=TEXT, stroke_width=1.4,
                 stroke_dasharray=None if known else "2 2", class_="c-map-spot")  # fmt: skip
        room = _room(spot.text, x, y, sheet.size, width, height, taken)
        if room:
            sheet.text(room[0], room[1], spot.text, bold=known, muted=not known, halo=known, into=link)
    _scale_bar(sheet, metres, height)
    sheet.y = height
    return sheet.finish()


def _projection(around: Sequence[tuple[float, float]], width: float):
    west, east = min(p[0] for p in around), max(p[0] for p in around)
    south, north = min(p[1] for p in around), max(p[1] for p in around)
    shrink = math.cos(math.radians((south + north) / 2))
    margin = 48.0
    wide, tall = max((east - west) * shrink, 0.005), max(north - south, 0.005)
    height = min(max(width * 0.55, (width - 2 * margin) * tall / wide + 2 * margin), width * 1.1, 620.0)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / tall)
    middle = (west + east) / 2, (south + north) / 2

    def project(longitude: float, latitude: float) -> tuple[float, float]:
        return (
            width / 2 + (longitude - middle[0]) * shrink * scale,
            height / 2 - (latitude - middle[1]) * scale,
        )

    return project, height, scale / METRES


def _room(
    text: str, x: float, y: float, size: float, width: float, height: float,
    taken: list[tuple[float, float, float, float]],
) -> tuple[float, float] | None:  # fmt: skip
    """Where the label fits: right, left, above, below the point; nowhere where all is taken (the table has it)."""
    length = text_width(text, size, bold=True)
    for left, base in (
        (x + 13, y + 5),
        (x - 13 - length, y + 5),
        (x - length / 2, y - 14),
        (x - length / 2, y + 26),
    ):
        box = (left - 2, base - size, left + length + 2, base + 4)
        inside = box[0] > 2 and box[2] < width - 2 and box[1] > 2 and box[3] < height - 2
        if inside and not any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
            for other in taken
        ):
            taken.append(box)
            return left, base
    return None


def _scale_bar(sheet: Sheet, units_a_metre: float, height: float) -> None:
    length = next((m for m in reversed(SCALES) if m * units_a_metre <= sheet.width * 0.3), SCALES[0])
    x, y = 14.0, height - 14.0
    sheet.rule(x, y, x + length * units_a_metre, y, css="c-axis", width=3.0, colour=TEXT)
    label = f"{length // 1000} km" if length >= 1000 else f"{length} m"
    sheet.text(x, y - 6, label, muted=True)
