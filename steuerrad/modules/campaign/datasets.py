"""Answers that everybody may take away: only what is released, and no demo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.queries.released import released

COLUMNS = (
    Column("round", _("Round"), description=_("Title of the data campaign")),
    Column("period", _("Period")),
    Column("code", _("Code")),
    Column("group", _("Category")),
    Column("question", _("Question")),
    Column("value", _("Value"), description=_("As text; empty when the organisation declined")),
    Column("unit", _("Unit")),
    Column("type", _("Type")),
    Column("as_of", _("As of"), "date"),
    Column("quality", _("Quality"), description=_("One of the six classes of the U4SSC verification")),
    Column("source", _("Source")),
    Column("organisation", _("Organisation"), description=_("Key of the organisation that answered")),
    Column("declined", _("Declined"), "boolean"),
    Column("ref", _("Object"), description=_("What the question is about, e.g. a KPI")),
)


def answer_rows(user: Any) -> Iterator[dict[str, Any]]:
    """Comments, evidence and names of persons stay inside."""
    rounds = Round.objects.filter(demo=False).exclude(state=Round.DRAFT).values_list("pk", flat=True)
    for row in released(rounds):
        question, answer = row.question, row.released
        if answer is None:
            continue
        yield {
            "round": question.round.title, "period": question.round.period, "code": question.code,
            "group": question.group, "question": question.title, "value": answer.value, "unit": question.unit,
            "type": question.type, "as_of": answer.as_of, "quality": answer.quality, "source": answer.source,
            "organisation": row.organisation.key if row.organisation else "", "declined": answer.declined,
            "ref": question.ref,
        }  # fmt: skip


DATASETS = (
    Dataset(
        "campaign.answers",
        _("Released answers"),
        _(
            "What the city's organisations answered in data campaigns, checked and released by others than the authors"
        ),
        COLUMNS,
        answer_rows,
    ),
)
