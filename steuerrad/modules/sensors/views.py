"""Pages of the sensors: what there is, what it sent last, and describing new ones."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steuerrad.modules.sensors import queries
from steuerrad.modules.sensors.actions import import_file
from steuerrad.modules.sensors.describing import describe_stream, describe_thing
from steuerrad.modules.sensors.file_formats import format_of, formats
from steuerrad.modules.sensors.forms import ImportForm, StreamForm, ThingFilterForm, ThingForm
from steuerrad.modules.sensors.models import Intake
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.platform.accounts.access import allowed, holds_anywhere
from steuerrad.platform.observations import actions as catalogue
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.permissions import MANAGE, RELEASE
from steuerrad.platform.observations.queries import own_organisations, visible
from steuerrad.platform.organisations.models import Organisation
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.templatetags.ui import language

A_PAGE = 50


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things") if more else ""), *more]


@require_GET
def things(request: HttpRequest) -> HttpResponse:
    form = ThingFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.things(request.user, **{key: value for key, value in wanted.items() if value})
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "heading": _("Sensors"), "breadcrumbs": crumbs(), "filter_form": form, "total": len(found), "page_obj": page,
        "rows": queries.with_figures(list(page.object_list)), "may_manage": holds_anywhere(request.user, MANAGE),
        "may_steer": allowed(request.user, MANAGE),
    }  # fmt: skip
    return render(request, "sensors/things.html", context)


@require_GET
def thing(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request.user, Thing).select_related("organisation"), pk=pk)
    [row] = queries.with_figures([found])
    points = [place.geometry for place in found.locations.all()]
    context = {
        "heading": found.name, "preline": found.get_origin_display(), "breadcrumbs": crumbs((found.name, "")),
        "row": row, "thing": found, "device": getattr(found, "lora_device", None) if request.user.is_authenticated else None, "facts": _facts(found, points),
        "may_manage": request.user.is_authenticated and catalogue.may_manage(request.user, found),
        "may_release": allowed(request.user, RELEASE), "intakes": Intake.objects.filter(thing=found)[:10],
    }  # fmt: skip
    return render(request, "sensors/thing.html", context)


def _facts(found: Thing, points: list[Any]) -> list[tuple[str, Any]]:
    place = next(
        (point for point in points if isinstance(point, dict) and point.get("type") == "Point"), None
    )
    degrees = [numbers.figure(place["coordinates"][axis], 5, language()) for axis in (1, 0)] if place else []
    where = "; ".join(degrees)
    return [
        (_("Own key"), found.key), (_("Organisation"), found.organisation), (_("Origin"), found.get_origin_display()),
        (_("Source"), found.source or ""), (_("Latitude, longitude"), where),
        (_("Open to everyone"), _("yes") if found.public else _("no")),
    ]  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def new_thing(request: HttpRequest) -> HttpResponse:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)
    everywhere = allowed(request.user, MANAGE)
    organisations = Organisation.objects.filter(retired=False)
    if not everywhere:
        organisations = organisations.filter(pk__in=own_organisations(request.user, MANAGE))
    form = ThingForm(request.POST or None, organisations=organisations, needed=not everywhere)
    if request.method == "POST" and form.is_valid():
        try:
            made = describe_thing(request.user, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The thing is described; now say what it observes."))
            return redirect("sensors:new_stream", pk=made.pk)
    return _form(request, form, _("Describe a thing"), crumbs((_("New"), "")))


@login_required
@require_http_methods(["GET", "POST"])
def new_stream(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request.user, Thing), pk=pk)
    if not catalogue.may_manage(request.user, found):
        raise PermissionDenied(MANAGE)
    form = StreamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            describe_stream(request.user, found, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The datastream is described."))
            return redirect("sensors:thing", pk=pk)
    return _form(
        request,
        form,
        _("Describe a datastream"),
        crumbs((found.name, reverse("sensors:thing", args=[pk])), (_("New"), "")),
    )


def _form(request: HttpRequest, form: Any, heading: str, breadcrumbs: Any) -> HttpResponse:
    context = {"heading": heading, "breadcrumbs": breadcrumbs, "form": form}
    return render(request, "sensors/form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible(request.user, Thing), pk=pk)
    catalogue.release(request.user, found, request.POST.get("public") == "1")
    return redirect("sensors:thing", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = _imported(request, form)
        except FileRefusedError as refused:
            form.add_error("file", str(refused))
        else:
            said = ngettext(
                "%(count)d observation was read.", "%(count)d observations were read.", done.observations
            )
            messages.success(request, said % {"count": done.observations})
            return redirect("sensors:thing", pk=done.thing_id)
    return _form(request, form, _("Read a file of a sensor"), crumbs((_("Import"), "")))


def _imported(request: HttpRequest, form: ImportForm) -> Intake:
    """The file in a folder of its own under its own name, because the name says the device."""
    given = form.cleaned_data["file"]
    name = Path(str(given.name)).name[:200]
    wanted = form.cleaned_data["form"]
    kind = format_of(name) if wanted == "auto" else formats()[wanted]
    if kind is None:
        raise FileRefusedError(_("No format has file names like this one."))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as file:
            for chunk in given.chunks():
                file.write(chunk)
        return import_file(request.user, kind, path, source=form.cleaned_data["source"]).intake
