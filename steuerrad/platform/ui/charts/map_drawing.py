"""A map as one SVG: no tiles, no script. Areas, points at their true places, labels that do not cover each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from steuerrad.platform.ui.charts.frame import AXIS, GRID, MUTED, PAPER, TEXT, Sheet
from steuerrad.platform.ui.charts.map_crowd import Room, together
from steuerrad.platform.ui.charts.svg import Element, Written, escaped, text_width

#: Metres of one degree of latitude (mean radius of the Earth 6371 km).
METRES = 111_195.0
Colour = tuple[int, int, int]
#: From low to high; each also goes from dark to light or back, so that it can be read without seeing colours.
RAMPS: dict[str, tuple[Colour, ...]] = {
    "heat": ((33, 68, 170), (146, 176, 230), (240, 236, 220), (240, 160, 90), (176, 32, 32)),
    "wet": ((238, 214, 164), (214, 226, 214), (140, 190, 222), (62, 130, 196), (22, 62, 132)),
    "harm": ((250, 243, 190), (246, 200, 110), (232, 130, 82), (178, 62, 110), (84, 26, 112)),
}
SCALES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
SILENT = "#c9ccd8"
Ring = Sequence[tuple[float, float]]
Project = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Spot:
    """share: 0 to 1 on the ramp, None without a value; old: greyed. text: what is told of it; label: beside the point.

    shape: "circle", "square" or "triangle", for what is not of the same kind. series: of its live value, 0 for none.
    count: how many points the mark stands for.
    """

    longitude: float
    latitude: float
    text: str
    name: str
    url: str
    share: float | None
    old: bool
    label: str = ""
    shape: str = "circle"
    series: int = 0
    count: int = 1


@dataclass(frozen=True)
class Crowd:
    """Very many points: longitude, latitude (degrees) and shape of each; only points of one shape stand together.

    tell: the mark for the points with these numbers, one or several that would cover each other; asked only for what
    is drawn, so that a thousand points cost little more than a hundred.
    """

    places: Sequence[tuple[float, float, str]]
    tell: Callable[[Sequence[int]], Spot]


@dataclass(frozen=True)
class Area:
    """rings: outlines in degrees. share: 0 to 1 on the ramp, None: no value. at: where its name may stand."""

    rings: Sequence[Ring]
    name: str = ""
    text: str = ""
    share: float | None = None
    at: tuple[float, float] | None = None


@dataclass(frozen=True)
class Beam:
    """A line between two points, e.g. between a device and what hears it."""

    start: tuple[float, float]
    end: tuple[float, float]
    share: float | None = None


@dataclass(frozen=True)
class Key:
    """What the colours mean: title with unit, and labels at shares of the ramp."""

    title: str
    labels: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """description: what a screen reader is told of the picture as a whole.

    section: west, south, east and north of what is shown; everything where there is none.
    """

    title: str
    description: str
    spots: Sequence[Spot] = ()
    crowd: Crowd | None = None
    section: tuple[float, float, float, float] | None = None
    areas: Sequence[Area] = ()
    beams: Sequence[Beam] = ()
    ramp: str = "heat"
    key: Key | None = None
    extra: dict[str, object] = field(default_factory=dict[str, object])


def colour(share: float, ramp: str = "heat") -> str:
    """share: 0 to 1, cut there → #rrggbb."""
    stops = RAMPS[ramp]
    place = min(1.0, max(0.0, share)) * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    part = place - index
    mixed = (round(a + (b - a) * part) for a, b in zip(stops[index], stops[index + 1], strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def draw_map(spec: MapSpec, width: float, key: str = "map") -> str:
    """The map `width` units wide. Equirectangular around the middle latitude: true to size over a city."""
    sheet = Sheet("map", spec.title, spec.description, width, key)
    around = _around(spec)
    if not around:
        return sheet.empty(spec.description)
    sheet.root.set(role="group", **spec.extra)  # the points in it are links
    project, height, metres = _projection(around, width)
    sheet.root.add("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=6, fill="#f3f4f8", stroke=GRID,
                   class_="c-map-ground")  # fmt: skip
    for area in spec.areas:
        _area(sheet, area, spec.ramp, project)
    for beam in spec.beams:
        (x1, y1), (x2, y2) = project(*beam.start), project(*beam.end)
        stroke = AXIS if beam.share is None else colour(beam.share, spec.ramp)
        sheet.rule(x1, y1, x2, y2, css="c-map-beam", width=1.6, colour=stroke)
    places = [
        (spot, *project(spot.longitude, spot.latitude))
        for spot in (*spec.spots, *_marks(spec, project, width))
    ]
    room = Room((width, height))
    for _spot, x, y in places:
        room.take((x - 9, y - 9, x + 9, y + 9))
    room.take((0, height - 40, 14 + width * 0.32, height))  # the scale
    for spot, x, y in sorted(places, key=lambda place: (place[0].old, -place[2])):
        _mark(sheet, spot, x, y, spec.ramp, room)
    if sheet.wide:
        _names(sheet, spec.areas, project, room)
    _scale_bar(sheet, metres, height)
    sheet.y = height
    if spec.key:
        _key(sheet, spec.key, spec.ramp)
    return sheet.finish()


def _around(spec: MapSpec) -> list[tuple[float, float]]:
    """Points that the picture must hold."""
    if spec.section:
        west, south, east, north = spec.section
        return [(west, south), (east, north)]
    around = [(spot.longitude, spot.latitude) for spot in spec.spots]
    around += [place[:2] for place in (spec.crowd.places if spec.crowd else ())]
    return around + [point for area in spec.areas for ring in area.rings for point in ring]


def _marks(spec: MapSpec, project: Project, width: float) -> list[Spot]:
    if spec.crowd is None:
        return []
    points = [(*project(longitude, latitude), shape) for longitude, latitude, shape in spec.crowd.places]
    return [spec.crowd.tell(members) for members in together(points, width)]


def _area(sheet: Sheet, area: Area, ramp: str, project: Project) -> None:
    for ring in area.rings:
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (project(*point) for point in ring)) + "z"
        valued = area.share is not None
        drawn = sheet.root.add(
            "path", d=path, fill=colour(area.share or 0.0, ramp) if valued else PAPER, stroke=AXIS, stroke_width=1.0,
            fill_opacity=0.45 if valued else None, class_="c-map-valued" if valued else "c-map-city",
        )  # fmt: skip
        if area.name:
            drawn.add("title", f"{area.name}: {area.text}" if area.text else area.name)


def _mark(sheet: Sheet, spot: Spot, x: float, y: float, ramp: str, room: Room) -> None:
    """A link with its shape and labels, written as text at once: there may be hundreds."""
    told = escaped(f"{spot.name}: {spot.text}")
    known = spot.share is not None and not spot.old
    fill = colour(spot.share, ramp) if known and spot.share is not None else SILENT
    dash = "" if known else ' stroke-dasharray="2 2"'
    radius = (9.0 if known else 7.0) + (2.5 if spot.count > 1 else 0.0)
    if spot.shape == "square":
        side = 2 * radius - 2
        shape = f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:g}" height="{side:g}"'
    elif spot.shape == "triangle":
        shape = f'<path d="M{x:.1f} {y - radius:.1f}l{radius:g} {1.8 * radius:g}h{-2 * radius:g}z"'
    else:
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"'
    live = f' data-live-spot="{spot.series}"' if spot.series else ""
    parts = [
        f'<a href="{escaped(spot.url)}" aria-label="{told}"{live}><title>{told}</title>{shape} fill="{fill}" '
        f'stroke="{TEXT}" stroke-width="1.4"{dash} class="c-map-spot"/>'
    ]
    if spot.count > 1:
        parts.append(_label(str(spot.count), x, y + 4, True, 'text-anchor="middle" font-size="11" '))
    at = _beside(spot.label, x, y, sheet.size, room) if spot.label else None
    if at:
        parts.append(_label(spot.label, *at, known))
    sheet.root.append(Written("".join(parts) + "</a>"))


