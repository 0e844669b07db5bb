"""Sheets and columns of the portfolio's workbook. The importer finds sheets and columns by these titles, in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.portfolio import COLOUR_LABELS, KIND_LABELS, REPORT_STATES, RISK_STATES
from steuerrad.modules.strategy.portfolio.output.content import Content, leads, partners
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState
from steuerrad.modules.strategy.portfolio.rules.risks import RiskState
from steuerrad.modules.strategy.portfolio.texts import RISK_LEVELS, TIMELINESS, explain
from steuerrad.platform.tables.read import normalised
from steuerrad.platform.tables.table import Value

LANGUAGES = ("de", "en")
Title = str | Promise


@dataclass(frozen=True)
class FileColumn:
    """fill: people fill it in. read: the importer looks at it. width: in characters."""

    key: str
    title: Title
    value: Callable[[Any], Value]
    width: int = 14
    fill: bool = False
    read: bool = False


@dataclass(frozen=True)
class SheetSpec:
    """rows: what a line of the sheet is made from. needed: columns without which it cannot be imported; none: it is
    only for reading."""

    key: str
    title: Title
    rows: Callable[[Content], list[Any]]
    columns: tuple[FileColumn, ...]
    needed: tuple[str, ...] = ()

    def headers(self) -> dict[str, str]:
        """{title, made comparable: key} of the columns that are read, in every language."""
        found: dict[str, str] = {}
        for language in LANGUAGES:
            with override(language):
                found |= {
                    normalised(str(item.title)): item.key for item in self.columns if item.fill or item.read
                }
        return found

    def titles(self) -> set[str]:
        """The title in every language, folded."""
        found = set()
        for language in LANGUAGES:
            with override(language):
                found.add(str(self.title).casefold())
        return found

    def title_of(self, key: str) -> str:
        return next((str(item.title) for item in self.columns if item.key == key), key)


def info(key: str, title: Title, value: Callable[[Any], Value], width: int = 14) -> FileColumn:
    return FileColumn(key, title, value, width)


def key_column(key: str, title: Title, value: Callable[[Any], Value], width: int = 14) -> FileColumn:
    """Says which entry a row is about."""
    return FileColumn(key, title, value, width, read=True)


def fill(key: str, title: Title, value: Callable[[Any], Value], width: int = 14) -> FileColumn:
    return FileColumn(key, title, value, width, fill=True)


def attribute(name: str) -> Callable[[Any], Value]:
    return lambda row: getattr(row, name)


def demo_mark(row: Any) -> str:
    return gettext("Demo") if row.demo else ""


def own_funds(row: Any) -> str:
    return row.programme.name if row.programme else gettext("own funds")


def next_title(state: MeasureState) -> str:
    return state.next_milestone.title if state.next_milestone else ""


def next_day(state: MeasureState) -> Value:
    return state.next_milestone.point.expected if state.next_milestone else None


def reasons(state: MeasureState) -> str:
    """Why the light has its colour."""
    return "\n".join(explain(part, {}) for part in state.light.parts if part.colour == state.light.colour)


@dataclass(frozen=True)
class NextSteps:
    """The draft of a measure's next status report, or the empty line for one."""

    measure: Any
    draft: Any

    def get(self, name: str) -> Value:
        return getattr(self.draft, name) if self.draft is not None else None

    @property
    def demo(self) -> bool:
        return self.draft is not None and self.draft.demo


def next_steps(content: Content) -> list[NextSteps]:
    """A line for each measure that the person reads in full; drafts first where there are several."""
    found = []
    for state in content.states:
        if state.measure.pk in content.reads:
            drafts = content.of(content.drafts, state.measure) or [None]
            found += [NextSteps(state.measure, draft) for draft in drafts]
    return found


def of_draft(name: str) -> Callable[[Any], Value]:
    return lambda row: row.get(name)


