"""Import of results in two steps: look at what the file would do, then confirm. Nothing is written in between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from steuerrad.modules.city_index import uploads
from steuerrad.modules.city_index.actions import BadRowsError, ImportedMeanwhileError, import_results
from steuerrad.modules.city_index.catalogue import Catalogue, read_catalogue
from steuerrad.modules.city_index.cells import Cell, TableView, figure
from steuerrad.modules.city_index.forms import LARGEST_UPLOAD, ConfirmForm, UploadForm
from steuerrad.modules.city_index.importing import Plan, make_plan
from steuerrad.modules.city_index.models import Import, IndexCity
from steuerrad.modules.city_index.reading import LIMITS, Given, read_results
from steuerrad.modules.city_index.views.parts import crumbs, index_or_404
from steuerrad.platform.accounts.access import require
from steuerrad.platform.files.actions import FileRefusedError
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.read import Source

SHOWN = 100
UPLOADED = replace(LIMITS, size=LARGEST_UPLOAD)
RECENT = 10


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    require(request.user, "city_index.import")
    index, known = index_or_404()
    cities = list(IndexCity.objects.all())
    form = UploadForm(request.POST or None, request.FILES or None, cities=cities, editions=known)
    if request.method == "POST" and form.is_valid():
        names = {city.key: city.name for city in cities}
        data = form.cleaned_data
        given = Given(
            int(data["edition"]) if data["edition"] else None, names.get(data["city"], ""), data["source"],
            data["add_indicators"],
        )  # fmt: skip
        try:
            plan_of(data["file"], str(data["file"].name), given, read_catalogue(index))
            waiting = uploads.keep(request.user, request.session, data["file"], given)
        except (TableProblem, FileRefusedError) as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("city_index:import_confirm", token=waiting.file.key)
    context = {
        "heading": _("Import results"),
        "breadcrumbs": crumbs((_("Import"), "")),
        "form": form,
        "imports": imports_table(),
    }
    return render(request, "city_index/import.html", context)


def plan_of(source: Source, name: str, given: Given, catalogue: Catalogue) -> Plan:
    """Raises TableProblem for what is no table of results."""
    return make_plan(read_results(source, catalogue, name=name, given=given, limits=UPLOADED), catalogue)


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: UUID) -> HttpResponse:
    require(request.user, "city_index.import")
    index, _known = index_or_404()
    waiting = uploads.waiting(request.user, request.session, token)
    if waiting is None:
        return gone(request)
    catalogue = read_catalogue(index)
    try:
        with waiting.file.open() as stream:
            plan = plan_of(stream, waiting.file.name, waiting.given, catalogue)
    except (TableProblem, FileNotFoundError):  # it was a table when it was uploaded
        return gone(request)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = write(request, plan, catalogue, waiting, skip_bad=form.cleaned_data["skip_bad"])
        if done is not None:
            return done
    context = {
        "heading": _("Import: please check"),
        "breadcrumbs": crumbs((_("Import"), reverse("city_index:import")), (waiting.file.name, "")),
        "form": form,
        "plan": plan,
        "name": waiting.file.name,
        "problems": list(plan.problems)[:SHOWN],
        "more_problems": max(0, len(plan.problems) - SHOWN),
        "conflicts": plan.conflict_lines(SHOWN),
        "facts": [
            (_("Rows read"), figure(plan.reading.read, 0)), (_("New"), figure(len(plan.new), 0)),
            (_("Filled in"), figure(len(plan.completed), 0)), (_("Already known"), figure(plan.unchanged, 0)),
            (_("Repeated in the file"), figure(plan.repeated, 0)), (_("Bad rows"), figure(plan.skipped, 0)),
            (_("Conflicts between sources"), figure(len(plan.conflicts), 0)),
        ],
    }  # fmt: skip
    return render(request, "city_index/import_confirm.html", context)


def gone(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("This file is no longer waiting; please choose it again."))
    return redirect("city_index:import")


def write(
    request: HttpRequest, plan: Plan, catalogue: Catalogue, waiting: uploads.Upload, *, skip_bad: bool
) -> HttpResponse | None:
    """Do the import and say so; None when it was refused and the page says why."""
    try:
        done = import_results(request.user, plan, catalogue, file=waiting.file.name, sha256=waiting.file.sha256,
                              skip_bad=skip_bad)  # fmt: skip
    except BadRowsError as error:
        messages.error(request, str(error))
        return None
    except ImportedMeanwhileError as error:
        messages.error(request, str(error))
        return redirect("city_index:import_confirm", token=waiting.file.key)
    uploads.forget(request.user, request.session)
    if done is None:
        messages.info(request, _("Everything in this file was known already; nothing was written."))
    else:
        messages.success(request, _("Imported: %(new)d new figures, %(completed)d completed.")
                         % {"new": done.added, "completed": done.updated})  # fmt: skip
    return redirect("city_index:import")


def imports_table() -> TableView | None:
    found: list[Any] = list(Import.objects.select_related("by")[:RECENT])
    rows = [
        [Cell(item.file), Cell(f"{item.at:%Y-%m-%d %H:%M}"), Cell(str(item.by) if item.by else _("command line")),
         Cell(figure(item.added, 0)), Cell(figure(item.skipped, 0)), Cell(figure(item.conflicts, 0)),
         Cell(item.sha256[:12])]
        for item in found
    ]  # fmt: skip
    header = [_("File"), _("Time"), _("Person"), _("Added"), _("Left out"), _("Conflicts"), "SHA-256"]
    return TableView(_("Latest imports"), header, rows, (3, 4, 5)) if rows else None
