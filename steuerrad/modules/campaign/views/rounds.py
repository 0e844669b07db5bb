"""Rounds: the list, a new one, its board, its dates, and the steps from draft to frozen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.modules.campaign.actions import freezing
from steuerrad.modules.campaign.actions import rounds as actions
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.charts import progress_chart, state_chart
from steuerrad.modules.campaign.forms import ChangeRoundForm, NewRoundForm, OptionalReasonForm, ReasonForm
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.output.rows import snapshots_of
from steuerrad.modules.campaign.queries import rounds as queries
from steuerrad.modules.campaign.queries.access import COORDINATE, own_organisations, sees_all, visible
from steuerrad.modules.campaign.queries.checking import broken_rules
from steuerrad.modules.campaign.queries.progress import FIELDS, Line, board, summed
from steuerrad.modules.campaign.texts import say
from steuerrad.modules.campaign.views.parts import (
    attempt,
    coordinators_only,
    crumbs,
    members_only,
    round_crumbs,
)
from steuerrad.platform.accounts.access import allowed

MOST_ROUNDS = 30


def totals(user: Any, found: list[Round]) -> list[tuple[Round, Line]]:
    """Each round with how it stands, as far as the person may see it. One query."""
    rows: dict[int, list[Any]] = {item.pk: [] for item in found}
    seen = visible(user).select_related(None).filter(question__round__in=found)
    for key, *values in seen.values_list("question__round", *FIELDS):
        rows[key].append(values)
    return [(item, summed(item, rows[item.pk]).total) for item in found]


@members_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All rounds that the person has to do with."""
    user = request.user
    found = list(queries.rounds(user))
    if not sees_all(user) and own_organisations(user) and not request.GET:
        return redirect("campaign:tasks")
    context = {
        "heading": _("Data campaign"),
        "lead": _("Ask once, check with four eyes, release, and keep what was said and why."),
        "breadcrumbs": [*crumbs()[:1], (_("Data campaign"), "")],
        "rounds": totals(user, found[:MOST_ROUNDS]),
        "may_coordinate": allowed(user, COORDINATE),
        "has_tasks": bool(own_organisations(user)),
    }  # fmt: skip
    return render(request, "campaign/index.html", context)


@coordinators_only
@require_http_methods(["GET", "POST"])
def new_round(request: HttpRequest) -> HttpResponse:
    form = NewRoundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        source, key = form.chosen()
        days = {name: data[name] for name in ("opens_on", "due_on", "check_by", "release_by")}
        try:
            made = actions.create_round(
                request.user, source=source, set_key=key, title=data["title"], note=data["note"], **days
            )
        except RefusedError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(
                request,
                _("The round is in preparation. Split its questions over the organisations, then open it."),
            )
            return redirect("campaign:split", pk=made.pk)
    context = {
        "heading": _("New round"), "breadcrumbs": crumbs((_("New round"), "")), "form": form,
        "submit": _("Prepare the round"), "cancel_url": reverse("campaign:index"),
    }  # fmt: skip
    return render(request, "campaign/form.html", context, status=422 if form.errors else 200)


@members_only
@require_safe
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """How the round stands."""
    round_ = queries.round_for(request.user, pk)
    found = board(request.user, round_)
    coordinates = allowed(request.user, COORDINATE)
    context: dict[str, Any] = {
        "heading": round_.title,
        "breadcrumbs": crumbs((round_.title, "")),
        "round": round_, "board": found, "total": found.total, "coordinates": coordinates,
        "state_chart": state_chart(found.total) if found.total.total and round_.state != Round.DRAFT else None,
        "organisation_chart": progress_chart(_("Progress by organisation"), _("Organisation"), found.by_organisation)
        if round_.state != Round.DRAFT else None,
        "group_chart": progress_chart(_("Progress by category"), _("Category"), found.by_group)
        if round_.state != Round.DRAFT else None,
        "unassigned": sum(line.total for line in found.by_organisation if not line.key),
        "snapshots": snapshots_of(round_), "broken": [],
    }  # fmt: skip
    if coordinates:
        context |= {
            "freeze_form": OptionalReasonForm(auto_id="freeze_%s"),
            "reopen_form": ReasonForm(auto_id="reopen_%s"),
        }
    if sees_all(request.user):
        context["broken"] = [(rule, say(finding, "decimal")) for rule, finding in broken_rules(round_.pk)]
    return render(request, "campaign/round.html", context)


@coordinators_only
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = queries.round_for(request.user, pk)
    form = ChangeRoundForm(
        request.POST if request.method == "POST" else None, initial=ChangeRoundForm.initial_of(round_)
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data | {"title": form.cleaned_data["title"] or round_.title}
        try:
            actions.change_round(request.user, pk, data)
        except RefusedError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal.message))
        else:
            messages.success(request, _("Saved."))
            return redirect("campaign:round", pk=pk)
    context = {
        "heading": _("Dates and thresholds"), "breadcrumbs": round_crumbs(round_, (_("Dates and thresholds"), "")),
        "form": form, "submit": _("Save"), "cancel_url": reverse("campaign:round", args=[pk]),
    }  # fmt: skip
    return render(request, "campaign/form.html", context, status=422 if form.errors else 200)


@coordinators_only
@require_POST
def open_(request: HttpRequest, pk: int) -> HttpResponse:
    queries.round_for(request.user, pk)
    done = attempt(request, lambda: actions.open_round(request.user, pk), _("The round is open."))
    return redirect("campaign:round" if done else "campaign:split", pk=pk)


@coordinators_only
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft: the questions anew; an open round: the computed values anew."""
    round_ = queries.round_for(request.user, pk)
    if round_.state == Round.DRAFT:
        attempt(
            request, lambda: actions.refresh_questions(request.user, pk), _("The questions are up to date.")
        )
    else:
        attempt(
            request, lambda: actions.refresh_live(request.user, pk), _("The computed values are up to date.")
        )
    return redirect("campaign:round", pk=pk)


@coordinators_only
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    queries.round_for(request.user, pk)
    done = attempt(request, lambda: actions.discard_round(request.user, pk), _("The draft is gone."))
    return redirect("campaign:index") if done else redirect("campaign:round", pk=pk)


@coordinators_only
@require_POST
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    queries.round_for(request.user, pk)
    reason = request.POST.get("reason", "")
    attempt(
        request, lambda: freezing.freeze_round(request.user, pk, reason=reason),
        _("The round is frozen. What was released cannot change any more."),
    )  # fmt: skip
    return redirect("campaign:round", pk=pk)


@coordinators_only
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    queries.round_for(request.user, pk)
    reason = request.POST.get("reason", "")
    attempt(
        request, lambda: freezing.reopen_round(request.user, pk, reason=reason), _("The round is open again.")
    )
    return redirect("campaign:round", pk=pk)


@coordinators_only
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    queries.round_for(request.user, pk)
    attempt(request, lambda: freezing.close_round(request.user, pk), _("The round is closed."))
    return redirect("campaign:round", pk=pk)
