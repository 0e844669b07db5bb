"""One question: its answer, evidence, history, and the decisions about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from steuerrad.modules.campaign.actions.moves import MOVES, Words, make_move
from steuerrad.modules.campaign.forms import HandOverForm, ReasonForm
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.queries import history as histories
from steuerrad.modules.campaign.queries.access import CHECK, RELEASE, may_answer
from steuerrad.modules.campaign.queries.checking import standing_findings
from steuerrad.modules.campaign.queries.review import is_own_work
from steuerrad.modules.campaign.queries.rounds import assignment_for
from steuerrad.modules.campaign.rules.states import UNANSWERED
from steuerrad.modules.campaign.views.answer import number
from steuerrad.modules.campaign.views.neighbours import neighbours
from steuerrad.modules.campaign.views.parts import attempt, members_only, round_crumbs
from steuerrad.platform.accounts.access import allowed


@members_only
@require_safe
def question(request: HttpRequest, pk: int) -> HttpResponse:
    assignment = assignment_for(request.user, pk)
    found, current = assignment.question, assignment.current
    running = found.round.state == Round.OPEN
    events = histories.history(found)
    answers_, revision = may_answer(request.user, assignment) and running, current.revision if current else 0
    context: dict[str, Any] = {
        "heading": found.title,
        "preline": found.group,
        "breadcrumbs": round_crumbs(found.round, (found.title, "")),
        "assignment": assignment, "question": found, "current": current, "revision": revision,
        "around": neighbours(request.user, assignment), "events": steps(events),
        "findings": standing_findings(assignment) if current and running else [],
        "own_work": is_own_work(request.user, assignment),
        "sent_back": assignment.state == "sent_back" and found.decisions.filter(kind="sent_back").last(),
        "may_answer": answers_,
        "may_withdraw": answers_ and assignment.state in ("answered", "declined", "checked", "released"),
        "may_hand_over": answers_ and assignment.state in UNANSWERED,
        "may_check": running and allowed(request.user, CHECK) and assignment.state in ("answered", "declined"),
        "may_release": running and allowed(request.user, RELEASE) and assignment.state == "checked",
        "may_send_back": running and allowed(request.user, CHECK) and current is not None
        and assignment.state in ("answered", "declined", "checked", "released"),
        "reason_form": ReasonForm(auto_id="back_%s"), "decline_form": ReasonForm(auto_id="decline_%s"),
        "withdraw_form": ReasonForm(auto_id="withdraw_%s"),
        "hand_over_form": HandOverForm(auto_id="hand_%s") if answers_ and assignment.state in UNANSWERED else None,
    }  # fmt: skip
    return render(request, "campaign/question.html", context)


FIELDS = {
    "value": gettext_lazy("Value"), "comment": gettext_lazy("Comment"), "source": gettext_lazy("Source"),
    "quality": gettext_lazy("Quality"), "as_of": gettext_lazy("As of"), "evidence": gettext_lazy("Evidence"),
}  # fmt: skip


def steps(events: list[histories.Event]) -> list[dict[str, Any]]:
    """The history, the newest first; each revision with the fields that it changed against the one before."""
    rows: list[dict[str, Any]] = []
    before = None
    for event in events:
        changed: list[Any] = []
        if event.answer is not None:
            if before is not None and not event.answer.declined and not before.declined:
                changed = [FIELDS[item.field] for item in histories.difference_of(before, event.answer)]
            before = event.answer
        rows.append({"event": event, "changed": changed})
    return rows[::-1]


@members_only
@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Make one of the moves, say what came of it, and go where the person goes on working."""
    assignment_for(request.user, pk)
    sent = request.POST
    seen = number(request, "based_on" if name == "decline" else "revision")
    said = Words(seen, sent.get("reason", ""), sent.get("organisation", ""))
    if not attempt(request, lambda: make_move(name, request.user, pk, said), MOVES[name].done):
        return redirect("campaign:question", pk=pk)
    if name == "hand_over":
        return redirect("campaign:tasks")
    # Who works through the list of what waits goes back to it; who looked at the question stays there.
    from_list = name in ("check", "release") and sent.get("from") == "review"
    return redirect("campaign:review") if from_list else redirect("campaign:question", pk=pk)
