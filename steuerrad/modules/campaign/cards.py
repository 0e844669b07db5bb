"""What the campaign puts on the home page of those who have to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Card
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.queries.access import CHECK, RELEASE, sees_all, visible_rounds
from steuerrad.modules.campaign.queries.progress import board
from steuerrad.modules.campaign.queries.rounds import tasks, to_check
from steuerrad.modules.campaign.rules.states import UNANSWERED, decidable
from steuerrad.platform.accounts.access import allowed

MOST_ROUNDS = 3


def campaign_card(user: Any) -> Mapping[str, Any]:
    """The person's own open questions, what waits for the second pair of eyes, and how open rounds stand."""
    own = [row for row in tasks(user) if row.state in UNANSWERED]
    checks, releases = allowed(user, CHECK), allowed(user, RELEASE)
    states = decidable(checks=checks, releases=releases)
    waiting = (
        list(to_check(user).filter(state__in=states).values_list("question__round__demo", flat=True))
        if states
        else []
    )
    rounds = []
    if sees_all(user):
        running = visible_rounds(user).filter(state=Round.OPEN)[:MOST_ROUNDS]
        rounds = [(item, board(user, item).total) for item in running]
    return {
        "own": len(own), "made_up": sum(row.question.round.demo for row in own), "late": sum(bool(row.late) for row in own),  # type: ignore[attr-defined]
        "next": own[0] if own else None, "waiting": len(waiting), "waiting_made_up": sum(waiting), "rounds": rounds,
    }  # fmt: skip


CARDS = (
    Card(
        "campaign.tasks", _("Data campaign"), "campaign/_home_card.html", campaign_card, order=5,
        permission="campaign.read", styles=("campaign/campaign.css",),
    ),
)  # fmt: skip
