"""Which published scores follow from published parts: a verdict for each score of each city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from steuerrad.engines.scoring import (
    Interval,
    NotAFigureError,
    Outcome,
    OutsideScaleError,
    Part,
    check_figure,
    explain,
    figure_interval,
    parse_figure,
)
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.names import category_key, name_key
from steuerrad.modules.city_index.rules.structure import CategoryStructure, EditionStructure, IndicatorSpec

Place = tuple[int, str, str, str]  # edition, city, category key, indicator key


@dataclass(frozen=True, slots=True)
class FigureVerdict:
    """The verdict on one published score.

    ``right``: what its parts give; with parts missing these are bounds, and the figure is at best not
    contradicted. ``missing`` names the parts that no source gives, or why there is nothing to check with.
    """

    figure: KnownFigure
    outcome: Outcome
    right: Interval | None
    missing: tuple[str, ...]


class _Published:
    """All readable values by place. Sources that disagree leave open which of them is right."""

    def __init__(
        self, figures: Iterable[KnownFigure], structures: Mapping[int, EditionStructure], decimals: int
    ):
        self.values: dict[Place, Interval] = {}
        self.structures = structures
        self.decimals = decimals
        for figure in figures:
            if figure.quantity not in ("score", "indicator"):
                continue
            interval = self.read(figure)
            if interval is None:
                continue
            place = place_of(figure)
            before = self.values.get(place)
            self.values[place] = (
                interval if before is None else before.intersection(interval) or before.hull(interval)
            )

    def read(self, figure: KnownFigure) -> Interval | None:
        """The true values that a figure can stand for; None when it is no figure of its scale."""
        high = self.maximum(figure)
        try:
            read = parse_figure(figure.value)
            at_end = read.value in (0, high)
            decimals = max(read.decimals, self.decimals) if at_end else read.decimals
            return figure_interval(read, low=0, high=high, decimals=decimals)
        except (NotAFigureError, OutsideScaleError):
            return None

    def maximum(self, figure: KnownFigure) -> Fraction:
        structure = self.structures.get(figure.edition)
        if structure is None:
            return Fraction(100)
        category = structure.category(figure.category or "")
        if figure.indicator is None or category is None:
            return structure.rule.scale
        spec = category.find(figure.indicator)
        return structure.rule.scale if spec is None else maximum_of(spec, category, structure)


def place_of(figure: KnownFigure) -> Place:
    return figure.edition, figure.city, category_key(figure.category), name_key(figure.indicator or "")


def maximum_of(spec: IndicatorSpec, category: CategoryStructure, structure: EditionStructure) -> Fraction:
    """The end of the scale of an indicator."""
    if spec.maximum is not None:
        return spec.maximum
    return structure.rule.bonus_maximum(category.count) if spec.kind == "pilot" else structure.rule.scale


def reproduce(
    figures: Iterable[KnownFigure], structures: Mapping[int, EditionStructure], *, decimals: int = 1
) -> tuple[FigureVerdict, ...]:
    """Return a verdict for each published category score and total, in the order given.

    ``structures`` by edition; ``decimals`` is how many the publisher prints, for scores at the ends of the
    scale that sources shorten to "0" and "100". Figures of other quantities serve as parts only.
    """
    all_figures = tuple(figures)
    published = _Published(all_figures, structures, decimals)
    return tuple(_verdict(figure, published) for figure in all_figures if figure.quantity == "score")


def _verdict(figure: KnownFigure, published: _Published) -> FigureVerdict:
    printed = published.read(figure)
    if printed is None:
        return FigureVerdict(figure, "not_checkable", None, ("a readable figure",))
    structure = published.structures.get(figure.edition)
    if structure is None:
        return FigureVerdict(figure, "not_checkable", None, ("structure of the edition",))
    if not category_key(figure.category):
        implied, missing = _total(figure, structure, published)
    else:
        category = structure.category(figure.category or "")
        if category is None or not category.complete or not category.indicators:
            return FigureVerdict(figure, "not_checkable", None, ("list of indicators",))
        implied, missing = _category(figure.edition, figure.city, category, structure, published)
    verdict = check_figure(printed, implied, missing)
    return FigureVerdict(figure, verdict.outcome, verdict.right, verdict.missing)


def _category(
    edition: int, city: str, category: CategoryStructure, structure: EditionStructure, published: _Published
) -> tuple[Interval, tuple[str, ...]]:
    parts: list[Part] = []
    missing: list[str] = []
    key = category_key(category.name)
    for spec in category.indicators:
        maximum = maximum_of(spec, category, structure)
        value = published.values.get((edition, city, key, name_key(spec.name)))
        if value is None:
            missing.append(spec.name)
            value = Interval.of(0, maximum)
        parts.append(Part(spec.name, value, "bonus" if spec.kind == "pilot" else "indicator", maximum))
    return explain(parts, structure.rule).score, tuple(missing)


def _total(
    figure: KnownFigure, structure: EditionStructure, published: _Published
) -> tuple[Interval, tuple[str, ...]]:
    parts: list[Part] = []
    missing: list[str] = []
    for category in structure.categories:
        value, known = _category_value(figure, category, structure, published)
        if not known:
            missing.append(category.name)
        parts.append(Part(category.name, value))
    return explain(parts, structure.total_rule).score, tuple(missing)


def _category_value(
    figure: KnownFigure, category: CategoryStructure, structure: EditionStructure, published: _Published
) -> tuple[Interval, bool]:
    """What the score of a category can be, and whether it is known: as published, else from all its parts.

    Where both are known they narrow each other, and decide between sources that disagree.
    """
    value = published.values.get((figure.edition, figure.city, category_key(category.name), ""))
    implied, complete = Interval.of(0, structure.rule.scale), False
    if category.complete and category.indicators:
        implied, without = _category(figure.edition, figure.city, category, structure, published)
        complete = not without
    if value is None:
        return implied, complete
    return value.intersection(implied) or value, True