MEASURE = key_column("measure", _("Measure number"), lambda row: row.measure.number, 12)
TITLE = info("measure_title", _("Measure"), lambda row: row.measure.title, 36)
DEMO = key_column("demo", _("Demo"), demo_mark, 8)
VERSION = key_column("version", _("Version"), attribute("version"), 9)
NOTE = fill("note", _("Note"), attribute("note"), 30)

MEASURES = SheetSpec("measures", _("Measures"), lambda content: content.states, (
    info("number", _("Measure number"), lambda row: row.measure.number, 12),
    info("title", _("Measure"), lambda row: row.measure.title, 44),
    info("theme", _("Theme"), lambda row: row.measure.field.theme.title, 24),
    info("field", _("Field of action"), lambda row: row.measure.field.title, 24),
    info("status", _("Status"), lambda row: str(row.measure.get_status_display()), 16),
    info("light", _("Light"), lambda row: str(COLOUR_LABELS[row.colour]), 18),
    info("why", _("Why"), reasons, 50),
    info("timeliness", _("Dates"), lambda row: str(TIMELINESS[row.light.timeliness]), 12),
    info("period", _("Period"), lambda row: row.measure.period_as_printed, 16),
    info("lead", _("Lead"), leads, 28),
    info("partners", _("Partners"), partners, 28),
    info("funding", _("Funding"), lambda row: row.measure.funding, 10),
    info("next", _("Next milestone"), next_title, 30),
    info("next_day", _("Expected now"), next_day, 12),
    info("planned", _("Planned (EUR)"), lambda row: row.sums.planned, 14),
    info("spent", _("Spent (EUR)"), lambda row: row.sums.spent, 14),
    info("report", _("Status report of"), lambda row: row.report.published_on if row.report else None, 14),
    info("demo", _("Demo"), demo_mark, 8),
))  # fmt: skip

MILESTONES = SheetSpec("milestones", _("Milestones"), lambda content: content.milestones, (
    MEASURE, TITLE, key_column("id", _("ID"), attribute("pk"), 8),
    fill("title", _("Milestone"), attribute("title"), 40),
    fill("planned_on", _("Planned"), attribute("planned_on"), 12),
    fill("forecast_on", _("Expected now"), attribute("forecast_on"), 12),
    fill("done_on", _("Reached on"), attribute("done_on"), 12),
    fill("weight", _("Weight"), attribute("weight"), 9), NOTE,
    info("as_printed", _("As printed"), attribute("as_printed"), 24), VERSION, DEMO,
), ("measure", "id", "title"))  # fmt: skip

BUDGET = SheetSpec("budget", _("Budget"), lambda content: content.lines, (
    MEASURE, TITLE, key_column("year", _("Year"), attribute("year"), 8),
    key_column("programme", _("Source of the money"), own_funds, 34),
    fill("planned", _("Planned (EUR)"), attribute("planned"), 14),
    fill("spent", _("Spent (EUR)"), attribute("spent"), 14),
    fill("as_of", _("Spent as of"), attribute("as_of"), 12),
    fill("source", _("Source"), attribute("source"), 34), NOTE,
    fill("reason", _("Reason for the correction"), lambda _row: None, 34),
    key_column("revision", _("Revision"), attribute("revision"), 9), DEMO,
), ("measure", "year", "programme"))  # fmt: skip


MONEY = SheetSpec("money", _("Budget by year and source"), lambda content: content.money, (
    info("year", _("Year"), attribute("year"), 8), info("programme", _("Source of the money"), own_funds, 40),
    info("planned", _("Planned (EUR)"), lambda row: row.sums.planned, 16),
    info("spent", _("Spent (EUR)"), lambda row: row.sums.spent, 16),
    info("measures", _("Measures"), attribute("measures"), 12), info("demo", _("Demo"), demo_mark, 8),
))  # fmt: skip

