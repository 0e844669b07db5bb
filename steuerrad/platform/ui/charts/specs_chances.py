"""Specifications for what is uncertain: how likely each place is, and ranges with a value inside."""

from __future__ import annotations

from dataclasses import dataclass

from steuerrad.platform.ui.charts.specs import Chart, Table, known
from steuerrad.platform.ui.charts.words import capital


@dataclass(frozen=True)
class Column:
    """One column; `comparison` is the second one beside it, e.g. without the change."""

    label: str
    value: float | None
    comparison: float | None = None


@dataclass(frozen=True, kw_only=True)
class ColumnChart(Chart):
    """Columns from left to right in the given order, e.g. the probability of each rank, best rank first."""

    columns: tuple[Column, ...]
    value_name: str = ""
    comparison_name: str = ""
    label_name: str = ""

    def names(self) -> tuple[str, str]:
        """Names of value and comparison; the latter is empty where no column has one."""
        two = any(known(column.comparison) is not None for column in self.columns)
        return self.value_name or capital(self.say("value")), self.comparison_name if two else ""

    def table(self) -> Table:
        value, comparison = self.names()
        header = [self.label_name or capital(self.say("name")), self._named(value)]
        header += [self._named(comparison)] if comparison else []
        rows = []
        for column in self.columns:
            row = [column.label, self.figure(column.value)]
            rows.append((*row, self.figure(column.comparison)) if comparison else tuple(row))
        return Table(self.title, tuple(header), tuple(rows), (False, *(True for _ in header[1:])))


@dataclass(frozen=True)
class Range:
    """A row: from low to high with a value between; `series` tells kinds of rows apart by marker and colour."""

    label: str
    low: float | None
    value: float | None
    high: float | None
    series: int = 0


@dataclass(frozen=True, kw_only=True)
class IntervalChart(Chart):
    """Ranges below one another on one scale. minimum, maximum: where the scale begins and ends at least."""

    ranges: tuple[Range, ...]
    value_name: str = ""
    range_name: str = ""
    label_name: str = ""
    minimum: float | None = None
    maximum: float | None = None

    def range_text(self, row: Range) -> str:
        if known(row.low) is None and known(row.high) is None:
            return self.figure(None)
        return f"{self.figure(row.low)} {self.say('to')} {self.figure(row.high)}"

    def table(self) -> Table:
        header = (
            self.label_name or capital(self.say("name")),
            self._named(self.value_name or capital(self.say("value"))),
            self._named(self.range_name or capital(self.say("range"))),
        )
        rows = tuple((row.label, self.figure(row.value), self.range_text(row)) for row in self.ranges)
        return Table(self.title, header, rows, (False, True, True))
