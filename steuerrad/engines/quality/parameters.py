"""What the tests are told: one value object a test, made of plain mappings (from TOML or JSON) and checked at once.

Durations in hours, values in the unit of the series. A test without its parameters does not run: the flag stays
"not evaluated" rather than "good".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar, cast

HOUR: Final = 3_600_000_000  # µs


class ParameterError(ValueError):
    """place: "stuck.fail_h"; reason: for people."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class GrossRange:
    """Outside of low..high cannot be: fail. Outside of suspect_low..suspect_high is rare: suspect."""

    low: float | None = None
    high: float | None = None
    suspect_low: float | None = None
    suspect_high: float | None = None


@dataclass(frozen=True)
class RateOfChange:
    """per_hour: the largest change that nature makes, over most_gap_h at the longest; at_least: smaller steps never count."""

    per_hour: float
    at_least: float = 0.0
    most_gap_h: float = 3.0


@dataclass(frozen=True)
class Spike:
    """Up to `width` values that stand off both sides by more than suspect (fail)."""

    suspect: float
    fail: float | None = None
    width: int = 1
    most_gap_h: float = 3.0


@dataclass(frozen=True)
class Stuck:
    """Values that stay within tolerance from one to the next for so long. resting_low..resting_high: values at which standing
    still is natural (no rain, a full battery); one bound alone leaves the other side open.
    """

    suspect_h: float
    fail_h: float | None = None
    tolerance: float = 0.0
    resting_low: float | None = None
    resting_high: float | None = None


@dataclass(frozen=True)
class Attenuated:
    """The span from the lowest to the highest value in any window_h is below `span`."""

    span: float
    window_h: float
    resting_low: float | None = None
    resting_high: float | None = None


@dataclass(frozen=True)
class Gap:
    """Longer than factor times the expected interval."""

    interval_s: float
    factor: float = 2.5


@dataclass(frozen=True)
class Drift:
    """The difference from the median of the neighbours, by day, against its own median lag_days to lag_days + base_days
    before: off by more than `suspect` over `over_days` days. fewest: neighbours that must have values.
    """

    suspect: float
    over_days: int = 3
    lag_days: int = 10
    base_days: int = 21
    fewest: int = 3

    @property
    def reach_days(self) -> int:
        return self.lag_days + self.base_days + self.over_days


@dataclass(frozen=True)
class Neighbours:
    """The difference from the median of the neighbours, by hour, against its own median at the same hour of base_days days
    before: off to the same side by more than `suspect` for `hours` hours. fewest: neighbours that must have values.
    """

    suspect: float
    hours: int = 2
    base_days: int = 14
    fewest: int = 3

    @property
    def reach_days(self) -> int:
        return self.base_days + 1


@dataclass(frozen=True)
class Parameters:
    gross_range: GrossRange | None = None
    rate_of_change: RateOfChange | None = None
    spike: Spike | None = None
    stuck: Stuck | None = None
    attenuated: Attenuated | None = None
    gap: Gap | None = None
    drift: Drift | None = None
    neighbours: Neighbours | None = None

    @property
    def reach(self) -> int:
        """µs to each side of a value that decide on its flag (drift and neighbours apart, which look at days)."""
        hours = [3.0, self.neighbours.hours + 1 if self.neighbours else 0]
        if self.stuck:
            hours += [self.stuck.suspect_h, self.stuck.fail_h or 0]
        if self.attenuated:
            hours.append(self.attenuated.window_h * 1.5)
        for one in (self.rate_of_change, self.spike):
            if one:
                hours.append(one.most_gap_h * (getattr(one, "width", 1) + 1))
        if self.gap:
            hours.append(self.gap.interval_s * self.gap.factor / 3600)
        return math.ceil(max(hours) * HOUR)


KINDS: Final[Mapping[str, type[Any]]] = {
    "gross_range": GrossRange, "rate_of_change": RateOfChange, "spike": Spike, "stuck": Stuck,
    "attenuated": Attenuated, "gap": Gap, "drift": Drift, "neighbours": Neighbours,
}  # fmt: skip
MUST_BE_POSITIVE: Final = frozenset({
    "per_hour", "suspect_h", "fail_h", "window_h", "interval_s", "factor", "width", "most_gap_h", "span", "fewest",
    "over_days", "lag_days", "base_days", "suspect", "fail", "hours",
})  # fmt: skip
MOST_WIDTH: Final = 12
One = TypeVar("One")


def parameters(found: Mapping[str, Any]) -> Parameters:
    """Of {"stuck": {"suspect_h": 6}, "spike": false}; false takes a test away. Raises ParameterError."""
    for name in found:
        if name not in KINDS:
            raise ParameterError(name, f"there is no such test; there are {', '.join(KINDS)}")
    made: dict[str, Any] = {
        name: _one(name, KINDS[name], told) for name, told in found.items() if told is not False
    }
    return Parameters(**made)


def _one(place: str, kind: type[One], told: Any) -> One:
    if not isinstance(told, Mapping):
        raise ParameterError(place, "must be a table of parameters, or false")
    row = cast("Mapping[str, Any]", told)
    known = {field.name: str(field.type) for field in fields(kind)}  # pyright: ignore[reportArgumentType]
    for name, value in row.items():
        if name not in known:
            raise ParameterError(
                f"{place}.{name}", f"there is no such parameter; there are {', '.join(known)}"
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ParameterError(f"{place}.{name}", "must be a number")
        if known[name] == "int" and value != int(value):
            raise ParameterError(f"{place}.{name}", "must be a whole number")
        if name in MUST_BE_POSITIVE and value <= 0:
            raise ParameterError(f"{place}.{name}", "must be more than zero")
    try:
        made = kind(
            **{name: int(value) if known[name] == "int" else float(value) for name, value in row.items()}
        )
    except TypeError:
        needed = [name for name in known if name not in row and not hasattr(kind, name)]
        raise ParameterError(place, f"{', '.join(needed)} is missing") from None
    _in_order(place, made)
    return made


def _in_order(place: str, made: Any) -> None:
    for low, high in (("low", "high"), ("suspect_low", "suspect_high"), ("resting_low", "resting_high"),
                      ("low", "suspect_low"), ("suspect_high", "high"), ("suspect_h", "fail_h"), ("suspect", "fail")):  # fmt: skip
        first, second = getattr(made, low, None), getattr(made, high, None)
        if first is not None and second is not None and first > second:
            raise ParameterError(f"{place}.{high}", f"must not be less than {low}")
    if getattr(made, "width", 1) > MOST_WIDTH:
        raise ParameterError(f"{place}.width", f"must not be more than {MOST_WIDTH}")
