"""Draws one-dimensional pictures: a stacked bar of states and the strip of ranks."""

from __future__ import annotations

from itertools import groupby

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.frame import AXIS, PAPER, SERIES, TEXT, Scale, Sheet
from steuerrad.platform.ui.charts.specs import StackedBar
from steuerrad.platform.ui.charts.specs_comparison import Ranked, RankStrip
from steuerrad.platform.ui.charts.states import pattern, state_of
from steuerrad.platform.ui.charts.svg import shorten, text_width
from steuerrad.platform.ui.charts.words import capital

#: Letters on the solid states, readable on their fill.
ON_FILL = {"in_progress": PAPER, "in_operation_expanding": PAPER, "completed": PAPER}


def draw_stacked(spec: StackedBar, width: float, key: str = "") -> str:
    sheet = Sheet("stacked", spec.title, spec.summary(), width, key or repr(spec))
    total = spec.total()
    if not total:
        return sheet.empty(spec.say("none"))
    shown = [part for part in spec.parts if part.count > 0]
    fills = {part.key: state_fill(sheet, part.key) for part in spec.parts}
    x, top, thick = 0.0, sheet.y, 44.0
    for part in shown:
        length = part.count / total * width
        fill, css = fills[part.key]
        sheet.root.add(
            "rect",
            x=x,
            y=top,
            width=length,
            height=thick,
            fill=fill,
            class_=css,
            stroke=PAPER,
            stroke_width=2,
        )
        count = numbers.figure(part.count, 0, spec.language)
        if length > text_width(count, sheet.size, True) + 8:
            state = state_of(part.key)
            label = sheet.text(
                x + length / 2,
                top + thick / 2 + sheet.size * 0.35,
                count,
                anchor="middle",
                bold=True,
                halo=bool(state.pattern),
            )
            if state.pattern:
                label.set(stroke=state.fill, class_=f"state-text-{state.key}", fill=_ink(state.key))
            else:
                label.set(fill=_ink(state.key), class_=f"state-text-{state.key}")
        x += length
    sheet.y += thick + 14
    sheet.legend(
        [("fill", f"{part.label}: {part.count} ({spec.share(part)})", fills[part.key]) for part in spec.parts]
    )
    return sheet.finish()


def _ink(key: str) -> str:
    return ON_FILL.get(key, TEXT)


def state_fill(sheet: Sheet, key: str) -> tuple[str, str | None]:
    """What fills an area in this state: (fill, class); a pattern is added to the sheet once."""
    state = state_of(key)
    if not state.pattern:
        return state.fill, f"state-{state.key}"
    pattern_id = f"{sheet.id}-{state.key}"
    if all(child.attributes.get("id") != pattern_id for child in sheet.defs.children):
        sheet.defs.append(pattern(state, pattern_id))
    return f"url(#{pattern_id})", None


def draw_ranks(spec: RankStrip, width: float, key: str = "") -> str:
    sheet = Sheet("ranks", spec.title, spec.summary(), width, key or repr(spec))
    placed = spec.placed()
    if spec.total < 1 or not placed:
        return sheet.empty(spec.say("none"))
    fill = sheet.hatch("unknown")
    x = Scale(1, max(spec.total, 2), 14, width - 14)
    step = (width - 28) / max(spec.total - 1, 1)
    lanes = _lanes(sheet, spec, _labelled(placed, sheet.wide), x)
    depth = (max(lanes.values()) + 1) * (sheet.leading + 3) if lanes else 0.0
    top, thick = sheet.y + depth + 10, 40.0
    sheet.root.add(
        "rect",
        x=x(1) - 7,
        y=top,
        width=x(spec.total) - x(1) + 14,
        height=thick,
        rx=4,
        fill=PAPER,
        stroke=AXIS,
        class_="c-strip",
    )
    for _, run in groupby(enumerate(spec.unknown()), key=lambda pair: pair[1] - pair[0]):
        ranks = [rank for _, rank in run]
        start, end = max(x(ranks[0]) - step / 2, x(1) - 7), min(x(ranks[-1]) + step / 2, x(spec.total) + 7)
        sheet.root.add(
            "rect", x=start, y=top, width=max(end - start, 1.0), height=thick, fill=fill, class_="c-unknown"
        )
    for city in sorted(placed, key=lambda city: city.highlight):
        _city(sheet, spec, city, x, top, thick, lanes.get(city))
    for rank in _rank_ticks(spec.total, sheet.wide):
        sheet.text(
            x(rank),
            top + thick + sheet.size + 5,
            numbers.figure(rank, 0, spec.language),
            anchor="middle",
            muted=True,
        )
    sheet.y = top + thick + sheet.leading + 10
    if spec.unknown():
        sheet.legend([("fill", capital(spec.say("unknown_ranks")), fill)])
    return sheet.finish()


