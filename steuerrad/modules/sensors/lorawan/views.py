"""Pages of LoRaWAN: devices, one device, unread uplinks, gateways, the test bench for codecs."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steuerrad.kernel import clock
from steuerrad.modules.sensors.codecs.decoding import CodecError, decode
from steuerrad.modules.sensors.codecs.profiles import flat
from steuerrad.modules.sensors.lorawan import actions, onboarding, queries
from steuerrad.modules.sensors.lorawan.device_page import charts, facts
from steuerrad.modules.sensors.lorawan.forms import STATES, BenchForm, DeviceFilterForm, DeviceForm, FileForm
from steuerrad.platform.accounts.access import allowed, holds_anywhere
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.queries import own_organisations
from steuerrad.platform.organisations.models import Organisation

A_PAGE = 50
BADGES = {"fine": "completed", "silent": "danger", "never": "unknown", "battery": "warning", "weak": "warning",
          "warnings": "warning"}  # fmt: skip


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    own = reverse("sensors:lora_devices") if more else ""
    return [
        (_("Home"), reverse("home")),
        (_("Sensors"), reverse("sensors:things")),
        (_("LoRaWAN devices"), own),
        *more,
    ]


def require_manager(request: HttpRequest) -> None:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)


@login_required
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    form = DeviceFilterForm(request.GET)
    wanted = queries.DeviceFilter(**form.cleaned_data) if form.is_valid() else queries.DeviceFilter()
    now, known = clock.now(), queries.profiles()
    page = Paginator(queries.devices(request.user, wanted, now), A_PAGE).get_page(request.GET.get("page"))
    manager = holds_anywhere(request.user, MANAGE)
    rows = [
        (device, known.get(device.profile), *badge(queries.state_of(device, now)))
        for device in page.object_list
    ]
    context = {
        "heading": _("LoRaWAN devices"), "breadcrumbs": crumbs(), "filter_form": form, "page_obj": page, "rows": rows,
        "may_manage": manager, "unknown": len(queries.unknown_devices()) if manager else 0,
        "unread": queries.dead().count() if manager else 0,
    }  # fmt: skip
    return render(request, "sensors/lorawan/devices.html", context)


def badge(state: str) -> tuple[str, Any]:
    return BADGES[state], STATES[state]


@login_required
@require_GET
def device(request: HttpRequest, eui: str) -> HttpResponse:
    found = get_object_or_404(queries.visible_devices(request.user), dev_eui=eui)
    now = clock.now()
    context = {
        "heading": found.thing.name, "preline": found.thing.get_origin_display(), "device": found,
        "breadcrumbs": crumbs((found.thing.name, "")), "badge": badge(queries.state_of(found, now)),
        "facts": facts(found, queries.profiles().get(found.profile)), "charts": charts(found, now),
        "receptions": found.receptions.select_related("gateway").order_by("-uplinks")[:50],  # type: ignore[attr-defined]
        "unread": queries.dead().filter(dev_eui=found.dev_eui)[:20] if holds_anywhere(request.user, MANAGE) else (),
    }  # fmt: skip
    return render(request, "sensors/lorawan/device.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_device(request: HttpRequest) -> HttpResponse:
    require_manager(request)
    everywhere = allowed(request.user, MANAGE)
    organisations = Organisation.objects.filter(retired=False)
    if not everywhere:
        organisations = organisations.filter(pk__in=own_organisations(request.user, MANAGE))
    given = {name: request.GET[name] for name in ("dev_eui", "name") if name in request.GET}
    form = DeviceForm(request.POST or None, initial=given, organisations=organisations, needed=not everywhere)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        point = None if values["latitude"] is None else (values["longitude"], values["latitude"])
        try:
            made = actions.register(
                request.user, values["dev_eui"], values["profile"], name=values["name"],
                organisation=values["organisation"], point=point, interval_s=values["interval_s"],
            )  # fmt: skip
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                form.add_error(name if name in form.fields else None, ValidationError(list(reasons)))
        else:
            messages.success(request, _("The device is known now."))
            return redirect("sensors:lora_device", made.dev_eui)
    context = {"heading": _("Make a device known"), "breadcrumbs": crumbs((_("Make a device known"), "")), "form": form,
               "cancel_url": reverse("sensors:lora_devices")}  # fmt: skip
    return render(request, "sensors/form.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def import_devices(request: HttpRequest) -> HttpResponse:
    require_manager(request)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = onboarding.register_file(
                request.user, form.cleaned_data["file"].read(onboarding.MOST_BYTES + 1)
            )
        except ValidationError as error:
            form.add_error("file", error)
        else:
            messages.success(request, ngettext("%(count)d device is known now.", "%(count)d devices are known now.",
                                               made) % {"count": made})  # fmt: skip
            return redirect("sensors:lora_devices")
    context = {
        "heading": _("Make devices of a table known"), "form": form, "cancel_url": reverse("sensors:lora_devices"),
        "breadcrumbs": crumbs((_("Make devices of a table known"), "")),
        "lead": _("Columns: %(names)s") % {"names": ", ".join(onboarding.COLUMNS)},
    }  # fmt: skip
    return render(request, "sensors/form.html", context, status=422 if form.errors else 200)


@login_required
@require_GET
def unread(request: HttpRequest) -> HttpResponse:
    """Unknown devices, and uplinks that could not become observations."""
    require_manager(request)
    page = Paginator(queries.dead(), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "heading": _("Unread uplinks"), "breadcrumbs": crumbs((_("Unread uplinks"), "")), "page_obj": page,
        "unknown": queries.unknown_devices()[:200], "may_replay": allowed(request.user, MANAGE),
    }  # fmt: skip
    return render(request, "sensors/lorawan/unread.html", context)


@login_required
@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """All that wait, or put one away (discard=number)."""
    number = request.POST.get("discard", "")
    if number:
        if not number.isascii() or not number.isdecimal() or len(number) > 18:
            raise Http404("no such uplink")
        actions.discard_all(request.user, queries.dead().filter(pk=int(number)), "")
        messages.success(request, _("The uplink is put away."))
    else:
        found = actions.replay_all(request.user, queries.dead())
        messages.success(request, _("%(replayed)d uplinks are stored now, %(waiting)d still wait.") % found)
    return redirect("sensors:lora_unread")


@login_required
@require_GET
def gateways(request: HttpRequest) -> HttpResponse:
    require_manager(request)
    context = {
        "heading": _("Gateways"),
        "breadcrumbs": crumbs((_("Gateways"), "")),
        "gateways": queries.gateways(),
    }
    return render(request, "sensors/lorawan/gateways.html", context)


@login_required
@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """GeoJSON for a map: a point for every device and gateway that is somewhere, a line for every reception."""
    features = [feature for row in queries.coverage(request.user) for feature in _features(row)]
    body = json.dumps({"type": "FeatureCollection", "features": features}, default=str)
    return HttpResponse(body, content_type="application/geo+json")


def _features(row: Any) -> list[dict[str, Any]]:
    ends = [end for end in (row["point"], row["gateway_point"]) if end]
    if not ends:
        return []
    geometry = (
        {"type": "LineString", "coordinates": ends}
        if len(ends) == 2
        else {"type": "Point", "coordinates": ends[0]}
    )
    told = {name: value for name, value in row.items() if name not in ("point", "gateway_point")}
    return [{"type": "Feature", "geometry": geometry, "properties": told}]


@login_required
@require_http_methods(["GET", "POST"])
def bench(request: HttpRequest) -> HttpResponse:
    """Paste a payload, choose or write a codec, see what comes out. Nothing is stored."""
    require_manager(request)
    form = BenchForm(request.POST or None)
    context: dict[str, Any] = {
        "heading": _("Test bench for codecs"), "breadcrumbs": crumbs((_("Test bench for codecs"), "")), "form": form,
        "lead": _("A codec runs apart from everything else: 250 ms of computing time, 32 MB of memory, no network, no files."),
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        profile = queries.profiles().get(values["profile"])
        code = values["code"] if values["code"].strip() else (profile.codec if profile else "")
        try:
            found = decode(code, values["bytes"], values["f_port"], received=clock.now())
        except CodecError as error:
            context["fault"] = str(error)
        else:
            known = {} if profile is None or values["code"].strip() else profile.figures(found.data)
            context["result"] = found
            context["rows"] = [(name, value, known.get(name)) for name, value in flat(found.data).items()]
        context["payload"] = values["bytes"].hex(" ")
    return render(request, "sensors/lorawan/bench.html", context)
