"""What waits for release: the list, and the decisions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steuerrad.modules.strategy.actions.proposals import may_decide, release, send_back, withdraw
from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.forms import SendBackForm
from steuerrad.modules.strategy.queries import proposals as queries
from steuerrad.modules.strategy.views.parts import crumbs


@login_required
def proposal_list(request: HttpRequest) -> HttpResponse:
    if not queries.has_part(request.user):
        raise PermissionDenied
    rows = [
        {
            "item": item,
            "decide": may_decide(request.user, item),
            "own": item.proposed_by_id == request.user.pk,
        }
        for item in queries.waiting(request.user)
    ]
    context = {
        "heading": _("Waiting for release"),
        "lead": _("What has been reported counts, and is shown to the public, once somebody else releases it."),
        "breadcrumbs": crumbs((_("Waiting for release"), "")),
        "rows": rows,
        "decided": queries.decided(request.user),
        "form": SendBackForm(),
    }  # fmt: skip
    return render(request, "strategy/proposals.html", context)


@login_required
@require_POST
def release_proposal(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    found = queries.proposal(kind, pk, request.user)
    try:
        release(request.user, found)
    except RefusedError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Released: it counts and is public now."))
    return redirect("strategy:proposals")


@login_required
@require_POST
def send_back_proposal(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    found = queries.proposal(kind, pk, request.user)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what is to be changed."))
        return redirect("strategy:proposals")
    try:
        send_back(request.user, found, form.cleaned_data["decision"])
    except RefusedError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Sent back with your reason."))
    return redirect("strategy:proposals")


@login_required
@require_POST
def withdraw_proposal(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    found = queries.proposal(kind, pk, request.user)
    try:
        withdraw(request.user, found)
    except RefusedError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("strategy:proposals")
