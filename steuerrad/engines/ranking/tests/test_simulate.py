"""The simulation: invariants, hand-computed changes, missing figures, bad input."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.ranking import (
    Field,
    FieldIndicator,
    Model,
    Move,
    Movement,
    OwnChange,
    prepare,
    simulate,
)
from steuerrad.engines.ranking.movement import Prior
from steuerrad.engines.ranking.own_change import draw_moves, triangular
from steuerrad.engines.ranking.raw import fitting_scale, recompute, scores_of
from steuerrad.engines.ranking.tests.fields import NAN, full_fields, totals_field, with_raw

FROZEN = Model("still", movement=Movement.fixed(0.0))
TOTALS = (80.0, 74.0, 71.0, 69.0, 66.0, 60.0, 50.0)


def change(*moves: Move) -> OwnChange:
    return OwnChange(moves)


def test_nothing_changed_changes_nothing() -> None:
    found = prepare(totals_field(TOTALS), "city3", draws=500).outcome(OwnChange())
    assert found.before == found.after
    assert (found.points.mean, found.places.mean, found.places.sd) == (0, 0, 0)
    assert found.split_points.own.mean == found.split_places.own.mean == 0


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    field, own = totals_field(TOTALS), change(Move("", 0, 3, 9, "total", "gain"))
    first, again = (simulate(field, "city3", own, draws=500, seed=5) for _ in range(2))
    assert asdict(first) == asdict(again)
    assert simulate(field, "city3", own, draws=500, seed=6).places != first.places


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=12),
    st.floats(0, 30), st.integers(0, 10**6), st.sampled_from(["typical", "still"]),
)  # fmt: skip
def test_splits_add_up_and_probabilities_too(scores: list[int], gain: float, seed: int, own: str) -> None:
    field = totals_field([score / 10 for score in scores])
    prepared = prepare(field, "city0", model=Model(own=own), draws=200, seed=seed)  # type: ignore[arg-type]
    found = prepared.outcome(change(Move.by("", gain, "total")))
    for split in (found.split_points, found.split_places):
        assert split.own.mean + split.field.mean == pytest.approx(split.total.mean, abs=1e-9)
    assert sum(found.after.ranks) == pytest.approx(1)
    assert found.places.mean == pytest.approx(found.before.rank.mean - found.after.rank.mean, abs=1e-9)
    assert found.places.low >= 0  # nobody loses a place by more points
    assert found.one_worse.value == 0
    assert found.after.rank.low <= found.after.rank.median <= found.after.rank.high
    assert found.after.top(field.participants).value == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 15), st.floats(0, 15), st.integers(0, 1000))
def test_more_points_never_bring_a_worse_rank(one: float, two: float, seed: int) -> None:
    prepared = prepare(totals_field(TOTALS), "city4", draws=300, seed=seed)
    low, high = sorted((one, two))
    small, large = (prepared.outcome(change(Move.by("", gain, "total"))) for gain in (low, high))
    assert large.after.rank.mean <= small.after.rank.mean
    assert all(large.after.top(k).value >= small.after.top(k).value for k in range(1, 8))


def test_the_order_of_cities_does_not_matter_in_a_frozen_field() -> None:
    field = totals_field(TOTALS)
    order = [3, 1, 0, 6, 5, 2, 4]
    shuffled = replace(field, cities=tuple(field.cities[n] for n in order), totals=field.totals[order],
                       ranks=field.ranks[order])  # fmt: skip
    own = change(Move.by("", 4, "total"))
    one, two = (simulate(item, "city4", own, (), FROZEN, draws=100) for item in (field, shuffled))
    assert one.split_places == two.split_places


def test_indicators_weigh_as_the_index_computes() -> None:
    field = full_fields()[-1]
    prepared = prepare(field, "city5", model=FROZEN, draws=100)
    now = float(field.scores[5, 1])
    found = prepared.outcome(change(Move.to("g0/i1", 100.0)))
    assert found.points.mean == pytest.approx((100 - now) / 315 * 100 / 2, abs=1e-4)
    again = prepared.outcome(change(Move.by("g0/i1", 100.0)))  # ends at the maximum
    assert again.points.mean == pytest.approx(found.points.mean, abs=1e-4)
    assert prepared.present("g0/i1").mean == pytest.approx(now, abs=1e-4)
    group = prepared.outcome(change(Move.by("g1", 10.0, "group")))
    assert group.points.mean == pytest.approx(5.0, abs=1e-4)
    weights = np.array([prepared.worth(item.key).mean for item in field.indicators])
    assert field.scores[5] @ weights == pytest.approx(field.totals[5], abs=1e-3)


@pytest.mark.parametrize(
    ("to", "own", "others"),
    [(5, 18.75, (0, 43.75, 62.5, 100)), (8, 37.5, (0, 43.75, 62.5, 100)), (22, 100, (0, 35, 50, 80))],
)
def test_a_raw_value_moves_the_whole_field(to: float, own: float, others: tuple[float, ...]) -> None:
    """The worked example of the reference: x = (2, 5, 9, 12, 18)."""
    prepared = prepare(with_raw((2, 5, 9, 12, 18), "min_max"), "city1", model=FROZEN, draws=100)
    found = prepared.outcome(change(Move("g/i", to, to, to, kind="raw")))
    assert found.after.score.mean == pytest.approx(own, abs=1e-4)
    ahead = sum(other > own for other in others)
    assert found.after.rank.mean == 1 + ahead
    above = [prepared.at_score(score).rank.mean for score in others]
    assert above == sorted(above, reverse=True)
    codes = [note.code for note in found.notes]
    assert "raw_recomputed" in codes
    assert ("exceeds_scale" in codes) == (to == 22)  # the best of the field is 18


@pytest.mark.parametrize(("to", "gain", "places"), [(8, 0, 0), (9.5, 25, 1)])
def test_a_percentile_rank_counts_who_is_overtaken(to: float, gain: float, places: int) -> None:
    field = with_raw((2, 5, 9, 12, 18), "percentile")
    assert field.scores[:, 0].tolist() == [0, 25, 50, 75, 100]
    found = prepare(field, "city1", model=FROZEN, draws=100).outcome(
        change(Move("g/i", to, to, to, kind="raw"))
    )
    assert found.points.mean == pytest.approx(gain)
    assert found.places.mean == places


def test_overtaken_cities_lose_their_points() -> None:
    field = with_raw((2, 5, 9, 12, 18), "percentile")
    own, others = recompute(field, "city1", 0, np.array([9.5]), np.array([True]))
    assert own.tolist() == [25]
    assert others[:, 0].tolist() == [0, -25, 0, 0]
    own, others = recompute(
        with_raw((2, 5, 9, 12, 18), "min_max"), "city1", 0, np.array([22.0]), np.array([True])
    )
    assert own.tolist() == [81.25]
    assert others[:, 0].tolist() == [0, -8.75, -12.5, -20]


@pytest.mark.parametrize("scale", ["min_max", "percentile", "rank"])
@given(
    raw=st.lists(st.integers(0, 50), min_size=3, max_size=10), to=st.integers(0, 60), better=st.booleans()
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_recomputing_is_scoring_the_new_column(scale: str, raw: list[int], to: int, better: bool) -> None:
    field = with_raw(raw, scale, higher_is_better=better)
    item = field.indicators[0]
    own, others = recompute(field, "city0", 0, np.array([float(to)]), np.array([True]))
    column = np.array([to, *raw[1:]], np.float64)
    wanted = scores_of(column, item) - scores_of(np.array(raw, np.float64), item)
    assert own[0] == pytest.approx(wanted[0], abs=1e-9)
    assert others[:, 0] == pytest.approx(wanted[1:], abs=1e-4)


def test_equal_values_tell_rank_from_percentile() -> None:
    assert with_raw((1, 2, 2, 3, 4), "percentile").scores[:, 0].tolist() == [0, 25, 25, 75, 100]
    assert with_raw((1, 2, 2, 3, 4), "rank").scores[:, 0].tolist() == [0, 50, 50, 75, 100]


@pytest.mark.parametrize("higher", [True, False])
@pytest.mark.parametrize("scale", ["min_max", "percentile", "rank"])
def test_the_scale_is_found_from_published_scores(scale: str, higher: bool) -> None:
    raw = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3.5, 8.9])
    field = with_raw(raw.tolist(), scale, higher_is_better=higher)
    printed = field.scores[:, 0].round(1)
    assert fitting_scale(raw, printed, 100.0) == (scale, higher)
    printed[4] += 0.2
    assert fitting_scale(raw, printed, 100.0) is None
    printed[4:] = NAN
    assert fitting_scale(raw, printed, 100.0) is None  # too few to tell


def test_a_raw_value_needs_the_whole_column() -> None:
    field = with_raw((2, 5, 9, 12, 18), "min_max")
    assert field.raw is not None
    raw = field.raw.copy()
    raw[3] = NAN
    for part in (replace(field, raw=raw), replace(field, participants=6)):
        with pytest.raises(ValueError, match="raw values of only"):
            prepare(part, "city1", draws=100).outcome(change(Move("g/i", 8, 8, 8, kind="raw")))
    points = replace(field, indicators=(replace(field.indicators[0], scale="points"),))
    with pytest.raises(ValueError, match="how raw values become points"):
        prepare(points, "city1", draws=100).outcome(change(Move("g/i", 8, 8, 8, kind="raw")))


def test_chance_and_delay_take_their_share() -> None:
    moves = (
        Move("a", 10, 10, 10, kind="gain", probability=0.3),
        Move("b", 10, 10, 10, kind="gain", slack_months=3, delay_months=(0, 0, 6)),
        Move("c", 10, 10, 10, kind="gain", slack_months=-1),
    )
    values, there = draw_moves(moves, 40_000, [1])
    assert (values == 10).all()
    assert there.mean(axis=1) == pytest.approx([0.3, 0.75, 0], abs=0.012)  # F(3) = 1 - (3/6)^2


@pytest.mark.parametrize("shape", ["triangular", "pert"])
def test_spread_of_a_gain(shape: str) -> None:
    low, likely, high = 2.0, 5.0, 14.0
    values, _ = draw_moves((Move("a", low, likely, high, kind="gain", shape=shape),), 60_000, [1])  # type: ignore[arg-type]
    mean = (low + likely + high) / 3 if shape == "triangular" else (low + 4 * likely + high) / 6
    assert values.min() >= low
    assert values.max() <= high
    assert values.mean() == pytest.approx(mean, abs=5 * values.std() / 60_000**0.5)


def test_triangular_inverts_its_distribution() -> None:
    chance = np.linspace(0, 1, 101)
    found = triangular(0, 2, 8, chance)
    wanted = np.where(found < 2, found**2 / 16, 1 - (8 - found) ** 2 / 48)
    assert wanted == pytest.approx(chance, abs=1e-12)


def test_a_move_has_the_same_luck_in_every_scenario() -> None:
    prepared = prepare(full_fields()[-1], "city5", draws=1000)
    luck = Move("g0/i1", 0, 20, 40, kind="gain", probability=0.5)
    alone = prepared.outcome(change(luck)).points
    beside = prepared.outcome(change(Move.by("g1/i0", 0.0), luck)).points
    assert alone == beside


def test_typical_cities_move_and_still_ones_do_not() -> None:
    history = full_fields()
    still = prepare(history[-1], "city5", history[:-1], Model("still"), draws=2000)
    typical = prepare(history[-1], "city5", history[:-1], draws=2000)
    assert still.before.score.sd == 0
    assert typical.before.score.sd > 3
    assert "own_still" in {note.code for note in still.notes}
    assert np.array_equal(still.rivals_next, typical.rivals_next)


def test_missing_figures_are_drawn_within_their_bounds_and_named() -> None:
    field = totals_field((80, NAN, 70, NAN, NAN), ranks=(1, 3, 4, 0, 6), participants=8)
    prepared = prepare(field, "city2", model=FROZEN, draws=2000)
    second = prepared.rivals_now[1]
    assert 70 <= second.min() < second.max() <= 80
    assert prepared.now.rank.mean == 4
    assert (prepared.rivals_now[0] == 80).all()
    ranks_of_unknown = 1 + (np.vstack([prepared.rivals_now, prepared.own_now]) > prepared.rivals_now[2]).sum(
        axis=0
    )
    assert set(ranks_of_unknown.tolist()) == {2, 5, 7, 8}  # the free ones
    notes = {note.code: dict(note.values) for note in prepared.notes}
    assert notes["ranks_only"] == {"count": 2}
    assert notes["unnamed"] == {"count": 4}
    assert len(prepared.rivals_now) == 7


def test_a_contradicted_rank_is_not_used() -> None:
    field = totals_field((80, 70, 75, 60), ranks=(1, 2, 3, 4))
    prepared = prepare(field, "city0", model=FROZEN, draws=100)
    assert "contradicted" in {note.code for note in prepared.notes}
    assert prepared.before.rank.mean == 1


def test_an_unknown_own_value_follows_from_the_rest_of_its_group() -> None:
    field = full_fields()[-1]
    scores = field.scores.copy()
    scores[5, 0] = NAN
    prepared = prepare(replace(field, scores=scores), "city5", model=FROZEN, draws=500)
    assert prepared.present("g0/i0").mean == pytest.approx(
        field.scores[5, 0], abs=8
    )  # up to the bonus not listed
    scores[5, :] = NAN
    unknown = prepare(replace(field, scores=scores), "city5", model=FROZEN, draws=500)
    found = unknown.outcome(change(Move.by("g0/i0", 10)))
    assert "indicator_unknown" in {note.code for note in found.notes}
    assert found.points.low <= found.points.high <= 10 / 315 * 50 + 1e-4


def test_an_incomplete_list_makes_the_weight_uncertain() -> None:
    field = replace(full_fields()[-1], group_maxima=((315.0, 525.0), (210.0, 210.0)))
    prepared = prepare(field, "city5", model=FROZEN, draws=2000)
    worth = prepared.worth("g0/i0")
    assert 100 / 525 / 2 <= worth.low < worth.high <= 100 / 315 / 2
    assert prepared.worth("g1/i0").sd == 0
    assert ("list_incomplete", {"group": "g0"}) in [(note.code, dict(note.values)) for note in prepared.notes]


def test_a_group_alone() -> None:
    field = full_fields()[-1]
    prepared = prepare(field.of_group("g1"), "city5", model=FROZEN, draws=100)
    assert prepared.now.score.mean == pytest.approx(field.group_scores[5, 1], abs=1e-4)
    assert prepared.outcome(change(Move.by("g1/i0", 5.0))).points.mean == pytest.approx(5 / 2.1, abs=1e-3)
    with pytest.raises(KeyError):
        field.of_group("nothing")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"own": "nobody"}, "nobody: did not take part"),
        ({"own": "city1"}, "neither score nor rank"),
        ({"own": "city0", "draws": 5}, "draws must lie between"),
        ({"own": "city0", "model": Model(level="indicators")}, "not every indicator"),
    ],
)
def test_what_cannot_be_prepared_is_refused(arguments: dict[str, object], reason: str) -> None:
    field = totals_field((80, NAN), ranks=(1, 0), participants=4)
    with pytest.raises(ValueError, match=reason):
        prepare(field, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        (Move.to("nothing", 1), "nothing: the edition 2030 has no such indicator"),
        (Move.to("nothing", 1, "group"), "no such group"),
        (Move.to("g/i", 101), "g/i: must lie between 0 and 100"),
        (Move.to("g/i", -1), "must lie between 0 and 100"),
        (Move.by("g/i", -101), "must lie between -100 and 100"),
        (Move.by("", 101, "total"), "total: must lie"),
        (Move("g/i", 1, 1, 1, kind="raw"), "g/i: raw values of only 0 of 7 cities"),
    ],
)
def test_impossible_moves_are_refused_with_their_place(move: Move, reason: str) -> None:
    prepared = prepare(totals_field(TOTALS), "city0", draws=100)
    with pytest.raises(ValueError, match=reason):
        prepared.outcome(change(move))


@pytest.mark.parametrize(
    "arguments",
    [
        {"low": 2, "likely": 1, "high": 3}, {"low": NAN, "likely": 1, "high": 3}, {"probability": 1.5},
        {"probability": NAN}, {"slack_months": float("inf")}, {"delay_months": (3.0, 2.0, 4.0)}, {"shape": "square"},
        {"kind": "raw", "of": "group"}, {"kind": "wish"}, {"of": "wish"},
    ],
)  # fmt: skip
def test_senseless_moves_are_refused(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^a: "):
        Move(**({"key": "a", "low": 1.0, "likely": 1.0, "high": 1.0} | arguments))  # type: ignore[arg-type]


def test_a_field_with_faults_is_refused() -> None:
    field = totals_field((80, 70))
    item = FieldIndicator("g/i", "I", 0)
    for wrong in (
        {"cities": ("city0", "city0")}, {"participants": 1}, {"totals": np.array([1.0])},
        {"indicators": (FieldIndicator("g/i", "I", 1),)}, {"group_maxima": ((2.0, 1.0),)},
        {"indicators": (item, item), "scores": np.full((2, 2), NAN)}, {"raw": np.zeros((1, 1))},
    ):  # fmt: skip
        with pytest.raises(ValueError):
            replace(field, **wrong)  # type: ignore[arg-type]


def test_memory_is_that_of_the_totals_only() -> None:
    prepared = prepare(full_fields(83, (8, 8, 7, 7, 7))[-1], "city5", draws=1000)
    assert prepared.rivals_now.nbytes + prepared.rivals_next.nbytes == 2 * 82 * 1000 * 4
    assert isinstance(prepared.field, Field)


@pytest.mark.parametrize(
    "model", [{"own": "best"}, {"level": "cities"}, {"own_sd": -1.0}, {"own_sd": float("nan")}]
)
def test_a_senseless_model_is_refused(model: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Model(**model)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="above zero"):
        Prior(score_sd=0.0)