def _label(text: str, x: float, y: float, bold: bool, more: str = "") -> str:
    look = (
        f'font-weight="600" fill="{TEXT}" class="c-text c-halo" paint-order="stroke" stroke="{PAPER}" stroke-width="4" '
        'stroke-linejoin="round"' if bold else f'fill="{MUTED}" class="c-muted"'
    )  # fmt: skip
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}{look}>{escaped(text)}</text>'


def _names(sheet: Sheet, areas: Sequence[Area], project: Project, room: Room) -> None:
    """Names of areas where nothing else stands; all of them are in the table."""
    small = sheet.size * 0.72
    for area in areas:
        if not area.name or area.at is None:
            continue
        x, y = project(*area.at)
        half = text_width(area.name, small) / 2
        for base in (y + small / 3, y - small, y + small * 1.8, y - small * 2.2):
            box = (x - half - 1, base - small, x + half + 1, base + 3)
            if room.free(box):
                room.take(box)
                sheet.root.add("text", area.name, x=x, y=base, text_anchor="middle", font_size=small, fill=MUTED,
                               class_="c-muted", aria_hidden="true")  # fmt: skip
                break


def _projection(around: Sequence[tuple[float, float]], width: float) -> tuple[Project, float, float]:
    """From degrees to the picture, its height, and units of a metre."""
    west, east = min(p[0] for p in around), max(p[0] for p in around)
    south, north = min(p[1] for p in around), max(p[1] for p in around)
    shrink = math.cos(math.radians((south + north) / 2))
    margin = 48.0 if len(around) < 60 else 20.0  # an outline needs no room around it for labels
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


