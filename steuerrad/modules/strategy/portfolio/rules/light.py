"""The traffic light of a measure: computed part by part, each with the facts that it rests on.

Nothing follows from what is not known: a part without data is grey and does not decide. The worst part decides.
A measure that moves backwards is late; it never has "no status". A day that has passed since anybody looked is not
called late but unconfirmed: whether it was kept is not known. Every threshold stands in LIMITS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from steuerrad.modules.strategy.portfolio.rules.milestones import (
    MilestoneState,
    Point,
    share_done,
    share_due,
    slip_days,
    state_of,
)
from steuerrad.modules.strategy.portfolio.rules.money import CODES, MoneyFault
from steuerrad.modules.strategy.rules.progress import is_late, is_overdue_to_start
from steuerrad.modules.strategy.rules.states import ENDED, PeriodKind, Status

HUNDRED = Decimal(100)


class Colour(StrEnum):
    """From "nothing known" to "stop and look"."""

    GREY = "grey"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


ORDER = (Colour.GREY, Colour.GREEN, Colour.YELLOW, Colour.RED)


class Timeliness(StrEnum):
    """Whether a measure keeps to its dates. There is no value for "no status": unknown says what is missing."""

    ON_TIME = "on_time"
    LATE = "late"
    UNKNOWN = "unknown"


class Freshness(StrEnum):
    """How old the last published report is."""

    FRESH = "fresh"
    DUE = "due"
    STALE = "stale"
    NEVER = "never"


#: Thresholds: days for milestones and reports, percentage points of the way for KPIs.
LIMITS: Mapping[str, int] = {
    "milestone_red_days": 60,
    "kpi_yellow_points": 10,
    "kpi_red_points": 25,
    "report_due_days": 90,
    "report_stale_days": 180,
    "override_most_days": 180,
}


@dataclass(frozen=True, slots=True)
class KpiCourse:
    """A KPI of the measure between its first value and its target.

    better: "up" or "down"; anything else means that the target itself is to be met. due: the day on which the
    target is to be reached, None when the strategy names none.
    """

    code: str
    first: Decimal
    first_on: date
    newest: Decimal
    newest_on: date
    target: Decimal
    due: date | None = None
    better: str = ""

    @property
    def covered(self) -> Decimal | None:
        """Part of the way covered, in per cent: negative when it moves away, more than 100 beyond the target.

        None when there was no way to cover.
        """
        way = self.target - self.first
        if not way or (self.better == "up" and way < 0) or (self.better == "down" and way > 0):
            return None  # it began at the target or beyond it
        return ((self.newest - self.first) * HUNDRED / way).quantize(Decimal("0.1"))

    @property
    def reached(self) -> bool:
        if self.better == "up":
            return self.newest >= self.target
        if self.better == "down":
            return self.newest <= self.target
        covered = self.covered
        return self.newest == self.target if covered is None else covered >= HUNDRED

    def should_be(self, today: date) -> Decimal | None:
        """Part of the time gone by, in per cent from 0 to 100; None without a day to reach it."""
        if self.due is None:
            return None
        span = (self.due - self.first_on).days
        if span <= 0:
            return HUNDRED
        gone = min(max((today - self.first_on).days, 0), span)
        return (HUNDRED * gone / span).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Steering:
    """All that the light looks at.

    confirmed_on: the last day on which somebody said how the measure stands (status entry, report, a change of a
    milestone); None when nobody ever did.
    """

    status: Status
    period_kind: PeriodKind
    start_year: int | None
    end_year: int | None
    milestones: Sequence[Point] = ()
    money: Sequence[MoneyFault] = ()
    has_budget: bool = False
    kpis: Sequence[KpiCourse] = ()
    reported_on: date | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One reason: part is schedule, budget, kpis or report; code says what, facts with which figures."""

    part: str
    colour: Colour
    code: str
    facts: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Light:
    """The colour, why, whether the dates are kept, and how fresh the last report is."""

    colour: Colour
    parts: tuple[Part, ...]
    timeliness: Timeliness
    freshness: Freshness


