"""Findings and values in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from steuerrad.modules.campaign.models import RoundQuestion, labels
from steuerrad.modules.campaign.rules.checks import NUMERIC, Finding
from steuerrad.platform.ui.charts import numbers

TEMPLATES: Mapping[str, str] = {
    "type": gettext_noop("The value %(fault)s."),
    "below": gettext_noop("%(value)s is below the smallest possible value, %(limit)s."),
    "above": gettext_noop("%(value)s is above the largest possible value, %(limit)s."),
    "jump": gettext_noop(
        "%(value)s after %(before)s (%(period)s) is a change of %(percent)s %%; more than %(limit)s %% needs a comment."
    ),
    "jump_points": gettext_noop(
        "%(value)s %% after %(before)s %% (%(period)s) is a change of %(change)s percentage points; more than "
        "%(limit)s needs a comment."
    ),
    "jump_from_zero": gettext_noop("%(value)s, where it was 0 before (%(period)s), needs a comment."),
    "no_longer": gettext_noop("The answer was yes before (%(period)s); a no now needs a comment."),
    "differs_from_live": gettext_noop("%(value)s differs from %(live)s, which the platform computed itself."),
    "no_value": gettext_noop("A value is missing. Decline the question with a reason if there is none."),
    "no_quality": gettext_noop("The quality class is missing."),
    "unknown_quality": gettext_noop("This quality class does not exist."),
    "quality_unknown": gettext_noop("A value of unknown quality needs a comment."),
    "needs_comment": gettext_noop("Quality class “%(quality)s” needs a comment that names the assumptions."),
    "needs_source": gettext_noop("Quality class “%(quality)s” needs a source."),
    "needs_evidence": gettext_noop(
        "Quality class “%(quality)s” should come with evidence: a file or a link."
    ),
    "future": gettext_noop("%(day)s lies in the future."),
    "cross": gettext_noop("%(text)s (%(left)s %(relation)s %(right)s does not hold.)"),
}
PLACES = 2
#: Words in the place of a unit that only say that something is counted; "12 Anzahl pro Jahr" is 12 pro Jahr.
COUNTS = frozenset({"anzahl", "zahl", "number", "count"})
#: Such words that name a scale: they stand before the figure.
SCALES = frozenset({"stufe", "rang", "note", "index", "bewertung", "level", "rank", "grade"})
SHORT_UNIT = 3  # letters of a unit that is a sign and no word: %, kWh


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in the reader's language. key: what AnswerInput.waivers overrides it by."""

    key: str
    code: str
    severity: str
    text: str
    waivable: bool


def figure(value: Decimal) -> str:
    """With the separators of the language and all places that it has."""
    places = max(0, -int(value.normalize().as_tuple().exponent))
    return number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)


def shown_value(value: str, type_: str) -> str:
    """An answer as people read it, without its unit; "" stays ""."""
    if not value:
        return ""
    try:
        return _shown(value, type_)
    except (InvalidOperation, ValueError):  # an answer of last year that was taken over as it stood
        return value


def _shown(value: str, type_: str) -> str:
    if type_ in NUMERIC:
        return figure(Decimal(value))
    if type_ == "yes_no":
        return _("yes") if value == "yes" else _("no")
    if type_ == "date":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return value


def with_unit(text: str, question: RoundQuestion) -> str:
    """A value beside its question, as people read it: with the unit, unless the title says it already."""
    unit = question.unit.strip()
    if question.type not in NUMERIC or not text or not unit:
        return text
    if len(unit) > SHORT_UNIT and unit.casefold() in question.title.casefold():
        return text
    first, _space, rest = unit.partition(" ")
    if unit.casefold() in SCALES:
        return f"{unit} {text}"
    return numbers.with_unit(text, rest if first.casefold() in COUNTS else unit)


def answer_words(value: str, question: RoundQuestion) -> str:
    """A canonical value as it stands beside its question; "" stays ""."""
    return with_unit(shown_value(value, question.type), question)


def say(finding: Finding, type_: str) -> Said:
    figures = {name: words(name, value, type_) for name, value in finding.figures.items()}
    text = _(TEMPLATES[finding.code]) % figures
    return Said(finding.key, finding.code, finding.severity, text, finding.waivable)


def words(name: str, value: Any, type_: str) -> str:
    if isinstance(value, Decimal):
        value = round(value, PLACES) if name == "percent" else value  # the only quotient
        return ("+" if name in {"percent", "change"} and value > 0 else "") + figure(value)
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if name == "quality":
        return str(labels.QUALITIES.get(value, value))
    if name == "relation":
        return labels.RELATIONS[value]
    if name == "period":
        return value or _("last time")
    return shown_value(value, type_) if name in {"value", "live"} else str(value)
