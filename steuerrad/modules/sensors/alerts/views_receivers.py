"""The page of the addresses that alerts may be sent to; administrators only."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from steuerrad.modules.sensors.alerts import actions
from steuerrad.modules.sensors.alerts.forms import TargetForm
from steuerrad.modules.sensors.alerts.models import WebhookTarget
from steuerrad.modules.sensors.alerts.permissions import TARGETS
from steuerrad.modules.sensors.alerts.views_rules import rule_crumbs
from steuerrad.modules.sensors.alerts.webhooks import secret_of
from steuerrad.platform.accounts.access import require


@login_required
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    require(request.user, TARGETS)
    form = TargetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save_target(request.user, form.cleaned_data["name"], form.cleaned_data["url"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("“%(name)s” may be called.") % {"name": made.name})
            return redirect("sensors:alert_receivers")
    context = {
        "heading": _("Receivers of alerts"), "breadcrumbs": rule_crumbs((_("Receivers"), "")), "form": form,
        "rows": [(row, secret_of(row)) for row in WebhookTarget.objects.all()],
    }  # fmt: skip
    return render(request, "sensors/alerts/receivers.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """active=1 or 0, or secret=1 for another secret."""
    require(request.user, TARGETS)
    row = get_object_or_404(WebhookTarget, pk=pk)
    active = {"1": True, "0": False}.get(request.POST.get("active", ""))
    actions.change_target(request.user, row, active=active, new_secret=request.POST.get("secret") == "1")
    messages.success(request, _("“%(name)s” is changed.") % {"name": row.name})
    return redirect("sensors:alert_receivers")
