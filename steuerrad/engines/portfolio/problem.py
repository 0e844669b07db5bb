"""The choice of measures as data: what each takes and brings, what is at hand, and which rules bind.

Money is in EUR, staff in days, gains in the target's own points; a target's weight turns its points into those
of the objective (for an index: what one point of the indicator adds to the total).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

Spending = Mapping[tuple[str, int], float]
"""EUR by (pot, year)."""


class ProblemError(ValueError):
    """The problem contradicts itself: an unknown key, a negative cost, a gain out of order."""


@dataclass(frozen=True, slots=True)
class Gain:
    """What an item adds to a target when it succeeds: a triangular distribution, low <= likely <= high.

    success: probability that it works at all. late: probability that it shows only after the survey date, so that
    this edition does not see it. Both are drawn once per item, so that two gains of one item fail together.
    """

    target: str
    low: float
    likely: float
    high: float
    success: float = 1.0
    late: float = 0.0

    @property
    def mean(self) -> float:
        """Expected points before saturation."""
        return (self.low + self.likely + self.high) / 3 * self.success * (1 - self.late)


@dataclass(frozen=True, slots=True)
class Target:
    """Something that gains: headroom is what it can still gain at all (None: no limit), weight >= 0.

    yes_no: a parameter that is met or not; whichever item meets it first brings the whole headroom, a second adds
    nothing.
    """

    key: str
    weight: float = 1.0
    headroom: float | None = None
    yes_no: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A programme that pays a share of what `pot` would pay otherwise.

    rate: 0..1 of the cost in the years first..last (spending period); cap: EUR over all items and years; closes:
    last day for an application.
    """

    key: str
    pot: str
    rate: float
    cap: float
    first: int
    last: int
    closes: date | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that may be chosen or left. costs: EUR by (pot, year); staff: days by year.

    grants: programmes that it is eligible for. ready: earliest day on which an application can be made; after a
    programme's closing day it gets nothing from it.
    """

    key: str
    costs: Spending = field(default_factory=dict[tuple[str, int], float])
    gains: tuple[Gain, ...] = ()
    group: str = ""
    staff: Mapping[int, float] = field(default_factory=dict[int, float])
    grants: tuple[str, ...] = ()
    ready: date | None = None

    @property
    def cost(self) -> float:
        """EUR over all pots and years."""
        return sum(self.costs.values())


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` EUR from a pot in a year; year None: over all years."""

    pot: str
    year: int | None
    limit: float


@dataclass(frozen=True, slots=True)
class StaffLimit:
    """At most `days` in a year; year None: over all years."""

    year: int | None
    days: float


@dataclass(frozen=True, slots=True)
class GroupLimit:
    """At least `minimum` and at most `maximum` items of a group; None: no bound."""

    group: str
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Problem:
    """All of it. requires: (a, b) means a only with b; excludes: (a, b) means not both.

    Raises ProblemError when it contradicts itself.
    """

    items: tuple[Item, ...]
    targets: tuple[Target, ...]
    budgets: tuple[Budget, ...] = ()
    grants: tuple[Grant, ...] = ()
    staff: tuple[StaffLimit, ...] = ()
    groups: tuple[GroupLimit, ...] = ()
    requires: tuple[tuple[str, str], ...] = ()
    excludes: tuple[tuple[str, str], ...] = ()
    must: frozenset[str] = frozenset()
    must_not: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        items = unique("items", (item.key for item in self.items))
        targets = unique("targets", (target.key for target in self.targets))
        grants = unique("grants", (grant.key for grant in self.grants))
        for item in self.items:
            check_item(item, targets, grants)
        for target in self.targets:
            check_target(target)
        for grant in self.grants:
            check_grant(grant)
        pairs = [key for pair in (*self.requires, *self.excludes) for key in pair]
        for key in (*pairs, *self.must, *self.must_not):
            if key not in items:
                raise ProblemError(f"a rule names {key!r}, which is no item")
        amounts = [*(b.limit for b in self.budgets), *(s.days for s in self.staff)]
        amounts += [n for g in self.groups for n in (g.minimum, g.maximum) if n is not None]
        if any(not isfinite(amount) or amount < 0 for amount in amounts):
            raise ProblemError("a limit is negative or no number")

    @property
    def index(self) -> dict[str, int]:
        """Column of each item."""
        return {item.key: number for number, item in enumerate(self.items)}


def unique(name: str, keys: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for key in keys:
        if key in found:
            raise ProblemError(f"{name}: {key!r} occurs twice")
        found.add(key)
    return found


def check_item(item: Item, targets: set[str], grants: set[str]) -> None:
    for amount in (*item.costs.values(), *item.staff.values()):
        if not isfinite(amount) or amount < 0:
            raise ProblemError(f"{item.key}: a cost or effort is negative or no number")
    for gain in item.gains:
        if gain.target not in targets:
            raise ProblemError(f"{item.key}: gain on {gain.target!r}, which is no target")
        if not all(map(isfinite, (gain.low, gain.likely, gain.high))):
            raise ProblemError(f"{item.key}: gain on {gain.target} is no number")
        if not gain.low <= gain.likely <= gain.high:
            raise ProblemError(f"{item.key}: gain on {gain.target} needs low <= likely <= high")
        if not (0 <= gain.success <= 1 and 0 <= gain.late <= 1):
            raise ProblemError(f"{item.key}: a probability on {gain.target} is not between 0 and 1")
    unique(f"{item.key}: gains", (gain.target for gain in item.gains))
    missing = [key for key in item.grants if key not in grants]
    if missing:
        raise ProblemError(f"{item.key}: {missing[0]!r} is no grant")


def check_target(target: Target) -> None:
    if not isfinite(target.weight) or target.weight < 0:
        raise ProblemError(f"{target.key}: weight {target.weight} is negative or no number")
    if target.headroom is not None and not (isfinite(target.headroom) and target.headroom >= 0):
        raise ProblemError(f"{target.key}: headroom {target.headroom} is negative or no number")
    if target.yes_no and target.headroom is None:
        raise ProblemError(f"{target.key}: a yes-or-no parameter needs a headroom")


def check_grant(grant: Grant) -> None:
    if not 0 <= grant.rate <= 1:
        raise ProblemError(f"{grant.key}: rate {grant.rate} is not between 0 and 1")
    if not (isfinite(grant.cap) and grant.cap >= 0):
        raise ProblemError(f"{grant.key}: cap {grant.cap} is negative or no number")
    if grant.first > grant.last:
        raise ProblemError(f"{grant.key}: the spending period ends before it begins")
