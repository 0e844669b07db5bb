"""The dossier as a document: every question with its answer, where it comes from, who looked at it, and its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.models import Round, labels
from steuerrad.modules.campaign.output.rows import EvidenceRow, Row, Step, by_group
from steuerrad.modules.campaign.texts import answer_words as in_words
from steuerrad.modules.campaign.texts import figure
from steuerrad.platform.documents.model import (
    Block,
    BulletList,
    Callout,
    Cell,
    Column,
    Document,
    Heading,
    Link,
    ListItem,
    Paragraph,
    Run,
    Runs,
    Strong,
    Table,
    runs,
)

LONGEST_TEXT = 6000


@dataclass(frozen=True)
class Annex:
    """A piece of evidence with its number in the dossier. A file that several answers share is one annex."""

    number: int
    codes: tuple[str, ...]
    evidence: EvidenceRow

    @property
    def id(self) -> str:
        return f"annex-{self.number}"

    @property
    def title(self) -> str:
        return _("Annex %(number)d: %(name)s") % {"number": self.number, "name": self.evidence.name}


def annexes_of(rows: Sequence[Row]) -> list[Annex]:
    """All evidence in the order of the questions; the same content is one annex for all that name it."""
    found: dict[Any, tuple[EvidenceRow, list[str]]] = {}
    for row in rows:
        for item in row.evidence:
            key = item.file.sha256 if item.file else item.url
            found.setdefault(key, (item, []))[1].append(row.question.code)
    return [
        Annex(number, tuple(dict.fromkeys(codes)), item)
        for number, (item, codes) in enumerate(found.values(), 1)
    ]


def dossier_document(
    round_: Round, rows: Sequence[Row], annexes: Sequence[Annex], fates: Mapping[int, str], *,
    made_at: datetime, kind: str, checksum: str = "",
) -> Document:  # fmt: skip
    """fates: what becomes of each annex, by its number ("appended", or why not)."""
    meta = [
        (_("Content"), kind), (_("Period"), round_.period or "–"), (_("Made"), moment(made_at)),
        (_("Questions"), str(len(rows))), (_("With an answer"), str(sum(row.answer is not None for row in rows))),
    ]  # fmt: skip
    if checksum:
        meta.append((_("Checksum of the snapshot (SHA-256)"), checksum))
    by_content = {key_of(annex.evidence): annex for annex in annexes}
    blocks: list[Block] = [*demo_note(round_), Heading(1, _("Overview")), overview(rows)]
    for group, found in by_group(rows).items():
        blocks.append(Heading(1, group))
        for row in found:
            blocks += question_blocks(row, by_content)
    blocks += evidence_blocks(annexes, fates)
    return Document(
        round_.title, (get_language() or "de")[:2], tuple(blocks), subtitle=_("Dossier of the data campaign"),
        author="Steuerrad", date=timezone.localtime(made_at).date(), meta=tuple(meta),
    )  # fmt: skip


def demo_note(round_: Round) -> list[Block]:
    return (
        [Callout("warning", runs(_("Demo data: invented, not figures of the city.")))] if round_.demo else []
    )


def key_of(item: EvidenceRow) -> str:
    return item.file.sha256 if item.file else item.url


def moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


def overview(rows: Sequence[Row]) -> Table:
    body = []
    for group, found in by_group(rows).items():
        counts = [
            len(found),
            *(
                sum(row.state == state for row in found)
                for state in ("answered", "declined", "checked", "released")
            ),
        ]
        body.append((group, *(str(number) for number in counts)))
    titles = (
        _("Category"),
        _("Questions"),
        *(str(labels.STATES[state]) for state in ("answered", "declined", "checked", "released")),
    )
    columns = tuple(Column(title, "left" if number == 0 else "right") for number, title in enumerate(titles))
    return Table(_("Questions by category and state"), columns, tuple(body))


def question_blocks(row: Row, by_content: Mapping[str, Annex]) -> Iterator[Block]:
    question = row.question
    yield Heading(2, question.title[:300])
    if row.answer is None:
        said = [_("No answer yet"), str(labels.STATES[row.state]), row.organisation, question.code]
        yield Paragraph(runs(" · ".join(part for part in said if part)))
        return
    yield Paragraph(runs(Strong(answer_words(row))))
    facts = list(question_facts(row))
    own = [by_content[key_of(item)] for item in row.evidence if key_of(item) in by_content]
    body: list[tuple[Cell | str, ...]] = [(name, text) for name, text in facts if text]
    if own:
        body.append((_("Evidence"), Cell(evidence_runs(own))))
    yield Table(
        _("About %(code)s") % {"code": question.code},
        (Column(_("Statement")), Column(_("Content"))),
        tuple(body),
    )
    if row.waivers:
        yield BulletList(tuple(
            ListItem(runs(text, " ", Strong(_("Nevertheless right, because:")), f" {comment}")) for text, comment in row.waivers
        ))  # fmt: skip


def evidence_runs(own: Sequence[Annex]) -> Runs:
    found: list[Run | str] = []
    for annex in own:
        found += ([", "] if found else []) + [
            Link(_("annex %(number)d") % {"number": annex.number}, f"#{annex.id}")
        ]
    return runs(*found)


def answer_words(row: Row) -> str:
    answer, question = row.answer, row.question
    if answer is None:
        return _("No answer yet")
    if answer.declined:
        return _("Declined: %(reason)s") % {"reason": answer.comment[:LONGEST_TEXT]}
    if not answer.value:
        return _("No answer yet")
    return in_words(answer.value, question)[:LONGEST_TEXT]


def question_facts(row: Row) -> Iterator[tuple[str, str]]:
    question, answer = row.question, row.answer
    yield _("Code"), question.code
    yield _("Organisation"), row.organisation
    yield _("Status"), str(labels.STATES[row.state])
    if question.previous_value:
        yield (
            _("Last time"),
            f"{in_words(question.previous_value, question)[:500]} ({question.previous_period})",
        )
    if answer is not None:
        yield _("Quality"), str(labels.QUALITIES.get(answer.quality, ""))
        yield _("Source"), answer.source
        yield _("As of"), date_format(answer.as_of, "SHORT_DATE_FORMAT") if answer.as_of else ""
        if not answer.declined:
            yield _("Comment"), answer.comment[:LONGEST_TEXT]
        yield _("Origin"), origin(row)
        yield _("Answered"), by_whom(Step(answer.author_name, answer.at))
    yield _("Checked"), by_whom(row.checked)
    yield _("Released"), by_whom(row.released)
    if question.points is not None:
        yield _("Index points at most"), figure(question.points)


def origin(row: Row) -> str:
    if row.answer is None:
        return ""
    if row.answer.live:
        return _("computed by the platform")
    return _("carried over from last time and confirmed") if row.answer.carried else ""


def by_whom(step: Step) -> str:
    return f"{step.name}, {moment(step.at)}" if step.name else ""


def evidence_blocks(annexes: Sequence[Annex], fates: Mapping[int, str]) -> Iterator[Block]:
    yield Heading(1, _("Evidence"))
    if not annexes:
        yield Paragraph(runs(_("No answer names evidence.")))
        return
    yield Paragraph(
        runs(_("PDF files and pictures follow as annexes. Other files are named with their checksum."))
    )
    columns = (
        Column(_("Annex")),
        Column(_("Evidence")),
        Column(_("Questions")),
        Column(_("In this dossier")),
        Column("SHA-256"),
    )
    yield Table(
        _("List of the evidence"),
        columns,
        tuple(evidence_row(annex, fates) for annex in annexes),
        id="evidence",
    )


def evidence_row(annex: Annex, fates: Mapping[int, str]) -> tuple[Cell | str, ...]:
    item = annex.evidence
    name: Runs = runs(item.name)
    if item.file is None and item.url.startswith(("http://", "https://")) and " " not in item.url:
        name = runs(Link(item.name, item.url))
    return (
        Cell(runs(str(annex.number)), id=annex.id), Cell(name), ", ".join(annex.codes),
        fates.get(annex.number, _("web link")), item.file.sha256 if item.file else "–",
    )  # fmt: skip
