"""The rules of the portfolio: milestones, order, money, risks, and the light that a backward measure cannot escape."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steuerrad.modules.strategy.portfolio.rules import light as lights
from steuerrad.modules.strategy.portfolio.rules import money
from steuerrad.modules.strategy.portfolio.rules.dependencies import (
    Edge,
    Kind,
    clashes,
    contradictions,
    find_cycle,
    needs,
)
from steuerrad.modules.strategy.portfolio.rules.light import (
    Colour,
    Freshness,
    KpiCourse,
    Override,
    Steering,
    Timeliness,
    light,
    override_fault,
    shown,
)
from steuerrad.modules.strategy.portfolio.rules.milestones import (
    MilestoneState,
    Point,
    share_done,
    share_due,
    slip_days,
    state_of,
)
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState, release_fault
from steuerrad.modules.strategy.portfolio.rules.risks import RiskLevel, level
from steuerrad.modules.strategy.portfolio.rules.succession import fault, final
from steuerrad.modules.strategy.rules.states import PeriodKind, Status

TODAY = date(2026, 11, 22)
DAYS = some.integers(-800, 800).map(lambda days: TODAY + timedelta(days=days))
MAYBE = some.none() | DAYS


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


def steering(**facts: object) -> Steering:
    plain = {
        "status": Status.IN_PROGRESS,
        "period_kind": PeriodKind.FROM,
        "start_year": 2024,
        "end_year": None,
        "confirmed_on": TODAY,
    }
    return Steering(**{**plain, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("point", "state"),
    [
        (Point("x"), MilestoneState.UNDATED),
        (Point("x", day(100)), MilestoneState.AHEAD),
        (Point("x", day(30)), MilestoneState.SOON),
        (Point("x", TODAY), MilestoneState.SOON),
        (Point("x", day(-1)), MilestoneState.LATE),
        (Point("x", day(-1), day(50)), MilestoneState.LATE),
        (Point("x", day(40), day(90)), MilestoneState.SLIPPING),
        (Point("x", None, day(-3)), MilestoneState.LATE),
        (Point("x", day(-10), None, day(-10)), MilestoneState.DONE),
        (Point("x", day(-10), None, day(-9)), MilestoneState.DONE_LATE),
    ],
)
def test_states_of_milestones(point: Point, state: MilestoneState) -> None:
    assert state_of(point, TODAY) == state


def test_slip_is_counted_from_the_plan() -> None:
    assert slip_days(Point("x", day(-10)), TODAY) == 10
    assert slip_days(Point("x", day(-10), day(20)), TODAY) == 30
    assert slip_days(Point("x", day(40), day(30)), TODAY) == -10
    assert slip_days(Point("x", day(-10), None, day(-12)), TODAY) == -2
    assert slip_days(Point("x", day(10)), TODAY) is None
    assert slip_days(Point("x", None, day(10)), TODAY) is None


@given(some.lists(some.builds(Point, some.just("x"), MAYBE, MAYBE, MAYBE, some.integers(1, 100)), max_size=8))
def test_shares_lie_between_nothing_and_all(points: list[Point]) -> None:
    for share in (share_done(points), share_due(points, TODAY)):
        assert share is None or 0 <= share <= 100
    assert (share_done(points) is None) == (not points)
    if points and all(point.done for point in points):
        assert share_done(points) == 100


def course(first: int, newest: int, target: int, due: date | None = None, better: str = "up") -> KpiCourse:
    return KpiCourse("K1", Decimal(first), day(-400), Decimal(newest), day(-20), Decimal(target), due, better)


class TestBackwards:
    """A tool of the field returns no status at all when a measure has moved backwards, and loses that it is late."""

    @pytest.mark.parametrize("due", [None, day(300), day(-30)])
    @pytest.mark.parametrize("better", ["up", "target", ""])
    def test_a_measure_that_moves_backwards_is_late(self, due: date | None, better: str) -> None:
        found = light(steering(kpis=[course(50, 40, 80, due, better)]), TODAY)
        assert found.timeliness == Timeliness.LATE
        assert found.colour == Colour.RED

    def test_a_measure_that_has_not_moved_is_late_once_time_has_gone_by(self) -> None:
        found = light(steering(kpis=[course(50, 50, 80, day(100))]), TODAY)
        assert (found.timeliness, found.colour) == (Timeliness.LATE, Colour.RED)

    def test_less_is_better_moves_backwards_upwards(self) -> None:
        assert light(steering(kpis=[course(50, 60, 20, None, "down")]), TODAY).timeliness == Timeliness.LATE

    def test_having_left_a_target_that_was_reached_is_backwards(self) -> None:
        assert lights.kpi_course(course(90, 75, 80), TODAY).code == "moves_backwards"
        assert lights.kpi_course(course(90, 85, 80), TODAY).code == "target_reached"

    @given(
        some.integers(-1000, 1000), some.integers(-1000, 1000), some.integers(-1000, 1000), MAYBE,
        some.sampled_from(["up", "down", "target", "none", ""]),
    )  # fmt: skip
    def test_moving_away_is_never_on_time(
        self, first: int, newest: int, target: int, due: date | None, better: str
    ) -> None:
        kpi = course(first, newest, target, due, better)
        away = abs(newest - target) > abs(first - target) and (newest - target) * (first - target) >= 0
        if away and not kpi.reached:
            found = light(steering(kpis=[kpi]), TODAY)
            assert found.timeliness == Timeliness.LATE
            assert found.colour == Colour.RED


def test_progress_beyond_the_target_is_no_fault() -> None:
    assert light(steering(kpis=[course(10, 95, 80, day(-30))]), TODAY).timeliness == Timeliness.ON_TIME


def test_nothing_known_is_grey_and_says_so() -> None:
    found = light(steering(period_kind=PeriodKind.ONGOING, start_year=None), TODAY)
    assert found.colour == Colour.GREY
    assert found.timeliness == Timeliness.UNKNOWN
    assert {part.code for part in found.parts} == {
        "no_milestones",
        "no_budget",
        "no_course",
        "never_reported",
    }


def test_a_period_that_is_over_is_red_even_with_milestones_to_come() -> None:
    facts = steering(period_kind=PeriodKind.RANGE, end_year=2024, milestones=[Point("x", day(90))])
    found = light(facts, TODAY)
    assert (found.colour, found.parts[0].code) == (Colour.RED, "period_over")


def test_what_nobody_has_looked_at_since_is_unconfirmed_not_late() -> None:
    """A strategy printed years ago does not tell whether a milestone of last year was reached."""
    points = [Point("x", day(-200))]
    found = light(steering(milestones=points, confirmed_on=day(-300)), TODAY)
    assert (found.colour, found.parts[0].code) == (Colour.YELLOW, "milestone_unconfirmed")
    assert found.timeliness == Timeliness.UNKNOWN
    assert light(steering(milestones=points, confirmed_on=day(-100)), TODAY).timeliness == Timeliness.LATE
    period = {"period_kind": PeriodKind.RANGE, "end_year": 2024}
    found = light(steering(**period, confirmed_on=date(2022, 11, 30)), TODAY)
    assert (found.colour, found.parts[0].code) == (Colour.YELLOW, "period_unconfirmed")
    backwards = steering(milestones=points, confirmed_on=None, kpis=[course(50, 40, 80)])
    assert light(backwards, TODAY).timeliness == Timeliness.LATE


def test_days_late_decide_between_yellow_and_red() -> None:
    colours = [
        light(steering(milestones=[Point("x", day(-late))]), TODAY).parts[0].colour for late in (1, 60, 61)
    ]
    assert colours == [Colour.YELLOW, Colour.YELLOW, Colour.RED]


def test_reports_grow_old() -> None:
    ages = [lights.freshness(day(-age), TODAY) for age in (0, 90, 91, 180, 181)]
    assert ages == [Freshness.FRESH, Freshness.FRESH, Freshness.DUE, Freshness.DUE, Freshness.STALE]
    assert light(steering(reported_on=day(-181)), TODAY).parts[3].code == "report_stale"


def test_an_ended_measure_has_no_light() -> None:
    facts = steering(status=Status.COMPLETED, milestones=[Point("x", day(-300))])
    assert light(facts, TODAY).colour == Colour.GREY


def test_the_worst_part_decides() -> None:
    for colours in (
        [Colour.GREY],
        [Colour.GREEN, Colour.GREY],
        [Colour.GREEN, Colour.YELLOW],
        [Colour.RED, Colour.GREY],
    ):
        assert lights.worst(colours) == max(colours, key=lights.ORDER.index)
    assert lights.worst([]) == Colour.GREY


def test_an_override_ends_by_itself() -> None:
    held = Override(Colour.GREEN, day(10), "abgestimmt")
    assert shown(Colour.RED, held, day(10)) == Colour.GREEN
    assert shown(Colour.RED, held, day(11)) == Colour.RED
    assert shown(Colour.RED, None, TODAY) == Colour.RED


def test_an_override_needs_colour_reason_and_an_end_in_reach() -> None:
    assert override_fault(Colour.GREY, "x", day(1), TODAY) == "grey"
    assert override_fault(Colour.RED, "  ", day(1), TODAY) == "reason"
    assert override_fault(Colour.RED, "x", day(-1), TODAY) == "past"
    assert override_fault(Colour.RED, "x", day(181), TODAY) == "too_long"
    assert override_fault(Colour.RED, "x", day(180), TODAY) == ""


NODES = some.sampled_from("abcdefg")
EDGES = some.lists(some.tuples(NODES, NODES), max_size=14)


@given(EDGES)
def test_a_circle_is_found_when_there_is_one_and_every_step_of_it_exists(
    pairs: list[tuple[str, str]],
) -> None:
    needed: dict[str, set[str]] = {}
    for one, other in pairs:
        needed.setdefault(one, set()).add(other)
    circle = find_cycle(needed)
    if circle is None:  # then the nodes can be taken away one by one, each after what it needs
        left = {node for pair in pairs for node in pair}
        while left:
            free = {node for node in left if not needed.get(node, set()) & left}
            assert free
            left -= free
    else:
        assert circle[0] == circle[-1]
        assert all(other in needed[one] for one, other in pairwise(circle))


def test_a_long_chain_is_no_circle_and_needs_no_recursion() -> None:
    chain = {str(number): {str(number + 1)} for number in range(20_000)}
    assert find_cycle(chain) is None
    chain["20000"] = {"0"}
    assert find_cycle(chain) is not None


def test_a_milestone_that_waits_for_its_own_measure_is_a_circle() -> None:
    needed = needs([], {"milestone:1": "measure:A"}, [("milestone:1", "measure:A")])
    assert find_cycle(needed) == ["measure:A", "milestone:1", "measure:A"]


def test_waiting_for_a_milestone_of_what_waits_for_oneself_is_a_circle() -> None:
    edges = [Edge("measure:A", "measure:B", Kind.FINISH_TO_START)]
    owners = {"milestone:1": "measure:A", "milestone:2": "measure:B"}
    assert find_cycle(needs(edges, owners, [("milestone:2", "milestone:1")])) is not None
    assert find_cycle(needs(edges, owners, [("milestone:1", "milestone:2")])) is None


def test_informing_and_excluding_make_no_circle() -> None:
    edges = [Edge("a", "b", Kind.INFORMS), Edge("b", "a", Kind.INFORMS), Edge("a", "b", Kind.EXCLUDES)]
    assert find_cycle(needs(edges, {}, ())) is None


def test_what_is_needed_must_not_exclude_each_other() -> None:
    edges = [Edge("a", "b", Kind.REQUIRES), Edge("b", "c", Kind.REQUIRES), Edge("c", "a", Kind.EXCLUDES)]
    assert contradictions(edges)[0] == ("a", "c", "a")
    assert contradictions(edges[:2]) == []


def test_dates_against_the_order() -> None:
    found = clashes([("x", "y")], {"x": day(0), "y": day(5)})
    assert [(clash.node, clash.needed) for clash in found] == [("x", "y")]
    assert clashes([("x", "y")], {"x": day(5), "y": day(5)}) == []
    assert clashes([("x", "y")], {"x": day(5)}) == []


PROGRAMME = money.Programme(
    "p", "P", Decimal("0.65"), Decimal("0.90"), Decimal(1000), True, date(2022, 10, 1), date(2026, 9, 30)
)
RULES = {"p": PROGRAMME}


def codes(*lines: money.Line) -> list[str]:
    return [fault.code for fault in money.faults(lines, RULES)]


def line(
    year: int, source: str, planned: int | None, spent: int | None = None, measure: str = "M"
) -> money.Line:
    return money.Line(
        measure,
        year,
        source,
        None if planned is None else Decimal(planned),
        None if spent is None else Decimal(spent),
    )


def test_a_grant_within_its_rules() -> None:
    assert codes(line(2024, "p", 65), line(2024, "", 35)) == []


def test_the_rate_the_condition_and_the_own_share() -> None:
    assert codes(line(2024, "p", 66), line(2024, "", 34)) == ["rate_needs_condition"]
    assert codes(line(2024, "p", 91), line(2024, "", 9)) == ["rate_exceeded"]
    assert codes(line(2024, "p", 91)) == ["no_own_share"]
    assert codes(line(2024, "p", 91), line(2024, "", 0)) == ["no_own_share"]


def test_the_cap_holds_for_all_measures_together() -> None:
    lines = [line(2024, "p", 390, measure=name) for name in "AB"] + [
        line(2024, "", 210, measure=name) for name in "AB"
    ]
    found = [fault for fault in money.faults(lines, RULES) if fault.code == "cap_exceeded"]
    assert [(fault.measure, fault.found, fault.limit) for fault in found] == [
        ("A", 1200, 1000),
        ("B", 1200, 1000),
    ]


def test_years_outside_the_spending_period() -> None:
    assert codes(line(2021, "p", 65), line(2021, "", 35)) == ["outside_period"]
    assert codes(line(2027, "p", 65), line(2027, "", 35)) == ["outside_period"]
    assert codes(line(2021, "p", 0), line(2021, "", 35)) == []


def test_spending_more_than_planned_or_without_a_plan() -> None:
    assert codes(line(2024, "", 10, 11)) == ["overspent"]
    assert codes(line(2024, "", None, 11)) == ["spent_without_plan"]
    assert codes(line(2024, "", 10, 10)) == []


AMOUNTS = some.none() | some.integers(0, 500)
LINES = some.builds(line, some.integers(2022, 2026), some.sampled_from(["", "p"]), AMOUNTS, AMOUNTS)


@given(some.lists(LINES, max_size=10))
def test_no_grant_above_the_highest_rate_goes_unnoticed(lines: list[money.Line]) -> None:
    grant = sum((item.planned or 0 for item in lines if item.source == "p"), Decimal(0))
    whole = sum((item.planned or 0 for item in lines), Decimal(0))
    told = {fault.code for fault in money.faults(lines, RULES)}
    assert bool(told & {"rate_exceeded", "no_own_share"}) == (grant > Decimal("0.9") * whole)
    total = money.total(lines)
    assert total.left is None or (total.planned is not None and 0 <= total.left <= total.planned)


def test_unknown_money_stays_unknown() -> None:
    assert money.total([line(2024, "", None, None)]) == money.Sum(None, None)
    assert money.total([line(2024, "", 5), line(2025, "", None, 7)]) == money.Sum(Decimal(5), Decimal(7))


def test_levels_of_risks() -> None:
    assert [level(*pair) for pair in ((1, 4), (1, 5), (2, 5), (3, 5), (5, 5))] == [
        RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH, RiskLevel.SEVERE, RiskLevel.SEVERE,
    ]  # fmt: skip
    with pytest.raises(ValueError):
        level(0, 3)


def test_four_eyes() -> None:
    assert release_fault(ReportState.DRAFT, {1, 2}, 2, "x") == "four_eyes"
    assert release_fault(ReportState.DRAFT, {1, 2}, 3, "x") == ""
    assert release_fault(ReportState.DRAFT, {1}, 3, " ") == "empty"
    assert release_fault(ReportState.RELEASED, {1}, 3, "x") == "released"


def test_successions_lead_to_their_end() -> None:
    after = {"A": ["C"], "B": ["C"], "C": ["D", "E"]}
    assert final("A", after) == ("D", "E")
    assert final("D", after) == ("D",)
    assert final("X", {"X": ["Y"], "Y": ["X"]}) == ("X",)
    assert fault(["A"], ["A"], []) == "itself"
    assert fault(["A"], ["B"], ["B"]) == "replaced"
    assert fault([], ["B"], []) == "none"
