"""Pages of studies: parse, ask, render. Studies are for those who hold the right to read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.modules.prioritisation.choice import actions, charts, queries, running, texts
from steuerrad.modules.prioritisation.choice.forms import StudyForm
from steuerrad.modules.prioritisation.choice.inputs import Inputs, from_data
from steuerrad.modules.prioritisation.choice.paper import paper
from steuerrad.modules.prioritisation.choice.permissions import EDIT, READ
from steuerrad.modules.prioritisation.choice.shown import rank_facts, result_rows
from steuerrad.modules.prioritisation.models import Choice, Study
from steuerrad.modules.prioritisation.one_page import FORMATS, file_response
from steuerrad.modules.prioritisation.whatif.fields import NoSuchEditionError, NotPossibleError
from steuerrad.modules.prioritisation.whatif.snapshot import seal
from steuerrad.platform.accounts.access import allowed, require


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [
        (_("Home"), reverse("home")),
        (_("Prioritisation"), reverse("prioritisation:index")),
        (_("Portfolios"), reverse("prioritisation:studies")),
        *steps,
    ]


def study_or_404(request: HttpRequest, pk: int) -> Study:
    """Raises PermissionDenied, Http404."""
    require(request.user, READ)
    found = queries.studies(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("no such study")
    return found


def page(request: HttpRequest, study: Study, tab: str, title: str = "", **more: Any) -> dict[str, Any]:
    """What every page of a study needs."""
    last = [(title, "")] if title else []
    return {
        "heading": study.title,
        "study": study,
        "tab": tab,
        "page_title": title,
        "breadcrumbs": crumbs((study.title, study.get_absolute_url() if title else ""), *last),
        "may_edit": study.archived_at is None and allowed(request.user, EDIT),
        **more,
    }


def inputs_or_none(request: HttpRequest, study: Study) -> Inputs | None:
    """None, with a message, when the index of the study has gone."""
    try:
        return queries.inputs_of(study, request.user)
    except (NoSuchEditionError, NotPossibleError) as error:
        messages.error(request, _("The index of this study cannot be used: %(why)s") % {"why": error})
        return None


def done(request: HttpRequest, act: Callable[[], Any], success: str) -> bool:
    """Do it and tell the person how it went."""
    try:
        act()
    except actions.StudyError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, success)
    return True


@login_required
@require_safe
def studies(request: HttpRequest) -> HttpResponse:
    require(request.user, READ)
    context = {
        "heading": _("Portfolios"),
        "lead": _(
            "Which measures to choose for the money there is: proven best under stated assumptions, with reasons."
        ),
        "breadcrumbs": [*crumbs()[:-1], (_("Portfolios"), "")],
        "studies": queries.studies(request.user).filter(archived_at=None),
        "archived": queries.studies(request.user).exclude(archived_at=None),
        "may_edit": allowed(request.user, EDIT),
    }
    return render(request, "prioritisation/choice/studies.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    require(request.user, EDIT)
    form = StudyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        study = actions.begin_study(request.user, form.values())
        messages.success(request, _("The study is begun. State effects and limits next."))
        return redirect("prioritisation:study_candidates", pk=study.pk)
    context = {"heading": _("New study"), "breadcrumbs": crumbs((_("New study"), "")), "form": form}
    return render(request, "prioritisation/choice/form.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    study = study_or_404(request, pk)
    require(request.user, EDIT)
    initial = {
        "title": study.title, "note": study.note, "survey_day": study.survey_day,
        "edition": f"{study.field}/{study.edition}" if study.field else "",
        "caution": f"{study.caution.normalize():f}",
    }  # fmt: skip
    form = StudyForm(request.POST or None, initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(request, lambda: actions.edit_study(request.user, pk, form.values()), _("Saved."))
    ):
        return redirect(study)
    context = page(request, study, "edit", _("Settings"), form=form)
    return render(request, "prioritisation/choice/form.html", context)


@login_required
@require_safe
def study(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest result, or that which ?result= names, and what has changed since."""
    found = study_or_404(request, pk)
    every = list(queries.choices_of(found).defer("result", "inputs"))
    choice = pick(request, found, every)
    context = page(request, found, "result", choices=every, choice=choice)
    context["busy"] = next((one for one in every if one.state in (Choice.WAITING, Choice.RUNNING)), None)
    context["failed"] = every[0] if every and every[0].state == Choice.FAILED else None
    if choice is not None:
        context |= shown(request, found, choice)
    return render(request, "prioritisation/choice/study.html", context)


