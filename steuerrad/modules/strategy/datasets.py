"""The tables of the strategy that everybody may take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.strategy.models import (
    Field,
    Kpi,
    KpiValue,
    Measure,
    MeasureDocument,
    MeasureOrganisation,
    MeasureStatus,
    System,
    Target,
    Theme,
)
from steuerrad.modules.strategy.queries.findings import shown
from steuerrad.modules.strategy.queries.systems import runs_here
from steuerrad.platform.organisations.models import Organisation

Rows = Callable[[Any], Iterable[Mapping[str, Any]]]
DOCUMENT = Column("document", _("Document"), description=_("Key of the document that the row is taken from"))
LINE = Column("line", _("Line"), "integer", description=_("Line of the document's text"))
SOURCE = (DOCUMENT, LINE)


def plain(query: Callable[[], QuerySet[Any]], *names: str, **lookups: str) -> Rows:
    """Rows with the columns `names` as they stand in the table, and others by lookup (column=path)."""

    def rows(user: Any) -> Iterator[dict[str, Any]]:
        columns = {**{name: name for name in names}, **lookups}
        for row in query().values_list(*columns.values()):
            yield dict(zip(columns, row, strict=True))

    return rows


def system_rows(user: Any) -> Iterator[dict[str, Any]]:
    for system in System.objects.filter(retired=False).prefetch_related("measures"):
        yield {
            "code": system.code, "name": system.name, "module": system.module, "runs": runs_here(system),
            "job": system.job_de or system.job, "stands_on": system.stands_on,
            "measures": ";".join(measure.number for measure in system.measures.all() if not measure.retired),
        }  # fmt: skip


def finding_rows(user: Any) -> Iterator[dict[str, Any]]:
    for item in shown():
        finding = item.finding
        evidence = [f"{part.document}:{part.line or ''} {part.printed}".strip() for part in finding.evidence]
        yield {
            "rule": finding.rule, "severity": finding.severity.value, "object": finding.object,
            "title": finding.title, "message": item.message, "evidence": " | ".join(evidence),
            "members": ";".join(member.ref for member in finding.members), "proposal": item.proposal,
            "accepted": item.accepted is not None, "reason": item.accepted.reason if item.accepted else "",
            "fingerprint": finding.fingerprint,
        }  # fmt: skip


def active(model: type[Any], *order: str) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.filter(retired=False).order_by(*order or model._meta.ordering)


THEMES = Dataset(
    "strategy.themes", _("Themes"), _("The themes of the strategy with their core goals."),
    (
        Column("code", _("Code")), Column("section", _("Section"), description=_("Section of the strategy")),
        Column("name", _("Name")), Column("name_en", _("English name")), Column("goal", _("Core goal")), *SOURCE,
    ),
    plain(active(Theme), "code", "section", "name", "name_en", "goal", "document", "line"),
)  # fmt: skip

FIELDS = Dataset(
    "strategy.fields", _("Fields of action"), _("The fields of action and their themes."),
    (
        Column("code", _("Code")), Column("section", _("Section")), Column("theme", _("Theme"), description=_("Code of the theme")),
        Column("name", _("Name")), Column("name_en", _("English name")), *SOURCE,
    ),
    plain(active(Field), "code", "section", "name", "name_en", "document", "line", theme="theme__code"),
)  # fmt: skip

MEASURES = Dataset(
    "strategy.measures", _("Measures"), _("All measures with their present status."),
    (
        Column("number", _("Number")), Column("title", _("Title")),
        Column("field", _("Field of action"), description=_("Code of the field")),
        Column("status", _("Status"), description="idea, planned, in_progress, in_operation_expanding, in_operation, completed, stopped"),
        Column("status_as_printed", _("Status as printed")),
        Column("period_kind", _("Period"), description="range, from, ongoing, not_set, reference"),
        Column("period_as_printed", _("Period as printed")), Column("start_year", _("Start"), "year"),
        Column("end_year", _("End"), "year"), Column("funding", _("Funding"), description=_("Funding mark of the strategy")),
        Column("summary", _("Summary")), *SOURCE,
    ),
    plain(
        active(Measure), "number", "title", "status", "status_as_printed", "period_kind", "period_as_printed",
        "start_year", "end_year", "funding", "summary", "document", "line", field="field__code",
    ),
)  # fmt: skip

ORGANISATIONS = Dataset(
    "strategy.organisations", _("Organisations"), _("Offices, companies, partners and funders that the strategy names."),
    (
        Column("key", _("Key")), Column("name", _("Name")), Column("short", _("Short name")), Column("kind", _("Kind")),
        Column("part_of", _("Part of"), description=_("Key of the organisation above")), Column("note", _("Note")), *SOURCE,
    ),
    plain(
        lambda: Organisation.objects.filter(retired=False).order_by("key"),
        "key", "name", "short", "kind", "note", "document", "line", part_of="part_of__key",
    ),
)  # fmt: skip

MEASURE_ORGANISATIONS = Dataset(
    "strategy.measure_organisations", _("Who does which measure"), _("Lead and partners of each measure."),
    (
        Column("measure", _("Measure")), Column("organisation", _("Organisation"), description=_("Key of the organisation")),
        Column("role", _("Role"), description="lead, partner"), *SOURCE,
    ),
    plain(
        lambda: MeasureOrganisation.objects.filter(retired=False, measure__retired=False).order_by(
            "measure__order", "role", "organisation__key"
        ),
        "role", "document", "line", measure="measure__number", organisation="organisation__key",
    ),
)  # fmt: skip

STATUS_HISTORY = Dataset(
    "strategy.status_history", _("Status history"), _("Every status entry of every measure."),
    (
        Column("measure", _("Measure")), Column("status", _("Status")), Column("since", _("Since"), "date"),
        Column("reason", _("Reason")), Column("source", _("Source")), Column("recorded_at", _("Recorded"), "datetime"),
    ),
    plain(
        lambda: MeasureStatus.objects.filter(measure__retired=False).order_by("measure__order", "since", "recorded_at", "pk"),
        "status", "since", "reason", "source", "recorded_at", measure="measure__number",
    ),
)  # fmt: skip

MEASURE_DOCUMENTS = Dataset(
    "strategy.measure_documents", _("Documents of measures"), _("Documents and pages that belong to measures."),
    (Column("measure", _("Measure")), Column("title", _("Title")), Column("url", _("Address")), *SOURCE),
    plain(
        lambda: MeasureDocument.objects.filter(retired=False, measure__retired=False).order_by("measure__order", "title"),
        "title", "url", "document", "line", measure="measure__number",
    ),
)  # fmt: skip

KPIS = Dataset(
    "strategy.kpis", _("KPIs"), _("The KPIs as the strategy defines them."),
    (
        Column("code", _("Number")), Column("code_as_printed", _("Number as printed")), Column("name", _("Name")),
        Column("unit", _("Unit")), Column("direction", _("Direction"), description="up, down, none, target"),
        Column("kind", _("Kind"), description="count, share, ratio, duration, level"),
        Column("references", _("References"), description=_("Separated by semicolons")),
        Column("sdg", _("SDG targets"), description=_("Separated by semicolons")),
        Column("field", _("Field of action")), Column("measure", _("Measure")),
        Column("supplied_by", _("Computed by"), description=_("Id of the function that computes it; empty: collected")), *SOURCE,
    ),
    plain(
        active(Kpi), "code", "code_as_printed", "name", "unit", "direction", "kind", "references", "sdg",
        "supplied_by", "document", "line", field="field__code", measure="measure__number",
    ),
)  # fmt: skip

VALUES = Dataset(
    "strategy.kpi_values", _("KPI values"), _("All values in all revisions; superseded ones are marked."),
    (
        Column("kpi", _("KPI")), Column("date", _("Date"), "date"), Column("revision", _("Revision"), "integer"),
        Column("value", _("Value"), "decimal"), Column("unit", _("Unit")), Column("superseded", _("Superseded"), "boolean"),
        Column("origin", _("Origin"), description="computed, collected, loaded"),
        Column("quality", _("Quality"), description="measured, extrapolated, higher_level, estimated, personal_estimate, unknown"),
        Column("source", _("Source")), Column("note", _("Note")), Column("reason", _("Reason for the correction")),
        Column("recorded_at", _("Recorded"), "datetime"), *SOURCE,
    ),
    plain(
        lambda: KpiValue.objects.filter(kpi__retired=False).order_by("kpi__order", "date", "revision"),
        "date", "revision", "value", "superseded", "origin", "quality", "source", "note", "reason", "recorded_at",
        "document", "line", kpi="kpi__code", unit="kpi__unit",
    ),
)  # fmt: skip

TARGETS = Dataset(
    "strategy.targets", _("Stated figures"), _("Targets, plans, facts and structural figures that the documents state."),
    (
        Column("code", _("Code")), Column("type", _("Type"), description="target, plan, fact, structure"),
        Column("subject", _("Subject")), Column("kpi", _("KPI")), Column("measure", _("Measure")),
        Column("field", _("Field of action")), Column("value", _("Value"), "decimal"),
        Column("value_high", _("Up to"), "decimal"), Column("unit", _("Unit")), Column("year", _("Year")),
        Column("qualifier", _("Qualifier")), Column("as_printed", _("As printed")), *SOURCE,
    ),
    plain(
        active(Target), "code", "type", "subject", "value", "value_high", "unit", "year", "qualifier", "as_printed",
        "document", "line", kpi="kpi__code", measure="measure__number", field="field__code",
    ),
)  # fmt: skip

SYSTEMS = Dataset(
    "strategy.systems", _("Systems"), _("The systems that the strategy needs, and whether their module runs here."),
    (
        Column("code", _("Code")), Column("name", _("Name")), Column("module", _("Module")),
        Column("runs", _("Runs here"), "boolean"), Column("job", _("What a user can do with it")),
        Column("stands_on", _("Stands on")), Column("measures", _("Measures"), description=_("Separated by semicolons")),
    ),
    system_rows,
)  # fmt: skip

FINDINGS = Dataset(
    "strategy.findings", _("Findings of the strategy audit"), _("What does not add up, with evidence and proposal."),
    (
        Column("rule", _("Rule")), Column("severity", _("Severity"), description="error, warning, note"),
        Column("object", _("Object"), description=_("Kind and code")), Column("title", _("Title")),
        Column("message", _("Finding")),
        Column("evidence", _("Evidence"), description=_("Document:line and what stands there, separated by |")),
        Column("members", _("Objects"), description=_("Of findings about many; separated by semicolons")),
        Column("proposal", _("Proposal")), Column("accepted", _("Accepted"), "boolean"),
        Column("reason", _("Reason")), Column("fingerprint", _("Fingerprint"), description=_("Changes when the facts change")),
    ),
    finding_rows,
)  # fmt: skip

DATASETS = (
    THEMES, FIELDS, MEASURES, ORGANISATIONS, MEASURE_ORGANISATIONS, STATUS_HISTORY, MEASURE_DOCUMENTS,
    KPIS, VALUES, TARGETS, SYSTEMS, FINDINGS,
)  # fmt: skip