def light(facts: Steering, today: date) -> Light:
    """The computed light. An ended measure has none to show: grey with the code "ended"."""
    fresh = freshness(facts.reported_on, today)
    if facts.status in ENDED:
        return Light(Colour.GREY, (Part("schedule", Colour.GREY, "ended"),), Timeliness.ON_TIME, fresh)
    parts = (
        schedule_part(facts, today), budget_part(facts), kpi_part(facts.kpis, today), report_part(facts.reported_on, today),
    )  # fmt: skip
    return Light(worst(part.colour for part in parts), parts, timeliness(facts, today), fresh)


def worst(colours: Iterable[Colour]) -> Colour:
    return max(colours, key=ORDER.index, default=Colour.GREY)


def schedule_part(facts: Steering, today: date) -> Part:
    """From the milestones and the printed period; what is late for certain goes before what is unconfirmed."""
    over = is_late(facts.status, facts.period_kind, facts.end_year, today.year)
    last_day = date(facts.end_year, 12, 31) if over and facts.end_year else None
    if last_day is not None and _confirmed_after(facts, last_day):
        return Part("schedule", Colour.RED, "period_over", {"year": facts.end_year})
    states = [(point, state_of(point, today)) for point in facts.milestones]
    late = [point for point, state in states if state == MilestoneState.LATE]
    certain = [point for point in late if _confirmed_after(facts, _due(point))]
    if certain:
        days = max((today - _due(point)).days for point in certain)
        return Part("schedule", _by_days(days), "milestone_late", _named(certain) | {"days": days})
    slipping = [point for point, state in states if state == MilestoneState.SLIPPING]
    if slipping:
        days = max(slip_days(point, today) or 0 for point in slipping)
        return Part("schedule", _by_days(days), "milestone_slipping", _named(slipping) | {"days": days})
    if last_day is not None:
        return Part("schedule", Colour.YELLOW, "period_unconfirmed", {"year": facts.end_year})
    if late:
        return Part("schedule", Colour.YELLOW, "milestone_unconfirmed", _named(late))
    if is_overdue_to_start(facts.status, facts.start_year, today.year):
        return Part("schedule", Colour.YELLOW, "not_started", {"year": facts.start_year})
    if any(state != MilestoneState.UNDATED for _, state in states):
        return Part(
            "schedule", Colour.GREEN, "milestones_on_time",
            {"done": share_done(facts.milestones), "due": share_due(facts.milestones, today)},
        )  # fmt: skip
    return Part("schedule", Colour.GREY, "no_milestones")


#: Parts of the schedule that say: nobody has looked since the day came.
UNCONFIRMED = frozenset({"period_unconfirmed", "milestone_unconfirmed"})


def _confirmed_after(facts: Steering, day: date) -> bool:
    return facts.confirmed_on is not None and facts.confirmed_on > day


def _by_days(days: int) -> Colour:
    return Colour.RED if days > LIMITS["milestone_red_days"] else Colour.YELLOW


def _due(point: Point) -> date:
    """The earliest day that was named for a milestone that is not done; it has one."""
    return min(day for day in (point.planned, point.forecast) if day is not None)


def _named(points: Sequence[Point]) -> dict[str, object]:
    return {"count": len(points), "title": points[0].title}


def budget_part(facts: Steering) -> Part:
    broken = [fault for fault in facts.money if CODES[fault.code]]
    if broken:
        return Part("budget", Colour.RED, broken[0].code, {"count": len(broken), "fault": broken[0]})
    if facts.money:
        first = facts.money[0]
        return Part("budget", Colour.YELLOW, first.code, {"count": len(facts.money), "fault": first})
    return (
        Part("budget", Colour.GREEN, "within_plan")
        if facts.has_budget
        else Part("budget", Colour.GREY, "no_budget")
    )


