"""What is drawn for figures that are not published lies within what the published ones imply."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.ranking import Entry, Model, Move, OwnChange, competition_ranks, prepare, rank_bounds
from steuerrad.engines.ranking.present import draw_present
from steuerrad.engines.ranking.tests.fields import NAN, totals_field
from steuerrad.engines.scoring.interval import Interval

HALF = Fraction(1, 20)
known = st.tuples(st.booleans(), st.booleans())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(10, 990), known), min_size=1, max_size=14, unique_by=lambda item: item[0]),
    st.integers(0, 5),
    st.integers(0, 99),
)
def test_draws_respect_the_bounds(
    cities: list[tuple[int, tuple[bool, bool]]], unnamed: int, seed: int
) -> None:
    truth = np.array([value / 10 for value, _ in cities])
    # the last ones are those of whom nobody published anything: they stand below all, or the ranks would not be true
    ranks = competition_ranks(truth)
    totals = [value if has[0] else NAN for value, (_, has) in zip(truth, cities, strict=True)]
    shown = [int(rank) if has[1] else 0 for rank, (_, has) in zip(ranks, cities, strict=True)]
    field = totals_field(totals, ranks=shown, participants=len(cities) + unnamed)
    drawn = draw_present(field, 60, np.random.default_rng(seed))
    assert drawn.scores.shape == (len(cities) + unnamed, 60)
    assert drawn.contradicted == 0
    entries = [
        Entry(
            city, (rank, rank) if rank else None,
            Interval(Fraction(str(total)) - HALF, Fraction(str(total)) + HALF) if total == total else None,
        )
        for city, rank, total in zip(field.cities, shown, totals, strict=True)
    ]  # fmt: skip
    bounds = rank_bounds(entries, field.participants).bounds
    for row, total, bound in zip(drawn.scores, totals, bounds, strict=False):
        if total == total:
            assert (row == np.float32(total)).all()
        assert float(bound.score.lo) - 0.06 <= row.min() <= row.max() <= float(bound.score.hi) + 0.06
    for row, rank in zip(drawn.scores, shown, strict=False):
        if rank:  # neighbours may be drawn alike
            assert ((drawn.scores > row).sum(axis=0) < rank).all()
            assert ((drawn.scores >= row).sum(axis=0) >= rank).all()


def test_nothing_published_is_drawn_around_the_middle() -> None:
    drawn = draw_present(
        totals_field([NAN, NAN], ranks=(1, 0), participants=9), 4000, np.random.default_rng(1)
    )
    assert drawn.unnamed == 8
    assert drawn.ranks_only == 1
    assert 40 < drawn.scores.mean() < 60
    assert (drawn.scores[0] >= drawn.scores[1:].max(axis=0)).all()


def test_equal_ranks_take_one_place_after_the_other() -> None:
    field = totals_field([70, 70, NAN, 40], ranks=(1, 1, 3, 4))
    drawn = draw_present(field, 500, np.random.default_rng(1))
    assert drawn.contradicted == 0
    assert 40 <= drawn.scores[2].min() <= drawn.scores[2].max() <= 70


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.none() | st.integers(0, 1000), st.integers(0, 12)), min_size=1, max_size=10),
    st.integers(0, 4),
    st.sampled_from(["typical", "still"]),
)
def test_whatever_is_published_gives_an_answer_or_a_reason(
    cities: list[tuple[int | None, int]], unnamed: int, own: str
) -> None:
    """Sources err: ranks that contradict scores and each other, ranks given twice, nothing at all."""
    totals = [NAN if value is None else value / 10 for value, _ in cities]
    participants = len(cities) + unnamed
    field = totals_field(totals, ranks=[rank for _, rank in cities], participants=participants)
    model = Model(own=own)  # type: ignore[arg-type]
    if not (totals[0] == totals[0] or cities[0][1]) or max(rank for _, rank in cities) > participants:
        with pytest.raises(ValueError, match=r"neither score nor rank|between 1 and"):
            prepare(field, "city0", (), model, draws=100)
        return
    prepared = prepare(field, "city0", (), model, draws=100)
    found = prepared.outcome(OwnChange((Move.by("", 5.0, "total"),)))
    assert np.isfinite(prepared.rivals_now).all()
    assert np.isfinite(prepared.rivals_next).all()
    assert len(prepared.rivals_now) == participants - 1
    assert sum(found.after.ranks) > 0.999
    assert 1 <= found.before.rank.low <= found.before.rank.high <= participants
    assert found.split_places.own.mean + found.split_places.field.mean == pytest.approx(
        found.split_places.total.mean
    )
