"""The states of a measure as colour, pattern and glyph, so that colour never speaks alone.

Fallback colours are KERN's light palette in sRGB, for print and PDF; the style sheet replaces them by class.
"""

from __future__ import annotations

from dataclasses import dataclass

from steuerrad.platform.ui.charts.svg import Element, element


@dataclass(frozen=True)
class State:
    """`fill` and `ink` (pattern lines) are the fallback; `pattern` is a key of PATTERNS or "" for plain."""

    key: str
    fill: str
    ink: str
    pattern: str


#: From not begun to done; the order in which states are stacked.
STATES: tuple[State, ...] = (
    State("idea", "#e8e9ef", "#6e7597", "dots"),
    State("planned", "#c5d3ef", "#3a5eb9", "lines"),
    State("in_progress", "#5174c5", "#ffffff", ""),
    State("in_operation", "#3cc39f", "#004231", ""),
    State("in_operation_expanding", "#008767", "#b8edda", "rising"),
    State("completed", "#003f2e", "#ffffff", ""),
    State("stopped", "#fed9d3", "#c31c13", "cross"),
    State("unknown", "#ffffff", "#8e93b1", "lines"),
)
#: Of badges only: something wants a person, or is broken.
SIGNS: tuple[State, ...] = (
    State("warning", "#fff3c7", "#925400", ""),
    State("danger", "#fed9d3", "#c31c13", ""),
)
BY_KEY = {state.key: state for state in (*STATES, *SIGNS)}

#: Lines of a tile of 8 x 8 units.
PATTERNS: dict[str, str] = {
    "lines": "M-1 9L9 -1M-1 1L1 -1M7 9L9 7",
    "rising": "M0 6h8M0 2h8",
    "cross": "M0 0L8 8M8 0L0 8",
}

#: Glyph of a state within 16 x 16: (path of what is filled, path of what is drawn over it).
GLYPHS: dict[str, tuple[str, str]] = {
    "idea": ("", ""),
    "planned": ("M8 8V2a6 6 0 0 1 6 6z", ""),
    "in_progress": ("M8 2a6 6 0 0 1 0 12z", ""),
    "in_operation": ("M8 2a6 6 0 0 1 0 12a6 6 0 0 1 0 -12z", ""),
    "in_operation_expanding": ("M8 2a6 6 0 0 1 0 12a6 6 0 0 1 0 -12z", "M8 5v6M5 8h6"),
    "completed": ("M8 2a6 6 0 0 1 0 12a6 6 0 0 1 0 -12z", "M5 8.2l2.2 2.2L11.2 6"),
    "stopped": ("", "M5.5 5.500l5 5M10.5 5.500l-5 5"),
    "warning": ("", "M8 4.800v3.700M8 11.100v.1"),
    "danger": ("", "M8 4.800v3.700M8 11.100v.1"),
    "unknown": ("", "M6 6.200a2 2 0 1 1 2.6 1.900q-.6 .2 -.6 1M8 11.300v.1"),
}


def state_of(key: str) -> State:
    """The state with this key; an unknown key looks like "unknown"."""
    return BY_KEY.get(key, BY_KEY["unknown"])


def pattern(state: State, pattern_id: str) -> Element:
    """A <pattern> with the state's colour and lines, to be used as fill="url(#pattern_id)"."""
    tile = element("pattern", id=pattern_id, width=8, height=8, patternUnits="userSpaceOnUse")
    tile.add("rect", width=8, height=8, fill=state.fill, class_=f"state-{state.key}")
    if state.pattern == "dots":
        tile.add("circle", cx=4, cy=4, r=1.1, fill=state.ink, class_=f"state-ink-{state.key}")
    else:
        tile.add(
            "path",
            d=PATTERNS[state.pattern],
            fill="none",
            stroke=state.ink,
            stroke_width=1.4,
            class_=f"state-line-{state.key}",
        )
    return tile


def glyph(key: str) -> str:
    """A small picture of the state for badges and legends: shape and colour, hidden from screen readers."""
    state = state_of(key)
    solid, over = GLYPHS[state.key]
    ink = (
        state.ink
        if state.key in ("idea", "planned", "stopped", "warning", "danger", "unknown")
        else state.fill
    )
    root = element(
        "svg",
        class_="ui-glyph",
        viewBox="0 0 16 16",
        width=16,
        height=16,
        aria_hidden="true",
        focusable="false",
    )
    ring = root.add(
        "circle", cx=8, cy=8, r=6, fill="none", stroke=ink, stroke_width=1.8, class_=f"glyph-line-{state.key}"
    )
    if state.key == "idea":
        ring.set(stroke_dasharray="2.2 2")
    if solid:
        root.add("path", d=solid, fill=ink, class_=f"glyph-{state.key}")
    if over:
        on_solid = "#ffffff" if solid else ink
        root.add(
            "path",
            d=over,
            fill="none",
            stroke=on_solid,
            stroke_width=1.8,
            stroke_linecap="round",
            class_="glyph-over" if solid else f"glyph-line-{state.key}",
        )
    return str(root)
