"""Pages for reading tables: send one in, say what its columns mean, look, read; mappings and what was read before."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steuerrad.modules.sensors.bulk import actions, staging
from steuerrad.modules.sensors.bulk.forms import ColumnsForm, UploadForm
from steuerrad.modules.sensors.bulk.guessing import Sample, guessed, sampled
from steuerrad.modules.sensors.bulk.mapping import MappingError, TableSpec, read
from steuerrad.modules.sensors.bulk.models import TableImport, TableMapping
from steuerrad.modules.sensors.bulk.writing import as_toml
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.platform.accounts.access import allowed, holds_anywhere
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.queries import own_organisations, visible
from steuerrad.platform.organisations.models import Organisation

SHOWN_ROWS, SHOWN_IMPORTS = 8, 30
PLACES = {"time.column": "time", "time.form": "time_form", "time.zone": "zone", "thing": "station", "value": "value",
          "thing.latitude": "latitude"}  # fmt: skip


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    own = reverse("sensors:tables") if more else ""
    return [
        (_("Home"), reverse("home")),
        (_("Sensors"), reverse("sensors:things")),
        (_("Tables"), own),
        *more,
    ]


def require_manager(request: HttpRequest) -> None:
    if not holds_anywhere(request.user, MANAGE):
        raise PermissionDenied(MANAGE)


def own_imports(request: HttpRequest) -> Any:
    """All of them for the office, else one's own."""
    rows = TableImport.objects.select_related("by")
    return rows if allowed(request.user, MANAGE) else rows.filter(by=request.user)


@login_required
@require_http_methods(["GET", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    require_manager(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        token = staging.keep(request.session, str(given.name), given.chunks())
        mapping = form.cleaned_data["mapping"]
        query = f"?mapping={mapping.key}" if mapping else ""
        return redirect(reverse("sensors:table", args=[token]) + query)
    context = {
        "heading": _("Read a table"), "breadcrumbs": crumbs(), "form": form, "mappings": TableMapping.objects.all(),
        "imports": own_imports(request)[:SHOWN_IMPORTS],
    }  # fmt: skip
    return render(request, "sensors/bulk/tables.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the columns mean; `look` shows what would be read, `read` reads it."""
    require_manager(request)
    held = staging.found(request.session, token)
    if held is None:
        messages.warning(request, _("This table is no longer here; send it in again."))
        return redirect("sensors:tables")
    path, name = held
    skip = request.POST.get("skip_lines", "0")
    try:
        sample = sampled(path, name, int(skip) if skip.isdecimal() and len(skip) < 4 else 0)
    except FileRefusedError as refused:
        messages.error(request, str(refused))
        return redirect("sensors:tables")
    mapping = TableMapping.objects.filter(key=request.GET.get("mapping", "")).first()
    form = _columns_form(request, sample, mapping)
    context: dict[str, Any] = {
        "heading": name, "breadcrumbs": crumbs((name, "")), "sample": sample, "rows": sample.rows[:SHOWN_ROWS], "form": form,
        "mapping": mapping, "organisations_needed": not allowed(request.user, MANAGE),
    }  # fmt: skip
    if request.method == "POST":
        spec = _spec(request, form, mapping)
        if spec is not None:
            answer = _worked(request, form, spec, mapping, context, token)
            if answer is not None:
                return answer
    return render(request, "sensors/bulk/table.html", context, status=422 if form.errors else 200)


def _columns_form(request: HttpRequest, sample: Sample, mapping: TableMapping | None) -> ColumnsForm:
    everywhere = allowed(request.user, MANAGE)
    organisations = Organisation.objects.filter(retired=False)
    if not everywhere:
        organisations = organisations.filter(pk__in=own_organisations(request.user, MANAGE))
    given = request.POST if request.method == "POST" else None
    return ColumnsForm(
        given, initial=guessed(sample), sample=sample, organisations=organisations, needed=not everywhere
    )


def _spec(request: HttpRequest, form: ColumnsForm, mapping: TableMapping | None) -> dict[str, Any] | None:
    """The saved mapping, else the form's; faults go to the form's fields."""
    if mapping is not None:
        form.is_valid()
        organisation_faults = form.errors.get("organisation")
        form.errors.clear()
        if organisation_faults:
            form.add_error("organisation", ValidationError(list(map(str, organisation_faults))))
            return None
        return mapping.spec
    if not form.is_valid():
        return None
    spec = form.spec()
    try:
        read(spec)
    except MappingError as error:
        for place, reason in error.problems:
            form.add_error(PLACES.get(place), f"{place}: {reason}" if place not in PLACES else reason)
        return None
    return spec


def _worked(
    request: HttpRequest, form: ColumnsForm, found: dict[str, Any], mapping: TableMapping | None, context: dict[str, Any],
    token: str,
) -> HttpResponse | None:  # fmt: skip
    """Look or read. None: the page shows what came of it."""
    held = staging.found(request.session, token)
    spec: TableSpec = read(found)
    assert held is not None
    path, name = held
    try:
        if request.POST.get("do") != "read":
            context["looked"] = actions.take(request.user, spec, path, dry=True)
            return None
        key = form.cleaned_data.get("save_as") if mapping is None else ""
        if key:
            actions.save_mapping(request.user, key, key, found)
        done = actions.import_table(
            request.user, spec, path, name=name, mapping=mapping.key if mapping else (key or ""),
            organisation=form.cleaned_data.get("organisation"), source=form.cleaned_data.get("source", ""),
        )  # fmt: skip
    except FileRefusedError as refused:
        form.add_error(None, str(refused))
    except ValidationError as error:
        form.add_error("save_as" if mapping is None else None, error.messages)  # type: ignore[arg-type]
    except PermissionDenied:
        form.add_error(None, _("The table tells of a thing that you may not write to."))
    else:
        staging.drop(request.session, token)
        return redirect("sensors:table_import", done.pk)
    return None


@login_required
@require_GET
def table_import(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of what was read and what could not be."""
    require_manager(request)
    found = get_object_or_404(own_imports(request), pk=pk)
    things = visible(request.user, Thing).filter(pk__in=found.things[:200])
    facts = [
        (_("Read"), found.at), (_("By"), found.by), (_("Mapping"), found.mapping), (_("Source"), found.source),
        (_("Rows"), found.rows), (_("Observations"), found.observations), (_("Faults"), found.faults),
        (_("Checksum (SHA-256)"), found.sha256),
    ]  # fmt: skip
    context = {"heading": found.file_name, "breadcrumbs": crumbs((found.file_name, "")), "found": found, "facts": facts,
               "things": things}  # fmt: skip
    return render(request, "sensors/bulk/import.html", context)


@login_required
@require_GET
def mapping_file(request: HttpRequest, key: str) -> HttpResponse:
    """The mapping as TOML, for `steuerrad sensors table --mapping` and for sources."""
    require_manager(request)
    found = get_object_or_404(TableMapping, key=key)
    return HttpResponse(as_toml(found.spec), content_type="application/toml", headers={
        "Content-Disposition": f'attachment; filename="{found.key}.toml"'})  # fmt: skip


@login_required
@require_POST
def remove_mapping(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(TableMapping, key=key)
    actions.remove_mapping(request.user, found)
    return redirect("sensors:tables")
