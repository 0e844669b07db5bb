"""Reading results: what sources print for each city, side by side, and what that bounds for those not printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from steuerrad.engines.ranking import Entry, rank_bounds
from steuerrad.engines.scoring import Interval
from steuerrad.modules.city_index.facts import printed
from steuerrad.modules.city_index.models import Category, Edition, Index, IndexCity, Result
from steuerrad.platform.city.models import City

SCALE = Interval.of(0, 100)
Place = tuple[int, str, str]  # edition, category key, indicator


@dataclass(frozen=True, slots=True)
class Figure:
    """What one source prints for one city. score_text: as printed, with a full stop."""

    score: Decimal | None
    decimals: int | None
    rank: int | None
    tendency: int | None
    source: str
    basis: str
    note: str

    @property
    def score_text(self) -> str:
        return "" if self.score is None else printed(self.score, self.decimals)

    @property
    def interval(self) -> Interval | None:
        """The true scores that the print can stand for."""
        if self.score is None:
            return None
        half = Fraction(1, 2 * 10 ** (self.decimals or 0))
        value = Fraction(self.score)
        return Interval(max(value - half, SCALE.lo), min(value + half, SCALE.hi))


@dataclass(frozen=True, slots=True)
class Known:
    """All that is printed of one city for one place, over all sources."""

    figures: tuple[Figure, ...] = ()

    @property
    def ranks(self) -> tuple[int, ...]:
        return tuple(sorted({item.rank for item in self.figures if item.rank is not None}))

    @property
    def rank(self) -> int | None:
        """The rank that all sources agree on, else None."""
        return self.ranks[0] if len(self.ranks) == 1 else None

    @property
    def interval(self) -> Interval | None:
        """Scores that all sources allow; all that any of them allows when they contradict each other."""
        found: Interval | None = None
        for item in self.figures:
            own = item.interval
            if own is not None:
                found = own if found is None else found.intersection(own) or found.hull(own)
        return found

    @property
    def scores(self) -> tuple[Figure, ...]:
        """The figures with a score, one for each different print, the most exact first."""
        different = {item.score: item for item in self.figures if item.score is not None}
        return tuple(sorted(different.values(), key=lambda item: -(item.decimals or 0)))

    @property
    def score(self) -> Decimal | None:
        """The most exact score when all agree within rounding, else None."""
        return None if self.score_conflict or not self.scores else self.scores[0].score

    @property
    def score_text(self) -> str:
        return " / ".join(
            item.score_text for item in (self.scores if self.score_conflict else self.scores[:1])
        )

    @property
    def score_conflict(self) -> bool:
        scores = self.scores
        intervals = [item.interval for item in scores] if len(scores) > 1 else []
        return any(
            one is not None and other is not None and not one.meets(other)
            for number, one in enumerate(intervals) for other in intervals[:number]
        )  # fmt: skip

    @property
    def conflict(self) -> bool:
        return len(self.ranks) > 1 or self.score_conflict

    @property
    def tendency(self) -> int | None:
        found = {item.tendency for item in self.figures if item.tendency is not None}
        return found.pop() if len(found) == 1 else None

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.source for item in self.figures))


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Standing:
    """A city in a ranking: what is printed, and between which ranks and scores it must lie.

    excluded: its own figures contradict others, so nothing was concluded from them.
    """

    city: IndexCity
    known: Known
    rank: tuple[int, int]
    score: Interval
    size: int
    excluded: bool = False

    @property
    def rank_bounded(self) -> bool:
        return self.rank != (1, self.size)

    @property
    def score_bounded(self) -> bool:
        return self.score != SCALE

    @property
    def certain(self) -> bool:
        return self.rank[0] == self.rank[1]


@dataclass
class Field:
    """Results by place and city; loaded once for a page."""

    by_place: dict[Place, dict[int, list[Figure]]] = field(default_factory=lambda: defaultdict(dict))

    def known(self, edition: Edition, category: str, city: IndexCity, indicator: str = "") -> Known:
        figures = self.by_place.get((edition.pk, category, indicator), {}).get(city.pk)
        return Known(tuple(figures)) if figures else NOTHING

    def all(self, edition: Edition, category: str, indicator: str = "") -> dict[int, Known]:
        """{city id: what is printed of it}."""
        place = self.by_place.get((edition.pk, category, indicator), {})
        return {city: Known(tuple(figures)) for city, figures in place.items()}

    def indicators(self, edition: Edition, category: str) -> list[str]:
        return [name for (pk, key, name) in self.by_place if pk == edition.pk and key == category and name]


def load_field(
    editions: Iterable[Edition],
    *,
    indicators: bool = False,
    city: IndexCity | None = None,
    category: str | None = None,
) -> Field:
    """Results of these editions in one query; single indicators only when asked for."""
    results = Result.objects.filter(edition__in=[item.pk for item in editions]).order_by("pk")
    if not indicators:
        results = results.filter(indicator="")
    if city is not None:
        results = results.filter(city=city)
    if category is not None:
        results = results.filter(category_key=category)
    found = Field()
    columns = ("edition_id", "category_key", "indicator", "city_id", "score", "decimals", "rank", "tendency",
               "source", "basis", "note")  # fmt: skip
    for edition, key, indicator, city_id, *values in results.values_list(*columns):
        found.by_place[(edition, key, indicator)].setdefault(city_id, []).append(Figure(*values))
    return found


def standings(cities: Iterable[IndexCity], edition: Edition, known: Mapping[int, Known]) -> list[Standing]:
    """All cities with the tightest ranks and scores that follow from what is printed, best first.

    Ranks are not taken as distinct, though they are given on unrounded scores: that would cost a page a second and
    narrows next to nothing. The bounds hold either way.
    """
    by_name = {city.name: city for city in cities}
    size = max(edition.cities or 0, len(by_name))
    entries = [_entry(city, known.get(city.pk, NOTHING), size) for city in by_name.values()]
    found = [
        Standing(by_name[bound.name], known.get(by_name[bound.name].pk, NOTHING), bound.rank, bound.score,
                 size, bound.excluded)
        for bound in rank_bounds(entries, size, scale=SCALE).bounds
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda item: (item.rank[0] + item.rank[1], -(item.score.lo + item.score.hi), item.city.name),
    )


def _entry(city: IndexCity, known: Known, size: int) -> Entry:
    ranks = [rank for rank in known.ranks if rank <= size]
    return Entry(city.name, (ranks[0], ranks[-1]) if ranks else None, known.interval)


def the_index() -> Index | None:
    return Index.objects.first()


def editions(index: Index) -> list[Edition]:
    """All editions, oldest first, with their categories and method breaks ready."""
    return list(
        Edition.objects.filter(index=index)
        .select_related("index")
        .prefetch_related("categories", "breaks")
        .order_by("year")
    )


def own_city(city: City | None) -> IndexCity | None:
    """The city of this installation in the index."""
    if city is None:
        return None
    return IndexCity.objects.filter(key=city.slug).first() or IndexCity.objects.filter(name=city.name).first()


def category_titles(index: Index) -> dict[str, str]:
    """{category key: name in the newest edition that has it}, in the order of the index."""
    rows = (
        Category.objects.filter(edition__index=index)
        .order_by("edition__year", "order")
        .values_list("key", "name")
    )
    return dict(rows)


def newest_with_results(of: Iterable[Edition], loaded: Field) -> Edition | None:
    """The newest edition in which the score of some whole category or of the total is known, else any figure.

    A rank alone draws no profile, so an edition that has nothing but ranks is not the one to open with.
    """
    with_scores, with_results = set(), set()
    for (edition, _category, indicator), figures in loaded.by_place.items():
        with_results.add(edition)
        if not indicator and any(item.interval is not None for own in figures.values() for item in own):
            with_scores.add(edition)
    newest_first = sorted(of, key=lambda item: -item.year)
    return next(
        (item for found in (with_scores, with_results) for item in newest_first if item.pk in found), None
    )
