"""The wheel: themes inside, their fields around them, the state of the measures on the rim.

Drawn from any 1..12 themes with any number of fields. Every segment is a link with its figures as its name, so
that the picture can be operated by keyboard and read aloud; the page puts the same as a list beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.frame import PAPER, TEXT, Sheet
from steuerrad.platform.ui.charts.specs import Table
from steuerrad.platform.ui.charts.states import STATES, pattern, state_of
from steuerrad.platform.ui.charts.svg import Element, element, text_width, wrap
from steuerrad.platform.ui.charts.words import capital, word

NAVY, NAVY_SOFT, FIELD, BRASS = "#06005d", "#092797", "#f3f4f7", "#6e7597"
#: Radii as shares of half the sheet: hub, theme ring, field ring, rim, tip of a handle.
HUB, THEME_OUT, FIELD_IN, FIELD_OUT, RIM_IN, RIM_OUT, HANDLE = 0.135, 0.4, 0.41, 0.75, 0.76, 0.865, 0.985
#: In which order a label is tried: where words may break (see `wrap`) and the share of the usual letter size.
#: Small whole words come before words broken anywhere; a code comes last.
FITTING = (
    *((level, scale) for level in (0, 1) for scale in (1.0, 0.93, 0.86)),
    *((level, scale) for level in (0, 1) for scale in (0.79, 0.73)),
    *((2, scale) for scale in (1.0, 0.93, 0.86, 0.79, 0.73)),
)


@dataclass(frozen=True)
class WheelField:
    """One field; counts are (state key, state in words, number of measures)."""

    code: str
    name: str
    url: str
    counts: tuple[tuple[str, str, int], ...] = ()

    @property
    def total(self) -> int:
        return sum(max(0, count) for _, _, count in self.counts)


@dataclass(frozen=True)
class WheelTheme:
    code: str
    name: str
    url: str
    fields: tuple[WheelField, ...] = ()

    @property
    def total(self) -> int:
        return sum(field.total for field in self.fields)

    @property
    def counts(self) -> tuple[tuple[str, str, int], ...]:
        return _sum_counts(self.fields)

    def short(self, field: WheelField) -> str:
        """The field's code without the theme's: NI for ZI-NI."""
        return field.code.removeprefix(f"{self.code}-") or field.code

    def entries(self) -> tuple[tuple[str, WheelField], ...]:
        """(short code, field) for the list beside the wheel."""
        return tuple((self.short(field), field) for field in self.fields)


@dataclass(frozen=True, kw_only=True)
class WheelSpec:
    """The whole wheel. `title` names it; `description` says in a sentence what it shows."""

    title: str
    themes: tuple[WheelTheme, ...]
    description: str = ""
    language: str = "de"

    @property
    def total(self) -> int:
        return sum(theme.total for theme in self.themes)

    def legend(self) -> tuple[tuple[str, str, int], ...]:
        """All states that occur: (key, words, number), from not begun to done."""
        return _sum_counts(field for theme in self.themes for field in theme.fields)

    def sentence(self, name: str, counts: tuple[tuple[str, str, int], ...]) -> str:
        """E.g. "Netz-Infrastruktur: 6 Maßnahmen, 3 in Umsetzung, 2 Idee"."""
        counts = _ordered(counts)
        total = sum(count for _, _, count in counts)
        if not total:
            return f"{name}: {word('no_measures', self.language)}"
        unit = word("measure" if total == 1 else "measures", self.language)
        parts = ", ".join(f"{count} {label}" for _, label, count in counts)
        return f"{name}: {numbers.figure(total, 0, self.language)} {unit}, {parts}"

    def table(self) -> Table:
        states = self.legend()
        header = (
            capital(word("theme", self.language)),
            capital(word("field", self.language)),
            capital(word("measures", self.language)),
            *(label for _, label, _ in states),
        )
        rows = []
        for theme in self.themes:
            for field in theme.fields:
                found = _by_key(field.counts)
                cells = (str(found.get(key, ("", 0))[1]) for key, _, _ in states)
                rows.append((theme.name, field.name, str(field.total), *cells))
        return Table(self.title, header, tuple(rows), (False, False, True, *(True for _ in states)))


def _by_key(counts: tuple[tuple[str, str, int], ...]) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    for key, label, count in counts:
        found[key] = (label, found.get(key, (label, 0))[1] + max(0, count))
    return found


def _ordered(counts: tuple[tuple[str, str, int], ...]) -> tuple[tuple[str, str, int], ...]:
    """One entry per state that occurs, from not begun to done; states we do not know come last."""
    total = _by_key(counts)
    order = {state.key: index for index, state in enumerate(STATES)}
    keys = sorted(total, key=lambda key: (order.get(key, len(order)), key))
    return tuple((key, *total[key]) for key in keys if total[key][1])


def _sum_counts(fields: Iterable[WheelField]) -> tuple[tuple[str, str, int], ...]:
    return _ordered(tuple(entry for field in fields for entry in field.counts))


def draw_wheel(spec: WheelSpec, width: float = 800.0, key: str = "") -> str:
    """SVG text of the wheel. Below 500 units of width segments carry their codes, above their names."""
    sheet = Sheet(
        "wheel",
        spec.title,
        spec.description or spec.sentence(spec.title, spec.legend()),
        width,
        f"{key}|{spec!r}",
    )
    sheet.root.set(role="group")
    sheet.y = width - 4
    wheel = _Wheel(spec, sheet)
    slots = sum(max(1, len(theme.fields)) for theme in spec.themes)
    if slots:
        wheel.handles(slots)
        angle = -90.0
        for index, theme in enumerate(spec.themes):
            share = 360.0 * max(1, len(theme.fields)) / slots
            wheel.theme(theme, index, angle, angle + share)
            for place, field in enumerate(theme.fields):
                step = share / len(theme.fields)
                wheel.field(theme, field, angle + place * step, angle + (place + 1) * step)
            angle += share
    wheel.hub()
    return sheet.finish()


class _Wheel:
    def __init__(self, spec: WheelSpec, sheet: Sheet) -> None:
        self.spec, self.sheet = spec, sheet
        self.half = sheet.width / 2
        self.size = sheet.width * (0.0186 if sheet.wide else 0.037)

    def at(self, share: float, angle: float) -> tuple[float, float]:
        """The point at `share` of the half width and `angle` degrees (0 is right, 90 is down)."""
        turn = math.radians(angle)
        return self.half + share * self.half * math.cos(turn), self.half + share * self.half * math.sin(turn)

    def handles(self, slots: int) -> None:
        """A spoke and a handle where a theme begins; a wheel of one theme still gets eight."""
        counts = [max(1, len(theme.fields)) for theme in self.spec.themes]
        angles = [-90 + 360 * sum(counts[:index]) / slots for index in range(len(counts))]
        angles = angles if len(angles) > 2 else [-90 + 45 * index for index in range(8)]
        group = self.sheet.root.add(
            "g", class_="wheel-wood", stroke=BRASS, stroke_linecap="round", fill="none"
        )
        for angle in angles:
            for start, end, thick in ((RIM_OUT, 0.91, 0.018), (0.915, HANDLE - 0.02, 0.045)):
                (x1, y1), (x2, y2) = self.at(start, angle), self.at(end, angle)
                group.add("path", d=f"M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}", stroke_width=thick * self.half)
        group.add(
            "circle",
            cx=self.half,
            cy=self.half,
            r=(RIM_OUT + 0.008) * self.half,
            stroke_width=0.012 * self.half,
        )

    def theme(self, theme: WheelTheme, index: int, start: float, end: float) -> None:
        link = self.link(
            theme.url, self.spec.sentence(f"{theme.name} ({theme.code})", theme.counts), "theme", theme.code
        )
        tone = index % 2
        link.add(
            "path",
            d=self.sector(HUB + 0.015, THEME_OUT, start, end),
            fill=(NAVY, NAVY_SOFT)[tone],
            stroke=PAPER,
            stroke_width=3,
            class_=f"wheel-theme wheel-theme--{tone}",
        )
        self.label(link, theme.name, theme.code, (HUB + 0.03, THEME_OUT - 0.01), start, end, on_dark=True)
        self.focus(link, HUB + 0.015, THEME_OUT, start, end)

    def field(self, theme: WheelTheme, field: WheelField, start: float, end: float) -> None:
        link = self.link(
            field.url, self.spec.sentence(f"{field.name} ({field.code})", field.counts), "field", theme.code
        )
        link.add(
            "path",
            d=self.sector(FIELD_IN, FIELD_OUT, start, end),
            fill=FIELD,
            stroke=PAPER,
            stroke_width=3,
            class_="wheel-field",
        )
        short = theme.short(field)
        self.label(link, field.name, short, (FIELD_IN + 0.01, FIELD_OUT - 0.01), start, end, on_dark=False)
        angle, total = start, field.total
        if not total:
            link.add(
                "path",
                d=self.sector(RIM_IN, RIM_OUT, start, end),
                fill=PAPER,
                stroke=BRASS,
                stroke_dasharray="4 4",
                stroke_width=1,
                class_="wheel-none",
            )
        for key, _, count in _ordered(field.counts):
            turn = (end - start) * count / total
            fill, css = self.fill(key)
            link.add(
                "path",
                d=self.sector(RIM_IN, RIM_OUT, angle, angle + turn),
                fill=fill,
                stroke=PAPER,
                stroke_width=1.5,
                class_=f"wheel-arc {css}".strip(),
            )
            angle += turn
        edge = self.sector(FIELD_IN, RIM_OUT, start, end)
        link.add("path", d=edge, fill="none", stroke=PAPER, stroke_width=5, class_="wheel-edge")
        self.focus(link, FIELD_IN, RIM_OUT, start, end)

    def focus(self, link: Element, inner: float, outer: float, start: float, end: float) -> None:
        """An outline inside the segment that the style sheet shows while the link has the focus."""
        inset = min(1.1, (end - start) / 4)
        path = self.sector(inner + 0.014, outer - 0.014, start + inset, end - inset)
        link.add("path", d=path, fill="none", stroke="none", stroke_width=5, class_="wheel-focus")

    def hub(self) -> None:
        centre, radius = self.half, HUB * self.half
        self.sheet.root.add(
            "circle",
            cx=centre,
            cy=centre,
            r=radius,
            fill=PAPER,
            stroke=BRASS,
            stroke_width=2,
            class_="wheel-hub",
        )
        total = numbers.figure(self.spec.total, 0, self.spec.language)
        big = min(self.size * 2, 1.5 * radius / max(1, len(total)) / 0.56)
        if not self.sheet.wide:
            self.sheet.text(centre, centre + big * 0.35, total, anchor="middle", bold=True, size=big)
            return
        unit = word("measure" if self.spec.total == 1 else "measures", self.spec.language)
        small = min(self.size * 0.95, 1.75 * radius / text_width(unit, 1.0))
        self.sheet.text(centre, centre + big * 0.12, total, anchor="middle", bold=True, size=big)
        self.sheet.text(centre, centre + big * 0.22 + small, unit, anchor="middle", size=small)

    def link(self, url: str, name: str, ring: str, theme: str) -> Element:
        safe = url if url.startswith(("/", "#", "https://", "http://")) else None
        link = element(
            "a" if safe else "g",
            href=safe,
            class_="wheel-link",
            data_ring=ring,
            data_theme=theme,
            role=None if safe else "img",
        )
        # The title is the link's name (SVG Accessibility API Mappings) and its tooltip.
        link.add("title", name)
        return self.sheet.root.append(link)

    def fill(self, key: str) -> tuple[str, str]:
        state = state_of(key)
        if not state.pattern:
            return state.fill, f"state-{state.key}"
        pattern_id = f"{self.sheet.id}-{state.key}"
        if all(child.attributes.get("id") != pattern_id for child in self.sheet.defs.children):
            self.sheet.defs.append(pattern(state, pattern_id))
        return f"url(#{pattern_id})", ""

    def sector(self, inner: float, outer: float, start: float, end: float) -> str:
        """Path of a ring segment; a full turn is drawn as two halves because an arc cannot close on itself."""
        if end - start > 359:
            middle = (start + end) / 2
            return self.sector(inner, outer, start, middle) + self.sector(inner, outer, middle, end)
        large = 1 if end - start > 180 else 0
        (ax, ay), (bx, by) = self.at(outer, start), self.at(outer, end)
        (cx, cy), (dx, dy) = self.at(inner, end), self.at(inner, start)
        far, near = outer * self.half, inner * self.half
        return (
            f"M{ax:.2f} {ay:.2f}A{far:.2f} {far:.2f} 0 {large} 1 {bx:.2f} {by:.2f}"
            f"L{cx:.2f} {cy:.2f}A{near:.2f} {near:.2f} 0 {large} 0 {dx:.2f} {dy:.2f}z"
        )

    def label(
        self,
        link: Element,
        name: str,
        code: str,
        ring: tuple[float, float],
        start: float,
        end: float,
        *,
        on_dark: bool,
    ) -> None:
        """The name in up to six lines if it fits the segment whole, else the code, else nothing."""
        inner, outer = ring[0] * self.half, ring[1] * self.half
        text = name if self.sheet.wide else ""
        lines, size, radius = fit_label(text, code, inner, outer, end - start, (start + end) / 2, self.size)
        x, y = self.at(radius / self.half, (start + end) / 2)
        if not lines:
            return
        # One text for the whole name, so that it is read as one.
        label = link.add(
            "text",
            text_anchor="middle",
            font_size=size,
            font_weight=600 if on_dark else 500,
            fill=PAPER if on_dark else TEXT,
            class_="wheel-on-dark" if on_dark else "wheel-label",
        )
        for index, line in enumerate(lines):
            space = "" if line.endswith("-") or index == len(lines) - 1 else " "
            baseline = y + _line_offset(index, len(lines), size) + size * 0.35
            label.add("tspan", line + space, x=x, y=baseline)


def _line_offset(index: int, count: int, size: float) -> float:
    """Middle of a line relative to the middle of its block."""
    return (index - (count - 1) / 2) * size * 1.18


@lru_cache(maxsize=4096)
def fit_label(
    name: str, code: str, inner: float, outer: float, span: float, middle: float, size: float
) -> tuple[tuple[str, ...], float, float]:
    """Lines, letter size and radius of a label set level within a ring segment of `span` degrees.

    Tried in the order of FITTING; few lines come before many.
    """
    radii = tuple(inner + (outer - inner) * share for share in (0.52, 0.6, 0.66, 0.44, 0.72))
    for level, scale in FITTING if name else ():
        letters = size * scale
        for width in (14, 12, 10, 8.5, 7.5, 6.5, 5.5, 4.5):
            lines = wrap(name, width * letters, letters, 6, bold=True, level=level)
            if lines[-1].endswith("…") or (level and not _tidy(lines)):
                continue
            for radius in radii:
                if _inside(lines, letters, radius, inner, outer, span, middle):
                    return tuple(lines), letters, radius
    for letters in (size, size * 0.86, size * 0.73):
        for radius in radii:
            if _inside([code], letters, radius, inner, outer, span, middle):
                return (code,), letters, radius
    return (), size, radii[0]


def _inside(
    lines: list[str], size: float, radius: float, inner: float, outer: float, span: float, middle: float
) -> bool:
    """Whether the corners of all lines lie in the segment, with a little air."""
    turn = math.radians(middle)
    cx, cy = radius * math.cos(turn), radius * math.sin(turn)
    for index, line in enumerate(lines):
        half = text_width(line, size, bold=True) / 2 + 2
        offset = _line_offset(index, len(lines), size)
        for x, y in ((dx, dy) for dx in (-half, half) for dy in (offset - size * 0.45, offset + size * 0.45)):
            px, py = cx + x, cy + y
            distance = math.hypot(px, py)
            if not inner + 2 <= distance <= outer - 2:
                return False
            away = abs((math.degrees(math.atan2(py, px)) - middle + 180) % 360 - 180)
            if away > span / 2 or (span < 180 and distance * math.sin(math.radians(span / 2 - away)) < 3):
                return False
    return True


def _tidy(lines: list[str]) -> bool:
    """Whether no line is a scrap of a broken word."""
    return all(len(line.strip("-")) > 3 for line in lines)


def swatch(key: str, swatch_id: str) -> str:
    """A small filled square of a state for the legend beside the wheel."""
    state = state_of(key)
    root = element(
        "svg",
        class_="ui-swatch",
        viewBox="0 0 24 24",
        width=24,
        height=24,
        aria_hidden="true",
        focusable="false",
    )
    fill, css = state.fill, f"state-{state.key}"
    if state.pattern:
        root.add("defs").append(pattern(state, swatch_id))
        fill, css = f"url(#{swatch_id})", None
    root.add("rect", x=1, y=1, width=22, height=22, rx=3, fill=fill, stroke=BRASS, class_=css)
    return str(root)
