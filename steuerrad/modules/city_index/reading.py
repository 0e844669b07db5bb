"""Tables of results, as any source types them, into checked rows. Used for a city's folder and for imports."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from steuerrad.modules.city_index.catalogue import (
    LONGEST_NAME,
    Catalogue,
    UnknownIndicatorError,
    UnknownNameError,
)
from steuerrad.platform.tables.fields import parse_decimal, parse_int, parse_year
from steuerrad.platform.tables.limits import Limits
from steuerrad.platform.tables.problems import Problem, Problems, TableProblem
from steuerrad.platform.tables.read import Row, Source, TableReader, open_table

#: What a column may be called; the first spelling is that of the files under indexes/.
COLUMNS: dict[str, tuple[str, ...]] = {
    "year": ("year", "edition", "jahr", "ausgabe"),
    "category": ("category", "kategorie", "bereich"),
    "indicator": ("indicator", "indikator"),
    "city": ("city", "stadt"),
    "rank": ("rank", "rank_if_known", "rang", "platz", "platzierung"),
    "tendency": ("tendency", "tendenz"),
    "score": ("score", "punkte", "wert", "punktzahl"),
    "maximum": ("max_score_if_known", "maximum", "max_score"),
    "source": ("source_url", "source", "quelle"),
    "basis": ("category_basis", "basis"),
    "note": ("note", "bemerkung", "anmerkung"),
}
LIMITS = Limits(rows=500_000)  # an edition of 83 cities and 44 figures each has 3,652
MOST_PROBLEMS = 10_000
MOST_DECIMALS = 4
SCALE = Decimal(100)
LONGEST_SOURCE, LONGEST_NOTE, LONGEST_BASIS = 500, 500, 100
_SCORE = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?", re.ASCII)
_TENDENCY = re.compile(r"[+\-−–±]?\s?\d{1,3}", re.ASCII)

Key = tuple[int, int, str, str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One figure of one source. edition, city: primary keys; category "" = total; indicator "" = whole category.

    decimals: digits printed after the comma; None where the file does not keep them (a whole number in Excel).
    """

    line: int
    year: int
    edition: int
    city: int
    category: str
    indicator: str
    score: Decimal | None
    decimals: int | None
    rank: int | None
    tendency: int | None
    source: str
    basis: str = ""
    note: str = ""

    @property
    def key(self) -> Key:
        return (self.edition, self.city, self.category, self.indicator, self.source)


@dataclass(slots=True)
class RowProblems(Problems):
    """Faults, with the lines that have any: so many rows are left out."""

    lines: set[int] = field(default_factory=set)

    def add(self, problem: Problem) -> None:
        Problems.add(self, problem)
        if problem.line is not None:
            self.lines.add(problem.line)


@dataclass
class Reading:
    """What a file holds. new_indicators: {(year, category key, name)}, accepted because it was asked for."""

    name: str
    rows: list[ResultRow] = field(default_factory=list)
    problems: RowProblems = field(default_factory=lambda: RowProblems(limit=500))
    notes: list[str] = field(default_factory=list)
    new_indicators: set[tuple[int, str, str]] = field(default_factory=set)
    read: int = 0


@dataclass(frozen=True)
class Given:
    """What holds for every row whose file does not say it."""

    year: int | None = None
    city: str = ""
    source: str = ""
    add_indicators: bool = False


def read_results(
    source: Source, catalogue: Catalogue, *, name: str, given: Given | None = None, limits: Limits = LIMITS
) -> Reading:
    """Read a table with the columns of rankings.csv or city_indicators.csv, told apart by its header.

    Faults of rows are in `problems`; raises TableProblem for what is no such table at all.
    """
    reading = Reading(name)
    optional = [spelling for spellings in COLUMNS.values() for spelling in spellings]
    with open_table(source, required=(), optional=optional, name=name, problems=reading.problems,
                    limits=limits) as table:  # fmt: skip
        reader = RowReader(table, catalogue, given or Given(), reading)
        for row in table:
            result = reader.read(row)
            if reading.problems.count > MOST_PROBLEMS:
                raise TableProblem(
                    row.place,
                    _("more than %(limit)d faults up to here; this is no table of this index")
                    % {"limit": MOST_PROBLEMS},
                )
            if result is not None:
                reading.rows.append(result)
        reading.read = table.lines_read
    reading.notes[:0] = [str(table)]
    return reading


