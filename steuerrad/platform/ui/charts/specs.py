"""Specifications of charts: frozen data that knows its table and its description in words.

All values are plain numbers in `unit`; None (or a number that is not finite) means: not known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.charts.words import capital, word

When = int | date


@dataclass(frozen=True)
class Table:
    """A chart's figures as texts. `numeric` says per column whether it is set flush right."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What all charts have. `description` is read by screen readers; empty means: made from the data."""

    title: str
    subtitle: str = ""
    description: str = ""
    unit: str = ""
    decimals: int | None = None
    language: str = "de"
    source: str = ""
    source_url: str = ""

    def table(self) -> Table:
        raise NotImplementedError

    def summary(self) -> str:
        """The description, or the figures in one sentence."""
        return self.description or self._from_table()

    def say(self, key: str) -> str:
        return word(key, self.language)

    def figure(self, value: float | None) -> str:
        return numbers.figure(value, self.decimals, self.language, self.say("not_known"))

    def figure_unit(self, value: float | None) -> str:
        return (
            self.figure(value) if known(value) is None else numbers.with_unit(self.figure(value), self.unit)
        )

    def _named(self, name: str) -> str:
        return f"{name} ({self.unit})" if self.unit else name

    def _from_table(self, at_most: int = 12) -> str:
        rows = self.table().rows
        if not rows:
            return self.say("none")
        parts = [": ".join((row[0], ", ".join(row[1:]))) for row in rows[:at_most]]
        return "; ".join(parts) + ("; …" if len(rows) > at_most else ".")


def known(value: float | None) -> float | None:
    """The value as a finite float, else None."""
    return float(value) if value is not None and math.isfinite(value) else None


def when_text(when: When, language: str) -> str:
    """A year as it is, a date as 31.12.2024 or 2024-12-31."""
    if isinstance(when, int):
        return str(when)
    return when.strftime("%d.%m.%Y") if language == "de" else when.isoformat()


@dataclass(frozen=True)
class TimePoint:
    """A value at a year (int) or date, with its range where it is uncertain."""

    when: When
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    name: str
    points: tuple[TimePoint, ...]


@dataclass(frozen=True)
class Target:
    value: float
    when: When | None = None
    label: str = ""


@dataclass(frozen=True)
class Break:
    """From `when` on the values are made in another way; the line is not drawn across it."""

    when: When
    label: str


@dataclass(frozen=True, kw_only=True)
class LineChart(Chart):
    """Time series: gaps stay gaps, targets are dashed lines, ranges are bands, breaks in method are marked."""

    series: tuple[Series, ...]
    target: Target | None = None
    breaks: tuple[Break, ...] = ()
    from_zero: bool = False

    def table(self) -> Table:
        whens = sorted({point.when for line in self.series for point in line.points}, key=when_key)
        columns: list[tuple[str, dict[When, str]]] = []
        for line in self.series:
            columns.append((self._named(line.name), {p.when: self.figure(p.value) for p in line.points}))
            if any(known(p.low) is not None or known(p.high) is not None for p in line.points):
                ranges = {p.when: self._range(p) for p in line.points}
                columns.append((f"{line.name}, {self.say('range')}", ranges))
        marks = {mark.when: mark.label for mark in self.breaks}
        header = (capital(self.say("date")), *(name for name, _ in columns))
        rows = []
        for when in whens:
            row = (
                when_text(when, self.language),
                *(cells.get(when, self.figure(None)) for _, cells in columns),
            )
            rows.append((*row, marks.get(when, "")) if marks else row)
        if self.target:
            pad = tuple("" for _ in columns[1:])
            row = (self.target_label(), self.figure(self.target.value), *pad)
            rows.append((*row[: len(header)], "") if marks else row[: len(header)])
        header = (*header, capital(self.say("break"))) if marks else header
        numeric = (False, *(True for _ in columns), *((False,) if marks else ()))
        return Table(self.title, header, tuple(rows), numeric)

    def target_label(self) -> str:
        assert self.target is not None
        name = self.target.label or capital(self.say("target"))
        return f"{name} {when_text(self.target.when, self.language)}" if self.target.when else name

    def _range(self, point: TimePoint) -> str:
        low, high = known(point.low), known(point.high)
        if low is None and high is None:
            return "–"
        return f"{self.figure(low)} {self.say('to')} {self.figure(high)}"


