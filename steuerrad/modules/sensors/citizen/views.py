"""Pages of citizens' sensors: one's own, registering, the key once, withdrawing and deleting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steuerrad.modules.sensors.citizen import actions
from steuerrad.modules.sensors.citizen.forms import RegisterForm
from steuerrad.modules.sensors.citizen.models import CitizenSensor
from steuerrad.modules.sensors.queries import with_figures
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.permissions import MANAGE, RELEASE


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    own = reverse("sensors:citizen") if more else ""
    return [
        (_("Home"), reverse("home")),
        (_("Sensors"), reverse("sensors:things")),
        (_("Sensors of citizens"), own),
        *more,
    ]


@login_required
@require_GET
def sensors(request: HttpRequest) -> HttpResponse:
    """One's own; for the office all of them, without the names of their owners."""
    rows = CitizenSensor.objects.select_related("thing", "owner").order_by("-pk")
    own = list(rows.filter(owner=request.user))
    others = list(rows.exclude(owner=request.user)[:500]) if allowed(request.user, MANAGE) else []
    _tell_figures(own)
    context = {
        "heading": _("Sensors of citizens"), "breadcrumbs": crumbs(), "own": own, "others": others,
        "may_release": allowed(request.user, RELEASE),
    }  # fmt: skip
    return render(request, "sensors/citizen/sensors.html", context)


def _tell_figures(own: list[CitizenSensor]) -> None:
    """The owner sees the latest figures also before the sensor is open to everyone."""
    streams = Datastream.objects.select_related("observed_property", "sensor").order_by("pk")
    things = Thing.objects.filter(pk__in=[sensor.thing_id for sensor in own]).prefetch_related(
        Prefetch("datastreams", streams)
    )
    figures = {row.thing.pk: row.streams for row in with_figures(list(things))}
    for sensor in own:
        sensor.figures = [row for row in figures.get(sensor.thing_id, ()) if row.value is not None]  # type: ignore[attr-defined]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            sensor, key = actions.register(request.user, values.pop("template"), **values)
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                form.add_error(name if name in form.fields else None, ValidationError(list(reasons)))
        else:
            return _key(request, sensor, key)
    context = {
        "heading": _("Register a sensor of one's own"), "breadcrumbs": crumbs((_("Register"), "")), "form": form,
        "cancel_url": reverse("sensors:citizen"),
        "lead": _("Its figures are shown apart from those of the city, marked as not calibrated, and count in no official figure."),
    }  # fmt: skip
    return render(request, "sensors/form.html", context, status=422 if form.errors else 200)


def _key(request: HttpRequest, sensor: CitizenSensor, key: str) -> HttpResponse:
    context: dict[str, Any] = {
        "heading": _("The key of %(name)s") % {"name": sensor.thing.name}, "breadcrumbs": crumbs((sensor.thing.name, "")),
        "sensor": sensor, "key": key, "host": request.get_host().partition(":")[0],
        "address": request.build_absolute_uri(reverse("sensors:push")), "path": reverse("sensors:push"),
        "streams": list(sensor.thing.datastreams.order_by("pk")), "standard": request.build_absolute_uri("/sta/v1.1"),
    }  # fmt: skip
    return render(request, "sensors/citizen/key.html", context)


def _found(pk: int) -> CitizenSensor:
    return get_object_or_404(CitizenSensor.objects.select_related("thing", "owner"), pk=pk)


@login_required
@never_cache
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    sensor = _found(pk)
    return _key(request, sensor, actions.renew_key(request.user, sensor))


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    actions.withdraw_key(request.user, _found(pk))
    messages.success(request, _("The key is withdrawn; what the sensor sent stays."))
    return redirect("sensors:citizen")


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    actions.release(request.user, _found(pk), request.POST.get("public") == "1")
    return redirect("sensors:citizen")


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    sensor = _found(pk)
    if request.method == "POST":
        actions.delete(request.user, sensor)
        messages.success(request, _("The sensor and everything that it sent are deleted."))
        return redirect("sensors:citizen")
    if not actions.may_steer(request.user, sensor):
        return redirect("sensors:citizen")
    context = {"heading": _("Delete %(name)s?") % {"name": sensor.thing.name}, "breadcrumbs": crumbs((_("Delete"), "")),
               "sensor": sensor}  # fmt: skip
    return render(request, "sensors/citizen/delete.html", context)
