"""Printed decimals and the true values that they can stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from steuerrad.engines.scoring.interval import Interval, Number, exact

_FIGURE = re.compile(r"(?P<sign>[+\-±])?(?P<whole>\d+)(?:[.,](?P<decimals>\d+))?", re.ASCII)
_MINUS_SIGNS = str.maketrans("−–‒", "---")


class NotAFigureError(ValueError):
    """The text is not a decimal number."""


class OutsideScaleError(ValueError):
    """No value inside the scale rounds to the printed figure."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was printed: ``value`` exactly as written, with its number of ``decimals``."""

    text: str
    value: Fraction
    decimals: int
    signed: bool


def parse_figure(text: str) -> Figure:
    """Read a printed decimal: "4,5", "66.80", "+33,6", "-4,0", "−4,0", "100".

    Comma and point both separate decimals; grouping of thousands does not occur on a scale of 100 and is not
    accepted, since "1.200" would be ambiguous. Raises NotAFigureError.
    """
    clean = text.strip().translate(_MINUS_SIGNS).replace(" ", "")
    match = _FIGURE.fullmatch(clean)
    if match is None:
        raise NotAFigureError(f"not a figure: {text!r}")
    decimals = match["decimals"] or ""
    value = Fraction(int(match["whole"] + decimals), 10 ** len(decimals))
    return Figure(text.strip(), -value if match["sign"] == "-" else value, len(decimals), bool(match["sign"]))


def figure_interval(
    figure: Figure, *, low: Number | None = None, high: Number | None = None, decimals: int | None = None
) -> Interval:
    """Return the true values that ``figure`` can stand for; see ``printed_interval``."""
    half = Fraction(1, 2 * 10 ** (figure.decimals if decimals is None else decimals))
    lo, hi = figure.value - half, figure.value + half
    lo = lo if low is None else max(lo, exact(low))
    hi = hi if high is None else min(hi, exact(high))
    if lo > hi:
        raise OutsideScaleError(f"{figure.text!r} lies outside the scale from {low} to {high}")
    return Interval(lo, hi)


def printed_interval(
    text: str, *, low: Number | None = None, high: Number | None = None, decimals: int | None = None
) -> Interval:
    """Return the true values that the printed decimal ``text`` can stand for.

    The interval is closed and reaches half a unit of the last printed digit to either side, which holds for
    rounding half up, half down and half even alike, and is clipped to the scale ``low`` to ``high``.

    "100" may be an integer that somebody rounded (99.5 to 100.5) or "100,0" in short (99.95 to 100.05). The
    text alone cannot tell; without ``decimals`` the wide reading is taken, which never condemns a right
    figure. Pass ``decimals=1`` where the table is known to have one decimal and to drop ",0".
    Raises NotAFigureError and OutsideScaleError.
    """
    return figure_interval(parse_figure(text), low=low, high=high, decimals=decimals)


def figures_agree(first: Figure, second: Figure) -> bool:
    """Whether two prints of one and the same figure agree.

    With the same number of decimals they must be equal: that two publishers round an exact half differently is
    no explanation worth having. Otherwise the finer one must round to the coarser one.
    """
    if first.decimals == second.decimals:
        return first.value == second.value
    half = Fraction(1, 2 * 10 ** min(first.decimals, second.decimals))
    return abs(first.value - second.value) <= half


def shown(value: Fraction, decimals: int) -> Decimal:
    """Round ``value`` half up (away from zero) to ``decimals`` places, as such tables are printed."""
    scaled = value * 10**decimals
    rounded = (abs(scaled) + Fraction(1, 2)).__floor__()
    return Decimal(rounded if scaled >= 0 else -rounded).scaleb(-decimals)
