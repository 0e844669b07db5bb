"""The figures of a typed report, read and placed: what every check looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from steuerrad.engines.scoring import (
    SUM_WITH_BONUS,
    AggregationRule,
    Figure,
    Interval,
    NotAFigureError,
    OutsideScaleError,
    figure_interval,
    parse_figure,
)
from steuerrad.modules.city_index.rules.findings import Column, Evidence, Place
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.names import category_key, name_key
from steuerrad.modules.city_index.rules.structure import CategoryStructure, EditionStructure, IndicatorMapping
from steuerrad.modules.city_index.rules.typed import RowKind, TypedReport, TypedRow


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed figure. ``interval`` holds its possible true values, clipped to the scale where it has one.

    ``maximum`` is the end of the scale (None for changes and, without a known number of cities, for ranks).
    ``on_scale`` False = no value of the scale rounds to it; then ``interval`` is not clipped.
    """

    edition: int
    category: str
    kind: RowKind
    name: str
    column: Column
    figure: Figure
    interval: Interval
    maximum: Fraction | None
    on_scale: bool
    row: int
    line: int | None

    @property
    def text(self) -> str:
        return self.figure.text

    @property
    def place(self) -> Place:
        return Place(self.edition, self.category, self.name, self.column, self.line)

    def evidence(self, source: str) -> Evidence:
        quantity = self.kind if self.column != "change" else f"{self.kind}_change"
        return Evidence(self.edition, self.category, self.name, quantity, self.text, source)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell whose text is not a figure."""

    place: Place
    text: str


class ReportCells:
    """All cells of a report by row and column, with the structures and outside knowledge that judge them."""

    def __init__(
        self,
        report: TypedReport,
        structure: EditionStructure | None,
        previous: EditionStructure | None,
        known: Sequence[KnownFigure] = (),
        mappings: Sequence[IndicatorMapping] = (),
    ) -> None:
        self.report = report
        self._structures = {one.edition: one for one in (structure, previous) if one is not None}
        # What the document itself was the source of cannot confirm or contradict it.
        self.known = tuple(figure for figure in known if not _same_source(figure.source, report.document))
        self.mappings = tuple(mappings)
        self.decimals = _usual_decimals(report.rows)
        self.unreadable: list[Unreadable] = []
        self._cells: dict[tuple[int, Column], Cell] = {}
        for number, row in enumerate(report.rows):
            self._read_row(number, row)

    @property
    def editions(self) -> tuple[int, ...]:
        """Editions of the report, the newer first."""
        previous = self.report.previous_edition
        return (self.report.edition,) if previous is None else (self.report.edition, previous)

    @property
    def all(self) -> tuple[Cell, ...]:
        return tuple(self._cells.values())

    def cell(self, row: int, column: Column) -> Cell | None:
        return self._cells.get((row, column))

    def structure(self, edition: int) -> EditionStructure | None:
        return self._structures.get(edition)

    def category_structure(self, edition: int, category: str) -> CategoryStructure | None:
        """The structure of a category when it is known in full."""
        structure = self.structure(edition)
        found = None if structure is None else structure.category(category)
        return found if found is not None and found.complete and found.indicators else None

    def rule(self, edition: int) -> AggregationRule:
        structure = self.structure(edition)
        return SUM_WITH_BONUS if structure is None else structure.rule

    def cities(self, edition: int) -> int | None:
        structure = self.structure(edition)
        return None if structure is None else structure.cities

    def categories(self) -> tuple[str, ...]:
        """Names of the categories in the order of the report; the total is left out."""
        names = dict.fromkeys(row.category for row in self.report.rows if category_key(row.category))
        return tuple(names)

    def column_of(self, edition: int) -> Column:
        return "value" if edition == self.report.edition else "previous"

    def find(self, edition: int, category: str, kind: RowKind, name: str | None = None) -> Cell | None:
        """The first cell of an edition by category and kind, and by name where one is given."""
        column = self.column_of(edition)
        for cell in self._cells.values():
            if cell.column != column or cell.kind != kind or cell.edition != edition:
                continue
            if category_key(cell.category) != category_key(category):
                continue
            if name is None or name_key(cell.name) == name_key(name):
                return cell
        return None

    def parts(self, edition: int, category: str) -> tuple[Cell, ...]:
        """Indicator and pilot cells of a category; one listed twice with the same figure counts once."""
        column, wanted = self.column_of(edition), category_key(category)
        found: dict[tuple[str, str], Cell] = {}
        for cell in self._cells.values():
            if cell.column != column or cell.edition != edition or category_key(cell.category) != wanted:
                continue
            if cell.kind in ("indicator", "pilot"):
                found.setdefault((name_key(cell.name), cell.text if cell.name else str(cell.row)), cell)
        return tuple(found.values())

    def maximum(self, edition: int, row: TypedRow, name: str) -> Fraction | None:
        """The end of the scale of a row in an edition."""
        if row.kind == "rank":
            cities = self.cities(edition)
            return None if cities is None else Fraction(cities)
        if row.maximum and edition == self.report.edition and _is_figure(row.maximum):
            return parse_figure(row.maximum).value
        structure = self.structure(edition)
        rule = self.rule(edition)
        found = None if structure is None else structure.category(row.category)
        spec = None if found is None else found.find(name)
        if spec is not None and spec.maximum is not None:
            return spec.maximum
        return (
            rule.bonus_maximum(self.indicator_count(edition, row.category))
            if row.kind == "pilot"
            else rule.scale
        )

    def indicator_count(self, edition: int, category: str) -> int:
        """Number of normal indicators: of the structure, else of the rows that the report prints."""
        found = self.category_structure(edition, category)
        if found is not None:
            return found.count
        current = edition == self.report.edition
        names = {
            name_key(row.name if current else row.previous_name) or str(number)
            for number, row in enumerate(self.report.rows)
            if row.kind == "indicator"
            and category_key(row.category) == category_key(category)
            and (row.value if current else row.previous_value)
        }
        return len(names)

    def read(
        self, text: str, maximum: Fraction | None, *, whole: bool = False
    ) -> tuple[Figure, Interval, bool]:
        """Read a figure: itself, its possible true values and whether it lies on its scale.

        In a table of one-decimal figures "0" and "100" stand for 0.0 and 100.0: writers drop the zero at the
        ends of the scale. Any other figure with fewer decimals is read wide, as rounded to what is printed.
        ``whole`` figures (ranks) are exact. Raises NotAFigureError.
        """
        figure = parse_figure(text)
        if whole:
            on_scale = (
                figure.decimals == 0 and figure.value >= 1 and (maximum is None or figure.value <= maximum)
            )
            return figure, Interval.of(figure.value), on_scale
        at_end = figure.value in (0, maximum)
        decimals = max(figure.decimals, self.decimals) if at_end else figure.decimals
        try:
            return figure, figure_interval(figure, low=0, high=maximum, decimals=decimals), True
        except OutsideScaleError:
            return figure, figure_interval(figure, decimals=decimals), False

    def read_change(self, text: str, *, whole: bool = False) -> tuple[Figure, Interval]:
        figure = parse_figure(text)
        if whole:
            return figure, Interval.of(figure.value)
        decimals = max(figure.decimals, self.decimals) if figure.value == 0 else figure.decimals
        return figure, figure_interval(figure, decimals=decimals)

    def _read_row(self, number: int, row: TypedRow) -> None:
        edition, previous = self.report.edition, self.report.previous_edition
        if row.maximum and not _is_figure(row.maximum):
            self.unreadable.append(
                Unreadable(Place(edition, row.category, row.name, "value", row.line), row.maximum)
            )
        self._read_cell(number, row, "value", edition, row.name, row.value)
        self._read_cell(number, row, "change", edition, row.name or row.previous_name, row.change)
        if previous is not None:
            self._read_cell(
                number, row, "previous", previous, row.previous_name or row.name, row.previous_value
            )
        elif row.previous_value:
            place = Place(edition, row.category, row.previous_name, "previous", row.line)
            self.unreadable.append(Unreadable(place, row.previous_value))

    def _read_cell(
        self, number: int, row: TypedRow, column: Column, edition: int, name: str, text: str
    ) -> None:
        if not text:
            return
        whole = row.kind == "rank"
        try:
            if column == "change":
                figure, interval = self.read_change(text, whole=whole)
                maximum, on_scale = None, True
            else:
                maximum = self.maximum(edition, row, name)
                figure, interval, on_scale = self.read(text, maximum, whole=whole)
        except NotAFigureError:
            self.unreadable.append(Unreadable(Place(edition, row.category, name, column, row.line), text))
            return
        self._cells[number, column] = Cell(
            edition,
            row.category,
            row.kind,
            name,
            column,
            figure,
            interval,
            maximum,
            on_scale,
            number,
            row.line,
        )


def _usual_decimals(rows: Sequence[TypedRow]) -> int:
    """Decimals that most scores, values and changes of the table have.

    "0" and "100" do not count, since they are what is to be read; a table of nothing else has none.
    """
    counts: Counter[int] = Counter()
    for row in rows:
        for text in (row.value, row.previous_value, row.change) if row.kind != "rank" else ():
            try:
                figure = parse_figure(text)
            except NotAFigureError:
                continue
            if figure.decimals or figure.value not in (0, 100):
                counts[figure.decimals] += 1
    return max(counts, key=lambda decimals: (counts[decimals], -decimals), default=0)


def _is_figure(text: str) -> bool:
    try:
        parse_figure(text)
    except NotAFigureError:
        return False
    return True


def _same_source(source: str, document: str) -> bool:
    return bool(document) and document in source.split()
