"""Rounds and questions, for those who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.campaign.queries.access import visible, visible_rounds
from steuerrad.platform.accounts.access import memberships


def documents(user: Any) -> Iterator[SearchHit]:
    if not memberships(user):
        return
    for item in visible_rounds(user):
        yield SearchHit(
            _("Data campaign"), item.title, reverse("campaign:round", args=[item.pk]), item.period
        )
    rows = visible(user).select_related(None).select_related("question__round")
    for row in rows.only(
        "question__code", "question__title", "question__group", "question__round__title"
    ).order_by("-question__round", "question__order"):
        question = row.question
        yield SearchHit(
            _("Question of a data campaign"), question.title, reverse("campaign:question", args=[question.pk]),
            f"{question.round.title} · {question.group}", question.code,
        )  # fmt: skip


SEARCH = (SearchSource("campaign.questions", _("Questions of data campaigns"), documents),)
