"""Three columns beside each other: what one began with, what the other made of it, what one typed oneself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.models import Answer, RoundQuestion, labels
from steuerrad.modules.campaign.queries.proposals import as_input
from steuerrad.modules.campaign.reading import read_value
from steuerrad.modules.campaign.rules.checks import NUMERIC
from steuerrad.modules.campaign.texts import shown_value
from steuerrad.modules.campaign.typed import AnswerInput
from steuerrad.platform.files.models import StoredFile


@dataclass(frozen=True)
class Line:
    """One field in three versions. changed: by the other person; differs: theirs from mine."""

    title: str
    before: str
    theirs: str
    mine: str

    @property
    def changed(self) -> bool:
        return self.before != self.theirs

    @property
    def differs(self) -> bool:
        return self.theirs != self.mine


def columns(
    question: RoundQuestion,
    base: Answer | None,
    theirs: Answer | None,
    mine: AnswerInput,
    files: Mapping[int, StoredFile],
) -> list[Line]:
    """A line for each field, also those that agree, so that nobody has to guess what was left out."""
    names = {key: file.name for key, file in files.items()}
    versions = [
        words(question, given, names) for given in (as_given(base, names), as_given(theirs, names), mine)
    ]
    return [Line(title, *(version[title] for version in versions)) for title in versions[0]]


def as_given(answer: Answer | None, names: dict[int, str]) -> AnswerInput | None:
    if answer is None:
        return None
    for row in answer.evidence.select_related("file"):
        if row.file is not None:
            names[row.file.pk] = row.file.name
    return as_input(answer)


def words(question: RoundQuestion, given: AnswerInput | None, names: Mapping[int, str]) -> dict[str, str]:
    evidence: list[str] = []
    for item in given.evidence if given else ():
        evidence.append(item.title or item.url or names.get(item.file_id or 0, "?"))
    return {
        _("Value"): value_words(question, given.value if given else ""),
        _("Quality"): str(labels.QUALITIES.get(given.quality, "")) if given else "",
        _("Source"): given.source if given else "",
        _("As of"): date_format(given.as_of, "SHORT_DATE_FORMAT") if given and given.as_of else "",
        _("Comment"): given.comment if given else "",
        _("Evidence"): "\n".join(evidence),
    }


def value_words(question: RoundQuestion, value: str) -> str:
    """The value in the reader's notation; what cannot be read stays as typed."""
    try:
        return shown_value(read_value(value, question.type, question.choices), question.type)
    except ValueError:
        return value


def difference(question: RoundQuestion, answer: Answer | None) -> dict[str, Any] | None:
    """Change of a number against last time: absolute, and in percent where there was something before."""
    if answer is None or not answer.value or not question.previous_value or question.type not in NUMERIC:
        return None
    new, old = Decimal(answer.value), Decimal(question.previous_value)
    return {
        "change": new - old,
        "percent": (new - old) * 100 / abs(old) if old and question.type != "share" else None,
    }
