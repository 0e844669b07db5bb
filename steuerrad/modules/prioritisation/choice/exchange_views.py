"""Tables of a study: take them away, fill them in, look at the difference, confirm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.modules.prioritisation.choice import actions, importing
from steuerrad.modules.prioritisation.choice.exchange import (
    COSTS,
    EFFECTS,
    MOST_BYTES,
    Difference,
    compare,
    costs_table,
    effects_table,
)
from steuerrad.modules.prioritisation.choice.permissions import EDIT
from steuerrad.modules.prioritisation.choice.views import inputs_or_none, page, study_or_404
from steuerrad.platform.accounts.access import require
from steuerrad.platform.tables.http import FORMATS, table_response
from steuerrad.platform.tables.problems import TableProblem

SESSION_KEY = "prioritisation_import"
SHOWN = 200


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Table"),
        choices=[(EFFECTS, gettext_lazy("Assumed effects")), (COSTS, gettext_lazy("Costs of measures"))],
    )
    file = forms.FileField(label=gettext_lazy("File (XLSX or CSV)"), allow_empty_file=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)d MB.") % {"most": MOST_BYTES // 1024**2}
            )
        return file


@login_required
@require_http_methods(["GET", "POST"])
def exchange(request: HttpRequest, pk: int) -> HttpResponse:
    """Downloads, and the upload that shows what it would change before anything is written."""
    study = study_or_404(request, pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    difference: Difference | None = None
    if request.method == "POST":
        require(request.user, EDIT)
        inputs = inputs_or_none(request, study)
        if form.is_valid() and inputs is not None:
            kind, file = form.cleaned_data["kind"], form.cleaned_data["file"]
            try:
                difference = compare(kind, file, str(file.name)[:100], study, inputs)
            except TableProblem as problem:
                form.add_error("file", str(problem))
            else:
                keep(request, study.pk, study.revision, difference)
    context = page(
        request, study, "tables", _("Tables"), form=form, difference=difference,
        lines=difference.lines[:SHOWN] if difference else (), problems=list(difference.problems)[:SHOWN] if difference else (),
        kinds=[(EFFECTS, _("Assumed effects")), (COSTS, _("Costs of measures"))], table_formats=("xlsx", "csv"),
        more=max(0, len(difference.lines) - SHOWN) if difference else 0,
    )  # fmt: skip
    return render(request, "prioritisation/choice/exchange.html", context)


def keep(request: HttpRequest, pk: int, revision: int, difference: Difference) -> None:
    """What waits for confirmation lies in the person's session; nothing does while there are faults."""
    request.session.pop(SESSION_KEY, None)
    if not difference.problems and difference.writes:
        request.session[SESSION_KEY] = {
            "study": pk, "revision": revision, "kind": difference.kind, "rows": difference.writes,
        }  # fmt: skip


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was looked at."""
    study_or_404(request, pk)
    require(request.user, EDIT)
    waiting = request.session.pop(SESSION_KEY, None)
    if not waiting or waiting["study"] != pk:
        messages.error(request, _("Nothing is waiting to be imported; please choose the file again."))
        return redirect("prioritisation:study_exchange", pk=pk)
    try:
        importing.write_rows(request.user, pk, waiting["revision"], waiting["kind"], waiting["rows"])
    except actions.StudyError as error:
        messages.error(request, str(error))
        return redirect("prioritisation:study_exchange", pk=pk)
    messages.success(request, _("Imported: %(count)d rows.") % {"count": len(waiting["rows"])})
    return redirect("prioritisation:study_candidates", pk=pk)


@login_required
@require_safe
def table(request: HttpRequest, pk: int, kind: str, form: str) -> HttpResponseBase:
    """Effects or costs as a file."""
    study = study_or_404(request, pk)
    inputs = inputs_or_none(request, study)
    if inputs is None or kind not in (EFFECTS, COSTS) or form not in FORMATS:
        raise Http404("no such table")
    made = effects_table(study, inputs) if kind == EFFECTS else costs_table(study, inputs)
    return table_response(made, form, stem=f"study-{pk}-{kind}")  # type: ignore[arg-type]
