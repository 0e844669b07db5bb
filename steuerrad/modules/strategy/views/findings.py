"""The strategy audit: what does not add up, and what people have accepted."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steuerrad.modules.strategy.actions.findings import ACCEPT_FINDING, accept_finding, withdraw_acceptance
from steuerrad.modules.strategy.audit_queries import counts
from steuerrad.modules.strategy.audit_text import severity_noun
from steuerrad.modules.strategy.forms import AcceptForm, FindingFilterForm
from steuerrad.modules.strategy.queries import findings as queries
from steuerrad.modules.strategy.rules.audit.table import RULES
from steuerrad.modules.strategy.views.parts import crumbs, page_of
from steuerrad.modules.strategy.views.writing import told
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.city.queries import documents

FINDINGS_A_PAGE = 20


def finding_list(request: HttpRequest) -> HttpResponse:
    every = queries.shown()
    form = FindingFilterForm(request.GET, rules=queries.rules_found(every))
    found = queries.filtered(every, queries.FindingFilter(**form.values()))
    still_open = [item for item in every if item.accepted is None]
    context = {
        "heading": _("Strategy audit"),
        "breadcrumbs": crumbs((_("Strategy audit"), "")),
        "filter_form": form,
        "page_obj": page_of(request, found, FINDINGS_A_PAGE),
        "counts": [
            (name.value, severity_noun(name, number), number) for name, number in counts(still_open).items()
        ],
        "accepted": len(every) - len(still_open),
        "rules": len(RULES),
        "sources": documents(),
        "may_accept": allowed(request.user, ACCEPT_FINDING),
    }
    return render(request, "strategy/findings.html", context)


@login_required
def accept(request: HttpRequest, fingerprint: str) -> HttpResponse:
    if not allowed(request.user, ACCEPT_FINDING):
        raise PermissionDenied
    found = queries.finding(fingerprint)
    if found is None:
        raise Http404
    form = AcceptForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        told(
            request, lambda: accept_finding(request.user, fingerprint, form.cleaned_data["reason"]),
            _("The finding is accepted and stays quiet until its facts change."),
        )  # fmt: skip
        return redirect("strategy:findings")
    context = {
        "heading": _("Accept a finding"),
        "preline": found.rule_title,
        "lead": found.message,
        "breadcrumbs": crumbs(
            (_("Strategy audit"), reverse("strategy:findings")), (_("Accept a finding"), "")
        ),
        "form": form,
        "cancel_url": reverse("strategy:findings"),
        "submit": _("Accept"),
    }
    return render(request, "strategy/form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, fingerprint: str) -> HttpResponse:
    told(request, lambda: withdraw_acceptance(request.user, fingerprint), _("The finding speaks again."))
    return redirect("strategy:findings")
