"""What the audit looks at: a city's strategy as plain, frozen rows. Built from the database or by hand in tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from steuerrad.modules.strategy.rules.states import DELIVERED, PeriodKind, Status


@dataclass(frozen=True, kw_only=True)
class Printed:
    """Where a row stands: key of the document, and the line of its text."""

    document: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class ThemeRow(Printed):
    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FieldRow(Printed):
    code: str
    name: str
    theme: str
    aliases: tuple[str, ...] = ()
    kpi_prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class MeasureRow(Printed):
    """start, end: years inclusive. status_since: day from which the status is known."""

    number: str
    title: str
    field: str
    status: Status
    period_kind: PeriodKind
    number_as_printed: str = ""
    summary: str = ""
    period_as_printed: str = ""
    start: int | None = None
    end: int | None = None
    status_as_printed: str = ""
    status_since: date | None = None
    funding: str = ""
    line_end: int | None = None

    @property
    def ref(self) -> str:
        return f"measure:{self.number}"

    @property
    def delivered(self) -> bool:
        return self.status in DELIVERED


@dataclass(frozen=True, kw_only=True)
class KpiRow(Printed):
    """measure: the number that the KPI's own number points to, whether it exists or not; "" = of the field."""

    code: str
    name: str
    field: str
    code_as_printed: str = ""
    marked: bool = False
    unit: str = ""
    direction: str = ""
    kind: str = ""
    references: tuple[str, ...] = ()
    sdg: tuple[str, ...] = ()
    measure: str = ""
    supplied_by: str = ""

    @property
    def ref(self) -> str:
        return f"kpi:{self.code}"


@dataclass(frozen=True, kw_only=True)
class TargetRow(Printed):
    code: str
    type: str
    subject: str
    kpi: str = ""
    measure: str = ""
    field: str = ""
    value: Decimal | None = None
    unit: str = ""
    year: str = ""
    qualifier: str = ""
    as_printed: str = ""

    @property
    def ref(self) -> str:
        return f"target:{self.code}"

    @property
    def last_year(self) -> int | None:
        return int(self.year[-4:]) if self.year[-4:].isdigit() else None


@dataclass(frozen=True, kw_only=True)
class OrganisationRow(Printed):
    key: str
    name: str
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class ParticipationRow(Printed):
    measure: str
    organisation: str
    role: str


@dataclass(frozen=True, kw_only=True)
class ValueRow(Printed):
    kpi: str
    date: date


@dataclass(frozen=True, kw_only=True)
class SystemRow(Printed):
    """runs: the module that delivers it is installed here."""

    code: str
    name: str
    runs: bool
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FundingMentionRow(Printed):
    """The strategy's text names a measure as paid by a funding programme."""

    funding: str
    measure: str
    as_printed: str = ""
    phase: str = ""


Row = TypeVar("Row")


def grouped(rows: Iterable[Row], attribute: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, attribute)].append(row)
    return groups


@dataclass(frozen=True, kw_only=True)
class StrategyData:
    """A whole strategy. as_of: the day of its printed status; today: the day of the audit."""

    city: str
    today: date
    as_of: date | None = None
    themes: Sequence[ThemeRow] = ()
    fields: Sequence[FieldRow] = ()
    measures: Sequence[MeasureRow] = ()
    kpis: Sequence[KpiRow] = ()
    targets: Sequence[TargetRow] = ()
    organisations: Sequence[OrganisationRow] = ()
    participations: Sequence[ParticipationRow] = ()
    values: Sequence[ValueRow] = ()
    systems: Sequence[SystemRow] = ()
    funding_mentions: Sequence[FundingMentionRow] = ()

    @cached_property
    def measure(self) -> dict[str, MeasureRow]:
        return {row.number: row for row in self.measures}

    @cached_property
    def kpi(self) -> dict[str, KpiRow]:
        return {row.code: row for row in self.kpis}

    @cached_property
    def field(self) -> dict[str, FieldRow]:
        return {row.code: row for row in self.fields}

    @cached_property
    def measures_of(self) -> dict[str, list[MeasureRow]]:
        return grouped(self.measures, "field")

    @cached_property
    def kpis_of_field(self) -> dict[str, list[KpiRow]]:
        return grouped(self.kpis, "field")

    @cached_property
    def kpis_of_measure(self) -> dict[str, list[KpiRow]]:
        return grouped([row for row in self.kpis if row.measure], "measure")

    @cached_property
    def values_of(self) -> dict[str, list[ValueRow]]:
        return grouped(self.values, "kpi")

    @cached_property
    def targets_of(self) -> dict[str, list[TargetRow]]:
        return grouped([row for row in self.targets if row.kpi], "kpi")

    @cached_property
    def roles_of(self) -> dict[str, list[ParticipationRow]]:
        return grouped(self.participations, "measure")
