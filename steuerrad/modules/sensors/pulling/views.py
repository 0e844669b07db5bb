"""Pages of the sources: all of them, one with its history, describing, switching, fetching now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steuerrad.kernel import clock
from steuerrad.modules.sensors.bulk.writing import as_toml
from steuerrad.modules.sensors.pulling import actions
from steuerrad.modules.sensors.pulling.forms import SourceForm
from steuerrad.modules.sensors.pulling.models import PullRun, PullSource
from steuerrad.modules.sensors.pulling.sources import address
from steuerrad.platform.accounts.access import require
from steuerrad.platform.egress.calling import may_call
from steuerrad.platform.observations.permissions import MANAGE

SHOWN_RUNS = 50
EXAMPLE = """format = "csv"
decimal = "."

[time]
column = "time"
form = "iso"

[thing]
column = "station"
prefix = "source:"

[series.temperature]
property = "air_temperature"
unit = "Cel"
"""
BADGES = {PullRun.STORED: "completed", PullRun.UNCHANGED: "unknown", PullRun.FAILED: "danger"}


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    own = reverse("sensors:sources") if more else ""
    return [
        (_("Home"), reverse("home")),
        (_("Sensors"), reverse("sensors:things")),
        (_("Sources"), own),
        *more,
    ]


def state_of(source: PullSource) -> tuple[str, str]:
    """Badge and word."""
    if source.failures:
        return "danger", _("failing")
    if not source.enabled:
        return "unknown", _("switched off")
    return ("completed", _("in order")) if source.succeeded_at else ("warning", _("not fetched yet"))


@login_required
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    require(request.user, MANAGE)
    rows = [(source, *state_of(source)) for source in PullSource.objects.all()]
    context = {"heading": _("Sources that are fetched"), "breadcrumbs": crumbs(), "rows": rows}
    return render(request, "sensors/pulling/sources.html", context)


@login_required
@require_GET
def source(request: HttpRequest, key: str) -> HttpResponse:
    require(request.user, MANAGE)
    found = get_object_or_404(PullSource.objects.select_related("organisation"), key=key)
    runs = [(run, BADGES[run.state]) for run in PullRun.objects.filter(source=found)[:SHOWN_RUNS]]
    badge = state_of(found)
    context = {
        "heading": found.title, "breadcrumbs": crumbs((found.title, "")), "source": found, "badge": badge, "runs": runs,
        "facts": _facts(found), "refusal": may_call(address(found.url, clock.now())), "mapping": as_toml(found.spec),
    }  # fmt: skip
    return render(request, "sensors/pulling/source.html", context)


def _facts(found: PullSource) -> list[tuple[str, Any]]:
    return [
        (_("Address"), found.url), (_("What is there"), found.get_kind_display()), (_("Source"), found.source),
        (_("Organisation"), found.organisation), (_("Minutes between two fetches"), found.every_minutes),
        (_("Secret header lines"), _("kept sealed") if found.secret else _("none")),
        (_("Last success"), _moment(found.succeeded_at) or _("not yet")),
        (_("Next fetch"), _moment(found.due_at) if found.enabled and found.due_at else (_("at the next minute") if found.enabled else "–")),
    ]  # fmt: skip


def _moment(at: Any) -> str:
    from django.utils import formats, timezone

    return formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else ""


@login_required
@require_http_methods(["GET", "POST"])
def new_source(request: HttpRequest) -> HttpResponse:
    require(request.user, MANAGE)
    form = SourceForm(request.POST or None, initial={"mapping": EXAMPLE})
    return _edited(request, form, PullSource(), _("Describe a source"), crumbs((_("New"), "")))


@login_required
@require_http_methods(["GET", "POST"])
def edit_source(request: HttpRequest, key: str) -> HttpResponse:
    require(request.user, MANAGE)
    found = get_object_or_404(PullSource, key=key)
    names = ("title", "key", "kind", "url", "source", "every_minutes", "timeout_s", "most_mb")
    given = {name: getattr(found, name) for name in names}
    given |= {"mapping": as_toml(found.spec), "organisation": found.organisation and found.organisation.key}
    form = SourceForm(request.POST or None, initial=given, fixed_key=True)
    trail = crumbs((found.title, reverse("sensors:source", args=[key])), (_("Change"), ""))
    return _edited(request, form, found, _("Change a source"), trail)


def _edited(
    request: HttpRequest, form: SourceForm, found: PullSource, heading: str, trail: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        for name in (
            "title",
            "key",
            "kind",
            "url",
            "source",
            "organisation",
            "every_minutes",
            "timeout_s",
            "most_mb",
        ):
            setattr(found, name, values[name])
        found.spec = values["mapping"]
        secret = "" if values["forget_secret"] else (values["secret"] or None)
        try:
            actions.save(request.user, found, secret)
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                field = {"spec": "mapping"}.get(name, name)
                form.add_error(field if field in form.fields else None, ValidationError(list(reasons)))
        else:
            messages.success(request, _("The source is described."))
            return redirect("sensors:source", found.key)
    context = {
        "heading": heading,
        "breadcrumbs": trail,
        "form": form,
        "cancel_url": reverse("sensors:sources"),
    }
    return render(request, "sensors/form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def switch_source(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(PullSource, key=key)
    actions.switch(request.user, found, request.POST.get("enabled") == "1")
    return redirect("sensors:source", key)


@login_required
@require_POST
def fetch_source(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(PullSource, key=key)
    run = actions.fetch_now(request.user, found)
    if run is None:
        messages.warning(request, _("It is being fetched at this moment."))
    elif run.state == PullRun.FAILED:
        messages.error(request, _("The fetch failed: %(reason)s") % {"reason": run.message})
    else:
        messages.success(request, _("Fetched: %(count)d figures.") % {"count": run.observations})
    return redirect("sensors:source", key)


@login_required
@require_POST
def remove_source(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(PullSource, key=key)
    actions.remove(request.user, found)
    messages.success(request, _("The source is removed; what it brought stays."))
    return redirect("sensors:sources")
