"""Whether published scores of an indicator can be places: 100 * (n - rank) / (n - 1) among n competitors.

A publisher says "best 100, worst 0, the others in between" and leaves open whether a score is a place on a rank scale
or a position between the extreme values. A rank scale has only n values; one printed score between them refutes it.
Nothing can prove it, so the chance of fitting by accident is told with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from steuerrad.engines.scoring.interval import Interval

RankScaleOutcome = Literal["contradicted", "possible", "not_checkable"]
MOST_POINTS = 12  # a checklist has few questions; with more of them every score would fit


@dataclass(frozen=True, slots=True)
class RankScaleFit:
    """One printed score among n competitors.

    ranks: places that would be printed so, also with ties, which share a place. chance: share of all scores of this
    precision that would fit some place. points: simplest "a of b points" with b up to 12 that would be printed so.
    telling: False for scores that reach an end of the scale, which every method gives.
    """

    ranks: tuple[int, ...]
    chance: Fraction
    points: tuple[int, int] | None
    telling: bool


@dataclass(frozen=True, slots=True)
class RankScaleVerdict:
    """All printed scores of one indicator. chance: that all of the telling ones would fit by accident.

    points: all telling ones are also simple fractions, as a checklist gives them.
    """

    outcome: RankScaleOutcome
    chance: Fraction
    telling: int
    points: bool = False


def rank_scale_fit(score: Interval, competitors: int, *, scale: int = 100) -> RankScaleFit:
    """Which places ``score`` can stand for. Raises ValueError for fewer than two competitors."""
    if competitors < 2:
        raise ValueError("a rank scale needs two competitors")
    step = Fraction(scale, competitors - 1)
    highest, lowest = (score.hi / step).__floor__(), (score.lo / step).__ceil__()
    places = range(min(highest, competitors - 1), max(lowest, 0) - 1, -1)
    ranks = tuple(competitors - place for place in places)
    telling = score.lo > 0 and score.hi < scale
    return RankScaleFit(ranks, min(Fraction(1), score.width / step), _points(score, scale), telling)


def rank_scale_verdict(scores: Sequence[Interval], competitors: int, *, scale: int = 100) -> RankScaleVerdict:
    """Whether all ``scores`` of an indicator can be places among ``competitors`` that were all rated.

    Not checkable when every score is at an end of the scale. Where several quantities were made into one score,
    the scale of a single rank is no longer to be expected, and "contradicted" says only that.
    """
    fits = [
        fit for fit in (rank_scale_fit(score, competitors, scale=scale) for score in scores) if fit.telling
    ]
    chance = Fraction(1)
    for fit in fits:
        chance *= fit.chance
    if not fits:
        return RankScaleVerdict("not_checkable", chance, 0)
    outcome: RankScaleOutcome = "possible" if all(fit.ranks for fit in fits) else "contradicted"
    return RankScaleVerdict(outcome, chance, len(fits), all(fit.points for fit in fits))


def _points(score: Interval, scale: int) -> tuple[int, int] | None:
    for of in range(1, MOST_POINTS + 1):
        reached = (score.hi * of / scale).__floor__()
        if score.lo <= Fraction(scale * reached, of):
            return reached, of
    return None