def pick(request: HttpRequest, found: Study, every: list[Choice]) -> Choice | None:
    wanted = request.GET.get("result", "")
    if not wanted:
        return queries.newest_done(found)
    chosen = next((one for one in every if str(one.number) == wanted and one.state == Choice.DONE), None)
    if chosen is None:
        raise Http404("no such result")
    return queries.choices_of(found).get(pk=chosen.pk)


def shown(request: HttpRequest, found: Study, choice: Choice) -> dict[str, Any]:
    inputs = from_data(choice.inputs)
    result = choice.result
    context: dict[str, Any] = {
        "inputs": inputs,
        "intact": seal(result) == choice.result_hash and queries.inputs_seal(inputs) == choice.inputs_hash,
        "stale": stale(request, found, choice),
        "warnings": texts.warnings(result, inputs),
        "undecided": [(item, texts.undecided(item, inputs)) for item in inputs.undecided],
        "formats": [(name, name.upper()) for name in FORMATS],
    }
    if "infeasible" in result:
        clash = result["infeasible"]
        context["clash"] = [texts.rule_text(rule, inputs) for rule in clash["rules"]]
        context["repairs"] = [texts.repair_text(repair, inputs) for repair in clash["repairs"]]
        return context
    if "solution" not in result:
        return context
    rows = result_rows(result, inputs)
    return context | {
        "found": result["solution"],
        "headline": texts.headline(result),
        "worst_range": texts.worst_range(result["solution"]),
        "proof": texts.proof(result),
        "inside": [row for row in rows if row.inside],
        "outside": [row for row in rows if not row.inside],
        "rank": rank_facts(result.get("rank")),
        "money": charts.money(result),
        "money_table": charts.money_table(result),
        "frontier": charts.frontier(result),
        "firmness": charts.firmness(result, inputs),
        "core": result["core"],
        "tables": [charts.targets(result, inputs), charts.sensitivity(result, inputs),
                   charts.rivals(result, inputs), charts.cautions(result, inputs)],
    }  # fmt: skip


def stale(request: HttpRequest, found: Study, choice: Choice) -> bool:
    """Whether the study assumes something else today than when this was computed."""
    try:
        return queries.inputs_seal(queries.inputs_of(found, request.user)) != choice.inputs_hash
    except (NoSuchEditionError, NotPossibleError):
        return True


@login_required
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the portfolio; a small one is computed at once."""
    found = study_or_404(request, pk)
    require(request.user, EDIT)
    try:
        choice = actions.ask_for_choice(request.user, pk)
    except (actions.StudyError, NoSuchEditionError, NotPossibleError) as error:
        messages.error(request, str(error))
        return redirect(found)
    if running.small(choice):
        running.run_choice(choice.pk)
    else:
        messages.info(request, _("The portfolio is being computed; this page shows it when it is done."))
    return redirect(found)


@login_required
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    found = study_or_404(request, pk)
    done(request, lambda: actions.archive_study(request.user, pk), _("The study is archived."))
    return redirect(found)


@login_required
@require_safe
def download(request: HttpRequest, pk: int, number: int, form: str) -> HttpResponse:
    """The decision paper of one result as a file."""
    found = study_or_404(request, pk)
    choice = queries.choices_of(found).filter(number=number, state=Choice.DONE).first()
    if choice is None or form not in FORMATS or "solution" not in choice.result:
        raise Http404("no such result or format")
    return file_response(paper(found, choice), form)
