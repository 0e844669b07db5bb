"""What waits for release: the list, and the decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from steuerrad.modules.strategy.actions.proposals import may_decide, release, send_back, withdraw
from steuerrad.modules.strategy.forms import SendBackForm
from steuerrad.modules.strategy.models.proposals import Proposal
from steuerrad.modules.strategy.queries import proposals as queries
from steuerrad.modules.strategy.views.parts import crumbs
from steuerrad.modules.strategy.views.writing import told

View = Callable[[HttpRequest, str, int], HttpResponse]


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


def decided(act: Callable[[HttpRequest, Proposal], Any], success: Any) -> View:
    """A view that decides on one proposal and goes back to the list."""

    @login_required
    @require_POST
    def decide(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        found = queries.proposal(kind, pk, request.user)
        told(request, lambda: act(request, found), success)
        return redirect("strategy:proposals")

    return decide


def sent_back(request: HttpRequest, found: Proposal) -> None:
    form = SendBackForm(request.POST)
    send_back(request.user, found, form.cleaned_data["decision"] if form.is_valid() else "")


release_proposal = decided(
    lambda request, found: release(request.user, found),
    gettext_lazy("Released: it counts and is public now."),
)
send_back_proposal = decided(sent_back, gettext_lazy("Sent back with your reason."))
withdraw_proposal = decided(lambda request, found: withdraw(request.user, found), gettext_lazy("Withdrawn."))
