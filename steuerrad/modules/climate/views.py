"""The pages of the climate: station, comparison of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.engines.observations import moment
from steuerrad.modules.climate import words
from steuerrad.modules.climate.doubts import Doubts, doubts_of
from steuerrad.modules.climate.figures import (
    AirFigure,
    air_figure,
    rain_figures,
    soil_figures,
    thermal_days,
)
from steuerrad.modules.climate.forms import CompareForm, PeriodForm
from steuerrad.modules.climate.links import linked_to
from steuerrad.modules.climate.periods import Stretch, stretch
from steuerrad.modules.climate.pictures import line_chart, station_charts
from steuerrad.modules.climate.queries import Series, Station, station, stations
from steuerrad.modules.climate.rules.levels import rain_windows, soil_class_source, source
from steuerrad.modules.climate.rules.thermal import Days
from steuerrad.modules.climate.subjects import SUBJECTS, by_key
from steuerrad.platform.ui.charts.specs import Table

MOST_COMPARED = 5
#: Places that are listed to choose from; the others are found by name.
MOST_PLACES = 60
#: Series that one page follows live (modules/sensors refuses more).
MOST_LIVE = 500


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Home"), reverse("home")), (_("City climate"), reverse("climate:index")), *steps]


def subjects_of(found: Sequence[Station]) -> list[str]:
    keys = {series.key for one in found for series in one.series}
    return [subject.key for subject in SUBJECTS if keys & set(subject.keys)]


def row(one: Station, series: Series, decimals: int = 1) -> dict[str, Any]:
    latest = series.latest
    return {
        "station": one, "series": series, "latest": latest, "decimals": decimals,
        "value": words.value_text(series, latest, decimals), "name": words.series_name(series),
        "age": words.age(latest.age) if latest else "", "at": words.when(latest.at) if latest else "",
        "iso": latest.at.isoformat() if latest else "", "fit": bool(latest and latest.fit),
        "url": reverse("climate:station", args=[one.number]),
    }  # fmt: skip


def live(found: Sequence[Series]) -> str:
    """The address that streams new values of these series; empty without any."""
    numbers = ",".join(list(dict.fromkeys(str(one.number) for one in found))[:MOST_LIVE])
    try:
        return f"{reverse('sensors:live')}?series={numbers}" if numbers else ""
    except NoReverseMatch:  # an installation without the module that takes observations in
        return ""


@require_safe
def station_page(request: HttpRequest, number: int) -> HttpResponse:
    """One station: what it measures now, charts of a period, figures with their definitions, downloads."""
    found = station(request.user, number) if number < 2**31 else None
    if found is None:
        raise Http404
    numbers = [one.number for one in found.series]
    form, span = period_of(request, numbers)
    doubts = doubts_of(numbers, span, form.wants_doubtful)
    rain = rain_figures(found, span, doubts)
    first = found.first("air_temperature")
    days = thermal_days(first, span, doubts) if first else None
    soil, air = soil_figures(found, doubts), air_figure(found, doubts=doubts)
    context = {
        "heading": found.name, "preline": _("Station"), "breadcrumbs": crumbs((found.name, "")),
        "station": found, "filter_form": form, "stretch": span, "span": span_text(span),
        "now": [row(found, one, subject.decimals) for subject in SUBJECTS for one in found.of(subject)],
        "live": live(found.series), "doubts": doubt_link(request, doubts, numbers, span),
        "charts": station_charts(found, span, rain, doubts=doubts),
        "sentences": [
            *(words.heat_sentences(days) if days else []), *(words.rain_sentences(rain) if rain else []),
            *words.soil_sentences(soil), *(words.air_sentences(air) if air else []),
        ],
        "days": day_table(days) if days else None, "days_source": source("days"),
        "rain": rain, "peaks": [peak_row(peak) for peak in rain.peaks] if rain else [],
        "rain_source": source("rain"),
        "soil": [(one, words.series_name(one.series), words.soil_text(one), words.soil_state(one),
                  words.SOIL_TYPES.get(one.soil, one.soil)) for one in soil],
        "soil_source": source("soil"), "soil_classes": soil_class_source(), "air": air_table(air) if air else None,
        "air_figure": air, "air_badge": air_badge(air), "periods": PeriodForm().fields["period"].choices,  # type: ignore[attr-defined]
    }  # fmt: skip
    return render(request, "climate/station.html", context)


def period_of(request: HttpRequest, numbers: Sequence[int]) -> tuple[PeriodForm, Stretch]:
    bound = any(name in request.GET for name in ("period", "since", "until", "doubtful"))
    form = PeriodForm(request.GET if bound else None, initial={"period": "week"})
    good = form.cleaned_data if bound and form.is_valid() else {}
    name = good.get("period") or "week"
    return form, stretch(name, numbers, good.get("since"), good.get("until"))


def doubt_link(
    request: HttpRequest, doubts: Doubts, numbers: Sequence[int], span: Stretch
) -> dict[str, Any] | None:
    """How many values of the period quality control objects to, and the address that shows or hides them."""
    count = doubts.count(numbers, span.low, span.high)
    if not count:
        return None
    query = request.GET.copy()
    if doubts.shown:
        query.pop("doubtful", None)
    else:
        query["doubtful"] = "1"
    return {"count": count, "shown": doubts.shown, "url": f"?{query.urlencode()}"}


def span_text(span: Stretch) -> str:
    return _("%(start)s to %(end)s") % {"start": words.when(span.start), "end": words.when(span.end)}


def day_table(days: Days) -> Table:
    rows = tuple(
        (str(title), str(days.tally(name).yes), str(days.tally(name).open))
        for name, title in words.DAY_TITLES.items()
    )
    header = (_("Kind of day"), _("Days"), _("Days with too few readings"))
    return Table(_("Days by temperature"), header, rows, (False, True, True))


def peak_row(peak: Any) -> dict[str, Any]:
    window = next(item for item in rain_windows() if item.hours == peak.hours)
    return {
        "hours": peak.hours, "mm": words.number(peak.mm), "level": words.RAIN_LEVELS[peak.level],
        "state": words.RAIN_STATES[peak.level], "known": peak.mm is not None,
        "bounds": " / ".join(words.number(bound, 0) for bound in window.bounds),
        "end": words.when(moment(peak.end)) if peak.end is not None else "–",
    }  # fmt: skip


def air_table(figure: AirFigure) -> Table:
    rows = tuple(
        (words.POLLUTANTS[name], words.number(figure.means.get(name), 0), str(figure.index.hours[name]),
         str(words.AIR_CLASSES[figure.quality.classes[name]]) if name in figure.quality.classes else "–")
        for name in figure.index.bounds
    )  # fmt: skip
    header = (_("Pollutant"), _("Mean (µg/m³)"), _("over hours"), _("Class"))
    return Table(_("Air quality index"), header, rows, (False, True, True, False))


def air_badge(figure: AirFigure | None) -> tuple[str, Any] | None:
    worst = figure.quality.worst if figure else None
    return (words.AIR_STATES[worst], words.AIR_CLASSES[worst]) if worst else None


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The same subject at up to five places in one chart, and their figures side by side."""
    found = stations(request.user, latest=False)
    present = [key for key in subjects_of(found) if key != "rain"]
    wanted = request.GET.get("show", "")
    subject = by_key()[wanted if wanted in present else (present[0] if present else "temperature")]
    able = [one for one in found if one.of(subject)]
    first = [
        str(one.number) for one in sorted(able, key=lambda one: one.simulated)[:3]
    ]  # what is measured first
    bound = bool(request.GET)
    choices, more = places(able, set(request.GET.getlist("station") or first), request.GET.get("q", ""))
    form = CompareForm(
        request.GET if bound else None, subjects=present, stations=choices, searched=len(able) > MOST_PLACES,
        initial={"show": subject.key, "period": "week", "station": first},
    )  # fmt: skip
    good = form.cleaned_data if bound and form.is_valid() else {}
    picked = set(good.get("station") or first)
    chosen = [(one.name, one.of(subject)[0]) for one in able if str(one.number) in picked][:MOST_COMPARED]
    span = stretch(
        good.get("period") or "week", [one.number for _n, one in chosen], good.get("since"), good.get("until")
    )
    numbers = [one.number for _name, one in chosen]
    doubts = doubts_of(numbers, span, form.wants_doubtful)
    title = _("%(subject)s in comparison") % {"subject": subject.title}
    context = {
        "heading": _("Compare places"), "breadcrumbs": crumbs((_("Compare places"), "")), "filter_form": form,
        "chart": line_chart(title, subject, chosen, span, doubts=doubts) if chosen else None, "span": span_text(span), "stretch": span,
        "simulated": any(one.simulated for one in able if str(one.number) in picked),
        "days": heat_table(chosen, span, doubts) if subject.key == "temperature" and chosen else None,
        "days_source": source("days"), "doubts": doubt_link(request, doubts, numbers, span),
        "links": linked_to(["compare"], request.user), "places_more": more,
    }  # fmt: skip
    return render(request, "climate/compare.html", context)


def places(able: Sequence[Station], picked: set[str], name: str) -> tuple[list[tuple[str, str]], int]:
    """Places to choose from: those chosen, then those with the name in theirs; and how many more there are."""
    text = name.strip()[:100].casefold()
    first = [one for one in able if str(one.number) in picked]
    others = [one for one in able if str(one.number) not in picked and text in one.name.casefold()]
    listed = [*first, *others[: max(0, MOST_PLACES - len(first))]]
    return [(str(one.number), one.name) for one in listed], len(first) + len(others) - len(listed)


def heat_table(chosen: Sequence[tuple[str, Series]], span: Stretch, doubts: Doubts) -> Table:
    names = tuple(words.DAY_TITLES)
    rows = []
    for name, one in chosen:
        days = thermal_days(one, span, doubts)
        tallies = [days.tally(kind) for kind in names]
        rows.append((name, *(str(tally.yes) for tally in tallies), str(max(tally.open for tally in tallies))))
    header = (_("Station"), *(str(words.DAY_TITLES[kind]) for kind in names), _("Days with too few readings"))
    return Table(_("Days by temperature"), header, tuple(rows), (False, *(True for _title in header[1:])))
