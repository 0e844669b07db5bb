"""Decisions about a measure as a whole: release a report, override the light, let it go on as another."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import Measure, Rating, StatusReport
from steuerrad.modules.strategy.portfolio.actions import reports, succession
from steuerrad.modules.strategy.portfolio.actions.rating import rate
from steuerrad.modules.strategy.portfolio.actions.steered import may_steer
from steuerrad.modules.strategy.portfolio.forms import (
    OverrideForm,
    RatingForm,
    ReasonForm,
    ReleaseForm,
    SuccessionForm,
)
from steuerrad.modules.strategy.portfolio.permissions import RATE, RELEASE_REPORT, STEER
from steuerrad.modules.strategy.portfolio.queries import rating as rating_queries
from steuerrad.modules.strategy.portfolio.rules.succession import SuccessionKind
from steuerrad.modules.strategy.portfolio.views.edit import back_to, shown
from steuerrad.modules.strategy.portfolio.views.parts import measure_or_404, portfolio_crumbs
from steuerrad.modules.strategy.views.writing import attempt, told
from steuerrad.platform.accounts.access import allowed, require


@login_required
def release(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Release a draft; the version is the one that was read."""
    require(request.user, RELEASE_REPORT)
    measure = measure_or_404(number)
    draft = get_object_or_404(
        StatusReport.objects.select_related("measure"), pk=pk, measure=measure, state="draft"
    )
    initial = {"version": draft.version, "published_on": clock.today()}
    form = ReleaseForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if attempt(
            request, form,
            lambda: reports.release_report(request.user, draft, version=data["version"], published_on=data["published_on"]),
            _("The report is released and frozen."),
        ):  # fmt: skip
            return redirect("strategy:report", number=measure.number, pk=pk)
    lead = _("The report is frozen together with milestones, money and light as they stand now.")
    return shown(request, measure, form, _("Release the status report"), "report", lead=lead)


@login_required
def override(request: HttpRequest, number: str) -> HttpResponse:
    measure = measure_or_404(number)
    if not may_steer(request.user, measure):
        raise PermissionDenied
    form = OverrideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and attempt(
        request, form, lambda: reports.override_light(request.user, measure, **form.cleaned_data),
        _("The light is set; the computed one stays visible beside it."),
    ):  # fmt: skip
        return redirect(back_to(measure))
    return shown(request, measure, form, _("Set the light by hand"))


@login_required
@require_POST
def withdraw_override(request: HttpRequest, number: str) -> HttpResponse:
    measure = measure_or_404(number)
    told(
        request,
        lambda: reports.withdraw_override(request.user, measure),
        _("The computed light counts again."),
    )
    return redirect(back_to(measure))


@login_required
def replace(request: HttpRequest, number: str) -> HttpResponse:
    """Merge, supersede or split."""
    require(request.user, STEER)
    measure = measure_or_404(number)
    if measure.replaced:
        raise Http404("it has gone on already")
    form = SuccessionForm(request.POST if request.method == "POST" else None, measure=measure)
    if request.method == "POST" and form.is_valid() and attempt(
        request, form, lambda: go_on(request, measure, form), _("The measure goes on; its number leads there."),
    ):  # fmt: skip
        return redirect(measure)
    lead = _("History, reports and money stay with the old number, which leads on to the new ones.")
    return shown(request, measure, form, _("Merge, split or supersede"), lead=lead)


def go_on(request: HttpRequest, measure: Measure, form: SuccessionForm) -> None:
    data = form.cleaned_data
    if data["kind"] == SuccessionKind.SPLIT:
        parts = [succession.NewMeasure(number, title) for number, title in form.lines()]
        succession.split_measure(request.user, measure, parts, reason=data["reason"])
        return
    into = get_object_or_404(Measure, number=data["into"])
    if data["kind"] == SuccessionKind.MERGED:
        succession.merge_measures(request.user, [measure], into, reason=data["reason"])
    else:
        succession.supersede_measure(request.user, measure, into, reason=data["reason"])


@login_required
def restore(request: HttpRequest, number: str) -> HttpResponse:
    require(request.user, STEER)
    measure = measure_or_404(number)
    if not measure.replaced:
        raise Http404("it stands")
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and attempt(
        request, form, lambda: succession.restore_measure(request.user, measure, reason=form.cleaned_data["reason"]),
        _("The measure stands again."),
    ):  # fmt: skip
        return redirect(measure)
    return shown(request, measure, form, _("Let the measure stand again"))


@login_required
def rating(request: HttpRequest, number: str) -> HttpResponse:
    """One's own rating; after it, what all say."""
    measure = measure_or_404(number)
    rates = allowed(request.user, RATE)
    criteria = rating_queries.criteria()
    if not criteria or measure.replaced:
        raise Http404("nothing to rate")
    sees = rating_queries.sees_ratings(request.user, measure)
    if not rates and not sees:
        raise PermissionDenied
    held = rating_queries.own_ratings(request.user, measure)
    form = RatingForm(request.POST if request.method == "POST" else None, criteria=criteria, held=held)
    if request.method == "POST":
        require(request.user, RATE)
        if form.is_valid() and attempt(
            request, form, lambda: rate(request.user, measure, form.grades()), _("Your rating is kept.")
        ):
            return redirect("strategy:rating", number=measure.number)
    context = {
        "heading": _("Rate a measure"),
        "preline": str(measure),
        "lead": measure.summary,
        "breadcrumbs": portfolio_crumbs((_("Rating"), reverse("strategy:ranking")), (measure.number, "")),
        "measure": measure,
        "form": form if rates else None,
        "sees": sees,
        "spread": rating_queries.spread_of(measure, criteria) if sees else [],
        "demo": sees and Rating.objects.filter(measure=measure, demo=True).exists(),
    }
    return render(request, "strategy/portfolio/rating.html", context, status=422 if form.errors else 200)


@require_safe
def ranking(request: HttpRequest) -> HttpResponse:
    """The rated measures with the ranges of their ranks."""
    group = request.GET.get("criteria", "")
    group = group if group in {"lever", "complement"} else ""
    found = rating_queries.ranking(request.user, group)
    rates = allowed(request.user, RATE)
    done, every = rating_queries.rating_progress(request.user) if rates else (0, 0)
    context = {
        "heading": _("Rating by the strategy's own criteria"),
        "breadcrumbs": portfolio_crumbs((_("Rating"), "")),
        "criteria": rating_queries.criteria(),
        "group": group,
        "ranking": found,
        "rates": rates,
        "done": done,
        "every": every,
        "level": round(found.level * 100),
        "following": rating_queries.next_to_rate(request.user) if rates else None,
    }
    return render(request, "strategy/portfolio/ranking.html", context)
