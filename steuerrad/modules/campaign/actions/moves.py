"""What a person does with a question in one move, beside answering it: one table for the pages and the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.modules.campaign.actions.answers import decline, withdraw
from steuerrad.modules.campaign.actions.assigning import hand_over
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer, send_back
from steuerrad.platform.organisations.models import Organisation


@dataclass(frozen=True)
class Words:
    """What goes with a move. seen: the revision that the person saw (of a refusal the newest, drafts included, else the
    submitted one that stands); organisation: key of the one that is to answer instead."""

    seen: int = 0
    reason: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Move:
    """act(actor, id of the question, what was said) writes or raises as the actions do. done: the sentence for it."""

    act: Callable[[Any, int, Words], Any]
    done: Any


def _hand_over(actor: Any, question_id: int, said: Words) -> Any:
    known = {item.key: item for item in Organisation.objects.filter(retired=False)}
    organisation = known.get(
        said.organisation
    )  # looked up here: no database is asked for what it cannot hold
    if organisation is None:
        raise RefusedError(_("Choose an organisation and give a reason."), "organisation")
    return hand_over(actor, question_id, organisation=organisation, reason=said.reason)


MOVES: Mapping[str, Move] = {
    "check": Move(
        lambda actor, key, said: check_answer(actor, key, revision=said.seen), gettext_lazy("Checked.")
    ),
    "release": Move(
        lambda actor, key, said: release_answer(actor, key, revision=said.seen), gettext_lazy("Released.")
    ),
    "send_back": Move(
        lambda actor, key, said: send_back(actor, key, revision=said.seen, reason=said.reason),
        gettext_lazy("Sent back. The organisation is told why."),
    ),
    "withdraw": Move(
        lambda actor, key, said: withdraw(actor, key, revision=said.seen, reason=said.reason),
        gettext_lazy("Withdrawn. The question is open again."),
    ),
    "decline": Move(
        lambda actor, key, said: decline(actor, key, based_on=said.seen, reason=said.reason),
        gettext_lazy("Declined. Somebody else looks at the reason now."),
    ),
    "hand_over": Move(_hand_over, gettext_lazy("Handed over. The other organisation is told.")),
}


def make_move(name: str, actor: Any, question_id: int, said: Words) -> Any:
    """Raises what the action raises: PermissionDenied, RefusedError with its kinds, Assignment.DoesNotExist."""
    return MOVES[name].act(actor, question_id, said)
