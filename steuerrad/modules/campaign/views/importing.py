"""Import of filled files in two steps: look at every difference, then confirm. Nothing is written in between."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from steuerrad.modules.campaign.actions.importing import Imported, import_answers
from steuerrad.modules.campaign.forms import FilledFileForm
from steuerrad.modules.campaign.intake.plan import CONFLICT, Plan, PlanRow, make_plan
from steuerrad.modules.campaign.intake.reading import read_filled
from steuerrad.modules.campaign.models import Round, labels
from steuerrad.modules.campaign.queries.access import ANSWER
from steuerrad.modules.campaign.queries.rounds import round_for
from steuerrad.modules.campaign.texts import shown_value
from steuerrad.modules.campaign.views.parts import members_only, round_crumbs
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.files.actions import FileRefusedError, discard, store
from steuerrad.platform.files.models import StoredFile
from steuerrad.platform.files.types import CSV, XLSX, FileTypes
from steuerrad.platform.tables.problems import Problems, TableProblem

OWNER = "campaign.import"
TYPES = FileTypes((XLSX, CSV))
SHOWN_REFUSALS = 20


@members_only
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = open_round_or_none(request, pk)
    if round_ is None:
        return redirect("campaign:round", pk=pk)
    form = FilledFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            read_filled(given, str(given.name))
            kept = store(request.user, given, owner=OWNER, types=TYPES)
        except (TableProblem, FileRefusedError) as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("campaign:import_confirm", pk=pk, key=kept.key)
    context = {
        "heading": _("Import a filled file"), "preline": round_.title,
        "breadcrumbs": round_crumbs(round_, (_("Import"), "")), "round": round_, "form": form,
    }  # fmt: skip
    return render(request, "campaign/import.html", context, status=422 if form.errors else 200)


def open_round_or_none(request: HttpRequest, pk: int) -> Round | None:
    """Raises PermissionDenied for those who only read, Http404."""
    round_ = round_for(request.user, pk)
    if not holds_anywhere(request.user, ANSWER):
        raise PermissionDenied(ANSWER)
    if round_.state == Round.OPEN:
        return round_
    messages.error(request, _("This round is not open; nothing can be changed in it."))
    return None


@members_only
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, pk: int, key: Any) -> HttpResponse:
    """The file is read anew for the page and for the confirmation; what has changed in between shows."""
    round_ = open_round_or_none(request, pk)
    if round_ is None:
        return redirect("campaign:round", pk=pk)
    kept = get_object_or_404(StoredFile, key=key, owner=OWNER, uploaded_by=request.user)
    with kept.open() as stream:
        found = read_filled(stream, kept.name)
    plan = make_plan(request.user, round_, found.rows)
    if request.method == "POST":
        if request.POST.get("do") == "drop":
            discard(request.user, kept)
            messages.success(request, _("Nothing was written."))
            return redirect("campaign:round", pk=pk)
        return write(request, round_, plan, kept)
    context = {
        "heading": _("Check before writing"), "preline": f"{round_.title} · {kept.name}",
        "breadcrumbs": round_crumbs(round_, (_("Import"), reverse("campaign:import", args=[pk])), (_("Check"), "")),
        "round": round_, "plan": plan, "counts": counts_of(plan, found.problems), "rows": [shown(row) for row in plan.rows],
        "problems": list(found.problems), "left_out": found.left_out, "writable": len(plan.writable()),
    }  # fmt: skip
    return render(request, "campaign/import_confirm.html", context)


def counts_of(plan: Plan, problems: Problems) -> list[tuple[str, str, int]]:
    titles = {
        "new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"), "conflict": _("conflict with a newer answer"),
        "fault": _("fault"),
    }  # fmt: skip
    counts = plan.counts
    counts["fault"] = counts.get("fault", 0) + len(problems)
    return [(key, title, counts.get(key, 0)) for key, title in titles.items()]


def shown(row: PlanRow) -> dict[str, Any]:
    """A row as the template reads it; conflicts are not ticked beforehand."""
    type_ = row.assignment.question.type if row.assignment else "text"
    titles = {
        "value": _("Value"), "comment": _("Comment"), "source": _("Source"), "quality": _("Quality"), "as_of": _("As of"),
        "evidence": _("Evidence"), "code": _("Code"), "links": _("Evidence (links)"), "revision": _("Revision"),
    }  # fmt: skip
    changes = [
        (titles[item.field], words(item.field, item.before, type_), words(item.field, item.after, type_))
        for item in row.changes
    ]
    return {
        "row": row, "changes": changes, "ticked": row.writable and row.outcome != CONFLICT,
        "column": titles.get(row.column, row.column),
    }  # fmt: skip


def words(field: str, value: Any, type_: str) -> str:
    if field == "evidence":
        return ", ".join(item.title or item.url or _("file") for item in value)
    if field == "value":
        return shown_value(value, type_) if value else ""
    if field == "quality":
        return str(labels.QUALITIES.get(value, value))
    return str(value or "")


def write(request: HttpRequest, round_: Round, plan: Plan, kept: StoredFile) -> HttpResponse:
    """Only rows that are ticked and still stand as they were shown."""
    ticked = set(request.POST.getlist("chosen"))
    chosen = [row for row in plan.writable() if f"{row.code}:{row.newest}:{row.outcome}" in ticked]
    moved = len(ticked) - len(chosen)
    result = import_answers(
        request.user,
        round_,
        chosen,
        submit=request.POST.get("mode") != "drafts",
        file=kept.name,
        sha256=kept.sha256,
    )
    tell(request, result, moved)
    if not result.refused and not moved:
        discard(request.user, kept)
        return redirect("campaign:questions", pk=round_.pk)
    return redirect("campaign:import_confirm", pk=round_.pk, key=kept.key)


def tell(request: HttpRequest, result: Imported, moved: int) -> None:
    if result.submitted:
        text = ngettext("%(count)d answer submitted.", "%(count)d answers submitted.", result.submitted)
        messages.success(request, text % {"count": result.submitted})
    if result.drafts:
        text = ngettext(
            "%(count)d answer saved as a draft.", "%(count)d answers saved as drafts.", result.drafts
        )
        messages.success(request, text % {"count": result.drafts})
    for code, why in result.refused[:SHOWN_REFUSALS]:
        messages.error(request, f"{code}: {why}")
    if moved:
        messages.warning(request, _("Some rows have changed since you saw them; look at them again."))
    if not (result.submitted or result.drafts or result.refused or moved):
        messages.warning(request, _("Nothing is ticked."))
