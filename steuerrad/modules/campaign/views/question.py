"""One question: its answer, evidence, history, and the decisions about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad.modules.campaign.actions import answers, assigning, reviewing
from steuerrad.modules.campaign.actions.refusal import ConflictError, FaultsError, RefusedError
from steuerrad.modules.campaign.forms import HandOverForm, ReasonForm
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries import history as histories
from steuerrad.modules.campaign.queries.access import CHECK, RELEASE, may_answer
from steuerrad.modules.campaign.queries.checking import standing_findings
from steuerrad.modules.campaign.queries.review import is_own_work
from steuerrad.modules.campaign.queries.rounds import assignment_for
from steuerrad.modules.campaign.rules.states import UNANSWERED
from steuerrad.modules.campaign.views.answer import number
from steuerrad.modules.campaign.views.neighbours import neighbours
from steuerrad.modules.campaign.views.parts import members_only, round_crumbs
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
        "preline": f"{found.group} · {found.code}",
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


def steps(events: list[histories.Event]) -> list[dict[str, Any]]:
    """The history, the newest first; each revision with what it changed."""
    rows: list[dict[str, Any]] = []
    before = None
    for event in events:
        changed = []
        if event.answer is not None:
            changed = histories.difference_of(before, event.answer)
            before = event.answer
        rows.append({"event": event, "changed": changed})
    return rows[::-1]


def act_on(
    request: HttpRequest,
    pk: int,
    act: Callable[[Assignment], Any],
    done: str,
    *,
    to: str = "campaign:question",
) -> HttpResponse:
    """Do something with a visible question; say what came of it."""
    assignment = assignment_for(request.user, pk)
    try:
        act(assignment)
    except ConflictError as refusal:
        messages.error(request, str(refusal.message))
        return redirect("campaign:question", pk=pk)
    except FaultsError as refusal:
        for item in refusal.findings:
            messages.error(request, item.text)
        messages.error(request, str(refusal.message))
        return redirect("campaign:question", pk=pk)
    except RefusedError as refusal:
        messages.error(request, str(refusal.message))
        return redirect("campaign:question", pk=pk)
    messages.success(request, done)
    return redirect(to, pk=pk) if to == "campaign:question" else redirect(to)


def came_from(request: HttpRequest) -> str:
    """Who works through the list of what waits goes back to it; who looked at the question stays there."""
    return "campaign:review" if request.POST.get("from") == "review" else "campaign:question"


def reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


@members_only
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    revision = number(request, "revision")
    return act_on(
        request, pk, lambda _a: reviewing.check_answer(request.user, pk, revision=revision), _("Checked."),
        to=came_from(request),
    )  # fmt: skip


@members_only
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    revision = number(request, "revision")
    return act_on(
        request, pk, lambda _a: reviewing.release_answer(request.user, pk, revision=revision), _("Released."),
        to=came_from(request),
    )  # fmt: skip


@members_only
@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    revision = number(request, "revision")
    return act_on(
        request, pk, lambda _a: reviewing.send_back(request.user, pk, revision=revision, reason=reason(request)),
        _("Sent back. The organisation is told why."),
    )  # fmt: skip


@members_only
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    revision = number(request, "revision")
    return act_on(
        request, pk, lambda _a: answers.withdraw(request.user, pk, revision=revision, reason=reason(request)),
        _("Withdrawn. The question is open again."),
    )  # fmt: skip


@members_only
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    based_on = number(request, "based_on")
    return act_on(
        request, pk, lambda _a: answers.decline(request.user, pk, based_on=based_on, reason=reason(request)),
        _("Declined. Somebody else looks at the reason now."),
    )  # fmt: skip


@members_only
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    assignment_for(request.user, pk)
    form = HandOverForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an organisation and give a reason."))
        return redirect("campaign:question", pk=pk)
    return act_on(
        request, pk,
        lambda _a: assigning.hand_over(request.user, pk, organisation=form.chosen(), reason=form.cleaned_data["reason"]),
        _("Handed over. The other organisation is told."), to="campaign:tasks",
    )  # fmt: skip