def _rank_ticks(total: int, wide: bool) -> list[int]:
    inner = [round(tick) for tick in numbers.ticks(1, total, 8 if wide else 4) if 1 < tick < total]
    room = total / (16 if wide else 8)
    return [
        1,
        *(rank for rank in dict.fromkeys(inner) if 1 + room < rank < total - room),
        *((total,) if total > 1 else ()),
    ]


def _label(spec: RankStrip, city: Ranked) -> str:
    return f"{city.label} {spec.rank_text(city)}"


def _labelled(placed: tuple[Ranked, ...], wide: bool) -> list[Ranked]:
    """The cities that get their name: the highlighted ones, and the best; all of them when they are few."""
    most = 12 if wide else 6
    best = placed if len(placed) <= most else placed[: 4 if wide else 3]
    marked = [city for city in placed if city.highlight][:most]
    return list(dict.fromkeys((*marked, *best)))


def _lanes(sheet: Sheet, spec: RankStrip, cities: list[Ranked], x: Scale) -> dict[Ranked, int]:
    """A lane for each label, 0 next to the strip. From right to left, each above those it would cover or whose
    line it would cross."""
    lanes: dict[Ranked, int] = {}
    spans: dict[Ranked, tuple[float, float]] = {}
    for city in sorted(cities, key=lambda city: -_middle(spec, city, x)):
        start, end = _span(sheet, spec, city, x)
        below = [
            lanes[other]
            for other, (left, right) in spans.items()
            if (start - 10 < right and left < end + 10) or start - 4 < _middle(spec, other, x) < end + 8
        ]
        spans[city], lanes[city] = (start, end), max(below, default=-1) + 1
    return lanes


def _middle(spec: RankStrip, city: Ranked, x: Scale) -> float:
    return (x(city.rank) + x(min(city.last(), spec.total))) / 2


def _span(sheet: Sheet, spec: RankStrip, city: Ranked, x: Scale) -> tuple[float, float]:
    """Left and right end of a label: it starts at its line, or ends at the sheet's edge."""
    text = _label_text(sheet, spec, city)
    wide = text_width(text, sheet.size, city.highlight)
    start = min(_middle(spec, city, x) - 4, sheet.width - wide)
    return start, start + wide


def _label_text(sheet: Sheet, spec: RankStrip, city: Ranked) -> str:
    return shorten(_label(spec, city), sheet.width * 0.6, sheet.size, city.highlight)


def _city(
    sheet: Sheet, spec: RankStrip, city: Ranked, x: Scale, top: float, thick: float, lane: int | None
) -> None:
    first, last = x(city.rank), x(min(city.last(), spec.total))
    series = 0 if city.highlight else 4
    if lane is not None:
        start, _ = _span(sheet, spec, city, x)
        baseline = top - 10 - lane * (sheet.leading + 3)
        sheet.rule(
            (first + last) / 2, baseline + 4, (first + last) / 2, top + thick / 2, css="c-axis", colour=AXIS
        )
        sheet.text(start, baseline, _label_text(sheet, spec, city), bold=city.highlight, halo=True)
    if last > first:
        sheet.root.add(
            "rect",
            x=first - 4,
            y=top + thick / 2 - 8,
            width=last - first + 8,
            height=16,
            rx=8,
            fill=SERIES[series][0],
            fill_opacity=0.35,
            stroke=SERIES[series][0],
            stroke_width=2,
            class_=f"s{series}-range",
        )
    elif city.highlight:
        sheet.marker(first, top + thick / 2, 0, 10.0)
    else:
        sheet.root.add(
            "circle",
            cx=first,
            cy=top + thick / 2,
            r=4.5,
            fill=SERIES[4][0],
            stroke=PAPER,
            stroke_width=1.2,
            class_="s4-solid",
        )
