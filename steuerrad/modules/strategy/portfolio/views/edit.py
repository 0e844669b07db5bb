"""Forms for everything that is entered about a measure: one table of kinds, three views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.modules.strategy.models import (
    BudgetLine,
    Decision,
    Dependency,
    Measure,
    Milestone,
    Risk,
    StaffDays,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio import forms
from steuerrad.modules.strategy.portfolio.actions import milestones, money, reports, risks
from steuerrad.modules.strategy.portfolio.actions.steered import may_steer
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind as DependencyKind
from steuerrad.modules.strategy.portfolio.views.parts import measure_crumbs, measure_or_404
from steuerrad.modules.strategy.views.writing import attempt

Data = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One sort of entry. change None: it is only added and removed. scope: further conditions of a row."""

    model: type[models.Model]
    form: type[forms.VersionedForm]
    titles: tuple[Any, Any, Any]  # add, change, remove
    add: Callable[[Any, Measure, Data], Any]
    change: Callable[[Any, Any, Data], Any] | None = None
    remove: Callable[[Any, Any, str], Any] | None = None
    scope: tuple[tuple[str, Any], ...] = ()
    owner: str = "measure"


def plain(data: Data) -> Data:
    return {name: value for name, value in data.items() if name != "version"}


def change_staff(user: Any, row: StaffDays, data: Data) -> Any:
    return money.set_staff_days(
        user, row.measure, row.organisation, row.year, planned=data["planned"], spent=data["spent"],
        note=data["note"], version=data["version"] or 0, demo=row.demo,
    )  # fmt: skip


def add_staff(user: Any, measure: Measure, data: Data) -> Any:
    return money.set_staff_days(
        user, measure, data["organisation"], data["year"], planned=data["planned"], spent=data["spent"],
        note=data["note"],
    )  # fmt: skip


def add_dependency(user: Any, measure: Measure, data: Data) -> Any:
    return milestones.add_dependency(
        user, measure, data["target"], DependencyKind(data["kind"]), note=data["note"]
    )


def versioned(change: Callable[..., Any]) -> Callable[[Any, Any, Data], Any]:
    return lambda user, row, data: change(user, row, version=data["version"] or 0, **plain(data))


def removing(remove: Callable[..., Any]) -> Callable[[Any, Any, str], Any]:
    return lambda user, row, reason: remove(user, row, reason=reason)


KINDS: dict[str, Kind] = {
    "milestone": Kind(
        Milestone, forms.MilestoneForm,
        (gettext_lazy("Add a milestone"), gettext_lazy("Change a milestone"), gettext_lazy("Remove a milestone")),
        lambda user, measure, data: milestones.add_milestone(user, measure, **plain(data)),
        versioned(milestones.change_milestone), removing(milestones.remove_milestone), (("retired", False),),
    ),
    "budget": Kind(
        BudgetLine, forms.BudgetForm,
        (gettext_lazy("Add a budget line"), gettext_lazy("Correct a budget line"), ""),
        lambda user, measure, data: money.plan_budget(user, measure, **plain(data)),
        lambda user, row, data: money.correct_budget(user, row, **plain(data)), None, (("superseded", False),),
    ),
    "staff": Kind(
        StaffDays, forms.StaffForm,
        (gettext_lazy("Add staff days"), gettext_lazy("Change staff days"), gettext_lazy("Remove staff days")),
        add_staff, change_staff, removing(money.remove_staff_days),
    ),
    "risk": Kind(
        Risk, forms.RiskForm, (gettext_lazy("Add a risk"), gettext_lazy("Change a risk"), ""),
        lambda user, measure, data: risks.add_risk(user, measure, **plain(data)), versioned(risks.change_risk),
    ),
    "decision": Kind(
        Decision, forms.DecisionForm,
        (gettext_lazy("Add a decision"), gettext_lazy("Change a decision"), gettext_lazy("Remove a decision")),
        lambda user, measure, data: risks.add_decision(user, measure, **plain(data)),
        versioned(risks.change_decision), removing(risks.remove_decision),
    ),
    "report": Kind(
        StatusReport, forms.ReportForm,
        (gettext_lazy("Write a status report"), gettext_lazy("Go on with the status report"), gettext_lazy("Throw the draft away")),
        lambda user, measure, data: reports.begin_report(user, measure, **plain(data)),
        versioned(reports.edit_report), removing(reports.discard_report), (("state", "draft"),),
    ),
    "dependency": Kind(
        Dependency, forms.DependencyForm,
        (gettext_lazy("Add a dependency"), "", gettext_lazy("Remove a dependency")), add_dependency, None,
        removing(milestones.remove_dependency), (), "source",
    ),
}  # fmt: skip


