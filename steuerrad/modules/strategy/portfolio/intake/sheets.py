"""How each sheet of a filled workbook is read: what a row is about, what it says, and what no entry may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import (
    FundingProgramme,
    Measure,
    MeasureOrganisation,
    Milestone,
    StaffDays,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.actions import milestones as milestone_actions
from steuerrad.modules.strategy.portfolio.actions import money as money_actions
from steuerrad.modules.strategy.portfolio.actions import reports as report_actions
from steuerrad.modules.strategy.portfolio.intake.plan import (
    NOT_YOURS,
    UNCHANGED,
    CellError,
    Plan,
    PlanRow,
    Reader,
    day,
    figure,
    filled,
    plan_rows,
    read,
    settle,
    whole,
    words,
)
from steuerrad.modules.strategy.portfolio.intake.reading import FilledRow
from steuerrad.modules.strategy.portfolio.output.columns import LANGUAGES
from steuerrad.modules.strategy.portfolio.permissions import STEER
from steuerrad.modules.strategy.portfolio.queries.steering import valid_lines
from steuerrad.platform.accounts.access import allowed, holds_anywhere, memberships
from steuerrad.platform.organisations.models import Organisation
from steuerrad.platform.tables.fields import parse_year

MILESTONE = {
    "title": words,
    "planned_on": day,
    "forecast_on": day,
    "done_on": day,
    "weight": whole,
    "note": words,
}
BUDGET = {"planned": figure, "spent": figure, "as_of": day, "source": words, "note": words, "reason": words}
STAFF = {"planned": figure, "spent": figure, "note": words}
REPORT = {"period_start": day, "period_end": day, "text": words, "achievements": words, "next_steps": words, "problems": words}  # fmt: skip


def make_plan(user: Any, rows: list[FilledRow]) -> Plan:
    """What the rows would change, against what stands now. About ten queries whatever their number."""
    measures = {item.number.casefold(): item for item in Measure.objects.filter(retired=False)}
    may = steerable(user)
    readers: dict[str, Reader] = {
        "milestones": milestone_reader(may), "budget": own_only(budget_reader(), may),
        "staff": own_only(staff_reader(), may), "next_steps": own_only(report_reader(), may),
    }  # fmt: skip
    return plan_rows(rows, measures, may, readers)


def steerable(user: Any) -> Callable[[Measure], bool]:
    """Whether the person may steer a measure, without a query for each. Two queries at most."""
    if allowed(user, STEER):
        return lambda measure: not measure.replaced
    if not holds_anywhere(user, STEER):
        return lambda measure: False
    own = {organisation for _role, organisation in memberships(user) if organisation is not None}
    rows = MeasureOrganisation.objects.filter(organisation_id__in=own, retired=False)
    ids = {measure for measure, organisation in rows.values_list("measure_id", "organisation_id") if allowed(user, STEER, {organisation})}  # fmt: skip
    return lambda measure: measure.pk in ids and not measure.replaced


def checked(check: Callable[[], object]) -> None:
    """What the action itself would refuse, said of the cell. Raises CellError."""
    try:
        check()
    except RefusedError as error:
        raise CellError(error.field or "measure", error.message) from error


def says_nothing(row: FilledRow, parsers: Mapping[str, Any]) -> bool:
    return not any(row.cells.get(key) for key in parsers)


def values_of(entry: Any, parsers: Mapping[str, Any]) -> dict[str, Any]:
    return {} if entry is None else {key: getattr(entry, key) for key in parsers if hasattr(entry, key)}


def own_only(reader: Reader, may: Callable[[Measure], bool]) -> Reader:
    """Rows of other people's measures are refused before anything is compared: nothing of them may show."""

    def guarded(made: PlanRow, row: FilledRow) -> None:
        filled_in = any(row.cells.get(column.key) for column in row.form.columns if column.fill)
        if made.measure is not None and filled_in and not may(made.measure):
            raise CellError("measure", NOT_YOURS)
        if made.measure is not None and may(made.measure):
            reader(made, row)

    return guarded


def milestone_reader(may: Callable[[Measure], bool]) -> Reader:
    """Milestones of other people's measures that a document prints may stand in the file, unchanged."""
    every = Milestone.objects.filter(retired=False).select_related("measure")
    rows = {item.pk: item for item in every if item.document or may(item.measure)}
    by_title = {(item.measure_id, item.title.casefold(), item.demo): item for item in rows.values()}

    def reader(made: PlanRow, row: FilledRow) -> None:
        if made.measure is None or (says_nothing(row, MILESTONE) and not row.cells["id"]):
            return
        key = read(row, "id", whole)
        made.row = rows.get(key) if key is not None else None
        if key is not None and (made.row is None or made.row.measure_id != made.measure.pk):
            raise CellError("id", _("This measure has no milestone with this ID."))
        now = values_of(made.row, MILESTONE)
        made.values = filled(row, now, MILESTONE)
        made.demo = made.row.demo if made.row is not None else made.demo
        made.title, made.where = made.values["title"], {"title": made.values["title"].casefold()}
        if made.values["weight"] is None:
            made.values["weight"] = now.get("weight", 1)
        if made.row is None and (made.measure.pk, made.title.casefold(), made.demo) in by_title:
            raise CellError("id", _("There is a milestone of this name already; its ID is missing here."))
        fixed = next((name for name in ("title", "planned_on") if made.row is not None and made.row.document and made.values[name] != now[name]), "")  # fmt: skip
        if fixed:
            raise CellError(fixed, _("This milestone comes from a document: change what is expected, not what was planned."))  # fmt: skip
        settle(made, row, now, "version")
        if made.outcome != UNCHANGED:
            names = ("title", "done_on", "weight", "note")
            checked(lambda: milestone_actions.check(**{name: made.values[name] for name in names}))

    return reader


