"""Specifications that compare cities: position among all, profile over categories, small multiples."""

from __future__ import annotations

from dataclasses import dataclass

from steuerrad.platform.ui.charts.specs import Chart, Table, TimePoint, known, when_key, when_text
from steuerrad.platform.ui.charts.words import capital


@dataclass(frozen=True)
class Ranked:
    """A city on the strip: its rank, or the best and worst rank that what is known allows."""

    label: str
    rank: int
    worst: int | None = None
    highlight: bool = False
    value: float | None = None

    def last(self) -> int:
        return max(self.rank, self.worst or self.rank)


@dataclass(frozen=True, kw_only=True)
class RankStrip(Chart):
    """Ranks 1..total from left to right. Ranks whose city is not known are hatched, nothing is guessed."""

    total: int
    cities: tuple[Ranked, ...]
    label_name: str = ""

    def placed(self) -> tuple[Ranked, ...]:
        """The cities whose rank lies within 1..total, best first."""
        inside = (city for city in self.cities if 1 <= city.rank <= self.total)
        return tuple(sorted(inside, key=lambda city: (city.rank, city.last(), city.label)))

    def rank_text(self, city: Ranked) -> str:
        last = min(city.last(), self.total)
        return str(city.rank) if last == city.rank else f"{city.rank} {self.say('to')} {last}"

    def unknown(self) -> tuple[int, ...]:
        taken = {city.rank for city in self.cities if city.last() == city.rank}
        return tuple(rank for rank in range(1, max(0, self.total) + 1) if rank not in taken)

    def table(self) -> Table:
        values = any(known(city.value) is not None for city in self.cities)
        header = (self.label_name or capital(self.say("city")), capital(self.say("rank")))
        header = (*header, self._named(capital(self.say("value")))) if values else header
        rows = []
        for city in self.placed():
            row = (city.label, self.rank_text(city))
            rows.append((*row, self.figure(city.value)) if values else row)
        gap = (f"({self.say('not_known')})", f"{len(self.unknown())} {self.say('of')} {self.total}")
        if self.unknown():
            rows.append((*gap, "") if values else gap)
        return Table(self.title, header, tuple(rows), (False, *(True for _ in header[1:])))


@dataclass(frozen=True)
class Profiled:
    """One line of a profile: a category and one value per city (same order as ProfileChart.names)."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True)
class ProfileChart(Chart):
    """Several cities over several categories on one common scale: a parallel dot plot.

    Positions on a common scale are read more exactly than angles and areas of a radar (Cleveland and McGill,
    Journal of the American Statistical Association 79, 1984).
    """

    names: tuple[str, ...]
    categories: tuple[Profiled, ...]
    minimum: float = 0.0
    maximum: float | None = 100.0
    label_name: str = ""

    def value(self, category: Profiled, index: int) -> float | None:
        return known(category.values[index]) if index < len(category.values) else None

    def table(self) -> Table:
        header = (self.label_name or capital(self.say("name")), *(self._named(name) for name in self.names))
        rows = tuple(
            (row.label, *(self.figure(self.value(row, index)) for index in range(len(self.names))))
            for row in self.categories
        )
        return Table(self.title, header, rows, (False, *(True for _ in self.names)))


@dataclass(frozen=True)
class Spark:
    """A small line with its name; each has a scale of its own, so only the course is compared."""

    label: str
    points: tuple[TimePoint, ...]

    def last(self) -> TimePoint | None:
        with_value = [point for point in self.points if known(point.value) is not None]
        return max(with_value, key=lambda point: when_key(point.when)) if with_value else None


@dataclass(frozen=True, kw_only=True)
class SparkGrid(Chart):
    """Small multiples: the course of many indicators at a glance, each with its last value."""

    sparks: tuple[Spark, ...]

    def table(self) -> Table:
        whens = sorted({p.when for spark in self.sparks for p in spark.points}, key=when_key)
        header = (self._named(capital(self.say("name"))), *(when_text(when, self.language) for when in whens))
        rows = []
        for spark in self.sparks:
            values = {point.when: self.figure(point.value) for point in spark.points}
            rows.append((spark.label, *(values.get(when, self.figure(None)) for when in whens)))
        return Table(self.title, header, tuple(rows), (False, *(True for _ in whens)))
