"""A round as files: tables, workbooks, and the print dossier that is made in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Column
from steuerrad.modules.campaign.actions.dossiers import request_dossier
from steuerrad.modules.campaign.models import Dossier, Round, Snapshot
from steuerrad.modules.campaign.output.plain import as_table
from steuerrad.modules.campaign.output.rows import (
    Row,
    released_rows,
    snapshot_rows,
    snapshots_of,
    working_rows,
)
from steuerrad.modules.campaign.output.workbook import workbook_bytes
from steuerrad.modules.campaign.queries.access import ANSWER, READ, sees_all, visible
from steuerrad.modules.campaign.queries.rounds import round_for
from steuerrad.modules.campaign.views.parts import members_only, round_crumbs
from steuerrad.platform.accounts.access import holds_anywhere, require
from steuerrad.platform.jobs.serving import made_file
from steuerrad.platform.tables.http import MEDIA_TYPES, attachment, table_response
from steuerrad.platform.tables.table import Table

FORMS = ("xlsx", "csv", "json")


@members_only
@require_safe
def files(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = round_for(request.user, pk)
    all_ = sees_all(request.user)
    contents: list[dict[str, Any]] = [
        {"what": "working", "title": _("Working state"),
         "text": _("All questions with what stands now; the workbook can be filled in and imported."), "dossier": "working"},
    ]  # fmt: skip
    if all_ and round_.state != Round.DRAFT:
        contents.append({"what": "released", "title": _("Released answers"),
                         "text": _("Only what was checked and released by others than its authors."), "dossier": "released"})  # fmt: skip
        contents += [
            {"what": f"snapshot-{item.number}", "title": _("Snapshot %(number)d") % {"number": item.number},
             "text": _("As frozen; nothing in it can change."), "dossier": f"snapshot-{item.number}", "snapshot": item}
            for item in snapshots_of(round_)
        ]  # fmt: skip
    context = {
        "heading": _("Files"), "preline": round_.title,
        "breadcrumbs": round_crumbs(round_, (_("Files"), "")),
        "round": round_, "contents": contents, "forms": [(form, form.upper()) for form in FORMS],
        "may_order": all_, "dossiers": Dossier.objects.filter(round=round_).select_related("requested_by", "snapshot") if all_ else (),
        "may_import": round_.state == Round.OPEN and holds_anywhere(request.user, ANSWER),
    }  # fmt: skip
    return render(request, "campaign/files.html", context)


def chosen_rows(request: HttpRequest, round_: Round, what: str) -> tuple[Sequence[Row], str]:
    """The rows and what they are. People of an organisation get their own questions only. Raises Http404."""
    if what == "working":
        own = set(visible(request.user).filter(question__round=round_).values_list("question_id", flat=True))
        return [row for row in working_rows(round_) if row.question.pk in own], _("working state")
    require(request.user, READ)
    if what == "released":
        return released_rows(round_), _("released answers")
    snapshot = snapshot_or_404(round_, what)
    kind = _("snapshot %(number)d, SHA-256 %(sha256)s") % {
        "number": snapshot.number,
        "sha256": snapshot.sha256,
    }
    return snapshot_rows(snapshot), kind


def snapshot_or_404(round_: Round, what: str) -> Snapshot:
    number = what.removeprefix("snapshot-")
    if not what.startswith("snapshot-") or not (number.isascii() and number.isdigit() and len(number) < 7):
        raise Http404("no such content")
    return get_object_or_404(Snapshot.objects.select_related("round"), round=round_, number=int(number))


@members_only
@require_safe
def download(request: HttpRequest, pk: int, what: str, form: str) -> HttpResponseBase:
    round_ = round_for(request.user, pk)
    if what == "split" and form == "csv":
        return split_table(request, round_)
    if form not in FORMS:
        raise Http404("no such form")
    rows, kind = chosen_rows(request, round_, what)
    stem = f"{round_.title}-{kind.partition(',')[0]}"
    if form == "xlsx":
        response = HttpResponse(
            workbook_bytes(round_, rows, made_at=clock.now(), kind=kind), content_type=MEDIA_TYPES["xlsx"]
        )
        response["Content-Disposition"] = attachment(stem, "xlsx")
        response["X-Content-Type-Options"] = "nosniff"
        return response
    if form == "json" and what.startswith("snapshot-"):
        return snapshot_json(snapshot_or_404(round_, what), stem)
    return table_response(as_table(round_, rows, made_at=clock.now(), kind=kind), form, stem=stem)  # type: ignore[arg-type]


def snapshot_json(snapshot: Snapshot, stem: str) -> HttpResponse:
    """The very bytes that the checksum was taken of."""
    response = HttpResponse(snapshot.content.encode(), content_type="application/json")
    response["Content-Disposition"] = attachment(stem, "json")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def split_table(request: HttpRequest, round_: Round) -> HttpResponseBase:
    """Who answers what, in the form that the split takes back."""
    rows = visible(request.user).filter(question__round=round_).order_by("question__order", "question")
    columns = (Column("code", _("Code")), Column("organisation", _("Organisation")), Column("due", _("Due"), "date"),
               Column("question", _("Question")), Column("group", _("Category")))  # fmt: skip
    table = Table(
        f"campaign.split_{round_.pk}", round_.title, columns,
        ((row.question.code, row.organisation.key if row.organisation else "", row.due_on, row.question.title, row.question.group)
         for row in rows),
    )  # fmt: skip
    return table_response(table, "csv", stem=f"{round_.title}-{_('organisations')}")


@members_only
@require_POST
def start_dossier(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = round_for(request.user, pk)
    require(request.user, READ)
    what = request.POST.get("what", "")
    snapshot = None
    if what not in ("working", "released"):
        snapshot, what = snapshot_or_404(round_, what), "snapshot"
    made, new = request_dossier(request.user, round_, what=what, snapshot=snapshot)
    if not new:
        messages.info(
            request, _("You have asked for a dossier of this round before, and it is still being made.")
        )
    return redirect("campaign:dossier", pk=made.pk)


def dossier_or_404(request: HttpRequest, pk: int) -> Dossier:
    require(request.user, READ)
    found = get_object_or_404(Dossier.objects.select_related("round", "snapshot"), pk=pk)
    round_for(request.user, found.round_id)
    return found


@members_only
@require_safe
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    found = dossier_or_404(request, pk)
    context = {
        "heading": _("Dossier"), "preline": found.round.title,
        "breadcrumbs": round_crumbs(found.round, (_("Files"), reverse("campaign:files", args=[found.round_id])), (_("Dossier"), "")),
        "dossier": found, "round": found.round, "busy": found.under_way,
    }  # fmt: skip
    return render(request, "campaign/dossier.html", context)


@members_only
@require_safe
def dossier_state(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, for the page that asks again and again."""
    found = dossier_or_404(request, pk)
    context = {"dossier": found, "busy": found.under_way}
    return render(request, "campaign/_dossier.html", context)


@members_only
@require_safe
def dossier_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = dossier_or_404(request, pk)
    return made_file(found, f"{found.round.title}-Dossier", "pdf", "application/pdf")