class RowReader:
    """Checks one row after the other; what was found out about a name is kept, because names repeat."""

    def __init__(self, table: TableReader, catalogue: Catalogue, given: Given, reading: Reading) -> None:
        self.catalogue, self.given, self.reading = catalogue, given, reading
        self.columns = {
            what: next(spelling for spelling in spellings if spelling in table.columns)
            for what, spellings in COLUMNS.items()
            if any(spelling in table.columns for spelling in spellings)
        }
        self.keeps_decimals = table.format == "csv"
        self._places: dict[tuple[str, str, str], tuple[int | None, str, str]] = {}
        self._known: dict[tuple[Any, ...], tuple[Any, str]] = {}
        self._check_header(table)

    def _check_header(self, table: TableReader) -> None:
        has = set(self.columns)
        missing = [COLUMNS[what][0] for what in ("category",) if what not in has]
        if "year" not in has and self.given.year is None:
            missing.append(_("year (or say which edition)"))
        if "city" not in has and not self.given.city:
            missing.append(_("city (or say which city)"))
        if not has & {"score", "rank"}:
            missing.append(_("score or rank"))
        if missing:
            raise TableProblem(
                table.file,
                _("columns are missing: %(missing)s. Expected are the columns of rankings.csv or city_indicators.csv")
                % {"missing": ", ".join(missing)},
            )  # fmt: skip

    def text(self, row: Row, what: str) -> str:
        column = self.columns.get(what)
        return row.values[column] if column else ""

    def fault(self, row: Row, what: str, reason: str) -> None:
        column = self.columns.get(what)
        value = row.values[column] if column else None
        self.reading.problems.add(
            Problem(row.file, row.line, column or what, value or None, reason, row.cell(column))
        )

    def once(self, row: Row, what: str, key: tuple[Any, ...], find: Callable[[], Value]) -> Value | None:
        """The value of find() for this key, asked once; None after reporting why there is none."""
        known = self._known.get((what, *key))
        if known is None:
            try:
                known = (find(), "")
            except ValueError as error:
                known = (None, str(error))
            self._known[(what, *key)] = known
        value, reason = known
        if reason:
            self.fault(row, what, reason)
        return value

    def read(self, row: Row) -> ResultRow | None:
        """The row checked, or None after reporting all its faults."""
        before = self.reading.problems.count
        names = self._names(row)
        place = self._places.get(names)
        if place is None:
            year = self._year(row)
            place = (year, *self._what(row, year))
            if self.reading.problems.count == before:
                self._places[names] = place
        year, category, indicator = place
        city = self._city(row)
        rank, score = self._rank(row, year), self._score(row)
        tendency = self._tendency(row)
        source = self.catalogue.source(self._text(row, "source", LONGEST_SOURCE) or self.given.source)
        if not source:
            self.fault(
                row, "source", _("every figure needs its source; name one in the row or for the whole file")
            )
        if not self.text(row, "rank") and not self.text(row, "score"):
            self.fault(row, "score", _("the row has neither score nor rank"))
        basis, note = self._text(row, "basis", LONGEST_BASIS), self._text(row, "note", LONGEST_NOTE)
        if score is not None:
            self._check_maximum(row, score[0])
        if self.reading.problems.count > before:
            return None
        assert year is not None
        assert city is not None
        value, decimals = score if score is not None else (None, None)
        return ResultRow(
            row.line, year, self.catalogue.editions[year].pk, city, category, indicator, value, decimals, rank,
            tendency, source, basis, note,
        )  # fmt: skip

    def _names(self, row: Row) -> tuple[str, str, str]:
        """What the row says about the year and the figure, as typed."""
        return (self.text(row, "year"), self.text(row, "category"), self.text(row, "indicator"))

    def _text(self, row: Row, what: str, longest: int) -> str:
        text = self.text(row, what)
        if len(text) > longest:
            self.fault(row, what, _("is longer than %(longest)d characters") % {"longest": longest})
        return text

    def _year(self, row: Row) -> int | None:
        text = self.text(row, "year")
        if not text:
            if self.given.year is None:
                self.fault(row, "year", _("is empty"))
            return self.given.year

        def find() -> int:
            year = parse_year(text)
            self.catalogue.edition(year)
            if self.given.year is not None and year != self.given.year:
                raise ValueError(
                    _("is not the edition %(year)d that was asked for") % {"year": self.given.year}
                )
            return year

        return self.once(row, "year", (text,), find)

    def _city(self, row: Row) -> int | None:
        name = self.text(row, "city") or self.given.city
        if not name:
            self.fault(row, "city", _("is empty"))
            return None
        return self.once(row, "city", (name,), lambda: self.catalogue.city(name).pk)

    def _what(self, row: Row, year: int | None) -> tuple[str, str]:
        """(category key, indicator name); faults are reported."""
        name = self.text(row, "category")
        if not name:
            self.fault(row, "category", _("is empty"))
        if not name or year is None:
            return "", ""
        key = self.once(row, "category", (year, name), lambda: self.catalogue.category(year, name))
        indicator = self.text(row, "indicator")
        if key is None or "indicator" not in self.columns:
            return key or "", ""
        if not indicator:
            self.fault(row, "indicator", _("is empty; write '%(name)s' for the whole category")
                       % {"name": "Gesamtergebnis (Kategorie)"})  # fmt: skip
            return key, ""
        found = self.once(
            row, "indicator", (year, key, indicator), lambda: self._indicator(year, key, indicator)
        )
        return key, found or ""

    def _indicator(self, year: int, key: str, name: str) -> str:
        try:
            return self.catalogue.indicator(year, key, name)
        except UnknownIndicatorError as error:
            if not error.addable or len(name) > LONGEST_NAME:
                raise
            if not self.given.add_indicators:
                reason = _(
                    "%(reason)s (the list of this category is incomplete: add new indicators only on demand)"
                )
                raise UnknownNameError(reason % {"reason": error}) from error
            self.reading.new_indicators.add((year, key, name))
            self.reading.notes.append(
                _("new indicator '%(name)s' in %(year)d, %(category)s")
                % {"name": name, "year": year, "category": self.catalogue.categories[year][key].name}
            )
            return name

    def _rank(self, row: Row, year: int | None) -> int | None:
        text = self.text(row, "rank")
        if not text:
            return None
        cities = self.catalogue.editions[year].cities if year is not None else None

        def find() -> int:
            rank = parse_int(text.rstrip("."), low=1, high=9999)
            if cities is not None and rank > cities:
                raise ValueError(_("is more than the %(cities)d cities of the edition") % {"cities": cities})
            return rank

        return self.once(row, "rank", (year, text), find)

    def _score(self, row: Row) -> tuple[Decimal, int | None] | None:
        text = self.text(row, "score")
        return self.once(row, "score", (text,), lambda: self.parse_score(text)) if text else None

    def parse_score(self, text: str) -> tuple[Decimal, int | None]:
        """A score from 0 to 100 with the number of its decimals as printed."""
        match = _SCORE.fullmatch(text)
        if match is None:
            score = parse_decimal(text)  # says what is wrong, else the number is merely written unusually
            decimals = max(0, -int(score.as_tuple().exponent))
        else:
            score, decimals = Decimal(text.replace(",", ".")), len(match[2] or "")
        if not 0 <= score <= SCALE:
            raise ValueError(_("lies outside the scale from 0 to 100"))
        if decimals > MOST_DECIMALS:
            raise ValueError(_("has more than four decimals; write the figure as printed"))
        return score, decimals if self.keeps_decimals or decimals else None

    def _tendency(self, row: Row) -> int | None:
        text = self.text(row, "tendency")

        def find() -> int:
            if not _TENDENCY.fullmatch(text):
                raise ValueError(_("is no difference of ranks such as +5 or -3"))
            return int(text.replace("−", "-").replace("–", "-").replace("±", "").replace(" ", ""))

        return self.once(row, "tendency", (text,), find) if text else None

    def _check_maximum(self, row: Row, score: Decimal) -> None:
        text = self.text(row, "maximum")
        if not text:
            return
        maximum = self.once(row, "maximum", (text,), lambda: parse_decimal(text, decimal="."))
        if maximum is not None and score > maximum:
            self.fault(row, "score", _("is more than the maximum %(maximum)s") % {"maximum": maximum})
