"""What may be asked for, and what comes of reading it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.ranking import OwnChange, prepare
from steuerrad.modules.prioritisation.whatif import snapshot
from steuerrad.modules.prioritisation.whatif.levers import cheapest_way, fill, one_by_one
from steuerrad.modules.prioritisation.whatif.rules import (
    MOST_CHANGES,
    Change,
    RefusedInputError,
    Row,
    check_changes,
    from_data,
    groups_of,
    own_change,
    read_number,
    read_play,
    rows_of,
    to_data,
)
from steuerrad.modules.prioritisation.whatif.tests.stage import FIELDS, UNKNOWN, made_field

FIELD = FIELDS["2023"]
GROUPS = groups_of(FIELD, "own")
ROWS = rows_of(GROUPS)
SERVICES = ROWS["indicator", "a/services"]


def test_rows_hold_the_own_values_and_say_what_is_not_published() -> None:
    assert [group.title for group in GROUPS] == ["Administration", "Mobility"]
    assert SERVICES.present == FIELD.scores[0, 0]
    assert SERVICES.name == "i.a/services"
    assert ROWS["indicator", UNKNOWN].present is None
    assert ROWS["indicator", UNKNOWN].name == f"g.{UNKNOWN}"


def test_a_category_without_known_indicators_is_a_row_itself() -> None:
    field = made_field(2022)
    bare = type(field)(
        "x", 2022, field.cities, field.titles, ("a", "b", "c"), field.indicators, field.scores,
        FIELD.group_scores[:, [0, 1, 1]], field.totals, field.ranks, FIELD.group_weights[[0, 1, 1]], field.participants,
    )  # fmt: skip
    rows = rows_of(groups_of(bare, "own"))
    assert ("group", "c") in rows
    assert ("group", "a") not in rows


def test_a_city_that_did_not_take_part_is_refused() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        groups_of(FIELD, "nowhere")


def test_unchanged_values_are_no_change_and_others_are() -> None:
    entries = {row.name: "" if row.present is None else f"{row.present:.2f}" for row in ROWS.values()}
    assert read_play(entries, GROUPS).changes == ()
    play = read_play(entries | {"i.a/services": "95,5", f"g.{UNKNOWN}": "10"}, GROUPS)
    assert [(item.key, item.kind, item.likely) for item in play.changes] == [
        ("a/services", "value", 95.5),
        (UNKNOWN, "gain", 10.0),
    ]


def test_spread_and_chance_hold_for_every_change_and_stay_on_the_scale() -> None:
    play = read_play({"i.a/services": "95", "chance": "70", "spread": "50"}, GROUPS)
    change = play.changes[0]
    start = SERVICES.present or 0.0
    assert change.low == pytest.approx(start + (95 - start) / 2)
    assert change.high == 100.0
    assert change.probability == pytest.approx(0.7)
    falling = read_play({"i.a/services": "10", "spread": "50"}, GROUPS).changes[0]
    assert falling.low < 10 < falling.high < start


@pytest.mark.parametrize(
    ("entries", "place", "code"),
    [
        ({"i.a/services": "abc"}, "i.a/services", "no_number"),
        ({"i.a/services": "1e9"}, "i.a/services", "no_number"),
        ({"i.a/services": "nan"}, "i.a/services", "no_number"),
        ({"i.a/services": "100.1"}, "i.a/services", "outside"),
        ({"i.a/services": "-1"}, "i.a/services", "outside"),
        ({"i.none": "1"}, "i.none", "unknown"),
        ({f"i.{UNKNOWN}": "1"}, f"i.{UNKNOWN}", "unknown"),
        ({"chance": "101"}, "chance", "no_percentage"),
        ({"spread": "-1"}, "spread", "no_percentage"),
        ({"own": "drop table"}, "own", "no_choice"),
        ({"break": "1"}, "break", "no_choice"),
    ],
)
def test_faults_say_place_and_reason(entries: dict[str, str], place: str, code: str) -> None:
    with pytest.raises(RefusedInputError) as caught:
        read_play(entries, GROUPS)
    assert [(item.place, item.code) for item in caught.value.faults] == [(place, code)]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(RefusedInputError) as caught:
        read_play({"i.a/services": "x", "i.b/busses": "900", "chance": "y"}, GROUPS)
    assert len(caught.value.faults) == 3


@given(
    st.dictionaries(
        st.text(max_size=30) | st.sampled_from(["i.a/services", "g.b/sensors", "chance", "own"]),
        st.text(max_size=30),
    )
)
def test_whatever_is_sent_is_read_or_refused(entries: dict[str, str]) -> None:
    try:
        found = check_changes(read_play(entries, GROUPS).changes, GROUPS)
    except RefusedInputError as error:
        found = [item for item in error.faults if not (item.place and item.code)]
    assert found == []


@given(st.text(max_size=20))
def test_numbers_are_finite_or_nothing(text: str) -> None:
    value = read_number(text)
    assert value is None or math.isfinite(value)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Change("none", 1, 1, 1), "unknown"),
        (Change("a/services", 50, 40, 60), "order"),
        (Change("a/services", 50, 60, 101), "outside"),
        (Change("a/services", math.nan, 60, 70), "no_number"),
        (Change(UNKNOWN, 50, 60, 70), "present_unknown"),
        (Change("a/services", 50, 60, 70, probability=1.5), "no_probability"),
        (Change("a/services", 50, 60, 70, slack_months=3, delay_months=(5, 4, 6)), "delay"),
        (Change("a/services", 50, 60, 70, slack_months=3, delay_months=(0, 0, 600)), "delay"),
    ],
)
def test_changes_given_in_full_are_checked(change: Change, code: str) -> None:
    assert [item.code for item in check_changes([change], GROUPS)] == [code]


def test_the_same_figure_twice_and_too_many_are_refused() -> None:
    change = Change("a/services", 50, 60, 70)
    assert [item.code for item in check_changes([change, change], GROUPS)] == ["twice"]
    many = check_changes([change] * (MOST_CHANGES + 1), GROUPS)
    assert many[-1].code == "too_many"


figures = st.floats(0, 100).map(lambda value: round(value, 3))
changes = st.lists(
    st.builds(
        lambda key, three, probability: Change(key, *sorted(three), probability=probability),
        st.sampled_from(["a/services", "a/payment", "a/app", "b/busses"]),
        st.tuples(figures, figures, figures),
        st.floats(0, 1).map(lambda value: round(value, 3)),
    ),
    max_size=4,
    unique_by=lambda change: change.key,
)
PREPARED = prepare(FIELD, "own", [FIELDS["2021"], FIELDS["2022"]], draws=500, seed=7)


@given(changes)
def test_changes_and_outcomes_survive_json(found: list[Change]) -> None:
    assert from_data(to_data(found)) == tuple(found)
    outcome = PREPARED.outcome(own_change(found))
    data = snapshot.outcome_data(outcome)
    assert snapshot.outcome_data(snapshot.outcome_of(data)) == data
    assert snapshot.seal(data) == snapshot.seal(snapshot.outcome_data(snapshot.outcome_of(data)))


def test_the_checksum_sees_every_figure() -> None:
    data = snapshot.outcome_data(PREPARED.outcome(OwnChange()))
    other = data | {"draws": data["draws"] + 1}
    assert snapshot.seal(data) != snapshot.seal(other)
    assert snapshot.plain({"x": -0.0, "y": math.nan}) == {"x": 0.0, "y": None}


def test_the_digest_sees_a_changed_score() -> None:
    before = snapshot.field_digest(made_field(2023))
    assert before == snapshot.field_digest(made_field(2023))
    changed = made_field(2023)
    changed.scores[3, 2] += 0.1
    assert before != snapshot.field_digest(changed)


def test_levers_are_sorted_and_bring_what_the_weights_say() -> None:
    found = one_by_one(PREPARED, GROUPS)
    means = [round(item.points.mean, 3) for item in found]
    assert means == sorted(means, reverse=True)
    services = next(item for item in found if item.row.key == "a/services")
    assert services.points.mean == pytest.approx(
        10 / 3 / 2, abs=0.05
    )  # one of three indicators in one of two groups
    assert {item.row.key for item in found} == {row.key for row in ROWS.values()}


def test_a_full_indicator_is_no_lever() -> None:
    field = made_field(2023)
    field.scores[0, 0] = 100.0
    prepared = prepare(field, "own", draws=200, seed=1)
    assert "a/services" not in {item.row.key for item in one_by_one(prepared, groups_of(field, "own"))}


def test_the_cheapest_way_reaches_its_rank_and_half_of_it_does_not() -> None:
    now = round(PREPARED.before.rank.median)
    goal = max(1, now - 2)
    way = cheapest_way(PREPARED, GROUPS, goal, 0.6)
    assert way.reached
    assert way.share.value >= 0.6
    assert sum(step.gain for step in way.steps) == pytest.approx(way.cost, abs=0.2)
    cheaper = fill([(step.row, step.gain, 1.0) for step in way.steps], way.cost * 0.9)
    from steuerrad.engines.ranking import Move

    less = PREPARED.outcome(OwnChange(tuple(Move.by(row.key, gain) for row, gain in cheaper)))
    assert less.after.top(goal).value < 0.6


def test_costs_change_the_way() -> None:
    usual = cheapest_way(PREPARED, GROUPS, 1, 0.3)
    first = usual.steps[0].row.key
    dear = cheapest_way(PREPARED, GROUPS, 1, 0.3, {first: 50.0})
    assert dear.steps[0].row.key != first


def test_what_needs_no_change_and_what_cannot_be_reached_are_said() -> None:
    last = cheapest_way(PREPARED, GROUPS, FIELD.participants, 0.9)
    assert last.reached
    assert last.steps == ()
    low = made_field(2023)
    low.group_weights[:] = 1.0
    low.scores[0, :] = 99.9  # nothing left to gain
    hopeless = cheapest_way(prepare(low, "own", draws=200, seed=1), groups_of(low, "own"), 1, 0.99)
    assert not hopeless.reached


@pytest.mark.parametrize(("rank", "wanted"), [(0, 0.8), (99, 0.8), (3, 0.0), (3, 1.0)])
def test_senseless_targets_are_refused(rank: int, wanted: float) -> None:
    with pytest.raises(ValueError):
        cheapest_way(PREPARED, GROUPS, rank, wanted)


def test_free_points_are_refused() -> None:
    with pytest.raises(ValueError, match="cost"):
        cheapest_way(PREPARED, GROUPS, 3, 0.5, {"a/services": 0.0})


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 10)), max_size=6), st.floats(0, 500))
def test_no_more_is_bought_than_there_is(offers: list[tuple[float, float]], spent: float) -> None:
    row = Row("x", "X", "a", "indicator", 0.0, 100.0)
    parts = fill([(row, room, cost) for room, cost in offers], spent)
    assert sum(gain for _row, gain in parts) <= sum(room for room, _cost in offers) + 1e-9
