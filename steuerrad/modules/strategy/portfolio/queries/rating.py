"""Ratings of measures: one's own, and what all together say with its spread; blind until one has rated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from steuerrad.engines.scoring import panel
from steuerrad.modules.strategy.models import Criterion, Measure, Rating
from steuerrad.modules.strategy.portfolio.permissions import RATE
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures
from steuerrad.modules.strategy.portfolio.rules.rating import may_see
from steuerrad.platform.accounts.access import allowed

LEVEL = 0.9
SEED = 20221130
#: A measure gets a total from the weight that has been rated, once this share of it is.
LEAST_SHARE = 0.6


@dataclass(frozen=True)
class CriterionSpread:
    """What all say about one measure under one criterion; None where nobody, or only one, has said anything."""

    criterion: Criterion
    count: int
    mean: float | None
    deviation: float | None
    least: int | None
    greatest: int | None
    grades: tuple[int, ...]
    comments: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """A measure in the ranking: total from 0 to 4 with its interval and the range of its rank; None = not known."""

    measure: Measure
    total: float | None
    low: float | None
    high: float | None
    rank: int | None
    rank_low: int | None
    rank_high: int | None
    people: int
    demo: bool


@dataclass(frozen=True)
class Ranking:
    """All rated measures, the best first; agreement: Kendall's W over the complete part, None where not defined."""

    standings: tuple[Standing, ...]
    hidden: int
    agreement: float | None
    agreement_people: int
    agreement_measures: int
    level: float = LEVEL


def criteria(group: str = "") -> list[Criterion]:
    """The criteria of the strategy in its order; group: lever, complement or all."""
    rows = Criterion.objects.filter(retired=False)
    return list(rows.filter(group=group) if group else rows)


def own_ratings(user: Any, measure: Measure) -> dict[str, Rating]:
    """The person's own ratings of a measure by criterion code."""
    rows = Rating.objects.filter(measure=measure, person=user).select_related("criterion")
    return {row.criterion.code: row for row in rows}


def sees_ratings(user: Any, measure: Measure) -> bool:
    """Whether the person sees what others think of this measure: blind until the own rating is given."""
    readable = readable_ids(user)
    if readable is not None and measure.pk not in readable:
        return False
    codes = [item.code for item in criteria()]
    return may_see(codes, list(own_ratings(user, measure)), rates=allowed(user, RATE))


def spread_of(measure: Measure, wanted: Sequence[Criterion]) -> list[CriterionSpread]:
    """What all say about a measure, criterion by criterion. One query."""
    held: dict[int, list[Rating]] = defaultdict(list)
    for row in Rating.objects.filter(measure=measure).order_by("rated_at"):
        held[row.criterion_id].append(row)
    found = []
    for criterion in wanted:
        rows = held[criterion.pk]
        grades = sorted(row.grade for row in rows if row.grade is not None)
        array = np.array(grades, dtype=float).reshape(len(grades), 1, 1)
        said = panel.spread(array) if grades else None
        found.append(
            CriterionSpread(
                criterion,
                len(grades),
                None if said is None else float(said.mean[0, 0]),
                None if said is None else _known(said.deviation[0, 0]),
                grades[0] if grades else None,
                grades[-1] if grades else None,
                tuple(grades),
                tuple(row.comment for row in rows if row.comment),
            )
        )
    return found


def ranking(user: Any, group: str = "") -> Ranking:
    """The rated measures, as far as the person may see them. Six queries whatever their number.

    hidden: rated measures that the person has still to rate. Ranks are among those that are shown.
    """
    wanted = criteria(group)
    every = list(Rating.objects.filter(criterion__in=wanted, measure__retired=False))
    ids = {row.measure_id for row in every}
    shown = list(steered_measures().filter(pk__in=_visible(user, ids)))
    hidden = len(ids) - len(shown)
    if not shown or not wanted:
        return Ranking((), hidden, None, 0, 0)
    ratings, people = _array(every, shown, wanted)
    weights = np.array([float(item.weight) for item in wanted])
    said = panel.totals(ratings, weights, level=LEVEL, seed=SEED, min_share=LEAST_SHARE)
    together = panel.agreement(panel.totals_by_person(ratings, weights))
    demo = {row.measure_id for row in every if row.demo}
    standings = [
        Standing(
            item, _known(said.total[place]), _known(said.low[place]), _known(said.high[place]),
            int(said.ranks[place]) or None, int(said.rank_low[place]) or None, int(said.rank_high[place]) or None,
            people[item.pk], item.pk in demo,
        )
        for place, item in enumerate(shown)
    ]  # fmt: skip
    standings.sort(key=lambda one: (one.rank is None, one.rank or 0, one.measure.order))
    return Ranking(tuple(standings), hidden, _known(together.w), together.people, together.measures)


def _visible(user: Any, ids: set[int]) -> set[int]:
    """Of these measures those whose ratings the person may see. Three queries."""
    readable = readable_ids(user)
    seen = ids if readable is None else ids & readable
    if not allowed(user, RATE):
        return seen
    needed = {item.pk for item in criteria()}
    own: dict[int, set[int]] = defaultdict(set)
    for measure, criterion in Rating.objects.filter(person=user).values_list("measure_id", "criterion_id"):
        own[measure].add(criterion)
    return {pk for pk in seen if needed <= own[pk]}


def _array(
    every: Sequence[Rating], shown: Sequence[Measure], wanted: Sequence[Criterion]
) -> tuple[np.ndarray[Any, Any], dict[int, int]]:
    """(people, measures, criteria) with NaN for no rating, and how many people rated each measure."""
    persons: dict[Any, int] = {}
    places = {item.pk: place for place, item in enumerate(shown)}
    columns = {item.pk: place for place, item in enumerate(wanted)}
    used = [row for row in every if row.measure_id in places and row.grade is not None]
    for row in used:  # an erased account keeps its own row, so that two of them are not taken for one
        persons.setdefault(row.person_id or f"erased {row.pk}", len(persons))
    array = np.full((len(persons), len(shown), len(wanted)), np.nan)
    raters: dict[int, set[Any]] = defaultdict(set)
    for row in used:
        who = row.person_id or f"erased {row.pk}"
        array[persons[who], places[row.measure_id], columns[row.criterion_id]] = float(row.grade or 0)
        raters[row.measure_id].add(who)
    return array, {pk: len(raters[pk]) for pk in places}


def _known(value: Any) -> float | None:
    number = float(value)
    return None if np.isnan(number) else number


def rating_progress(user: Any) -> tuple[int, int]:
    """(measures that the person has rated in full, all that are to be rated). Three queries."""
    needed = {item.pk for item in criteria()}
    own: dict[int, set[int]] = defaultdict(set)
    for measure, criterion in Rating.objects.filter(person=user).values_list("measure_id", "criterion_id"):
        own[measure].add(criterion)
    every = set(steered_measures().values_list("pk", flat=True))
    return sum(bool(needed) and needed <= own[pk] for pk in every), len(every)


def next_to_rate(user: Any) -> Measure | None:
    """The first measure of the strategy that the person has not rated in full. Three queries."""
    needed = {item.pk for item in criteria()}
    own: dict[int, set[int]] = defaultdict(set)
    for measure, criterion in Rating.objects.filter(person=user).values_list("measure_id", "criterion_id"):
        own[measure].add(criterion)
    every = steered_measures().order_by("order", "pk")
    return next((item for item in every if not needed <= own[item.pk]), None)