def _beside(text: str, x: float, y: float, letters: float, room: Room) -> tuple[float, float] | None:
    """Where the label fits: right, left, above, below the point; nowhere where all is taken (the table has it)."""
    length = text_width(text, letters, bold=True)
    for left, base in (
        (x + 13, y + 5),
        (x - 13 - length, y + 5),
        (x - length / 2, y - 14),
        (x - length / 2, y + 26),
    ):
        box = (left - 2, base - letters, left + length + 2, base + 4)
        if room.free(box):
            room.take(box)
            return left, base
    return None


def _scale_bar(sheet: Sheet, units_a_metre: float, height: float) -> None:
    length = next((m for m in reversed(SCALES) if m * units_a_metre <= sheet.width * 0.3), SCALES[0])
    x, y = 14.0, height - 14.0
    sheet.rule(x, y, x + length * units_a_metre, y, css="c-axis", width=3.0, colour=TEXT)
    label = f"{length // 1000} km" if length >= 1000 else f"{length} m"
    sheet.text(x, y - 6, label, muted=True)


def _key(sheet: Sheet, key: Key, ramp: str) -> None:
    """A strip of the ramp below the map, with its title and figures."""
    sheet.text(0, sheet.y + sheet.leading, key.title)
    top, length = sheet.y + sheet.leading * 1.5, min(sheet.width - 24, 420.0)
    name = f"{sheet.id}-ramp"
    ends: Element = sheet.defs.add("linearGradient", id=name)
    stops = RAMPS[ramp]
    for index in range(len(stops)):
        place = index / (len(stops) - 1)
        ends.add("stop", offset=place, stop_color=colour(place, ramp))
    sheet.root.add("rect", x=0.5, y=top, width=length, height=12, rx=2, fill=f"url(#{name})", stroke=AXIS)
    for share, label in key.labels:
        x = share * length
        sheet.rule(x, top + 12, x, top + 17, css="c-axis", colour=AXIS)
        half = text_width(label, sheet.size) / 2
        sheet.text(min(max(x, half), sheet.width - half), top + 17 + sheet.size, label, anchor="middle", muted=True)  # fmt: skip
    sheet.y = top + 17 + sheet.size * 1.4
