"""What a study assumes, as plain data that can be frozen, hashed and computed again. No Django here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from steuerrad.engines.portfolio import (
    Budget,
    Gain,
    Grant,
    GroupLimit,
    Item,
    Problem,
    StaffLimit,
    Target,
    late_probability,
)

INDEX, OWN_TARGET = "index:", "own:"
OWN, GRANTS = "own", "grants"
DAYS_A_MONTH = 30.4375
COST, EFFECT = "cost", "effect"


@dataclass(frozen=True)
class EffectData:
    """An assumed effect in the target's points; success 0..1; delay in months (low, likely, high).

    author: who assumes it; basis: why.
    """

    target: str
    low: float
    likely: float
    high: float
    success: float
    delay: tuple[float, float, float]
    basis: str
    author: str = ""


@dataclass(frozen=True)
class ItemData:
    """A candidate. own, grants: EUR by year; staff: days by year; None: not known, which is never free.

    cost_basis, staff_basis: where the study has them from, "" when from the register.
    """

    ref: str
    code: str
    title: str
    url: str
    group: str
    group_title: str
    own: dict[str, float] | None = None
    grants: dict[str, float] | None = None
    staff: dict[str, float] | None = None
    cost_basis: str = ""
    staff_basis: str = ""
    requires: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    ends: str = ""
    effects: tuple[EffectData, ...] = ()

    @property
    def cost(self) -> float | None:
        """EUR over all years, None when nothing is known."""
        if self.own is None and self.grants is None:
            return None
        return sum((self.own or {}).values()) + sum((self.grants or {}).values())

    @property
    def name(self) -> str:
        return f"{self.code} {self.title}".strip()

    def missing(self, counting: Iterable[str]) -> tuple[str, ...]:
        """What keeps it from being decided: "cost", "effect", as far as they are not known."""
        known = set(counting)
        lacks = [COST] if self.cost is None else []
        return tuple(lacks + ([EFFECT] if not any(e.target in known for e in self.effects) else []))


@dataclass(frozen=True)
class TargetData:
    """A target: weight in points of the total per unit, None when it does not count; room: what it can still gain.

    kind "index": an indicator; "own": of the study itself.
    """

    key: str
    title: str
    kind: str
    unit: str = ""
    weight: float | None = None
    room: float | None = None
    present: float | None = None
    yes_no: bool = False
    basis: str = ""


@dataclass(frozen=True)
class RuleData:
    kind: str
    one: str = ""
    other: str = ""
    year: int | None = None
    amount: float | None = None
    basis: str = ""


@dataclass(frozen=True)
class ProgrammeData:
    """rate 0..1; closes: ISO date or ""."""

    key: str
    title: str
    rate: float
    cap: float
    first: int
    last: int
    closes: str = ""
    candidates: tuple[str, ...] = ()
    basis: str = ""


@dataclass(frozen=True)
class Inputs:
    """Everything that the computation sees. caution: weight of the worst tenth, 0 = only the mean."""

    items: tuple[ItemData, ...]
    targets: tuple[TargetData, ...]
    rules: tuple[RuleData, ...] = ()
    programmes: tuple[ProgrammeData, ...] = ()
    caution: float = 0.0
    survey_day: str = ""
    field: str = ""
    field_title: str = ""
    demo: bool = False
    today: str = ""

    @property
    def counting(self) -> frozenset[str]:
        """Targets with a weight."""
        return frozenset(target.key for target in self.targets if target.weight is not None)

    @property
    def decidable(self) -> tuple[ItemData, ...]:
        return tuple(item for item in self.items if not item.missing(self.counting))

    @property
    def undecided(self) -> tuple[ItemData, ...]:
        return tuple(item for item in self.items if item.missing(self.counting))

    def named(self) -> Mapping[str, ItemData]:
        return {item.ref: item for item in self.items}


def to_data(inputs: Inputs) -> dict[str, Any]:
    return asdict(inputs)


def from_data(data: Mapping[str, Any]) -> Inputs:
    """What `to_data` wrote, also after JSON has made lists of tuples. Raises KeyError, TypeError for anything else."""
    items = tuple(
        ItemData(
            **{
                **item,
                "requires": tuple(item["requires"]),
                "excludes": tuple(item["excludes"]),
                "effects": tuple(
                    EffectData(**{**effect, "delay": tuple(effect["delay"])}) for effect in item["effects"]
                ),
            }
        )
        for item in data["items"]
    )
    programmes = tuple(
        ProgrammeData(**{**one, "candidates": tuple(one["candidates"])}) for one in data["programmes"]
    )
    return Inputs(
        **{
            **data,
            "items": items,
            "targets": tuple(TargetData(**target) for target in data["targets"]),
            "rules": tuple(RuleData(**rule) for rule in data["rules"]),
            "programmes": programmes,
        }
    )


def slack_months(ends: str, survey_day: str) -> float | None:
    """Months between the planned end and the survey; None when either is not known."""
    if not ends or not survey_day:
        return None
    return (date.fromisoformat(survey_day) - date.fromisoformat(ends)).days / DAYS_A_MONTH


def late(effect: EffectData, item: ItemData, survey_day: str) -> float:
    """Probability that the effect comes after the survey; 0 when no end or no survey day is known."""
    slack = slack_months(item.ends, survey_day)
    return 0.0 if slack is None else late_probability(slack, *effect.delay)


def problem_of(inputs: Inputs) -> Problem:
    """The engine's problem over what is decidable. A rule about something undecided is kept where it can be:
    what requires an undecided candidate cannot be chosen. Raises ProblemError.
    """
    decidable = inputs.decidable
    known = {item.ref for item in decidable}
    grants_of: dict[str, list[str]] = {}
    for programme in inputs.programmes:
        for ref in programme.candidates:
            grants_of.setdefault(ref, []).append(programme.key)
    items = tuple(engine_item(item, inputs, tuple(grants_of.get(item.ref, ()))) for item in decidable)
    pairs = [(rule.kind, rule.one, rule.other) for rule in inputs.rules if rule.other]
    requires = {(one, other) for kind, one, other in pairs if kind == "requires"}
    requires |= {(item.ref, other) for item in decidable for other in item.requires}
    excludes = {tuple(sorted((one, other))) for kind, one, other in pairs if kind == "excludes"}
    excludes |= {tuple(sorted((item.ref, other))) for item in decidable for other in item.excludes}
    blocked = {
        one for one, other in requires if one in known and other not in known and is_open(other, inputs)
    }
    return Problem(
        items=items,
        targets=tuple(
            Target(target.key, target.weight, target.room, target.yes_no)
            for target in inputs.targets
            if target.weight is not None
        ),
        budgets=tuple(
            Budget(rule.kind, rule.year, rule.amount or 0.0) for rule in inputs.rules if rule.kind in (OWN, GRANTS)
        ),
        grants=tuple(
            Grant(p.key, OWN, p.rate, p.cap, p.first, p.last, date.fromisoformat(p.closes) if p.closes else None)
            for p in inputs.programmes
        ),
        staff=tuple(StaffLimit(rule.year, rule.amount or 0.0) for rule in inputs.rules if rule.kind == "staff"),
        groups=tuple(
            GroupLimit(rule.one, *((int(rule.amount or 0), None) if rule.kind == "minimum" else (None, int(rule.amount or 0))))
            for rule in inputs.rules
            if rule.kind in ("minimum", "maximum")
        ),
        requires=tuple(sorted((one, other) for one, other in requires if {one, other} <= known)),
        excludes=tuple(sorted((one, other) for one, other in excludes if {one, other} <= known)),
        must=frozenset(rule.one for rule in inputs.rules if rule.kind == "must" and rule.one in known),
        must_not=frozenset(rule.one for rule in inputs.rules if rule.kind == "must_not" and rule.one in known)
        | frozenset(blocked),
    )  # fmt: skip


def is_open(ref: str, inputs: Inputs) -> bool:
    """Whether the candidate is in the study, but cannot be decided: what requires it cannot be chosen.

    What is no candidate at all (ended, or not of this register) is taken as given.
    """
    return any(item.ref == ref for item in inputs.undecided)


def engine_item(item: ItemData, inputs: Inputs, grants: tuple[str, ...]) -> Item:
    costs = {(OWN, int(year)): euro for year, euro in (item.own or {}).items()}
    costs |= {(GRANTS, int(year)): euro for year, euro in (item.grants or {}).items()}
    return Item(
        key=item.ref,
        costs=costs,
        gains=tuple(
            Gain(e.target, e.low, e.likely, e.high, e.success, late(e, item, inputs.survey_day))
            for e in item.effects
            if e.target in inputs.counting
        ),
        group=item.group,
        staff={int(year): days for year, days in (item.staff or {}).items()},
        grants=grants,
        ready=date.fromisoformat(inputs.today) if inputs.today else None,
    )


def uncovered(inputs: Inputs) -> list[tuple[str, int]]:
    """(pot, year) in which something decidable costs, but no budget limits it, though the pot has one elsewhere."""
    limited = {(rule.kind, rule.year) for rule in inputs.rules if rule.kind in (OWN, GRANTS, "staff")}
    pots = {pot for pot, _ in limited}
    found: set[tuple[str, int]] = set()
    for item in inputs.decidable:
        for pot, years in ((OWN, item.own), (GRANTS, item.grants), ("staff", item.staff)):
            for year, amount in (years or {}).items():
                if amount and pot in pots and not {(pot, int(year)), (pot, None)} & limited:
                    found.add((pot, int(year)))
    return sorted(found)
