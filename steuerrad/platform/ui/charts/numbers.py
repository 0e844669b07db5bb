"""Figures as people read them in German and in English, and round ticks for axes."""

from __future__ import annotations

import itertools
import math

#: Decimal sign and thousands sign per language. German: DIN 1333 comma; thin grouping by a point as in print.
SIGNS: dict[str, tuple[str, str]] = {"de": (",", "."), "en": (".", ",")}
MINUS = "−"
NARROW_SPACE = "\u202f"
#: Above this magnitude no axis or table of a city needs digits; the figure is written with a power of ten.
HUGE = 1e15
#: Axes end here, so that no step overflows.
LARGEST = 1e300
#: A span below this is no span; its steps would vanish.
SMALLEST = 1e-290


def figure(value: float | None, decimals: int | None = None, language: str = "de", missing: str = "–") -> str:
    """`value` with grouped thousands. `decimals` None keeps what the number needs, at most three places.

    A small figure keeps two digits that say something: 0.00033 is no "0.000".
    """
    if value is None or not math.isfinite(value):
        return missing
    decimal_sign, group_sign = SIGNS.get(language, SIGNS["en"])
    if abs(value) >= HUGE:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.replace('.', decimal_sign).replace('-', MINUS)} × 10^{int(exponent)}"
    places = needed_decimals(value, _most_places(value)) if decimals is None else max(0, decimals)
    text = f"{abs(value):,.{places}f}".replace(",", " ").replace(".", decimal_sign).replace(" ", group_sign)
    negative = value < 0 and any(digit in text for digit in "123456789")
    return MINUS + text if negative else text


def needed_decimals(value: float, at_most: int = 3) -> int:
    """How many decimal places (0..`at_most`) are enough to tell `value`."""
    return next(
        (places for places in range(at_most) if math.isclose(value, round(value, places), abs_tol=1e-9)),
        at_most,
    )


def _most_places(value: float) -> int:
    """Three, and for a figure between 0.00001 and 0.01 as many as its second digit needs."""
    return 1 - math.floor(math.log10(abs(value))) if 1e-5 <= abs(value) < 0.01 else 3


def with_unit(text: str, unit: str) -> str:
    """A figure and its unit, held together; a percent sign follows a narrow space (DIN 5008)."""
    if not unit:
        return text
    return f"{text}{NARROW_SPACE if unit == '%' else chr(0xA0)}{unit}"


def signed(value: float | None, decimals: int | None = None, language: str = "de", missing: str = "–") -> str:
    """A change: always with its sign, zero as ±0."""
    text = figure(value, decimals, language, missing)
    if value is None or not math.isfinite(value) or text.startswith(MINUS):
        return text
    return f"+{text}" if any(digit in text for digit in "123456789") else f"±{text}"


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About `count` round values that enclose low..high, each a multiple of 1, 2, 2.5 or 5 times a power of ten."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return [0.0, 1.0]
    low, high = (min(max(bound, -LARGEST), LARGEST) for bound in sorted((low, high)))
    size = max(abs(low), abs(high))
    if high - low <= max(size * 1e-9, SMALLEST):
        pad = size * 0.5 if size > SMALLEST else 1.0
        low, high = low - pad, high + pad
    step = _round_step((high / count) - (low / count))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def _round_step(raw: float) -> float:
    power = 10.0 ** math.floor(math.log10(raw)) if raw > 1e-300 else 1e-300
    return next(
        (factor * power for factor in (1, 2, 2.5, 5) if raw <= factor * power * 1.0000001), 10 * power
    )


def tick_decimals(values: list[float]) -> int:
    """The places that tell neighbouring ticks apart (0..6)."""
    steps = [abs(b - a) for a, b in itertools.pairwise(values) if b != a]
    return needed_decimals(min(steps), 6) if steps else 0
