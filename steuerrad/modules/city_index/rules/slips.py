"""How a wrong figure most likely came about: a lost sign, a wrong digit, two digits exchanged."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Literal

from steuerrad.engines.scoring import Figure, Interval, figure_interval, parse_figure, shown

Slip = Literal["sign", "digit", "transposed"]


def slip_of(printed: Figure, right: Interval) -> Slip | None:
    """Return the one slip of typing that turns a right figure into ``printed``, or None.

    ``right`` holds the values that would be right. A slip is named only when undoing it gives one of them.
    """
    if printed.value and figure_interval(printed).meets(-right):
        return "sign"
    digits = f"{shown(abs(printed.value), printed.decimals)}"
    for other in _transpositions(digits):
        if _fits(other, printed, right):
            return "transposed"
    wanted = _candidates(right, printed.decimals)
    if any(len(text) == len(digits) and _differing(text, digits) == 1 for text in wanted):
        same_sign = (right.lo <= 0) if printed.value < 0 else (right.hi >= 0)
        return "digit" if same_sign else None
    return None


def _transpositions(digits: str) -> list[str]:
    """All texts with two neighbouring digits exchanged; a point between them does not part neighbours."""
    places = [i for i, sign in enumerate(digits) if sign.isdigit()]
    found: list[str] = []
    for first, second in pairwise(places):
        signs = list(digits)
        signs[first], signs[second] = signs[second], signs[first]
        if signs != list(digits):
            found.append("".join(signs))
    return found


def _fits(digits: str, printed: Figure, right: Interval) -> bool:
    interval = figure_interval(parse_figure(digits))
    return (-interval if printed.value < 0 else interval).meets(right)


def _candidates(right: Interval, decimals: int) -> set[str]:
    """The printed forms, without sign, that values of ``right`` can have."""
    unit = 10**decimals
    low, high = round(right.lo * unit), round(right.hi * unit)
    return {str(shown(Fraction(abs(number), unit), decimals)) for number in range(low, high + 1)}


def _differing(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
