"""The page of the audit log."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.queries import entries
from steuerrad.portal.audit_forms import FilterForm

PER_PAGE = 50


@login_required
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    require(request.user, "audit.read")
    form = FilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = entries(
        text=wanted.get("q", ""),
        action=wanted.get("action", ""),
        ref=wanted.get("ref", ""),
        since=wanted.get("since"),
        until=wanted.get("until"),
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter_form": form, "page_obj": page, "heading": _("Audit log")}
    return render(request, "portal/audit_log.html", context)
