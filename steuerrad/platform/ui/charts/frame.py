"""The sheet a chart is drawn on: size, colours, text, legend, axes; nothing on it leaves the view box."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2s

from steuerrad.platform.ui.charts.svg import FONT, Element, element, text_width, wrap

#: Widths for which a chart is laid out, and the letter size that stays readable there (12 px and more on screen).
WIDE, NARROW = 720.0, 340.0
SIZE = {WIDE: 16.0, NARROW: 14.0}

TEXT, MUTED, GRID, AXIS, PAPER = "#131525", "#51577a", "#cfd2e0", "#6e7597", "#ffffff"
#: (colour, dash, marker) per series; told apart by shape and dash as well as by colour.
SERIES: tuple[tuple[str, str | None, str], ...] = (
    ("#2044aa", None, "circle"),
    ("#008767", "8 4", "square"),
    ("#ad6500", "2 4", "diamond"),
    ("#9533be", "12 4 2 4", "triangle"),
    ("#5b6185", "5 2", "down"),
)
MARKERS: dict[str, str] = {
    "square": "M-.89 -.89h1.78v1.78h-1.78z",
    "diamond": "M0 -1.25L1.25 0L0 1.25L-1.25 0z",
    "triangle": "M0 -1.2L1.1 .9h-2.200z",
    "down": "M0 1.2L1.1 -.9h-2.200z",
}


@dataclass(frozen=True)
class Scale:
    """Maps low..high to start..end and keeps everything between them; huge spans do not overflow."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        size = max(abs(self.low), abs(self.high), 1e-300)
        span = self.high / size - self.low / size
        share = 0.5 if span <= 0 else (value / size - self.low / size) / span
        share = min(1.0, max(0.0, share)) if math.isfinite(share) else 0.5
        return self.start + share * (self.end - self.start)


