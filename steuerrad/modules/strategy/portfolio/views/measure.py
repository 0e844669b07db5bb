"""One measure: its steering, a published report, and where a replaced one leads."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.modules.strategy.models import Measure, StatusReport
from steuerrad.modules.strategy.portfolio.actions.steered import may_steer
from steuerrad.modules.strategy.portfolio.permissions import RATE, RELEASE_REPORT, STEER
from steuerrad.modules.strategy.portfolio.queries.access import may_read
from steuerrad.modules.strategy.portfolio.queries.measure import steering_part
from steuerrad.modules.strategy.portfolio.queries.steering import published
from steuerrad.modules.strategy.portfolio.queries.succession import final_measures, of_old
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState
from steuerrad.modules.strategy.portfolio.views.parts import measure_crumbs, measure_or_404, programme_names
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.city.queries import documents


def steering_context(request: HttpRequest, measure: Measure) -> dict[str, Any]:
    """What the part on the measure's own page needs."""
    return {
        "steering": steering_part(measure, request.user),
        "programme_names": programme_names(),
        "may_steer": may_steer(request.user, measure),
        "may_rate": allowed(request.user, RATE),
    }


@require_safe
def steering(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about the steering of one measure; forms are behind the links."""
    found = measure_or_404(number)
    if found.replaced:
        return redirect(found)
    context = {
        "heading": _("Steering"),
        "preline": str(found),
        "breadcrumbs": measure_crumbs(found, (_("Steering"), "")),
        "measure": found,
        "sources": documents(),
        "may_release": allowed(request.user, RELEASE_REPORT),
        "may_replace": allowed(request.user, STEER),
        **steering_context(request, found),
    }
    return render(request, "strategy/portfolio/steering.html", context)


@require_safe
def report(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A status report with what it froze; a draft for those who may read it."""
    found = measure_or_404(number)
    item = StatusReport.objects.filter(pk=pk, measure=found).select_related("author", "released_by").first()
    reads = may_read(request.user, found)
    if item is None or not (reads or published().filter(pk=pk).exists()):
        raise Http404("no such report")
    hands = set(item.hands.values_list("pk", flat=True)) | {item.author_id}  # type: ignore[attr-defined]
    draft = item.state == ReportState.DRAFT
    context = {
        "heading": _("Status report"),
        "preline": str(found),
        "breadcrumbs": measure_crumbs(
            found,
            (_("Steering"), reverse("strategy:steering", args=[found.number])),
            (_("Status report"), ""),
        ),
        "measure": found,
        "report": item,
        "draft": draft,
        "may_steer": draft and may_steer(request.user, found),
        "may_release": draft and allowed(request.user, RELEASE_REPORT),
        "own_work": request.user.pk in hands,
    }
    return render(request, "strategy/portfolio/report.html", context)


def replaced(request: HttpRequest, measure: Measure) -> HttpResponse:
    """The page of a number that went on as others."""
    context = {
        "heading": measure.title,
        "preline": _("Measure %(number)s") % {"number": measure.number},
        "breadcrumbs": [*measure_crumbs(measure)[:-1], (measure.number, "")],
        "measure": measure,
        "successions": of_old(measure),
        "ends": final_measures([measure.number]).get(measure.number, []),
        "history": measure.history.order_by("-since", "-pk"),  # type: ignore[attr-defined]
        "may_replace": allowed(request.user, STEER),
        "sources": documents(),
    }
    return render(request, "strategy/portfolio/replaced.html", context)
