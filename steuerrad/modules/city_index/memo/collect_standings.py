"""Scores and ranks in two editions, what follows from the parts, and the field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from steuerrad.engines.ranking import Entry, field_change, rank_bounds
from steuerrad.engines.scoring import (
    AggregationRule,
    Interval,
    Part,
    check_figure,
    explain,
    printed_interval,
    shown,
)
from steuerrad.modules.city_index.facts import aggregation, printed
from steuerrad.modules.city_index.memo.facts import FieldFact, Place, Ranked, Score, Standing
from steuerrad.modules.city_index.models import Aggregate, Edition, IndexCity, Result
from steuerrad.modules.city_index.rules.field import field_entries
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.structure import EditionStructure

Parts = list[Part] | None
Use = Callable[[str], str]
DECIMALS = 1


@dataclass(frozen=True)
class Found:
    """A standing with the intervals of its scores (this edition, the one before)."""

    facts: Standing
    intervals: tuple[Interval | None, Interval | None]

    def as_part(self, which: int) -> Parts:
        interval = self.intervals[which]
        return None if interval is None else [Part(self.facts.key, interval)]


def total_parts(
    structures: Mapping[int, EditionStructure], year: int, categories: Iterable[tuple[Parts, Parts]]
) -> tuple[Parts, Parts]:
    """The categories as parts of the total, per edition; None unless all of them are known."""
    found: list[Parts] = []
    pairs = list(categories)
    for which, edition in enumerate((year, year - 1)):
        parts = [pair[which] for pair in pairs]
        structure = structures.get(edition)
        known = [part for group in parts if group is not None for part in group]
        whole = structure is not None and len(known) == len(structure.categories) == len(pairs)
        found.append(known if whole else None)
    return found[0], found[1]


def standing(
    city: IndexCity,
    key: str,
    name: str,
    years: Sequence[Edition],
    results: Sequence[Result],
    known: Sequence[KnownFigure],
    parts: tuple[Parts, Parts],
    use: Use,
    mean: Aggregate | None,
) -> Found:
    """Score, rank and field of one category, or of the total when key is ""."""
    rule = aggregation(years[0].index.rules, "category" if key else "total")
    scores: list[Score] = []
    places: list[Place] = []
    intervals: list[Interval | None] = []
    for which in range(2):
        if which >= len(years):
            scores.append(Score(None))
            places.append(Place(None))
            intervals.append(None)
            continue
        edition = years[which]
        own = [r for r in results if r.edition_id == edition.pk and r.category_key == key and not r.indicator]
        score, interval = _score(own, parts[which], rule, use)
        scores.append(score)
        intervals.append(interval)
        places.append(_place(city, own, edition, known, name, interval, use))
    others = _ranked(known, years[0].year, name, city, use)
    facts = Standing(
        key, name, scores[0], places[0], scores[1], places[1], others,
        _field(known, years, name, city, scores), None if mean is None else mean.mean_score.normalize(),
        "" if mean is None else mean.group, "" if mean is None else use(mean.source),
    )  # fmt: skip
    return Found(facts, (intervals[0], intervals[1]))


def _score(
    own: Sequence[Result], parts: Parts, rule: AggregationRule, use: Use
) -> tuple[Score, Interval | None]:
    """The score that the parts support best, and the values that it can stand for."""
    implied = None if parts is None else explain(parts, rule).score
    nominal = None if parts is None else explain([_middle(part) for part in parts], rule).score.lo
    candidates = [(r, printed(r.score, r.decimals)) for r in own if r.score is not None]
    candidates.sort(key=lambda pair: implied is not None and not _interval(pair[1]).meets(implied))
    bounds = Score(
        None,
        low=None if implied is None else shown(implied.lo, 2),
        nominal=None if nominal is None else shown(nominal, DECIMALS),
        high=None if implied is None else shown(implied.hi, 2),
    )
    if not candidates:
        return bounds, implied
    result, text = candidates[0]
    interval = _interval(text)
    outcome = check_figure(interval, implied).outcome
    conflicting = tuple(
        (Decimal(other), use(r.source)) for r, other in candidates[1:] if not _interval(other).meets(interval)
    )
    tight = None if implied is None else interval.intersection(implied)
    found = replace(
        bounds, value=Decimal(text), source=use(result.source), conflicting=conflicting, outcome=outcome
    )
    return found, tight or interval


def _middle(part: Part) -> Part:
    """The part at its printed value; an interval that the scale has cut keeps the end that was printed."""
    lo, hi = part.value.lo, part.value.hi
    value = Fraction(0) if lo == 0 else Fraction(100) if hi == 100 else (lo + hi) / 2
    return Part(part.name, Interval.of(value), part.kind, part.maximum, part.weight)


def _interval(text: str) -> Interval:
    return printed_interval(text, low=0, high=100)


def _place(
    city: IndexCity,
    own: Sequence[Result],
    edition: Edition,
    known: Sequence[KnownFigure],
    name: str,
    interval: Interval | None,
    use: Use,
) -> Place:
    ranked = [r for r in own if r.rank is not None]
    if ranked:
        return Place(ranked[0].rank, use(ranked[0].source))
    if interval is None or not edition.cities:
        return Place(None)
    others = field_entries(known, edition.year, name or None, without=city.name)
    try:
        bound = rank_bounds([*others, Entry(city.name, None, interval)], edition.cities).of(city.name)
    except ValueError:  # more cities than the edition has, or ranks beyond it: nothing can be said
        return Place(None)
    return Place(None, "", *bound.rank) if bound.rank != (1, edition.cities) else Place(None)


def _ranked(
    known: Sequence[KnownFigure], year: int, name: str, city: IndexCity, use: Use
) -> tuple[Ranked, ...]:
    """Places and scores of the other cities, best rank first; the first source of each counts."""
    ranks: dict[str, KnownFigure] = {}
    scores: dict[str, KnownFigure] = {}
    for figure in known:
        if figure.city != city.name:
            if figure.matches(year, name or None, "rank"):
                ranks.setdefault(figure.city, figure)
            elif figure.matches(year, name or None, "score"):
                scores.setdefault(figure.city, figure)
    states = dict(IndexCity.objects.values_list("name", "state")) if ranks or scores else {}
    found = [
        Ranked(
            other, int(ranks[other].value) if other in ranks else None,
            Decimal(scores[other].value) if other in scores else None,
            (ranks.get(other) or scores[other]).source, states.get(other, ""),
        )
        for other in {**ranks, **scores}
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.rank or 10**6, -(one.score or 0), one.city)))


def _field(
    known: Sequence[KnownFigure],
    years: Sequence[Edition],
    name: str,
    city: IndexCity,
    scores: Sequence[Score],
) -> FieldFact | None:
    """Own change beside that of the other cities whose score is known both times."""
    now, before = scores[0].best, scores[1].best
    if len(years) < 2 or now is None or before is None:
        return None
    tables: list[dict[str, Decimal]] = []
    for edition, own in zip(years, (now, before), strict=True):
        table: dict[str, Decimal] = {city.name: own}
        for figure in known:
            if figure.city != city.name and figure.matches(edition.year, name or None, "score"):
                table.setdefault(figure.city, Decimal(figure.value))
        tables.append(table)
    change = field_change(tables[1], tables[0], city.name)
    if change is None or change.median is None:
        return None
    return FieldFact(now - before, change.others, shown(change.median, DECIMALS))