def when_key(when: When) -> float:
    """A year or date as a year with its fraction, so that both fit on one axis."""
    if isinstance(when, int):
        return float(when)
    start = date(when.year, 1, 1).toordinal()
    return when.year + (when.toordinal() - start) / 366


@dataclass(frozen=True)
class Bar:
    """One row. `comparison` is the second series, `reference` a mark on this row alone (e.g. the mean)."""

    label: str
    value: float | None
    comparison: float | None = None
    reference: float | None = None
    highlight: bool = False


@dataclass(frozen=True)
class Mark:
    """A line across all rows, e.g. the mean of all cities."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class BarChart(Chart):
    """Horizontal bars from zero, with a second series, a mark per row and a mark across all rows."""

    bars: tuple[Bar, ...]
    value_name: str = ""
    comparison_name: str = ""
    reference_name: str = ""
    label_name: str = ""
    mark: Mark | None = None
    maximum: float | None = None

    def names(self) -> tuple[str, str, str]:
        """Names of value, comparison and reference; empty where no row has the latter two."""
        value = self.value_name or capital(self.say("value"))
        comparison = self.comparison_name if any(known(b.comparison) is not None for b in self.bars) else ""
        reference = self.reference_name if any(known(b.reference) is not None for b in self.bars) else ""
        return value, comparison, reference

    def table(self) -> Table:
        value, comparison, reference = self.names()
        header = [self.label_name or capital(self.say("name")), self._named(value)]
        header += [self._named(name) for name in (comparison, reference) if name]
        rows = []
        for bar in self.bars:
            row = [bar.label, self.figure(bar.value)]
            row += [self.figure(bar.comparison)] if comparison else []
            row += [self.figure(bar.reference)] if reference else []
            rows.append(tuple(row))
        if self.mark:
            rows.append((self.mark.label, self.figure(self.mark.value), *("" for _ in header[2:])))
        return Table(self.title, tuple(header), tuple(rows), (False, *(True for _ in header[1:])))


@dataclass(frozen=True)
class Pair:
    label: str
    before: float | None
    after: float | None


@dataclass(frozen=True, kw_only=True)
class DumbbellChart(Chart):
    """Before and after per row, with the change in figures."""

    pairs: tuple[Pair, ...]
    before_name: str = ""
    after_name: str = ""
    label_name: str = ""

    def names(self) -> tuple[str, str]:
        return self.before_name or self.say("before"), self.after_name or self.say("after")

    def change(self, pair: Pair) -> str:
        before, after = known(pair.before), known(pair.after)
        difference = None if before is None or after is None else known(after - before)
        return numbers.signed(difference, self.decimals, self.language)

    def table(self) -> Table:
        header = (
            self.label_name or capital(self.say("name")),
            *(self._named(name) for name in self.names()),
            self._named(capital(self.say("change"))),
        )
        rows = tuple(
            (p.label, self.figure(p.before), self.figure(p.after), self.change(p)) for p in self.pairs
        )
        return Table(self.title, header, rows, (False, True, True, True))


@dataclass(frozen=True)
class Part:
    """A state (key of states.STATES), its name and how many."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True)
class StackedBar(Chart):
    """One bar of all counts, e.g. how the measures are spread over their states."""

    parts: tuple[Part, ...]

    def total(self) -> int:
        return sum(max(0, part.count) for part in self.parts)

    def share(self, part: Part) -> str:
        total = self.total()
        share = 100 * max(0, part.count) / total if total else None
        return (
            self.figure(None)
            if share is None
            else numbers.with_unit(numbers.figure(share, 0, self.language), "%")
        )

    def table(self) -> Table:
        header = (capital(self.say("state")), capital(self.say("count")), capital(self.say("share")))
        rows = tuple(
            (part.label, numbers.figure(max(0, part.count), 0, self.language), self.share(part))
            for part in self.parts
        )
        return Table(self.title, header, rows, (False, True, True))