class Sheet:
    """An SVG in the making. `y` is the pen's height: parts are put below one another."""

    def __init__(self, kind: str, title: str, description: str, width: float, key: str) -> None:
        self.width, self.size, self.y = width, SIZE.get(width, 14.0 if width < 500 else 16.0), 4.0
        digest = blake2s(
            f"{kind}|{title}|{description}|{width}|{key}".encode("utf-8", "replace"), digest_size=5
        )
        self.id = f"chart-{digest.hexdigest()}"
        self.root = element(
            "svg",
            xmlns="http://www.w3.org/2000/svg",
            id=self.id,
            class_=f"chart chart--{kind}",
            role="img",
            viewBox="",
            aria_labelledby=f"{self.id}-title {self.id}-desc",
            font_family=FONT,
            font_size=self.size,
            fill=TEXT,
        )
        self.root.add("title", title, id=f"{self.id}-title")
        self.root.add("desc", description, id=f"{self.id}-desc")
        self.defs = self.root.add("defs")

    @property
    def wide(self) -> bool:
        return self.width >= 500

    def finish(self) -> str:
        self.root.set(viewBox=f"0 0 {self.width:g} {math.ceil(self.y + 4)}")
        if not self.defs.children:
            self.root.children.remove(self.defs)
        return str(self.root)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: str = "start",
        bold: bool = False,
        muted: bool = False,
        halo: bool = False,
        size: float | None = None,
        into: Element | None = None,
    ) -> Element:
        """One line with its baseline at y. `halo` paints paper around the letters where they cross lines."""
        return (into or self.root).add(
            "text",
            text,
            x=float(x),
            y=float(y),
            text_anchor=None if anchor == "start" else anchor,
            font_weight=600 if bold else None,
            font_size=size,
            fill=MUTED if muted else TEXT,
            class_="c-muted" if muted else ("c-text c-halo" if halo else "c-text"),
            paint_order="stroke" if halo else None,
            stroke=PAPER if halo else None,
            stroke_width=4 if halo else None,
            stroke_linejoin="round" if halo else None,
        )

    def lines(self, x: float, y: float, lines: Sequence[str], **options: object) -> float:
        """Lines below one another, first baseline at y. Returns the height used."""
        for index, line in enumerate(lines):
            self.text(x, y + index * self.leading, line, **options)  # type: ignore[arg-type]
        return len(lines) * self.leading

    @property
    def leading(self) -> float:
        return self.size * 1.3

    def rule(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        css: str = "c-grid",
        dash: str | None = None,
        width: float = 1.0,
        colour: str = GRID,
    ) -> Element:
        return self.root.add(
            "line",
            x1=float(x1),
            y1=float(y1),
            x2=float(x2),
            y2=float(y2),
            stroke=colour,
            stroke_width=width,
            stroke_dasharray=dash,
            class_=css,
        )

    def marker(
        self,
        x: float,
        y: float,
        series: int,
        radius: float = 5.0,
        *,
        hollow: bool = False,
        into: Element | None = None,
    ) -> None:
        """The series' marker; `hollow` for what lies before or is less sure."""
        colour, _, shape = SERIES[series % len(SERIES)]
        css = f"s{series % len(SERIES)}"
        look = {
            "fill": PAPER if hollow else colour,
            "stroke": colour if hollow else PAPER,
            "stroke_width": 2.2 if hollow else 1.5,
            "class_": f"{css}-hollow" if hollow else f"{css}-solid",
        }
        parent = into or self.root
        if shape == "circle":
            parent.add("circle", cx=float(x), cy=float(y), r=float(radius), **look)
            return
        look["stroke_width"] = float(look["stroke_width"]) / radius
        parent.add(
            "path", d=MARKERS[shape], transform=f"translate({x:.2f} {y:.2f}) scale({radius:g})", **look
        )

    def hatch(self, name: str, *, gap: float = 7.0, colour: str = AXIS, css: str = "c-hatch") -> str:
        """A pattern of thin rising lines; returns the fill that uses it."""
        pattern_id = f"{self.id}-{name}"
        tile = self.defs.add(
            "pattern",
            id=pattern_id,
            width=gap,
            height=gap,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        )
        tile.add("line", x1=0, y1=0, x2=0, y2=gap, stroke=colour, stroke_width=1.6, class_=css)
        return f"url(#{pattern_id})"

    def empty(self, words: str) -> str:
        """The chart of no values: a sentence in a dashed box."""
        lines = wrap(words, self.width - 32, self.size, 2)
        height = len(lines) * self.leading + 40
        self.root.add(
            "rect",
            x=1,
            y=self.y,
            width=self.width - 2,
            height=height,
            rx=6,
            fill="none",
            stroke=AXIS,
            stroke_dasharray="5 4",
            class_="c-axis",
        )
        for index, line in enumerate(lines):
            self.text(
                self.width / 2,
                self.y + 20 + self.size * 0.9 + index * self.leading,
                line,
                anchor="middle",
                muted=True,
            )
        self.y += height
        return self.finish()

    def legend(self, entries: Iterable[tuple[str, str, object]]) -> None:
        """Entries (kind, text, detail) in flowing rows below the pen.

        kind: "line" or "dot" or "hollow" (detail: series), "dash" (target), "rule" (mark), "fill" (detail: fill),
        "band" (range), "wide" (highlighted mark).
        """
        x, swatch, gap = 0.0, 30.0, 22.0
        baseline = self.y + self.size
        any_drawn = False
        for kind, text, detail in entries:
            lines = wrap(text, self.width - swatch - 8, self.size, 3)
            needed = swatch + 8 + max(text_width(line, self.size) for line in lines)
            if any_drawn and x + needed > self.width:
                x, baseline = 0.0, baseline + self.leading + 2
            self._swatch(kind, x, baseline - self.size * 0.35, swatch, detail)
            for index, line in enumerate(lines):
                self.text(x + swatch + 8, baseline + index * self.leading, line)
            baseline += (len(lines) - 1) * self.leading
            x, any_drawn = x + needed + gap, True
        if any_drawn:
            self.y = baseline + self.size * 0.8

    def _swatch(self, kind: str, x: float, y: float, width: float, detail: object) -> None:
        series = detail if isinstance(detail, int) else 0
        if kind == "line":
            colour, dash, _ = SERIES[series % len(SERIES)]
            self.rule(
                x, y, x + width, y, css=f"s{series % len(SERIES)}-line", dash=dash, width=2.5, colour=colour
            )
        if kind in ("line", "dot", "hollow"):
            self.marker(x + width / 2, y, series, hollow=kind == "hollow")
        elif kind == "dash":
            self.rule(x, y, x + width, y, css="c-target", dash="9 5", width=2.2, colour="#925400")
        elif kind == "rule":
            self.rule(x + width / 2, y - 8, x + width / 2, y + 8, css="c-mark", width=2.5, colour=TEXT)
        elif kind == "tick":
            self.root.add(
                "path",
                d=f"M{x + width / 2:.2f} {y - 7:.2f}v14",
                fill="none",
                stroke=TEXT,
                stroke_width=3,
                class_="c-mark",
            )
        elif kind == "band":
            self.root.add(
                "rect",
                x=x,
                y=y - 7,
                width=width,
                height=14,
                fill=SERIES[series % len(SERIES)][0],
                fill_opacity=0.16,
                class_=f"s{series % len(SERIES)}-fill",
            )
        elif kind == "fill":
            fill, css = detail if isinstance(detail, tuple) else (str(detail), None)
            self.root.add(
                "rect",
                x=x + 6,
                y=y - 8,
                width=width - 8,
                height=16,
                rx=2,
                fill=fill,
                stroke=AXIS,
                stroke_width=1,
                class_=css,
            )
