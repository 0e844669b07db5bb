"""Splitting the questions of a round over organisations: by ticking, by category, by file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from steuerrad.modules.campaign.actions.assigning import assign
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.forms import OrganisationForm, SplitFileForm
from steuerrad.modules.campaign.forms_filter import QuestionFilterForm
from steuerrad.modules.campaign.intake.splitting import apply_split, read_split
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries import rounds as queries
from steuerrad.modules.campaign.views.parts import back, coordinators_only, round_crumbs
from steuerrad.platform.organisations.models import Organisation
from steuerrad.platform.tables.problems import TableProblem

LARGEST = 5 * 1024 * 1024


@coordinators_only
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    round_ = queries.round_for(request.user, pk)
    if request.method == "POST":
        return give(request, round_)
    form = QuestionFilterForm(round_, request.GET or None)
    wanted = form.wanted() if request.GET else queries.QuestionFilter()
    rows = list(queries.table(request.user, round_, wanted))
    names = dict(Organisation.objects.filter(retired=False).values_list("key", "name"))
    first = {row.organisation_id for row in rows if row.organisation_id}
    context = {
        "heading": _("Split the questions"),
        "preline": round_.title,
        "lead": _("Who leads a measure that works on an indicator is proposed. Change it where you know better."),
        "breadcrumbs": round_crumbs(round_, (_("Split the questions"), "")),
        "round": round_, "groups": grouped(rows, names), "total": len(rows),
        "unassigned": Assignment.objects.filter(question__round=round_, organisation=None).count(),
        "filter_form": form, "filtered": wanted != queries.QuestionFilter(),
        "form": OrganisationForm(first=first), "file_form": SplitFileForm(auto_id="split_%s"),
    }  # fmt: skip
    return render(request, "campaign/split.html", context)


def grouped(
    rows: list[Assignment], names: dict[str, str]
) -> list[tuple[str, list[tuple[Assignment, list[str]]]]]:
    """Questions by category, each with the names of the organisations that its source proposes."""
    groups: dict[str, list[tuple[Assignment, list[str]]]] = {}
    for row in rows:
        proposed = [names[key] for key in row.question.responsible if key in names]
        groups.setdefault(row.question.group, []).append((row, proposed))
    return list(groups.items())


def give(request: HttpRequest, round_: Round) -> HttpResponse:
    """What is ticked goes to one organisation."""
    form = OrganisationForm(request.POST)
    chosen = {
        int(text)
        for text in request.POST.getlist("chosen")[:2000]
        if text.isascii() and text.isdigit() and len(text) < 19
    }
    own = list(round_.questions.filter(pk__in=chosen).values_list("pk", flat=True))
    address = reverse("campaign:split", args=[round_.pk])
    if not own:
        messages.warning(request, _("Nothing is ticked."))
        return back(request, address)
    if not form.is_valid():
        messages.error(request, _("Choose an organisation."))
        return back(request, address)
    organisation = form.chosen()
    try:
        changed = assign(request.user, own, organisation=organisation)
    except RefusedError as refusal:
        messages.error(request, str(refusal.message))
    else:
        text = ngettext(
            "%(count)d question goes to %(name)s.", "%(count)d questions go to %(name)s.", changed
        )
        messages.success(request, text % {"count": changed, "name": organisation.name})
    return back(request, address)


@coordinators_only
@require_POST
def split_file(request: HttpRequest, pk: int) -> HttpResponse:
    """All of the file, or nothing: every fault is named with its line."""
    round_ = queries.round_for(request.user, pk)
    form = SplitFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file."))
        return redirect("campaign:split", pk=pk)
    file: Any = form.cleaned_data["file"]
    try:
        if file.size > LARGEST:
            raise TableProblem(file.name, _("is larger than %(most)d MB") % {"most": LARGEST // 1024**2})
        wanted, problems = read_split(round_, file, str(file.name))
        changed = 0 if problems else apply_split(request.user, wanted)
    except (TableProblem, RefusedError) as problem:
        messages.error(request, str(problem))
        return redirect("campaign:split", pk=pk)
    if problems:
        for problem in list(problems)[:20]:
            messages.error(request, str(problem))
        messages.error(request, _("Nothing was changed."))
    else:
        text = ngettext("%(count)d question assigned.", "%(count)d questions assigned.", changed)
        messages.success(request, text % {"count": changed})
    return redirect("campaign:split", pk=pk)
