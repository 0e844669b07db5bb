"""Tables of the portfolio that people may take away; each row says whether it is invented for trying out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.strategy.models import BudgetLine, Criterion, Dependency, FundingProgramme, StaffDays
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.queries.overview import visible_states
from steuerrad.modules.strategy.portfolio.queries.steering import (
    milestones,
    published,
    steered_measures,
    valid_lines,
    visible_milestones,
)
from steuerrad.modules.strategy.portfolio.rules.milestones import state_of

DOCUMENT = Column("document", _("Document"), description=_("Key of the document that the row is taken from"))
LINE = Column("line", _("Line"), "integer", description=_("Line of the document's text"))
DEMO = Column("demo", _("Demo"), "boolean", description=_("Invented for trying out"))
MEASURE = Column("measure", _("Measure"), description=_("Number"))


def light_rows(user: Any) -> Iterator[dict[str, Any]]:
    for state in visible_states(user, steered_measures().order_by("order", "pk")):
        following = state.next_milestone
        yield {
            "measure": state.measure.number, "title": state.measure.title, "status": state.measure.status,
            "light": state.colour.value, "computed": state.light.colour.value,
            "timeliness": state.light.timeliness.value, "report": state.light.freshness.value,
            "published_on": state.report.published_on if state.report else None,
            "next_milestone": following.title if following else "",
            "next_on": following.point.expected if following else None, "demo": state.demo,
        }  # fmt: skip


def milestone_rows(user: Any) -> Iterator[dict[str, Any]]:
    today = clock.today()
    rows = milestones().filter(measure__retired=False).order_by("measure__order", "planned_on", "pk")
    for item in visible_milestones(user, rows):
        yield {
            "measure": item.measure.number, "title": item.title, "planned_on": item.planned_on,
            "forecast_on": item.forecast_on, "done_on": item.done_on, "weight": item.weight,
            "state": state_of(item.point, today).value, "as_printed": item.as_printed,
            "document": item.document, "line": item.line, "demo": item.demo,
        }  # fmt: skip


def budget_rows(user: Any) -> Iterator[dict[str, Any]]:
    readable = readable_ids(user)
    rows = valid_lines().order_by("measure__order", "year", "programme__order", "pk")
    for item in rows if readable is None else rows.filter(measure__in=readable):
        yield budget_row(item)


def budget_row(item: BudgetLine) -> dict[str, Any]:
    return {
        "measure": item.measure.number, "year": item.year, "programme": item.source_key, "planned": item.planned,
        "spent": item.spent, "as_of": item.as_of, "revision": item.revision, "source": item.source, "note": item.note,
        "demo": item.demo,
    }  # fmt: skip


def staff_rows(user: Any) -> Iterator[dict[str, Any]]:
    readable = readable_ids(user)
    rows = StaffDays.objects.filter(retired=False, measure__retired=False).select_related(
        "measure", "organisation"
    )
    for item in rows if readable is None else rows.filter(measure__in=readable):
        yield {
            "measure": item.measure.number, "organisation": item.organisation.key, "year": item.year,
            "planned": item.planned, "spent": item.spent, "note": item.note, "demo": item.demo,
        }  # fmt: skip


def report_rows(user: Any) -> Iterator[dict[str, Any]]:
    for item in published().filter(measure__retired=False).select_related("measure"):
        yield {
            "measure": item.measure.number, "period_start": item.period_start, "period_end": item.period_end,
            "published_on": item.published_on, "light": item.snapshot.get("colour", ""), "text": item.text,
            "achievements": item.achievements, "next_steps": item.next_steps, "problems": item.problems,
            "demo": item.demo,
        }  # fmt: skip


def programme_rows(user: Any) -> Iterator[dict[str, Any]]:
    names = (
        "key", "name", "mark", "funder", "rate", "rate_up_to", "cap", "deadline", "spending_first", "spending_last",
        "conditions", "source", "url", "document", "line",
    )  # fmt: skip
    yield from FundingProgramme.objects.filter(retired=False).values(*names)


def criterion_rows(user: Any) -> Iterator[dict[str, Any]]:
    names = ("code", "name", "name_en", "group", "weight", "description", "document", "line")
    yield from Criterion.objects.filter(retired=False).values(*names)


def dependency_rows(user: Any) -> Iterator[dict[str, Any]]:
    readable = readable_ids(user)
    rows = Dependency.objects.filter(source__retired=False, target__retired=False).select_related(
        "source", "target"
    )
    for item in rows:
        inside = readable is None or item.source_id in readable
        if inside or not item.demo:
            yield {
                "source": item.source.number, "kind": item.kind, "target": item.target.number,
                "note": item.note if inside else "", "demo": item.demo,
            }  # fmt: skip


DATASETS = (
    Dataset(
        "strategy.lights", _("Lights of the measures"),
        _("How each measure stands; for visitors computed from what is published."),
        (
            MEASURE, Column("title", _("Title")), Column("status", _("Status")), Column("light", _("Light"), description="green, yellow, red, grey"),
            Column("computed", _("Computed light")), Column("timeliness", _("Dates"), description="on_time, late, unknown"),
            Column("report", _("Status report"), description="fresh, due, stale, never"),
            Column("published_on", _("Publication date"), "date"), Column("next_milestone", _("Next milestone")),
            Column("next_on", _("Expected"), "date"), DEMO,
        ),
        light_rows,
    ),
    Dataset(
        "strategy.milestones", _("Milestones"), _("Milestones of the measures; for visitors those that documents print."),
        (
            MEASURE, Column("title", _("Title")), Column("planned_on", _("Planned"), "date"),
            Column("forecast_on", _("Expected"), "date"), Column("done_on", _("Reached on"), "date"),
            Column("weight", _("Weight"), "integer"), Column("state", _("State")),
            Column("as_printed", _("As printed")), DOCUMENT, LINE, DEMO,
        ),
        milestone_rows,
    ),
    Dataset(
        "strategy.status_reports", _("Status reports"), _("Published status reports, the newest first."),
        (
            MEASURE, Column("period_start", _("From"), "date"), Column("period_end", _("To"), "date"),
            Column("published_on", _("Publication date"), "date"), Column("light", _("Light")),
            Column("text", _("State")), Column("achievements", _("Achieved")), Column("next_steps", _("Next steps")),
            Column("problems", _("Problems")), DEMO,
        ),
        report_rows,
    ),
    Dataset(
        "strategy.dependencies", _("Dependencies"), _("What measures need of each other."),
        (
            Column("source", _("Measure")), Column("kind", _("Kind"), description="requires, finish_to_start, excludes, informs"),
            Column("target", _("Other measure")), Column("note", _("Note")), DEMO,
        ),
        dependency_rows,
    ),
    Dataset(
        "strategy.funding_programmes", _("Funding programmes"), _("The rules that grants come with."),
        (
            Column("key", _("Key")), Column("name", _("Name")), Column("mark", _("Mark in the strategy")),
            Column("funder", _("Funder")), Column("rate", _("Rate"), "decimal"),
            Column("rate_up_to", _("Rate under conditions"), "decimal"), Column("cap", _("Cap"), "decimal", "EUR"),
            Column("deadline", _("Application deadline"), "date"), Column("spending_first", _("Spending from"), "date"),
            Column("spending_last", _("Spending to"), "date"), Column("conditions", _("Conditions")),
            Column("source", _("Source")), Column("url", _("Address")), DOCUMENT, LINE,
        ),
        programme_rows,
    ),
    Dataset(
        "strategy.criteria", _("Criteria of the strategy"), _("By what the strategy chooses its measures."),
        (
            Column("code", _("Code")), Column("name", _("Name")), Column("name_en", _("English name")),
            Column("group", _("Group")), Column("weight", _("Weight"), "decimal"), Column("description", _("What is asked")),
            DOCUMENT, LINE,
        ),
        criterion_rows,
    ),
    Dataset(
        "strategy.budget", _("Budget lines"), _("Planned and spent by measure, year and source; valid revisions."),
        (
            MEASURE, Column("year", _("Year"), "year"), Column("programme", _("Funding programme"), description=_("Empty: own funds")),
            Column("planned", _("Planned"), "decimal", "EUR"), Column("spent", _("Spent"), "decimal", "EUR"),
            Column("as_of", _("As of"), "date"), Column("revision", _("Revision"), "integer"), Column("source", _("Source")),
            Column("note", _("Note")), DEMO,
        ),
        budget_rows, permission=READ_STEERING,
    ),
    Dataset(
        "strategy.staff_days", _("Staff days"), _("Working days by measure, organisation and year."),
        (
            MEASURE, Column("organisation", _("Organisation")), Column("year", _("Year"), "year"),
            Column("planned", _("Planned"), "decimal"), Column("spent", _("Spent"), "decimal"), Column("note", _("Note")), DEMO,
        ),
        staff_rows, permission=READ_STEERING,
    ),
)  # fmt: skip
