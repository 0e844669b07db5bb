"""The page of retention: rules, what they would remove now, what was removed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from steuerrad.modules.sensors.keeping import actions
from steuerrad.modules.sensors.keeping.forms import KeepForm
from steuerrad.modules.sensors.keeping.models import KeepRule, KeepRun
from steuerrad.platform.accounts.access import require
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.vocabulary import properties

SHOWN_RUNS = 20


@login_required
@require_http_methods(["GET", "POST"])
def keeping(request: HttpRequest) -> HttpResponse:
    require(request.user, MANAGE)
    form = KeepForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save(request.user, **form.cleaned_data)
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                field = {"property": "property_key"}.get(name, name)
                form.add_error(field if field in form.fields else None, ValidationError(list(reasons)))
        else:
            messages.success(request, _("The rule is kept."))
            return redirect("sensors:keeping")
    words = {key: _(word.name) for key, word in properties().items()}
    parts = [(part, words.get(part.rule.property, "")) for part in actions.planned(everything=True)]
    context = {
        "heading": _("How long figures are kept"), "form": form, "parts": parts, "runs": KeepRun.objects.all()[:SHOWN_RUNS],
        "breadcrumbs": [(_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")), (_("Retention"), "")],
    }  # fmt: skip
    return render(request, "sensors/keeping/keeping.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    actions.remove(request.user, get_object_or_404(KeepRule, pk=pk))
    return redirect("sensors:keeping")
