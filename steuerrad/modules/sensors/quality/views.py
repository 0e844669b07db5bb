"""Pages of quality control: parse, ask, render."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.engines.quality import ParameterError
from steuerrad.modules.sensors.quality import queries
from steuerrad.modules.sensors.quality.models import QualityState
from steuerrad.modules.sensors.quality.parameter_sets import parameters_of
from steuerrad.platform.observations.queries import visible_streams

A_PAGE = 40


def crumbs(*steps: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Home"), reverse("home")), (_("Sensors"), reverse("sensors:things")), *steps]


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    rows = queries.overview(request.user)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "heading": _("Quality of the observations"), "breadcrumbs": crumbs((_("Quality of the observations"), "")),
        "page_obj": page, "total": len(rows), "run": queries.last_run(),
        "doubtful": sum(1 for row in rows if row.share),
    }  # fmt: skip
    return render(request, "sensors/quality/overview.html", context)


@require_safe
def stream(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(visible_streams(request.user), pk=pk)
    told, problem = None, ""
    try:
        told = parameters_of(found)
    except ParameterError as error:
        problem = str(error)
    episodes, count, drawn = queries.detail(found)
    words = {
        "title": _("All values, thinned out, with their range"),
        "low": _("lowest possible"), "high": _("highest possible"),
        "suspect_low": _("rare below"), "suspect_high": _("rare above"),
    }  # fmt: skip
    language = "en" if (get_language() or "").startswith("en") else "de"
    context = {
        "heading": _(found.observed_property.name), "preline": found.thing.name, "stream": found, "episodes": episodes,
        "count": count, "problem": problem, "state": QualityState.objects.filter(pk=found.pk).first(),
        "chart": queries.chart(found, drawn, told, words, language) if drawn else None,
        "breadcrumbs": crumbs((_("Quality of the observations"), reverse("sensors:quality")), (found.name, "")),
    }  # fmt: skip
    return render(request, "sensors/quality/stream.html", context)
