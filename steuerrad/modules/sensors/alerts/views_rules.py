"""Pages of alert rules: the list, writing one, and what it would have done before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.modules.sensors.alerts import actions, queries
from steuerrad.modules.sensors.alerts.forms import RuleForm, initial_of, organisations_for
from steuerrad.modules.sensors.alerts.matching import pure, streams_of
from steuerrad.modules.sensors.alerts.models import AlertRule
from steuerrad.modules.sensors.alerts.permissions import RULES, TARGETS
from steuerrad.modules.sensors.alerts.views import LEVELS, chart, crumbs
from steuerrad.modules.sensors.alerts.words import condition, selection
from steuerrad.platform.accounts.access import allowed, holds_anywhere
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.queries import own_organisations, visible, visible_streams
from steuerrad.platform.ui.charts.specs_time import Limit

#: What the form begins with when it is reached from elsewhere.
GIVEN = ("datastream", "thing", "threshold", "clear", "minutes")
PARTS = (
    ("watched", ("observed_property", "unit_code", "origin", "organisation")),
    ("when", ("kind", "threshold", "clear", "minutes", "clear_minutes", "gap_minutes", "plausible_only")),
    ("how", ("level", "category", "quiet_from", "quiet_to", "age_minutes")),
    ("who", ("people", "roles", "webhook", "public")),
    ("escalation", ("escalate_minutes", "escalate_people", "escalate_roles")),
)


def rule_crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return crumbs((_("Rules"), reverse("sensors:alert_rules") if more else ""), *more)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    rows = [
        {"rule": one, "condition": condition(one), "selection": selection(one),
         "level": (LEVELS[one.level], one.get_level_display()), "may_edit": actions.may_edit(request.user, one)}
        for one in queries.rules(request.user)
    ]  # fmt: skip
    context = {
        "heading": _("Alert rules"), "breadcrumbs": rule_crumbs(), "rows": rows,
        "may_write": holds_anywhere(request.user, RULES), "may_allow": allowed(request.user, TARGETS),
    }  # fmt: skip
    return render(request, "sensors/alerts/rules.html", context)


def _form(request: HttpRequest, row: AlertRule | None) -> RuleForm:
    everywhere = allowed(request.user, RULES)
    own = own_organisations(request.user, RULES)
    initial: dict[str, Any] = {name: request.GET[name] for name in GIVEN if name in request.GET}
    if "side" in request.GET:
        initial["kind"] = request.GET["side"]
    if not everywhere and len(own) == 1:
        initial["organisation"] = (
            organisations_for(own, everywhere=False).values_list("key", flat=True).first()
        )
    if row is not None:
        initial = initial_of(row)
    return RuleForm(
        request.POST or None, initial=initial, streams=visible_streams(request.user), things=visible(request.user, Thing),
        organisations=organisations_for(own, everywhere=everywhere), needed=not everywhere,
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if not holds_anywhere(request.user, RULES):
        raise PermissionDenied(RULES)
    return _write(request, None, _("New alert rule"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.rules(request.user), pk=pk)
    if not actions.may_edit(request.user, row):
        raise PermissionDenied(RULES)
    return _write(request, row, row.name)


def _write(request: HttpRequest, row: AlertRule | None, heading: str) -> HttpResponse:
    form, tried = _form(request, row), None
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            tried = _tried(request, form)
        else:
            try:
                made = actions.save_rule(request.user, row, form.given())
            except ValidationError as error:
                _add(form, error)
            else:
                messages.success(request, _("The rule “%(name)s” is saved.") % {"name": made.name})
                return redirect("sensors:alert_rules")
    watched = _watched(form)
    context = {
        "heading": heading, "breadcrumbs": rule_crumbs((heading, "")), "form": form, "rule": row, "tried": tried,
        "parts": [(key, [form[name] for name in names]) for key, names in PARTS], "watched": watched,
        "chart": _chart(form, tried) if tried else None,
    }  # fmt: skip
    return render(request, "sensors/alerts/rule.html", context, status=422 if form.errors else 200)


def _add(form: RuleForm, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    names = {field: name for name, field in RuleForm.SECONDS.items()}
    for name, reasons in error.message_dict.items():
        place = names.get(name, name)
        form.add_error(place if place in form.fields else None, ValidationError(list(reasons)))


def _watched(form: RuleForm) -> str:
    """The one thing or datastream that the rule is about, in words."""
    for name in ("datastream", "thing"):
        value = form[name].value()
        number = getattr(value, "pk", value)
        if str(number or "").isdecimal():
            found = form.fields[name].queryset.filter(pk=number).first()  # type: ignore[attr-defined]
            if found is not None:
                return str(found)
    return ""


def _tried(request: HttpRequest, form: RuleForm) -> queries.Trial | None:
    if form.row is None:
        return None
    seen = streams_of(form.row).filter(pk__in=visible_streams(request.user).values("pk"))
    return queries.trial(pure(form.row), seen, possible_only=form.row.plausible_only)


def _chart(form: RuleForm, tried: queries.Trial) -> Any:
    """Of the first series with values."""
    found = next(((stream, history) for stream, history in tried.tried if history and history.rows), None)
    if found is None:
        return None
    limits = []
    if form.row is not None and form.row.threshold is not None:
        limits.append(Limit(form.row.threshold, _("threshold")))
    stream, history = found
    return chart(stream, history.rows, history.first, history.last, tuple(limits), stream.name)


@login_required
@require_POST
def enabled(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(queries.rules(request.user), pk=pk)
    wanted = request.POST.get("enabled") == "1"
    actions.set_enabled(request.user, row, wanted)
    text = _("“%(name)s” is in force again.") if wanted else _("“%(name)s” is out of force.")
    messages.success(request, text % {"name": row.name})
    return redirect("sensors:alert_rules")