STAFF = SheetSpec("staff", _("Staff days"), lambda content: content.staff, (
    MEASURE, TITLE, key_column("organisation", _("Organisation"), lambda row: row.organisation.name, 34),
    key_column("year", _("Year"), attribute("year"), 8),
    fill("planned", _("Planned days"), attribute("planned"), 12),
    fill("spent", _("Spent days"), attribute("spent"), 12), NOTE, VERSION, DEMO,
), ("measure", "organisation", "year"))  # fmt: skip

RISKS = SheetSpec("risks", _("Risks"), lambda content: content.risks, (
    MEASURE, TITLE, info("title", _("Risk"), attribute("title"), 36),
    info("probability", _("Probability (1–5)"), attribute("probability"), 12),
    info("impact", _("Impact (1–5)"), attribute("impact"), 12),
    info("level", _("Level"), lambda row: str(RISK_LEVELS[row.level]), 10),
    info("response", _("Response"), attribute("response"), 44), info("owner", _("Owner"), attribute("owner"), 20),
    info("review_on", _("Next review"), attribute("review_on"), 12),
    info("state", _("State"), lambda row: str(RISK_STATES[RiskState(row.state)]), 12), DEMO,
))  # fmt: skip

DEPENDENCIES = SheetSpec("dependencies", _("Dependencies"), lambda content: content.dependencies, (
    info("source", _("Measure number"), lambda row: row.source.number, 12),
    info("source_title", _("Measure"), lambda row: row.source.title, 36),
    info("kind", _("Kind"), lambda row: str(KIND_LABELS[Kind(row.kind)]), 22),
    info("target", _("Number of the other measure"), lambda row: row.target.number, 14),
    info("target_title", _("Other measure"), lambda row: row.target.title, 36),
    info("note", _("Note"), attribute("note"), 30), DEMO,
))  # fmt: skip

DECISIONS = SheetSpec("decisions", _("Decisions"), lambda content: content.decisions, (
    MEASURE, TITLE, info("decided_on", _("Date"), attribute("decided_on"), 12),
    info("body", _("Body"), attribute("body"), 26), info("text", _("Decision"), attribute("text"), 60),
    info("paper", _("Paper"), attribute("paper"), 20), info("url", _("Address"), attribute("url"), 30), DEMO,
))  # fmt: skip

REPORTS = SheetSpec("reports", _("Status reports"), lambda content: [*content.reports, *content.drafts], (
    MEASURE, TITLE, info("start", _("From"), attribute("period_start"), 12), info("end", _("To"), attribute("period_end"), 12),
    info("state", _("State"), lambda row: str(REPORT_STATES[ReportState(row.state)]), 12),
    info("published_on", _("Publication date"), attribute("published_on"), 14),
    info("text", _("How it stands"), attribute("text"), 50), info("achievements", _("Achieved"), attribute("achievements"), 40),
    info("next_steps", _("Next steps"), attribute("next_steps"), 40),
    info("problems", _("Problems"), attribute("problems"), 40), DEMO,
))  # fmt: skip

NEXT_STEPS = SheetSpec("next_steps", _("Next report"), next_steps, (
    MEASURE, TITLE, fill("period_start", _("From"), of_draft("period_start"), 12),
    fill("period_end", _("To"), of_draft("period_end"), 12), fill("text", _("How it stands"), of_draft("text"), 50),
    fill("achievements", _("Achieved"), of_draft("achievements"), 40),
    fill("next_steps", _("Next steps"), of_draft("next_steps"), 40),
    fill("problems", _("Problems"), of_draft("problems"), 40),
    key_column("version", _("Version"), of_draft("version"), 9), DEMO,
), ("measure", "text"))  # fmt: skip

#: In the order of the workbook.
SHEETS = (MEASURES, MILESTONES, BUDGET, MONEY, STAFF, RISKS, DEPENDENCIES, DECISIONS, REPORTS, NEXT_STEPS)
READ = tuple(sheet for sheet in SHEETS if sheet.needed)
