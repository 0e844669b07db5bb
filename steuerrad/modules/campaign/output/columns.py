"""The columns of a round's files. Their titles are what the importer finds them by, in every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.models import labels
from steuerrad.modules.campaign.output.rows import Row
from steuerrad.platform.tables.read import normalised
from steuerrad.platform.tables.table import Value

LANGUAGES = ("de", "en")


@dataclass(frozen=True)
class FileColumn:
    """key: name in CSV and JSON. fill: people fill it in. width: of the workbook's column, in characters."""

    key: str
    title: str | Promise
    value: Callable[[Row], Value]
    width: int = 14
    fill: bool = False
    type: str = "text"


def choice_word(row: Row, value: str) -> Value:
    """The value of a cell: yes and no in the reader's language, all else as it is."""
    if row.question.type == "yes_no" and value:
        return gettext("yes") if value == "yes" else gettext("no")
    return None


def shown(row: Row) -> Value:
    return choice_word(row, row.value) or row.typed


def previous(row: Row) -> Value:
    from_before = row.question.previous_value
    if not from_before:
        return None
    period = f" ({row.question.previous_period})" if row.question.previous_period else ""
    return f"{choice_word(row, from_before) or from_before}{period}"


def links(row: Row) -> str:
    return "; ".join(item.url for item in row.evidence if item.url)


def files(row: Row) -> str:
    return "; ".join(item.file.name for item in row.evidence if item.file)


def said(row: Row, name: str) -> Any:
    return getattr(row.answer, name) if row.answer else None


COLUMNS: tuple[FileColumn, ...] = (
    FileColumn("code", _("Code"), lambda row: row.question.code, 26),
    FileColumn("question", _("Question"), lambda row: row.question.title, 48),
    FileColumn("group", _("Category"), lambda row: row.question.group, 24),
    FileColumn("organisation", _("Organisation"), lambda row: row.organisation, 28),
    FileColumn("due", _("To be answered by"), lambda row: row.due, 12, type="date"),
    FileColumn("state", _("Status"), lambda row: str(labels.STATES[row.state]), 16),
    FileColumn("previous", _("Last time"), previous, 20),
    FileColumn("value", _("Value"), shown, 18, fill=True),
    FileColumn("unit", _("Unit"), lambda row: row.question.unit, 18),
    FileColumn("quality", _("Quality"), lambda row: str(labels.QUALITIES[row.answer.quality]) if row.answer and row.answer.quality else "", 26, fill=True),
    FileColumn("source", _("Source"), lambda row: said(row, "source") or "", 32, fill=True),
    FileColumn("as_of", _("As of"), lambda row: said(row, "as_of"), 12, fill=True, type="date"),
    FileColumn("comment", _("Comment"), lambda row: said(row, "comment") or "", 40, fill=True),
    FileColumn("links", _("Evidence (links)"), links, 32, fill=True),
    FileColumn("files", _("Evidence (files)"), files, 28),
    FileColumn("guidance", _("Guidance"), lambda row: row.question.guidance, 60),
    FileColumn("type", _("Type"), lambda row: str(labels.TYPES[row.question.type]), 14),
    FileColumn("points", _("Index points at most"), lambda row: row.question.points, 12, type="decimal"),
    FileColumn("declined", _("Declined"), lambda row: gettext("yes") if said(row, "declined") else "", 10),
    FileColumn("author", _("Answered by"), lambda row: said(row, "author_name") or "", 22),
    FileColumn("answered_at", _("Answered"), lambda row: said(row, "at"), 18, type="datetime"),
    FileColumn("checked_by", _("Checked by"), lambda row: row.checked.name, 22),
    FileColumn("released_by", _("Released by"), lambda row: row.released.name, 22),
    FileColumn("released_at", _("Released"), lambda row: row.released.at, 18, type="datetime"),
    FileColumn("revision", _("Revision"), lambda row: row.newest, 10, type="integer"),
)  # fmt: skip
#: Without these a row cannot be imported; the others that people fill may be absent.
NEEDED = ("code", "value")
READ = ("code", "value", "quality", "source", "as_of", "comment", "links", "revision")


def headers() -> dict[str, str]:
    """{header as people may see it, made comparable: key of the column}, in every language."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            found |= {normalised(str(column.title)): column.key for column in COLUMNS if column.key in READ}
    return found | {key: key for key in READ}


def words_of(table: dict[str, Any]) -> dict[str, str]:
    """{word in any language, folded: key} of a table of labels, e.g. the quality classes."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with override(language):
            found |= {str(label).casefold(): key for key, label in table.items()}
    return found | {key: key for key in table}