def steerable(request: HttpRequest, number: str, kind: str) -> tuple[Measure, Kind]:
    found = measure_or_404(number)
    if kind not in KINDS:
        raise Http404("no such kind of entry")
    if not may_steer(request.user, found):
        raise PermissionDenied
    return found, KINDS[kind]


def row_of(measure: Measure, kind: Kind, pk: int) -> Any:
    rows = kind.model._default_manager.select_related(kind.owner)
    return get_object_or_404(rows, pk=pk, **{kind.owner: measure}, **dict(kind.scope))


def back_to(measure: Measure, kind: str = "") -> str:
    address = reverse("strategy:steering", args=[measure.number])
    return f"{address}#{kind}" if kind else address


@login_required
def new(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    measure, made = steerable(request, number, kind)
    form = made.form(request.POST if request.method == "POST" else None, measure=measure)
    done = False
    if request.method == "POST" and form.is_valid():
        done = attempt(request, form, lambda: made.add(request.user, measure, form.cleaned_data), _("Saved."))
    return redirect(back_to(measure, kind)) if done else shown(request, measure, form, made.titles[0], kind)


@login_required
def change(request: HttpRequest, number: str, kind: str, pk: int) -> HttpResponse:
    measure, made = steerable(request, number, kind)
    if made.change is None:
        raise Http404("this is not changed")
    row = row_of(measure, made, pk)
    form = made.form(request.POST if request.method == "POST" else None, measure=measure, row=row)
    write = made.change
    if request.method == "POST" and form.is_valid():
        if attempt(request, form, lambda: write(request.user, row, form.cleaned_data), _("Saved.")):
            return redirect(back_to(measure, kind))
        theirs = newer(form, row)
        if theirs:
            return shown(request, measure, form, made.titles[1], kind, theirs=theirs)
    return shown(request, measure, form, made.titles[1], kind)


def newer(form: forms.VersionedForm, row: Any) -> list[tuple[Any, Any]]:
    """(field, what stands now) where somebody else has changed the row meanwhile; sending again is then based on that.

    What was typed stays. Empty when nobody has, or when the row is gone.
    """
    now = type(row)._default_manager.filter(pk=row.pk).first()
    seen = form.cleaned_data.get("version")
    if now is None or seen is None or getattr(now, "version", seen) == seen:
        return []
    form.data = form.data.copy()
    form.data["version"] = str(now.version)  # type: ignore[index]
    typed = {name: value for name, value in form.cleaned_data.items() if hasattr(now, name)}
    return [
        (form.fields[name].label, wording(now, name))
        for name, value in typed.items()
        if name not in ("version", "after", "after_measures") and getattr(now, name) != value
    ]


def wording(row: Any, name: str) -> Any:
    said = getattr(row, f"get_{name}_display", None)
    value = said() if said else getattr(row, name)
    return value if value not in (None, "") else "–"


@login_required
def remove(request: HttpRequest, number: str, kind: str, pk: int) -> HttpResponse:
    measure, made = steerable(request, number, kind)
    if made.remove is None:
        raise Http404("this is not removed")
    row = row_of(measure, made, pk)
    form = forms.ReasonForm(request.POST if request.method == "POST" else None)
    take, done = made.remove, False
    if request.method == "POST" and form.is_valid():
        done = attempt(
            request, form, lambda: take(request.user, row, form.cleaned_data["reason"]), _("Saved.")
        )
    if done:
        return redirect(back_to(measure, kind))
    return shown(request, measure, form, made.titles[2], kind, lead=str(row))


def shown(
    request: HttpRequest, measure: Measure, form: Form, heading: Any, kind: str = "", *, lead: Any = "",
    theirs: Sequence[tuple[Any, Any]] = (),
) -> HttpResponse:  # fmt: skip
    context = {
        "heading": heading,
        "preline": str(measure),
        "lead": lead,
        "breadcrumbs": measure_crumbs(measure, (_("Steering"), back_to(measure)), (heading, "")),
        "form": form,
        "cancel_url": back_to(measure, kind),
        "submit": _("Save"),
        "theirs": theirs,
    }
    return render(request, "strategy/portfolio/form.html", context, status=422 if form.errors else 200)
