"""Charts for other people's pages: a small page for an <iframe> and the picture alone as SVG."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt

from steuerrad.modules.strategy.charts import value_chart, wheel_spec
from steuerrad.modules.strategy.public.feeds import MAX_AGE_SECONDS, language_of
from steuerrad.modules.strategy.queries import kpis as kpi_queries
from steuerrad.modules.strategy.queries import structure
from steuerrad.platform.ui.charts.draw import NARROW, WIDE, draw
from steuerrad.platform.ui.charts.specs import Chart
from steuerrad.platform.ui.charts.wheel import draw_wheel

View = Callable[..., HttpResponse]
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def public_picture(view: View) -> View:
    """In the language that the address names, the same for everybody, and kept by caches for a while."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        with translation.override(language_of(request)):
            response = view(request, *args, **options)
        response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
        return response

    return inner


def framed(view: View) -> View:
    """May stand in any page's frame: there is nothing to click that does anything for a signed-in person."""
    return xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(public_picture(view)))


def kpi_spec(code: str) -> Chart:
    found = kpi_queries.kpi(code)
    values = kpi_queries.series(found)
    if not values:
        raise Http404
    return value_chart(found, values, kpi_queries.comparable_target(found))


@framed
def kpi(request: HttpRequest, code: str) -> HttpResponse:
    """The chart of a KPI with its table, for an <iframe>."""
    context = {"chart": kpi_spec(code), "heading": code, "page": reverse("strategy:kpi", args=[code])}
    return render(request, "strategy/public/embed.html", context)


@framed
def wheel(request: HttpRequest) -> HttpResponse:
    """The strategy's wheel, for an <iframe>."""
    context = {"wheel": wheel_spec(structure.wheel()), "page": reverse("strategy:public")}
    return render(request, "strategy/public/embed.html", context)


@public_picture
def kpi_picture(request: HttpRequest, code: str) -> HttpResponse:
    """The chart of a KPI as SVG; ?width=narrow for a phone."""
    width = NARROW if request.GET.get("width") == "narrow" else WIDE
    return picture(draw(kpi_spec(code), width, "picture"))


@public_picture
def wheel_picture(request: HttpRequest) -> HttpResponse:
    return picture(draw_wheel(wheel_spec(structure.wheel()), 800.0, "picture"))


def picture(svg: str) -> HttpResponse:
    """SVG as a file of its own. The policy keeps a hostile text in it from ever running."""
    response = HttpResponse(XML + svg, content_type="image/svg+xml; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response