def own_words() -> set[str]:
    """How own funds are called, in every language, folded."""
    found = {"own"}
    for language in LANGUAGES:
        with override(language):
            found.add(_("own funds").casefold())
    return found


def budget_reader() -> Reader:
    lines = {(item.measure_id, item.year, item.programme_id, item.demo): item for item in valid_lines()}  # type: ignore[attr-defined]
    programmes: dict[str, FundingProgramme] = {}
    for item in FundingProgramme.objects.filter(retired=False):
        programmes |= {item.key.casefold(): item, item.name.casefold(): item}
    own = own_words()

    def reader(made: PlanRow, row: FilledRow) -> None:
        if made.measure is None or (says_nothing(row, BUDGET) and not row.cells["year"]):
            return
        year = read(row, "year", parse_year)
        if year is None:
            raise CellError("year", _("The year is missing."))
        name = row.cells["programme"].casefold()
        programme = programmes.get(name)
        if programme is None and name not in own:
            raise CellError("programme", _("is neither “own funds” nor a funding programme of this city"))
        made.row = lines.get((made.measure.pk, year, programme.pk if programme else None, made.demo))
        made.where = {"year": year, "programme": programme}
        made.title = f"{year} · {programme.name if programme else _('own funds')}"
        now = values_of(made.row, BUDGET)
        if made.row is None and says_nothing(row, BUDGET):
            return
        now.pop("reason", None)  # of the correction before, which says nothing about this one
        made.values = filled(row, now, BUDGET)
        settle(made, row, now, "revision")
        if made.outcome != UNCHANGED:
            values = made.values
            checked(lambda: money_actions.check(year, values["planned"], values["spent"], values["as_of"], values["source"], values["note"]))  # fmt: skip

    return reader


def staff_reader() -> Reader:
    rows = {(item.measure_id, item.organisation_id, item.year, item.demo): item for item in StaffDays.objects.filter(retired=False)}  # type: ignore[attr-defined]  # fmt: skip
    organisations: dict[str, Organisation] = {}
    for item in Organisation.objects.filter(retired=False):
        organisations |= {item.key.casefold(): item, item.name.casefold(): item}

    def reader(made: PlanRow, row: FilledRow) -> None:
        if made.measure is None or (says_nothing(row, STAFF) and not row.cells["organisation"]):
            return
        organisation = organisations.get(row.cells["organisation"].casefold())
        if organisation is None:
            raise CellError("organisation", _("is no organisation of this city"))
        year = read(row, "year", parse_year)
        if year is None:
            raise CellError("year", _("The year is missing."))
        made.row = rows.get((made.measure.pk, organisation.pk, year, made.demo))
        made.where, made.title = {"organisation": organisation, "year": year}, f"{organisation.name} {year}"
        now = values_of(made.row, STAFF)
        if made.row is None and says_nothing(row, STAFF):
            return
        made.values = filled(row, now, STAFF)
        settle(made, row, now, "version")
        if made.outcome != UNCHANGED:
            values = made.values
            checked(
                lambda: money_actions.check_days(year, values["planned"], values["spent"], values["note"])
            )

    return reader


def report_reader() -> Reader:
    rows = {(item.measure_id, item.demo): item for item in StatusReport.objects.filter(state="draft").select_related("measure")}  # type: ignore[attr-defined]  # fmt: skip

    def reader(made: PlanRow, row: FilledRow) -> None:
        if made.measure is None:
            return
        made.row = rows.get((made.measure.pk, made.demo))
        if says_nothing(row, REPORT) and made.row is None:
            return
        if says_nothing(row, REPORT) and not row.cells.get("version"):  # the draft came after the file
            return
        now = values_of(made.row, REPORT)
        made.values = filled(row, now, REPORT)
        made.title = _("Draft of the status report")
        for key in ("period_start", "period_end"):
            if made.values[key] is None:
                raise CellError(key, _("The period is missing."))
        settle(made, row, now, "version")
        if made.outcome != UNCHANGED:
            values = made.values
            texts = {name: values[name] for name in report_actions.TEXTS}
            checked(lambda: report_actions.check(values["period_start"], values["period_end"], texts))

    return reader
