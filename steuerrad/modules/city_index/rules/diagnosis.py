"""A category score against its parts, and where the fault lies when they do not agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from steuerrad.engines.scoring import (
    Fault,
    Interval,
    NotAFigureError,
    Part,
    Verdict,
    check_figure,
    explain,
    locate_fault,
    total,
)
from steuerrad.modules.city_index.rules.cells import Cell, ReportCells
from steuerrad.modules.city_index.rules.field import neighbour_interval
from steuerrad.modules.city_index.rules.findings import Evidence
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.names import category_key, name_key

State = Literal["reproduced", "not_checkable", "score_wrong", "part_wrong", "undecided"]
SupportKind = Literal["source", "total", "ranking", "change"]


@dataclass(frozen=True, slots=True)
class Support:
    """What something other than the parts says of a category score."""

    kind: SupportKind
    interval: Interval
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CategoryCheck:
    """The score of one category in one edition against its parts.

    ``implied`` and ``nominal`` are what the parts give (the latter with the figures exactly as printed);
    ``missing`` are indicators of the structure that the report does not print.
    """

    edition: int
    category: str
    score: Cell | None
    rank: Cell | None
    cells: tuple[Cell, ...]
    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    implied: Interval | None
    nominal: Fraction | None
    verdict: Verdict


def category_check(cells: ReportCells, edition: int, category: str) -> CategoryCheck:
    """Compare the score with the parts; parts that are missing may have any value of their scale."""
    rule = cells.rule(edition)
    own = cells.parts(edition, category)
    structure = cells.category_structure(edition, category)
    missing: tuple[str, ...] = ()
    parts = [_part(cell) for cell in own]
    if structure is not None and own:
        parts, missing = _filled(cells, edition, category, own, parts)
    score = cells.find(edition, category, "score")
    implied = nominal = None
    if any(part.kind == "indicator" for part in parts):
        implied = explain(parts, rule).score
        printed = [
            Part(c.name, Interval.of(c.figure.value), p.kind) for c, p in zip(own, parts, strict=False)
        ]
        nominal = None if missing else explain(printed, rule).score.lo
    verdict = check_figure(
        None if score is None else score.interval, implied, missing or (() if own else ("indicators",))
    )
    rank = cells.find(edition, category, "rank")
    return CategoryCheck(
        edition, category, score, rank, own, tuple(parts), missing, implied, nominal, verdict
    )


def _part(cell: Cell) -> Part:
    maximum = cell.maximum if cell.maximum is not None else Fraction(100)
    return Part(cell.name, cell.interval, "bonus" if cell.kind == "pilot" else "indicator", maximum)


def _filled(
    cells: ReportCells, edition: int, category: str, own: tuple[Cell, ...], parts: list[Part]
) -> tuple[list[Part], tuple[str, ...]]:
    """Add a part of unknown value for each indicator of the structure that is not printed.

    Names that the structure does not know stand for as many of its unprinted ones: a misspelt name is no
    missing figure.
    """
    structure = cells.category_structure(edition, category)
    assert structure is not None
    rule = cells.rule(edition)
    result = list(parts)
    missing: list[str] = []
    for kind, bonus in (("indicator", False), ("pilot", True)):
        specs = [one for one in structure.indicators if one.kind == kind]
        printed = [cell for cell in own if cell.kind == kind]
        known = {name_key(one.name) for one in specs}
        strangers = sum(name_key(cell.name) not in known for cell in printed)
        present = {name_key(cell.name) for cell in printed}
        absent = [one for one in specs if name_key(one.name) not in present][strangers:]
        for one in absent:
            usual = rule.bonus_maximum(structure.count) if bonus else rule.scale
            most = usual if one.maximum is None else one.maximum
            result.append(Part(one.name, Interval.of(0, most), "bonus" if bonus else "indicator", most))
            missing.append(one.name)
    return result, tuple(missing)


class Diagnosis:
    """All category checks of a report with the verdict where the fault lies."""

    def __init__(self, cells: ReportCells) -> None:
        self.cells = cells
        self._direct: dict[tuple[int, str], tuple[Support, ...]] = {}
        self.checks = {
            (edition, category_key(category)): category_check(cells, edition, category)
            for edition in cells.editions
            for category in cells.categories()
        }

    def check(self, edition: int, category: str) -> CategoryCheck | None:
        return self.checks.get((edition, category_key(category)))

    @cached_property
    def states(self) -> dict[tuple[int, str], State]:
        return {key: self._state(check) for key, check in self.checks.items()}

    def state(self, edition: int, category: str) -> State:
        return self.states.get((edition, category_key(category)), "not_checkable")

    def _state(self, check: CategoryCheck) -> State:
        if check.verdict.outcome != "contradicted":
            return check.verdict.outcome
        assert check.score is not None
        assert check.implied is not None
        if check.missing:
            return "undecided"  # bounds alone: the unprinted figures may be the ones that are wrong
        supports = self.supports(check)
        against_score = any(
            not s.interval.meets(check.score.interval) and s.interval.meets(check.implied) for s in supports
        )
        against_parts = any(
            s.interval.meets(check.score.interval) and not s.interval.meets(check.implied) for s in supports
        )
        if against_score != against_parts:
            return "score_wrong" if against_score else "part_wrong"
        if not against_parts and rank_in_place_of_score(check):
            return "score_wrong"
        return "undecided"

    def fault(self, check: CategoryCheck) -> Fault:
        """Which single part could explain the contradiction."""
        assert check.score is not None
        others = [
            other.count
            for edition in self.cells.editions
            if (other := self.cells.category_structure(edition, check.category)) is not None
        ]
        rule = self.cells.rule(check.edition)
        return locate_fault(check.score.interval, check.parts, rule, other_counts=others)

    def supports(self, check: CategoryCheck) -> tuple[Support, ...]:
        return (*self.direct_supports(check), *self.total_support(check))

    def direct_supports(self, check: CategoryCheck) -> tuple[Support, ...]:
        """Other sources' scores, neighbours in the ranking, and a printed change that was not made from it."""
        key = (check.edition, category_key(check.category))
        if key not in self._direct:
            self._direct[key] = (*self._sources(check), *self._neighbours(check), *self._change(check))
        return self._direct[key]

    def _sources(self, check: CategoryCheck) -> Iterable[Support]:
        for figure in self.cells.known:
            if figure.city == self.cells.report.city and figure.matches(
                check.edition, check.category, "score"
            ):
                try:
                    _, interval, _ = self.cells.read(figure.value, self.cells.rule(check.edition).scale)
                except NotAFigureError:
                    continue
                yield Support(
                    "source",
                    interval,
                    (Evidence(check.edition, check.category, "", "score", figure.value, figure.source),),
                )

    def _neighbours(self, check: CategoryCheck) -> Iterable[Support]:
        if check.rank is None or not check.rank.on_scale:
            return
        found = neighbour_interval(
            self.cells.known,
            self.cells.report.city,
            check.edition,
            check.category,
            int(check.rank.figure.value),
            self.cells.cities(check.edition),
        )
        if found is not None:
            evidence = (check.rank.evidence(self.cells.report.document), *found.evidence)
            yield Support("ranking", found.interval, evidence)

    def _change(self, check: CategoryCheck) -> Iterable[Support]:
        """A change that contradicts the two printed scores was not computed from them: it speaks for itself."""
        score = check.score
        if score is None:
            return
        change = self.cells.cell(score.row, "change")
        other = self.cells.cell(score.row, "previous" if score.column == "value" else "value")
        if change is None or other is None:
            return
        first, second = (score, other) if score.column == "value" else (other, score)
        if change.interval.meets(first.interval - second.interval):
            return
        here = other.interval + change.interval if score is first else other.interval - change.interval
        document = self.cells.report.document
        yield Support("change", here, (change.evidence(document), other.evidence(document)))

    def total_support(self, check: CategoryCheck) -> Iterable[Support]:
        """What the known total leaves for this category once the others are taken off."""
        others = [
            one
            for (edition, key), one in self.checks.items()
            if edition == check.edition and key != category_key(check.category)
        ]
        structure = self.cells.structure(check.edition)
        if structure is None or structure.total_rule.kind != "mean":
            return
        if len(others) + 1 != len(structure.categories):
            return
        taken = [self.trusted(one) for one in others]
        if any(interval is None for interval in taken):
            return
        rest = total([interval for interval in taken if interval is not None])
        for figure, interval in self.known_totals(check.edition):
            source = Evidence(check.edition, "", "", "score", figure.value, figure.source)
            scores = tuple(
                one.score.evidence(self.cells.report.document) for one in others if one.score is not None
            )
            yield Support("total", interval * (len(others) + 1) - rest, (source, *scores))

    def known_totals(self, edition: int) -> Iterator[tuple[KnownFigure, Interval]]:
        """Totals of the city that other sources print, with the values that they can stand for."""
        for figure in self.cells.known:
            if figure.city == self.cells.report.city and figure.matches(edition, None, "score"):
                try:
                    yield figure, self.cells.read(figure.value, self.cells.rule(edition).scale)[1]
                except NotAFigureError:
                    continue

    def trusted(self, check: CategoryCheck) -> Interval | None:
        """The score as far as it can be trusted without the total: both readings while they contradict."""
        printed = None if check.score is None else check.score.interval
        if printed is None:
            return check.implied if check.implied is not None and not check.missing else None
        if check.implied is None:
            return printed
        common = printed.intersection(check.implied)
        if common is not None:
            return common
        for support in self.direct_supports(check):
            by_parts = support.interval.meets(check.implied)
            if by_parts != support.interval.meets(printed):
                chosen = check.implied if by_parts else printed
                return chosen.intersection(support.interval)
        return printed.hull(check.implied)


def rank_in_place_of_score(check: CategoryCheck) -> bool:
    """Whether the printed score is the rank of the same category and edition."""
    return (
        check.score is not None
        and check.rank is not None
        and check.score.figure.value == check.rank.figure.value
    )
