"""The pages of the public portal."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.charts import language, wheel_spec
from steuerrad.modules.strategy.models import Theme
from steuerrad.modules.strategy.models.measures import STATUS_LABELS
from steuerrad.modules.strategy.public import plain, queries
from steuerrad.modules.strategy.public.words import told
from steuerrad.modules.strategy.queries import structure
from steuerrad.modules.strategy.queries.kpis import state_counts
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.modules.strategy.views.parts import crumbs
from steuerrad.platform.ui.charts.specs import Part, StackedBar

NEWS_A_PAGE = 25


def overview(request: HttpRequest) -> HttpResponse:
    """What the city set out to do and where it stands, on one page."""
    themes = structure.wheel()
    states = state_counts()
    city = request.city  # type: ignore[attr-defined]
    panels = registry.panels("public")
    context = {
        "heading": _("Where %(city)s stands") % {"city": city.name if city else _("the city")},
        "breadcrumbs": crumbs((_("For the public"), "")),
        "sentences": summary(themes, states.total() - states["missing"], states.total()),
        "themes": [
            {"state": state, "sentences": plain.counts_sentences(state.counts)[2:]}
            for state in themes
        ],
        "wheel": wheel_spec(themes),
        "news": [told(item) for item in queries.news(limit=queries.NEWS_SHOWN)],
        "panels": [{"template": item.template, "context": item.context(city, request.user)} for item in panels],
        "panel_styles": list(dict.fromkeys(path for item in panels for path in item.styles)),
        "datasets": [item for item in registry.all("datasets") if not item.permission],
        "root": request.build_absolute_uri("/").rstrip("/"),
    }  # fmt: skip
    return render(request, "strategy/public/overview.html", context)


def summary(themes: list[structure.ThemeState], known: int, total: int) -> list[str]:
    """The whole strategy in a few short sentences."""
    counts: dict[str, int] = {}
    for state in themes:
        for name, number in state.counts.items():
            counts[name] = counts.get(name, 0) + number
    found = [
        _("The strategy has %(themes)s themes.") % {"themes": len(themes)},
        *plain.counts_sentences(counts),
        plain.figures_sentence(known, total),
        plain.as_of_sentence(queries.newest_entry()),
    ]
    return [text for text in found if text]


def spread(state: structure.ThemeState) -> StackedBar:
    """How the measures of a theme are spread over their states."""
    counts = state.counts
    found = [(name, counts.get(name.value, 0)) for name in Status]
    parts = tuple(Part(name.value, str(STATUS_LABELS[name]), number) for name, number in found if number)
    return StackedBar(title=_("Measures by status"), parts=parts, language=language())


def theme(request: HttpRequest, code: str) -> HttpResponse:
    """One theme: its figures and its measures, each in plain words."""
    found = get_object_or_404(Theme, code=code, retired=False)
    state = next(item for item in structure.wheel() if item.theme.pk == found.pk)
    standings = queries.standings(theme=code)
    known = [item for item in standings if item.newest is not None]
    context = {
        "heading": found.title,
        "preline": _("Theme"),
        "lead": found.goal,
        "breadcrumbs": crumbs((_("For the public"), reverse("strategy:public")), (found.title, "")),
        "theme": found,
        "chart": spread(state),
        "sentences": [
            *plain.counts_sentences(state.counts),
            plain.figures_sentence(len(known), len(standings)),
        ],
        "kpis": [(item, kpi_text(item)) for item in known],
        "missing": [item.kpi for item in standings if item.newest is None],
        "measures": [
            (item, plain.measure_sentences(item.measure, item.why, item.report, item.leads))
            for item in queries.measures(theme=code)
        ],
        "news": [told(item) for item in queries.news(theme=code, limit=queries.NEWS_SHOWN)],
    }
    return render(request, "strategy/public/theme.html", context)


def kpi_text(item: queries.Standing) -> list[str]:
    return plain.kpi_sentences(item.kpi, item.newest, item.change, item.target, item.way)


def news_list(request: HttpRequest) -> HttpResponse:
    """Everything that became public lately."""
    found: list[Any] = [told(item) for item in queries.news(limit=200)]
    context = {
        "heading": _("News of the strategy"),
        "breadcrumbs": crumbs((_("For the public"), reverse("strategy:public")), (_("News"), "")),
        "page_obj": Paginator(found, NEWS_A_PAGE).get_page(request.GET.get("page", "")[:10]),
    }
    return render(request, "strategy/public/news.html", context)
