"""One series at one address: page, downloads by content negotiation, picture and page for other people's frames."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from steuerrad.modules.climate import downloads, words
from steuerrad.modules.climate.doubts import Doubts, doubts_of
from steuerrad.modules.climate.periods import SPANS, Stretch, stretch
from steuerrad.modules.climate.pictures import line_chart, origin_line
from steuerrad.modules.climate.queries import Series, Station, point_of, series, stations
from steuerrad.modules.climate.subjects import Subject, subject_of
from steuerrad.modules.climate.views import crumbs, doubt_link, period_of, span_text
from steuerrad.platform.ui.charts.draw import NARROW, WIDE, draw
from steuerrad.platform.ui.charts.specs_time import TimeChart

XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: What a caller accepts → the form; the page comes first, so that */* gets it.
ACCEPTED = {
    "text/html": "html", "application/json": "json", "text/csv": "csv", "application/geo+json": "geojson",
    "application/vnd.apache.parquet": "parquet", "application/vnd.apache.arrow.stream": "arrow",
}  # fmt: skip
MAX_AGE_SECONDS = 300


def found_or_404(user: Any, number: int) -> Series:
    one = series(user, number) if number < 2**31 else None
    if one is None:
        raise Http404
    return one


@require_safe
def series_page(request: HttpRequest, number: int) -> HttpResponse:
    """A page for people, a file for programs: ?format=, or what the Accept header prefers."""
    one = found_or_404(request.user, number)
    form = request.GET.get("format") or negotiated(request)
    if form == "html":
        response = page(request, one)
    elif form not in downloads.FORMATS:
        known = ", ".join(("html", *downloads.FORMATS))
        response = refused("format", _("Known formats are %(formats)s.") % {"formats": known})
    else:
        response = download(request, one, form)
    patch_vary_headers(response, ("Accept",))
    return response


def negotiated(request: HttpRequest) -> str:
    if request.headers.get("Accept", "*/*").strip() in ("", "*/*"):
        return "html"
    preferred = request.get_preferred_type(list(ACCEPTED))
    return ACCEPTED[preferred] if preferred else "none of what is accepted"


def refused(name: str, reason: str) -> JsonResponse:
    answer = JsonResponse({"message": reason, "parameter": name}, status=400)
    answer["Cache-Control"] = "no-store"
    return answer


def download(request: HttpRequest, one: Series, form: str) -> HttpResponse:
    try:
        given = {name: str(value) for name, value in request.GET.items()}
        asked = downloads.question(form, given, settings.TIME_ZONE)
        table = downloads.table(one, asked)
    except downloads.QuestionError as error:
        return refused(error.name, error.reason)
    kind, ending = downloads.FORMATS[form]
    response = HttpResponse(downloads.content(one, asked, table), content_type=kind)
    simulated = "simulated-" if one.stream.thing.origin == "simulated" else ""
    response["Content-Disposition"] = f'attachment; filename="{simulated}series-{one.number}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def page(request: HttpRequest, one: Series) -> HttpResponse:
    form, span = period_of(request, [one.number])
    doubts = doubts_of([one.number], span, form.wants_doubtful)
    thing = one.stream.thing
    station = Station(thing, point_of(thing), (one,))
    address = reverse("climate:series", args=[one.number])
    context = {
        "heading": words.series_name(one), "preline": thing.name, "series": one, "station": station,
        "breadcrumbs": crumbs((thing.name, reverse("climate:station", args=[thing.pk])) if one.key else (thing.name, ""),
                              (words.series_name(one), "")),
        "filter_form": form, "stretch": span, "span": span_text(span), "chart": chart(one, span, doubts),
        "doubts": doubt_link(request, doubts, [one.number], span),
        "extent": downloads.first_and_last(one), "address": address,
        "whole": request.build_absolute_uri(address),
        "embed": request.build_absolute_uri(reverse("climate:embed", args=[one.number])) if thing.public else "",
        "forms": list(downloads.TITLES.items()),
    }  # fmt: skip
    return render(request, "climate/series.html", context)


def chart(one: Series, span: Stretch, doubts: Doubts) -> TimeChart:
    if one.key:
        subject = subject_of(one.key)
    else:
        subject = Subject("other", one.stream.observed_property.name, (), one.unit or "", 2, 0, 1)
    name = words.series_name(one)
    station = Station(one.stream.thing, None, (one,))
    title = _("%(series)s, %(station)s") % {"series": name, "station": station.name}
    return line_chart(title, subject, [(name, one)], span, origin_line(station), doubts)


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As everybody sees it, in the language that the address names (?lang=), kept by caches for a while."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        wanted = request.GET.get("lang", "")
        with translation.override(wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
            response = view(request, *args, **options)
        response["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
        return response

    return inner


def shown_to_all(request: HttpRequest, number: int) -> TimeChart:
    """The chart of a series that is open to everyone. ?period= of a day, week, month, year or all. Raises Http404."""
    one = found_or_404(AnonymousUser(), number)
    name = request.GET.get("period", "week")
    if name not in (*SPANS, "all"):
        raise Http404
    span = stretch(name, [one.number])
    return chart(one, span, doubts_of([one.number], span))


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@public
def embed(request: HttpRequest, number: int) -> HttpResponse:
    """The chart with its table, for an <iframe>."""
    context = {"chart": shown_to_all(request, number), "page": reverse("climate:series", args=[number])}
    return render(request, "climate/embed.html", context)


@require_safe
@public
def picture(request: HttpRequest, number: int) -> HttpResponse:
    """The chart as SVG; ?width=narrow for a phone."""
    width = NARROW if request.GET.get("width") == "narrow" else WIDE
    spec = shown_to_all(request, number)
    response = HttpResponse(XML + draw(spec, width, "picture"), content_type="image/svg+xml; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def stations_geojson(request: HttpRequest) -> HttpResponse:
    """All stations that the caller may see, with the latest values: a layer for any map."""
    features = []
    for one in stations(request.user):
        values = [
            {"series": item.number, "property": item.key, "depth_m": item.depth_m, "unit": item.unit,
             "value": item.latest.value, "time": item.latest.at.isoformat(), "old": item.latest.old,
             "doubtful": item.latest.doubtful}
            for item in one.series if item.latest
        ]  # fmt: skip
        features.append({
            "type": "Feature", "id": one.number,
            "geometry": {"type": "Point", "coordinates": list(one.point)} if one.point else None,
            "properties": {"name": one.name, "origin": one.thing.origin, "network": one.network,
                           "source": one.thing.source, "latest": values},
        })  # fmt: skip
    document = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(document, content_type="application/geo+json")
