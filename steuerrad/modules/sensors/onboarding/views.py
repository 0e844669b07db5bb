"""Pages for making devices known by their kind, and for changing things, datastreams and kinds of LoRaWAN devices."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from steuerrad.modules.sensors.bulk.writing import as_toml
from steuerrad.modules.sensors.lorawan import actions as lorawan
from steuerrad.modules.sensors.lorawan import queries as lorawan_queries
from steuerrad.modules.sensors.lorawan.forms import FileForm
from steuerrad.modules.sensors.lorawan.models import DeviceProfile
from steuerrad.modules.sensors.lorawan.onboarding import MOST_BYTES
from steuerrad.modules.sensors.onboarding import actions, files
from steuerrad.modules.sensors.onboarding.forms import (
    DeviceForm,
    LoraChangeForm,
    ProfileForm,
    StreamChangeForm,
    ThingChangeForm,
)
from steuerrad.platform.accounts.access import allowed, holds_anywhere, require
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.queries import own_organisations, visible
from steuerrad.platform.organisations.models import Organisation

EXAMPLE = '[temperature]\nproperty = "air_temperature"\nunit = "Cel"\nlow = -40\nhigh = 60\n'


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")), *more]


def organisations(request: HttpRequest) -> dict[str, Any]:
    """Those that the person may describe things for, and whether one is needed."""
    found = Organisation.objects.filter(retired=False)
    if allowed(request.user, MANAGE):
        return {"organisations": found, "needed": False}
    return {"organisations": found.filter(pk__in=own_organisations(request.user, MANAGE)), "needed": True}


def shown(
    request: HttpRequest, form: Any, heading: str, trail: Any, cancel: str, lead: str = ""
) -> HttpResponse:
    context = {"heading": heading, "breadcrumbs": trail, "form": form, "cancel_url": cancel, "lead": lead}
    return render(request, "sensors/form.html", context, status=422 if form.errors else 200)


def faults_to(form: Any, error: ValidationError) -> None:
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, reasons in found.items():
        form.add_error(name if name in form.fields else None, ValidationError(list(reasons)))


def point_of(values: dict[str, Any]) -> actions.Point | None:
    return None if values["latitude"] is None else (values["longitude"], values["latitude"])


@login_required
@require_http_methods(["GET", "POST"])
def new_device(request: HttpRequest) -> HttpResponse:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)
    form = DeviceForm(request.POST or None, **organisations(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = actions.register(
                request.user, values["template"], name=values["name"], key=values["key"] or "",
                description=values["description"], organisation=values["organisation"], point=point_of(values),
                origin=values["origin"], dev_eui=values["dev_eui"], interval_s=values["interval_s"],
            )  # fmt: skip
        except ValidationError as error:
            faults_to(form, error)
        else:
            messages.success(request, _("The device is known now."))
            return redirect("sensors:thing", made.pk)
    trail = crumbs((_("Make a device known"), ""))
    return shown(request, form, _("Make a device known"), trail, reverse("sensors:things"))


@login_required
@require_http_methods(["GET", "POST"])
def import_devices(request: HttpRequest) -> HttpResponse:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = files.register_file(request.user, form.cleaned_data["file"].read(MOST_BYTES + 1))
        except ValidationError as error:
            form.add_error("file", error)
        else:
            text = ngettext("%(count)d device is known now.", "%(count)d devices are known now.", made)
            messages.success(request, text % {"count": made})
            return redirect("sensors:things")
    heading = _("Make devices of a table known")
    lead = _("Columns: %(names)s") % {"names": ", ".join(files.COLUMNS)}
    return shown(request, form, heading, crumbs((heading, "")), reverse("sensors:things"), lead)


@login_required
@require_http_methods(["GET", "POST"])
def edit_thing(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request.user, Thing).select_related("organisation"), pk=pk)
    if not catalogue.may_manage(request.user, found):
        raise PermissionDenied(MANAGE)
    names = ("name", "key", "description", "origin", "source")
    given: dict[str, Any] = {name: getattr(found, name) for name in names}
    given["organisation"] = found.organisation and found.organisation.key
    spot = next((row.geometry for row in found.locations.all() if row.geometry.get("type") == "Point"), None)
    if spot:
        given["longitude"], given["latitude"] = spot["coordinates"][:2]
    form = ThingChangeForm(request.POST or None, initial=given, thing=found, **organisations(request))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        wanted = {name: values[name] for name in (*names, "organisation")} | {"point": point_of(values)}
        try:
            actions.change(request.user, found, wanted)
        except ValidationError as error:
            faults_to(form, error)
        else:
            return redirect("sensors:thing", pk)
    here = reverse("sensors:thing", args=[pk])
    return shown(request, form, _("Change a thing"), crumbs((given["name"], here), (_("Change"), "")), here)


@login_required
@require_http_methods(["GET", "POST"])
def edit_stream(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request.user, Datastream).select_related("thing"), pk=pk)
    if not catalogue.may_manage(request.user, found):
        raise PermissionDenied(MANAGE)
    given = {name: getattr(found, name) for name in ("name", "low", "high", "interval_s")}
    form = StreamChangeForm(request.POST or None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_stream(request.user, found, form.cleaned_data)
        except ValidationError as error:
            faults_to(form, error)
        else:
            return redirect("sensors:thing", found.thing_id)
    here = reverse("sensors:thing", args=[found.thing_id])
    return shown(
        request, form, _("Change a datastream"), crumbs((found.thing.name, here), (_("Change"), "")), here
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit_lora(request: HttpRequest, eui: str) -> HttpResponse:
    """Profile and interval of a LoRaWAN device."""
    found = get_object_or_404(lorawan_queries.visible_devices(request.user), dev_eui=eui)
    if not catalogue.may_manage(request.user, found.thing):
        raise PermissionDenied(MANAGE)
    form = LoraChangeForm(
        request.POST or None, initial={"profile": found.profile, "interval_s": found.interval_s}
    )
    if request.method == "POST" and form.is_valid():
        lorawan.change_device(
            request.user, found, form.cleaned_data["profile"], form.cleaned_data["interval_s"]
        )
        messages.success(
            request, _("The device is changed; what the old profile could not use is tried again.")
        )
        return redirect("sensors:lora_device", eui)
    here = reverse("sensors:lora_device", args=[eui])
    return shown(
        request, form, _("Change a LoRaWAN device"), crumbs((found.thing.name, here), (_("Change"), "")), here
    )


@login_required
@require_GET
def profiles(request: HttpRequest) -> HttpResponse:
    """The city's own kinds, which may be changed, and those of the library."""
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)
    own = {row.key for row in DeviceProfile.objects.all()}
    rows = [(one, key in own) for key, one in sorted(lorawan_queries.profiles().items())]
    context = {"heading": _("Kinds of LoRaWAN devices"), "breadcrumbs": crumbs((_("Kinds of LoRaWAN devices"), "")),
               "rows": rows, "may_change": allowed(request.user, MANAGE)}  # fmt: skip
    return render(request, "sensors/onboarding/profiles.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new_profile(request: HttpRequest) -> HttpResponse:
    require(request.user, MANAGE)
    form = ProfileForm(request.POST or None, initial={"fields": EXAMPLE})
    return _profile(request, form, _("Add a kind of LoRaWAN device"))


@login_required
@require_http_methods(["GET", "POST"])
def edit_profile(request: HttpRequest, key: str) -> HttpResponse:
    require(request.user, MANAGE)
    found = get_object_or_404(DeviceProfile, key=key)
    names = ("key", "title", "maker", "codec", "interval_s", "source", "metadata")
    given = {name: getattr(found, name) for name in names} | {"fields": as_toml(found.fields)}
    return _profile(request, ProfileForm(request.POST or None, initial=given, fixed_key=True), found.title)


def _profile(request: HttpRequest, form: ProfileForm, heading: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            lorawan.save_profile(request.user, values.pop("key"), **values)
        except ValidationError as error:
            faults_to(form, error)
        else:
            messages.success(request, _("The kind of device is kept."))
            return redirect("sensors:lora_profiles")
    here = reverse("sensors:lora_profiles")
    return shown(request, form, heading, crumbs((_("Kinds of LoRaWAN devices"), here), (heading, "")), here)
