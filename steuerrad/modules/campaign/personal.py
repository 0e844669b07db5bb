"""Data of persons in the campaign: who answered and decided."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import PersonalData
from steuerrad.modules.campaign.models import Answer, Assignment, Decision, Shelved, Snapshot
from steuerrad.platform.audit.log import record


def export(user: Any) -> dict[str, Any]:
    """Everything that is kept about this person's part in campaigns."""
    answers = Answer.objects.filter(author=user).select_related("question")
    decisions = Decision.objects.filter(actor=user).select_related("question")
    return {
        "answers": [
            {"question": str(row.question), "revision": row.revision, "at": row.at.isoformat(), "value": row.value,
             "comment": row.comment, "source": row.source}
            for row in answers
        ],
        "decisions": [
            {"question": str(row.question), "kind": row.kind, "at": row.at.isoformat(), "reason": row.reason}
            for row in decisions
        ],
        "put_aside": [row.content for row in Shelved.objects.filter(author=user)],
        "assigned": [
            str(row.question) for row in Assignment.objects.filter(person=user).select_related("question")
        ],
    }  # fmt: skip


def erase(user: Any) -> None:
    """Blank the name wherever the person answered or decided; the answers themselves stay the city's.

    The number of the account stays, because it proves the four eyes. A frozen snapshot keeps the name as printed:
    it is a record of office, and its hash would break.
    """
    with transaction.atomic():
        Answer.objects.filter(author=user).update(author_name="")
        Decision.objects.filter(actor=user).update(actor_name="")
        Snapshot.objects.filter(author=user).update(author_name="")
        Shelved.objects.filter(author=user).delete()
        Assignment.objects.filter(person=user).update(person=None)
        Assignment.objects.filter(deputy=user).update(deputy=None)
        record(None, "campaign.erase_person", f"account:{user.pk}")


PERSONAL_DATA = (
    PersonalData(
        "campaign.answers",
        _("Answers and decisions in data campaigns"),
        _("To show who answered and who checked, so that nobody checks the own answer."),
        None,
        export,
        erase,
    ),
)
