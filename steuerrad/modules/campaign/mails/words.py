"""The words of what is told, in the language that is active."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steuerrad.modules.campaign.models import Assignment, Decision, Round
from steuerrad.platform.notifications.actions import Message

MOST_TITLES = 10


def day(value: date) -> str:
    return date_format(value, "SHORT_DATE_FORMAT")


def name_of(round_: Round) -> str:
    """With its label where it is demo data and the title does not say so itself."""
    label = _("Demo")
    return f"{label}: {round_.title}" if round_.demo and label not in round_.title else round_.title


def titles(rows: Sequence[Assignment]) -> list[str]:
    """The questions by title, the first few."""
    shown = [row.question.title for row in rows[:MOST_TITLES]]
    more = len(rows) - len(shown)
    if more:
        shown.append(ngettext("and %(count)d more", "and %(count)d more", more) % {"count": more})
    return shown


def opened(round_: Round, rows: Sequence[Assignment]) -> Message:
    head = ngettext(
        "%(count)d question for you: %(round)s", "%(count)d questions for you: %(round)s", len(rows)
    )
    first = min(row.due for row in rows)
    return Message(
        head % {"count": len(rows), "round": name_of(round_)},
        (_("Please answer by %(day)s.") % {"day": day(first)}, *titles(rows)),
    )


def reminder(round_: Round, rows: Sequence[Assignment], due: date) -> Message:
    head = ngettext(
        "%(count)d question is due on %(day)s", "%(count)d questions are due on %(day)s", len(rows)
    )
    return Message(head % {"count": len(rows), "day": day(due)}, (name_of(round_), *titles(rows)))


def late(round_: Round, rows: Sequence[Assignment], due: date) -> Message:
    head = ngettext(
        "%(count)d question was due on %(day)s", "%(count)d questions were due on %(day)s", len(rows)
    )
    return Message(head % {"count": len(rows), "day": day(due)}, (name_of(round_), *titles(rows)))


def escalated(round_: Round, rows: Sequence[Assignment], due: date) -> Message:
    """For deputies, coordinators and heads: whose questions, how many, and what they are worth."""
    counts = Counter(str(row.organisation or "") for row in rows)
    points: Counter[str] = Counter()
    for row in rows:
        points[str(row.organisation or "")] += row.question.points or Decimal(0)  # type: ignore[assignment]
    lines = []
    for organisation, count in sorted(counts.items()):
        text = ngettext("%(name)s: %(count)d question", "%(name)s: %(count)d questions", count)
        line = text % {"name": organisation, "count": count}
        if points[organisation]:
            worth = number_format(points[organisation], 2)
            line += ", " + _("worth %(points)s index points") % {"points": worth}
        lines.append(line)
    head = _("No answer since %(day)s: %(round)s") % {"day": day(due), "round": name_of(round_)}
    return Message(head, tuple(lines))


def decided(decision: Decision, round_: Round) -> Message:
    """A question came to an organisation, or came back."""
    question = decision.question.title
    if decision.kind == "sent_back":
        head = _("Sent back: %(question)s") % {"question": question}
    elif decision.kind == "handed_over":
        head = _("Handed over to you: %(question)s") % {"question": question}
    else:
        head = _("A question for you: %(question)s") % {"question": question}
    by = _("%(person)s: %(reason)s") if decision.reason else "%(person)s"
    said = by % {"person": decision.actor_name, "reason": decision.reason}
    return Message(head, (name_of(round_), said))


def summary(round_: Round, counts: dict[str, int], answered: int, worth: Decimal) -> Message:
    """How a round stands this morning. counts: unanswered, late, to_check, checked, released."""
    lines = [
        _("answered since yesterday: %(count)d") % {"count": answered},
        _("not answered: %(count)d, of these late: %(late)d") % {
            "count": counts["unanswered"], "late": counts["late"],
        },
        _("to be checked: %(count)d, to be released: %(checked)d, released: %(released)d") % {
            "count": counts["to_check"], "checked": counts["checked"], "released": counts["released"],
        },
    ]  # fmt: skip
    if worth:
        lines.append(
            _("late questions are worth %(points)s index points") % {"points": number_format(worth, 2)}
        )
    return Message(_("How it stands: %(round)s") % {"round": name_of(round_)}, tuple(lines))
