"""The strategy audit of the database: builds what the rules look at, and leaves out what people have accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from steuerrad.kernel import clock
from steuerrad.modules.strategy.audit_text import message_of, proposal_of, rule_title
from steuerrad.modules.strategy.models import (
    AcceptedFinding,
    Field,
    FundingMention,
    Kpi,
    KpiValue,
    Measure,
    MeasureOrganisation,
    MeasureStatus,
    System,
    Target,
    Theme,
)
from steuerrad.modules.strategy.queries.systems import runs_here
from steuerrad.modules.strategy.rules.audit import data as rows
from steuerrad.modules.strategy.rules.audit.finding import Finding, Severity
from steuerrad.modules.strategy.rules.audit.table import RULES, audit
from steuerrad.modules.strategy.rules.states import PeriodKind, Status
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.organisations.models import Organisation


@dataclass(frozen=True)
class ShownFinding:
    """A finding with its wording in the language of the moment, and its acceptance if there is one."""

    finding: Finding
    accepted: AcceptedFinding | None = None

    def __getattr__(self, name: str) -> Any:
        """rule, severity, object, title, evidence, members, fingerprint, ... of the finding."""
        return getattr(self.finding, name)

    @property
    def rule_title(self) -> str:
        return rule_title(self.finding.rule)

    @property
    def message(self) -> str:
        return message_of(self.finding)

    @property
    def proposal(self) -> str:
        return proposal_of(self.finding)

    @property
    def kind(self) -> str:
        """What the object is: kpi, measure, field, theme, target, status, form, or city for all of it."""
        return self.finding.object.partition(":")[0]

    @property
    def code(self) -> str:
        """The object's code; empty for the city."""
        return self.finding.object.partition(":")[2]


def findings(
    user: Any = None, include_accepted: bool = False, rules: Iterable[str] = ()
) -> list[ShownFinding]:
    """All findings, errors first. The strategy is open to everybody, so user changes nothing as yet.

    include_accepted: also those that people have accepted. rules: ids to run, all by default.
    """
    accepted = {item.fingerprint: item for item in AcceptedFinding.objects.select_related("accepted_by")}
    wanted = set(rules)
    chosen = tuple(rule for rule in RULES if not wanted or rule.id in wanted)
    shown = [ShownFinding(item, accepted.get(item.fingerprint)) for item in audit(strategy_data(), chosen)]
    return [item for item in shown if include_accepted or item.accepted is None]


def finding_by_fingerprint(fingerprint: str) -> ShownFinding | None:
    return next((item for item in findings(include_accepted=True) if item.fingerprint == fingerprint), None)


def counts(items: Iterable[ShownFinding]) -> dict[Severity, int]:
    """How many findings of each severity, errors first."""
    counter = Counter(item.finding.severity for item in items)
    return {severity: counter[severity] for severity in Severity}


def strategy_data() -> rows.StrategyData:
    """The whole strategy as the rules read it; one query for each table, twelve in all."""
    city = current_city()
    return rows.StrategyData(
        city=city.name if city else "", today=clock.today(), as_of=city.strategy_as_of if city else None,
        themes=[
            rows.ThemeRow(code=t.code, name=t.name, **place(t)) for t in Theme.objects.filter(retired=False)
        ],
        fields=[
            rows.FieldRow(
                code=f.code, name=f.name, theme=f.theme.code, aliases=listed(f.aliases),
                kpi_prefix=f.kpi_prefix_as_printed, **place(f),
            ) for f in Field.objects.filter(retired=False).select_related("theme")
        ],
        measures=measure_rows(), kpis=kpi_rows(), targets=target_rows(),
        organisations=[
            rows.OrganisationRow(key=o.key, name=o.name, kind=o.kind, **place(o))
            for o in Organisation.objects.filter(retired=False)
        ],
        participations=[
            rows.ParticipationRow(
                measure=p.measure.number, organisation=p.organisation.key, role=p.role, **place(p)
            ) for p in MeasureOrganisation.objects.filter(retired=False, measure__retired=False)
            .select_related("measure", "organisation")
        ],
        values=[
            rows.ValueRow(kpi=v.kpi.code, date=v.date, **place(v))
            for v in KpiValue.objects.filter(superseded=False, kpi__retired=False).select_related("kpi")
        ],
        systems=[
            rows.SystemRow(
                code=s.code, name=s.name, runs=runs_here(s),
                measures=tuple(measure.number for measure in s.measures.all()), **place(s),
            ) for s in System.objects.filter(retired=False).prefetch_related("measures")
        ],
        funding_mentions=[
            rows.FundingMentionRow(
                funding=m.funding, measure=m.measure.number, as_printed=m.as_printed, phase=m.phase, **place(m)
            ) for m in FundingMention.objects.filter(retired=False).select_related("measure")
        ],
    )  # fmt: skip


def measure_rows() -> list[rows.MeasureRow]:
    since = {entry.measure_id: entry.since for entry in MeasureStatus.objects.all()}  # type: ignore[attr-defined]
    return [
        rows.MeasureRow(
            number=m.number, number_as_printed=m.number_as_printed, title=m.title, field=m.field.code,
            summary=m.summary, status=Status(m.status), status_as_printed=m.status_as_printed,
            status_since=since.get(m.pk), period_kind=PeriodKind(m.period_kind),
            period_as_printed=m.period_as_printed, start=m.start_year, end=m.end_year, funding=m.funding,
            line_end=m.line_end, **place(m),
        ) for m in Measure.objects.filter(retired=False).select_related("field")
    ]  # fmt: skip


def kpi_rows() -> list[rows.KpiRow]:
    return [
        rows.KpiRow(
            code=k.code, code_as_printed=k.code_as_printed, marked=k.marked, name=k.name, unit=k.unit,
            direction=k.direction, kind=k.kind, references=listed(k.references), sdg=listed(k.sdg),
            field=k.field.code, measure=k.measure_as_printed, supplied_by=k.supplied_by, **place(k),
        ) for k in Kpi.objects.filter(retired=False).select_related("field")
    ]  # fmt: skip


def target_rows() -> list[rows.TargetRow]:
    related = ("kpi", "measure", "field")
    return [
        rows.TargetRow(
            code=t.code, type=t.type, subject=t.subject, kpi=t.kpi.code if t.kpi else "",
            measure=t.measure.number if t.measure else "", field=t.field.code if t.field else "",
            value=t.value, unit=t.unit, year=t.year, qualifier=t.qualifier, as_printed=t.as_printed, **place(t),
        ) for t in Target.objects.filter(retired=False).select_related(*related)
    ]  # fmt: skip


def place(item: Any) -> dict[str, Any]:
    return {"document": item.document, "line": item.line}


def listed(text: str) -> tuple[str, ...]:
    """Parts between semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())
