"""The strategy at a glance, themes and fields."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.charts import wheel_spec
from steuerrad.modules.strategy.models import Field, Theme
from steuerrad.modules.strategy.queries import kpis as kpi_queries
from steuerrad.modules.strategy.queries import measures as measure_queries
from steuerrad.modules.strategy.queries import overview, structure
from steuerrad.modules.strategy.rules.progress import STALE_AFTER_DAYS
from steuerrad.modules.strategy.views.parts import crumbs, page_of


def index(request: HttpRequest) -> HttpResponse:
    """The wheel, its list and the ways into the strategy."""
    themes = structure.wheel()
    city = request.city  # type: ignore[attr-defined]
    context = {
        "heading": (city.strategy_title if city else "") or _("Strategy"),
        "breadcrumbs": crumbs()[:2],
        "wheel": wheel_spec(themes),
        "figures": overview.figures(themes),
    }
    return render(request, "strategy/index.html", context)


def theme(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Theme, code=code, retired=False)
    state = next(item for item in structure.wheel() if item.theme.pk == found.pk)
    context = {
        "heading": found.title,
        "preline": _("Theme %(code)s") % {"code": found.code},
        "lead": found.goal,
        "breadcrumbs": crumbs((found.title, "")),
        "state": state,
        "theme": found,
        "kpis": kpi_queries.with_newest(list(kpi_queries.kpis(kpi_queries.KpiFilter(theme=code)))),
    }
    return render(request, "strategy/theme.html", context)


def field(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Field.objects.select_related("theme"), code=code, retired=False)
    wanted = measure_queries.MeasureFilter(field=code)
    context = {
        "heading": found.title,
        "preline": _("Field of action %(code)s") % {"code": found.code},
        "breadcrumbs": crumbs((found.theme.title, found.theme.get_absolute_url()), (found.title, "")),
        "field": found,
        "measures": list(measure_queries.measures(wanted)),
        "kpis": kpi_queries.with_newest(list(kpi_queries.kpis(kpi_queries.KpiFilter(field=code)))),
        "targets": list(found.targets.filter(retired=False, measure=None, kpi=None)),  # type: ignore[attr-defined]
    }
    return render(request, "strategy/field.html", context)


def attention(request: HttpRequest) -> HttpResponse:
    """Measures that need attention, with the rules that found them."""
    stale, newest = measure_queries.stale_count()
    context = {
        "heading": _("What needs attention"),
        "breadcrumbs": crumbs((_("What needs attention"), "")),
        "page_obj": page_of(request, measure_queries.needing_attention(), 50),
        "stale": stale,
        "newest": newest,
        "stale_days": STALE_AFTER_DAYS,
        "measures_url": reverse("strategy:measures"),
    }
    return render(request, "strategy/attention.html", context)
