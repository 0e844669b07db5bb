"""What is missing: fields without measures, measures without KPI or lead, KPIs without value or target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from steuerrad.modules.strategy.rules.audit.data import KpiRow, MeasureRow, StrategyData
from steuerrad.modules.strategy.rules.audit.finding import Draft, Evidence, Member, evidence_of
from steuerrad.modules.strategy.rules.states import ENDED, RUNNING, PeriodKind, Status

OLD_DAYS = 730  # a KPI value older than two years says little about today


def themes_without_fields(data: StrategyData) -> Iterator[Draft]:
    used = {row.theme for row in data.fields}
    for theme in data.themes:
        if theme.code not in used:
            params = {"theme": theme.code, "name": theme.name}
            yield Draft(f"theme:{theme.code}", theme.name, params, evidence_of(theme, theme.name))


def fields_without_measures(data: StrategyData) -> Iterator[Draft]:
    for row in data.fields:
        if row.code not in data.measures_of:
            params = {"field": row.code, "name": row.name}
            yield Draft(f"field:{row.code}", row.name, params, evidence_of(row, row.name))


def fields_without_kpis(data: StrategyData) -> Iterator[Draft]:
    for row in data.fields:
        if row.code not in data.kpis_of_field:
            params = {"field": row.code, "name": row.name}
            yield Draft(f"field:{row.code}", row.name, params, evidence_of(row, row.name))


def fields_without_own_kpi(data: StrategyData) -> Iterator[Draft]:
    """Fields that have KPIs of single measures only, while other fields have KPIs of the whole field."""
    own = {kpi.field for kpi in data.kpis if not kpi.measure}
    missing = [row for row in data.fields if row.code in data.kpis_of_field and row.code not in own]
    if own and missing:
        yield Draft(
            "city", data.city, {"count": len(missing), "total": len(data.fields)},
            evidence_of(missing[0], missing[0].name),
            members=tuple(Member(f"field:{row.code}", row.name, row.line) for row in missing),
        )  # fmt: skip


def measures_without_kpi(data: StrategyData) -> Iterator[Draft]:
    yield from all_measures(data, (m for m in data.measures if m.number not in data.kpis_of_measure))


def running_without_kpi(data: StrategyData) -> Iterator[Draft]:
    """Measures that run and are paid by a programme, and nobody can say what they bring."""
    for measure in data.measures:
        if measure.funding and measure.status in RUNNING and measure.number not in data.kpis_of_measure:
            params = {"measure": measure.number, "funding": measure.funding}
            yield Draft(measure.ref, measure.title, params, evidence_of(measure, measure.number_as_printed))


def measures_without_lead(data: StrategyData) -> Iterator[Draft]:
    led = {row.measure for row in data.participations if row.role == "lead"}
    yield from all_measures(data, (m for m in data.measures if m.number not in led))


def measures_led_by_city(data: StrategyData) -> Iterator[Draft]:
    """The lead is the city as a whole: nobody answers in person."""
    whole = {row.key: row.name for row in data.organisations if row.kind == "city"}
    leads = [row for row in data.participations if row.role == "lead" and row.organisation in whole]
    found = [data.measure[row.measure] for row in leads if row.measure in data.measure]
    yield from all_measures(data, found)


def measures_without_partner(data: StrategyData) -> Iterator[Draft]:
    yield from all_measures(data, (m for m in data.measures if m.number not in data.roles_of))


def measures_without_period(data: StrategyData) -> Iterator[Draft]:
    """Ideas may lack one; measures that are planned or run should say until when."""
    unset = (PeriodKind.NOT_SET,)
    found = (m for m in data.measures if m.period_kind in unset and m.status == Status.IDEA)
    yield from all_measures(data, found)


def measures_without_system(data: StrategyData) -> Iterator[Draft]:
    """No running system of this installation delivers the measure."""
    delivered = {number for system in data.systems if system.runs for number in system.measures}
    open_measures = (m for m in data.measures if m.number not in delivered and m.status not in ENDED)
    if data.systems:
        yield from all_measures(data, open_measures)


def measures_without_summary(data: StrategyData) -> Iterator[Draft]:
    yield from all_measures(data, (m for m in data.measures if not m.summary.strip()))


def organisations_without_role(data: StrategyData) -> Iterator[Draft]:
    busy = {row.organisation for row in data.participations}
    idle = [row for row in data.organisations if row.key not in busy]
    if busy and idle:
        yield Draft(
            "city", data.city, {"count": len(idle), "total": len(data.organisations)},
            evidence_of(idle[0], idle[0].name),
            members=tuple(Member(f"organisation:{row.key}", row.name, row.line) for row in idle),
        )  # fmt: skip


def kpis_without_value(data: StrategyData) -> Iterator[Draft]:
    found = [kpi for kpi in data.kpis if kpi.code not in data.values_of and not kpi.supplied_by]
    yield from all_kpis(data, found)


def kpis_without_target(data: StrategyData) -> Iterator[Draft]:
    wanted = {row.kpi for row in data.targets if row.kpi and row.type in ("target", "plan")}
    yield from all_kpis(data, [kpi for kpi in data.kpis if kpi.code not in wanted])


def kpis_with_old_value(data: StrategyData) -> Iterator[Draft]:
    """The newest value of a KPI that nothing computes is older than two years."""
    for kpi in data.kpis:
        values = data.values_of.get(kpi.code)
        if not values or kpi.supplied_by:
            continue
        newest = max(values, key=lambda row: row.date)
        if (data.today - newest.date).days > OLD_DAYS:
            params = {
                "kpi": kpi.code,
                "date": newest.date.isoformat(),
                "years": years(newest.date, data.today),
            }
            yield Draft(kpi.ref, kpi.name, params, (Evidence(newest.document, newest.line, kpi.code),))


def years(since: date, until: date) -> int:
    """Full years between two days."""
    return until.year - since.year - ((until.month, until.day) < (since.month, since.day))


def all_measures(data: StrategyData, found: Iterable[MeasureRow]) -> Iterator[Draft]:
    """One finding for all measures of which the same can be said."""
    measures = list(found)
    if measures:
        yield Draft(
            "city", data.city, {"count": len(measures), "total": len(data.measures)},
            evidence_of(measures[0], f"{measures[0].number} {measures[0].title}"),
            members=tuple(Member(m.ref, m.title, m.line) for m in measures),
        )  # fmt: skip


def all_kpis(data: StrategyData, kpis: list[KpiRow]) -> Iterator[Draft]:
    """One finding for all KPIs of which the same can be said."""
    if kpis:
        yield Draft(
            "city", data.city, {"count": len(kpis), "total": len(data.kpis)},
            evidence_of(kpis[0], f"{kpis[0].code_as_printed or kpis[0].code} {kpis[0].name}"),
            members=tuple(Member(kpi.ref, kpi.name, kpi.line) for kpi in kpis),
        )  # fmt: skip
