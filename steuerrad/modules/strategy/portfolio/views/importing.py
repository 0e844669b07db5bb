"""Import of a filled workbook in two steps: look at every difference, then confirm. Nothing is written in between."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from steuerrad.modules.strategy.portfolio.actions.importing import ImportRefusedError, import_rows
from steuerrad.modules.strategy.portfolio.intake.access import IMPORTED
from steuerrad.modules.strategy.portfolio.intake.plan import CONFLICT, UNCHANGED, Plan, PlanRow
from steuerrad.modules.strategy.portfolio.intake.reading import read_filled
from steuerrad.modules.strategy.portfolio.intake.sheets import make_plan
from steuerrad.modules.strategy.portfolio.permissions import STEER
from steuerrad.modules.strategy.portfolio.texts import euro, when
from steuerrad.modules.strategy.portfolio.views.parts import portfolio_crumbs
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.files.actions import FileRefusedError, discard, store
from steuerrad.platform.files.models import StoredFile
from steuerrad.platform.files.types import XLSX, FileTypes
from steuerrad.platform.tables.problems import TableProblem

TYPES = FileTypes((XLSX,))
MOST_UNCHANGED = 50  # shown; the others are counted only


class FilledWorkbookForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Filled workbook (XLSX)"), help_text=gettext_lazy("At most 10 MB.")
    )


def require_steerer(request: HttpRequest) -> None:
    if not holds_anywhere(request.user, STEER):
        raise PermissionDenied(STEER)


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    require_steerer(request)
    form = FilledWorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            read_filled(given, str(given.name))
            kept = store(request.user, given, owner=IMPORTED, types=TYPES)
        except (TableProblem, FileRefusedError) as problem:
            form.add_error("file", str(problem))
        else:
            return redirect("strategy:portfolio_import_confirm", key=kept.key)
    context = {
        "heading": _("Import a filled workbook"),
        "breadcrumbs": portfolio_crumbs((_("Files"), reverse("strategy:portfolio_files")), (_("Import"), "")),
        "form": form,
    }
    return render(request, "strategy/portfolio/import.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, key: Any) -> HttpResponse:
    """The file is read anew for the page and for the confirmation; what has changed in between shows."""
    require_steerer(request)
    kept = get_object_or_404(StoredFile, key=key, owner=IMPORTED, uploaded_by=request.user)
    if request.method == "POST" and request.POST.get("do") == "drop":
        discard(request.user, kept)
        messages.success(request, _("Nothing was written."))
        return redirect("strategy:portfolio_files")
    with kept.open() as stream:
        found = read_filled(stream, kept.name)
    plan = make_plan(request.user, found.rows)
    fault = ""
    if request.method == "POST":
        fault = write(request, plan, kept)
        if not fault:
            return redirect("strategy:portfolio_due")
    return render(
        request,
        "strategy/portfolio/import_confirm.html",
        {**page(plan, kept, fault, request), "left_out": found.left_out},
        status=422 if fault else 200,
    )


def page(plan: Plan, kept: StoredFile, fault: str, request: HttpRequest) -> dict[str, Any]:
    """What is not unchanged comes first; of the unchanged only some are listed."""
    same = [row for row in plan.rows if row.outcome == UNCHANGED]
    rows = [row for row in plan.rows if row.outcome != UNCHANGED] + same[:MOST_UNCHANGED]
    ticked = set(request.POST.getlist("chosen")) if request.method == "POST" else None
    titles = {"new": _("new"), "changed": _("changed"), "unchanged": _("unchanged"), "conflict": _("conflict with a newer entry"), "fault": _("fault")}  # fmt: skip
    crumbs = (
        (_("Files"), reverse("strategy:portfolio_files")),
        (_("Import"), reverse("strategy:portfolio_import")),
    )
    return {
        "heading": _("Check before writing"),
        "preline": kept.name,
        "breadcrumbs": portfolio_crumbs(*crumbs, (_("Check"), "")),
        "counts": [(key, title, plan.counts.get(key, 0)) for key, title in titles.items()],
        "rows": [shown(row, ticked) for row in rows],
        "hidden": max(len(same) - MOST_UNCHANGED, 0),
        "writable": len(plan.writable()),
        "needs_reason": any(row.needs_reason for row in plan.rows),
        "reason": request.POST.get("reason", ""),
        "fault": fault,
    }


def shown(row: PlanRow, ticked: set[str] | None) -> dict[str, Any]:
    """A row as the template reads it; conflicts are not ticked beforehand."""
    changes = [(item.title, words(item.before), words(item.after)) for item in row.changes]
    first = row.writable and row.outcome != CONFLICT
    return {
        "row": row,
        "changes": changes,
        "ticked": first if ticked is None else row.token in ticked,
    }


def words(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return when(value)
    return euro(value).removesuffix("€").rstrip() if isinstance(value, Decimal) else str(value)


def write(request: HttpRequest, plan: Plan, kept: StoredFile) -> str:
    """Only rows that are ticked and still stand as they were shown. Returns why nothing was written, or ""."""
    ticked = set(request.POST.getlist("chosen"))
    rows = [row for row in plan.writable() if row.token in ticked]
    reason = request.POST.get("reason", "").strip()[:500]
    if len(rows) < len(ticked):
        return _("Some rows have changed since you saw them; look at them again. Nothing was written.")
    if not rows:
        return _("Nothing is ticked.")
    if not reason and any(row.needs_reason for row in rows):
        return _("Corrections of the budget need a reason.")
    try:
        done = import_rows(request.user, rows, reason=reason, file=kept.name, sha256=kept.sha256)
    except ImportRefusedError as error:
        return _("%(place)s: %(reason)s Nothing was written.") % {
            "place": error.place,
            "reason": error.message,
        }
    discard(request.user, kept)
    text = ngettext("%(count)d entry written.", "%(count)d entries written.", done.total)
    messages.success(request, text % {"count": done.total})
    return ""
