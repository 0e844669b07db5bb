"""What a filled file would change: a line for each row, before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.intake.reading import FilledRow
from steuerrad.modules.campaign.models import Answer, Assignment, Round, labels
from steuerrad.modules.campaign.output.columns import words_of
from steuerrad.modules.campaign.queries.access import may_answer, visible
from steuerrad.modules.campaign.queries.checking import findings
from steuerrad.modules.campaign.queries.history import Difference, difference
from steuerrad.modules.campaign.queries.proposals import as_input
from steuerrad.modules.campaign.reading import read_value
from steuerrad.modules.campaign.texts import Said
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.platform.tables.fields import parse_date, parse_int

NEW, CHANGED, UNCHANGED, CONFLICT, FAULT, EMPTY = "new", "changed", "unchanged", "conflict", "fault", "empty"
WRITABLE = (NEW, CHANGED, CONFLICT)
FILLED = ("value", "quality", "source", "as_of", "comment", "links")


@dataclass
class PlanRow:
    """outcome: one of the words above. reason: of a fault, or who was faster. newest: revision that this was held
    against. blocking: findings that make it a draft instead of a submission."""

    place: str
    code: str
    outcome: str
    assignment: Assignment | None = None
    given: AnswerInput = field(default_factory=AnswerInput)
    changes: list[Difference] = field(default_factory=list[Difference])
    reason: str = ""
    column: str = ""
    newest: int = 0
    blocking: list[Said] = field(default_factory=list[Said])

    @property
    def writable(self) -> bool:
        return self.outcome in WRITABLE


@dataclass
class Plan:
    rows: list[PlanRow]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(row.outcome for row in self.rows))

    def writable(self) -> list[PlanRow]:
        return [row for row in self.rows if row.writable]


class CellError(ValueError):
    """A cell that cannot be read. column: key of the column."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def make_plan(user: Any, round_: Round, rows: Iterable[FilledRow]) -> Plan:
    """Rows without an answer of their own, whose question has none either, are left out."""
    questions = {
        item.question.code: item
        for item in visible(user).filter(question__round=round_).select_related("question__previous_answer")
    }
    newest = newest_answers(round_)
    qualities = words_of(labels.QUALITIES)
    planned: list[PlanRow] = []
    seen: dict[str, str] = {}
    for row in rows:
        code = row.cells["code"]
        assignment = questions.get(code)
        if assignment is None:
            planned.append(
                PlanRow(
                    row.place(),
                    code,
                    FAULT,
                    reason=_("is no question of this round that you can see"),
                    column="code",
                )
            )
        elif code in seen:
            reason = _("stands already at %(place)s") % {"place": seen[code]}
            planned.append(PlanRow(row.place(), code, FAULT, assignment, reason=reason, column="code"))
        else:
            assignment.question.round = round_
            planned.append(plan_row(user, row, assignment, newest.get(assignment.question_id), qualities))
        seen.setdefault(code, row.place())
    return Plan([row for row in planned if row.outcome != EMPTY])


def newest_answers(round_: Round) -> dict[int, Answer]:
    """{question: its newest revision with evidence}. Three queries."""
    rows = Answer.objects.filter(question__round=round_).order_by("revision")
    return {row.question_id: row for row in rows.prefetch_related(Prefetch("evidence"))}


def plan_row(
    user: Any, row: FilledRow, assignment: Assignment, newest: Answer | None, qualities: dict[str, str]
) -> PlanRow:
    made = PlanRow(row.place(), row.cells["code"], EMPTY, assignment, newest=assignment.newest)
    for key, reason in row.faults.items():
        return replace(made, place=row.place(key), outcome=FAULT, reason=reason, column=key)
    if not any(row.cells.get(key) for key in FILLED) and newest is None:
        return made
    before = as_input(newest) if newest and not newest.declined else AnswerInput()
    try:
        given = read_row(row, assignment, before, qualities)
        seen = read_revision(row)
    except CellError as error:
        place = row.place(error.column)
        return replace(made, place=place, outcome=FAULT, reason=str(error), column=error.column)
    if not given.value:
        declined = newest is not None and newest.declined and not difference(as_input(newest), given)
        return (
            made
            if declined or same_or_nothing(row, before)
            else replace(
                made,
                outcome=FAULT,
                column="value",
                reason=_("is empty, though other cells of the row are filled in"),
            )
        )
    changes = difference(before, given)
    if not changes:
        return replace(made, outcome=UNCHANGED, given=given)
    if not may_answer(user, assignment):
        return replace(
            made,
            outcome=FAULT,
            column="code",
            reason=_("belongs to an organisation that you do not answer for"),
        )
    found = findings(assignment.question, given, submit=True)
    given = replace(
        given, waivers={item.key: given.comment for item in found if item.waivable and given.comment}
    )
    made = replace(
        made, given=given, changes=changes, outcome=CHANGED if before.value else NEW,
        blocking=[item for item in found if item.key not in given.waivers],
    )  # fmt: skip
    if newest is not None and seen is not None and seen != assignment.newest:
        reason = _("The file was made from revision %(seen)d; %(name)s has saved revision %(newest)d since.") % {
            "seen": seen, "name": newest.author_name, "newest": newest.revision}  # fmt: skip
        return replace(made, outcome=CONFLICT, reason=reason)
    return made


def same_or_nothing(row: FilledRow, before: AnswerInput) -> bool:
    """Whether a row without a value says nothing new: empty cells never take an answer away."""
    return bool(before.value) or not any(row.cells.get(key) for key in FILLED)


def read_row(
    row: FilledRow, assignment: Assignment, before: AnswerInput, qualities: dict[str, str]
) -> AnswerInput:
    """The cells as an answer; columns that the file lacks stay as they were. Raises CellError."""
    cells, question = row.cells, assignment.question
    try:
        value = read_value(cells["value"], question.type, question.choices)
    except ValueError as error:
        raise CellError("value", str(error)) from error
    quality = before.quality
    if cells.get("quality"):
        quality = qualities.get(cells["quality"].casefold(), "")
        if not quality:
            raise CellError("quality", _("is no quality class; the classes are: %(names)s") % {
                "names": ", ".join(str(label) for label in labels.QUALITIES.values())})  # fmt: skip
    return AnswerInput(
        value=value, quality=quality, source=cells["source"] if cells.get("source") else before.source,
        comment=cells["comment"] if cells.get("comment") else before.comment,
        as_of=read_day(cells.get("as_of", ""), before.as_of), evidence=read_links(cells.get("links", ""), before),
        carried=before.carried and value == before.value, live=before.live and value == before.value,
    )  # fmt: skip


def read_day(text: str, before: date | None) -> date | None:
    if not text:
        return before
    try:
        return parse_date(text)
    except ValueError as error:
        raise CellError("as_of", str(error)) from error


def read_links(text: str, before: AnswerInput) -> tuple[EvidenceInput, ...]:
    """Files stay, and links too; those in the cell that are new come behind."""
    known = {item.url for item in before.evidence if item.url}
    new = [part.strip() for part in text.split(";") if part.strip() and part.strip() not in known]
    for url in new:
        if not url.startswith(("http://", "https://")) or len(url) > 500 or " " in url:
            raise CellError("links", _("“%(url)s” is no web address") % {"url": url[:60]})
    return (*before.evidence, *(EvidenceInput(url=url) for url in dict.fromkeys(new)))


def read_revision(row: FilledRow) -> int | None:
    text = row.cells.get("revision", "")
    if not text:
        return None
    try:
        return parse_int(text, low=0, high=10**6)
    except ValueError as error:
        raise CellError("revision", str(error)) from error