def kpi_part(kpis: Sequence[KpiCourse], today: date) -> Part:
    """The KPI that is worst off decides."""
    if not kpis:
        return Part("kpis", Colour.GREY, "no_course")
    return max((kpi_course(kpi, today) for kpi in kpis), key=lambda part: ORDER.index(part.colour))


def kpi_course(kpi: KpiCourse, today: date) -> Part:
    """Reached, missed, backwards, behind, or on course."""
    covered, expected = kpi.covered, kpi.should_be(today)
    facts: dict[str, object] = {"kpi": kpi.code, "covered": covered, "expected": expected}
    if kpi.reached:
        return Part("kpis", Colour.GREEN, "target_reached", facts)
    if kpi.due is not None and kpi.due < today:
        return Part("kpis", Colour.RED, "target_missed", facts)
    if covered is None or covered < 0:  # with no way to cover it was at the target and has left it
        return Part("kpis", Colour.RED, "moves_backwards", facts)
    if expected is None:
        colour = Colour.GREEN if covered > 0 else Colour.YELLOW
        return Part("kpis", colour, "moves_forward" if covered > 0 else "does_not_move", facts)
    behind = expected - covered
    if behind > LIMITS["kpi_red_points"]:
        return Part("kpis", Colour.RED, "far_behind", facts)
    if behind > LIMITS["kpi_yellow_points"]:
        return Part("kpis", Colour.YELLOW, "behind", facts)
    return Part("kpis", Colour.GREEN, "on_course", facts)


#: What a KPI may say that makes its measure late.
KPI_LATE = frozenset({"target_missed", "moves_backwards", "far_behind", "behind"})


def timeliness(facts: Steering, today: date) -> Timeliness:
    """Late when the schedule or any KPI says so; on time when at least one of them is known and none is late."""
    schedule = schedule_part(facts, today)
    courses = [kpi_course(kpi, today) for kpi in facts.kpis]
    if any(part.code in KPI_LATE for part in courses):
        return Timeliness.LATE
    if schedule.code in UNCONFIRMED:
        return Timeliness.UNKNOWN
    if schedule.colour in (Colour.YELLOW, Colour.RED):
        return Timeliness.LATE
    return Timeliness.ON_TIME if courses or schedule.colour != Colour.GREY else Timeliness.UNKNOWN


def freshness(reported_on: date | None, today: date) -> Freshness:
    if reported_on is None:
        return Freshness.NEVER
    age = (today - reported_on).days
    if age > LIMITS["report_stale_days"]:
        return Freshness.STALE
    return Freshness.DUE if age > LIMITS["report_due_days"] else Freshness.FRESH


def report_part(reported_on: date | None, today: date) -> Part:
    """A missing report is never red alone: it says that nobody has looked, not that things go wrong."""
    fresh = freshness(reported_on, today)
    if reported_on is None:
        return Part("report", Colour.GREY, "never_reported")
    colour = Colour.GREEN if fresh == Freshness.FRESH else Colour.YELLOW
    return Part("report", colour, f"report_{fresh.value}", {"days": (today - reported_on).days})


@dataclass(frozen=True, slots=True)
class Override:
    """A person's own colour, until a day (inclusive)."""

    colour: Colour
    until: date
    reason: str


def in_force(override: Override | None, today: date) -> bool:
    return override is not None and today <= override.until


def shown(computed: Colour, override: Override | None, today: date) -> Colour:
    """What people see: the override while it is in force, else what is computed."""
    return override.colour if override is not None and in_force(override, today) else computed


def override_fault(colour: Colour, reason: str, until: date, today: date) -> str:
    """Why an override cannot be set: "grey", "reason", "past" or "too_long"; "" when it can."""
    if colour == Colour.GREY:
        return "grey"
    if not reason.strip():
        return "reason"
    if until < today:
        return "past"
    longest = today + timedelta(days=LIMITS["override_most_days"])
    return "too_long" if until > longest else ""
