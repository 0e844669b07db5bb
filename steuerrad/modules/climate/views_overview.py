"""The first page of the climate: all stations on a map and in a table, with the latest value and its age."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from steuerrad.kernel import clock
from steuerrad.modules.climate import city_map, words
from steuerrad.modules.climate.city_map import Section, Shown
from steuerrad.modules.climate.forms import OverviewForm
from steuerrad.modules.climate.links import linked_to
from steuerrad.modules.climate.permissions import OUTLINE
from steuerrad.modules.climate.queries import Series, Station, stations
from steuerrad.modules.climate.subjects import Subject, by_key
from steuerrad.modules.climate.views import live, row, subjects_of
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.city.outline import outline

A_PAGE = 50
#: So many stations are seen at a glance, without search and order.
FEW = 12
#: Stations of other kinds that are listed below; all of them are found by name.
MOST_OTHERS = 60
#: Names of the query that narrow the stations down.
NARROWING = ("q", "section", "page")
Pair = tuple[Station, list[Series]]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """?show= a subject, ?q= part of a name, ?order= of the table, ?section= of the map, ?page= of the table."""
    found = stations(request.user)
    present = subjects_of(found)
    mapped = [key for key in present if by_key()[key].map]
    form, wanted = overview_form(request, present, mapped)
    subject = by_key()[wanted["show"]]
    form.keep_simple(len(found) <= FEW)
    shown = [(one, series) for one in found if (series := one.of(subject))]
    part = narrowed(shown, wanted["q"], wanted["section"])
    told = city_map.means(subject, shown)
    page = Paginator(ordered([pair for pair in part if not pair[0].apart], wanted["order"]), A_PAGE).get_page(
        request.GET.get("page", "")[:10]
    )
    apart = ordered([pair for pair in part if pair[0].apart], wanted["order"])
    rows, rows_apart = table(list(page.object_list), subject), table(apart[:A_PAGE], subject)
    of_it = {one.number for one, _series in shown}
    others = [one for one in found if one.number not in of_it and (not wanted["q"] or fits(one, wanted["q"]))]
    context = {
        "heading": _("City climate"), "breadcrumbs": [(_("Home"), reverse("home")), (_("City climate"), "")],
        "stations": found, "subject": subject, "filter_form": form if mapped else None,
        "shown": rows, "page_obj": page, "apart": rows_apart, "apart_more": len(apart) - len(rows_apart),
        "maps": city_map.maps(subject, part, told, zoom_of(request), wanted["section"]),
        "narrowed": narrowed_text(part, shown) if wanted["q"] or wanted["section"] else "", "whole": whole_of(request),
        "districts": city_map.district_table(subject, told), "empty_districts": sum(one.value is None for one in told),
        "sentences": city_sentences(subject, shown), "simulated": any(one.simulated for one in found),
        "made_up": any(one.simulated for one, _series, _value in city_map.compared(shown)),
        "outline": outline(), "unplaced": sum(one.point is None for one, _series in part), "now": words.when(clock.now()),
        "others": others[:MOST_OTHERS], "others_more": max(0, len(others) - MOST_OTHERS),
        "live": live([item["series"] for item in (*rows, *rows_apart)] + [series[0] for _one, series in part]),
        "may_outline": allowed(request.user, OUTLINE), "links": linked_to(["map", f"map/{subject.key}"], request.user),
    }  # fmt: skip
    return render(request, "climate/index.html", context)


def overview_form(
    request: HttpRequest, present: list[str], mapped: list[str]
) -> tuple[OverviewForm, dict[str, Any]]:
    """The form, and what is wanted: a subject that is there, and nothing for what was wrong."""
    bound = any(name in request.GET for name in OverviewForm.base_fields)
    given = request.GET.copy()
    first = mapped[0] if mapped else "temperature"
    given.setdefault("show", first)
    form = OverviewForm(given if bound else None, initial={"show": first}, subjects=present)
    good = form.cleaned_data if bound and (form.is_valid() or form.cleaned_data) else {}
    return form, {
        "show": good.get("show") or first, "q": good.get("q", "").strip(), "order": good.get("order", ""),
        "section": good.get("section"),
    }  # fmt: skip


def fits(one: Station, name: str) -> bool:
    return name.casefold() in one.name.casefold()


def narrowed(shown: Shown, name: str, section: Section | None) -> list[Pair]:
    """Stations with the name in theirs and, with a section, a place in it."""
    found = [pair for pair in shown if not name or fits(pair[0], name)]
    if section is None:
        return found
    west, south, east, north = section
    return [
        (one, series) for one, series in found
        if one.point and west <= one.point[0] <= east and south <= one.point[1] <= north
    ]  # fmt: skip


def ordered(found: Sequence[Pair], order: str) -> Sequence[Pair]:
    """By name as they come; else by value or time, what has none at the end."""
    if not order:
        return found
    known = [pair for pair in found if pair[1][0].latest]
    field = "value" if order in ("high", "low") else "at"
    known.sort(key=lambda pair: getattr(pair[1][0].latest, field), reverse=order in ("high", "new"))
    return known + [pair for pair in found if not pair[1][0].latest]


def table(found: Sequence[Pair], subject: Subject) -> list[dict[str, Any]]:
    return [row(one, series[0], subject.decimals) for one, series in found]


def zoom_of(request: HttpRequest) -> Any:
    """From a section to the address of this page with it."""
    given = request.GET.copy()
    given.pop("page", None)

    def zoom(section: Section) -> str:
        given["section"] = ",".join(f"{degrees:g}" for degrees in section)
        return f"?{given.urlencode(safe=',')}"

    return zoom


def whole_of(request: HttpRequest) -> str:
    """The address of this page with all stations."""
    given = request.GET.copy()
    for name in NARROWING:
        given.pop(name, None)
    return f"?{given.urlencode()}"


def narrowed_text(part: Sequence[Pair], shown: Sequence[Pair]) -> str:
    told = {"count": words.number(len(part), 0), "all": words.number(len(shown), 0)}
    return _("Shown: %(count)s of %(all)s stations.") % told


def city_sentences(subject: Subject, shown: Sequence[tuple[Station, list[Series]]]) -> list[str]:
    """Lowest and highest of what is fresh, and how many are silent or doubtful."""
    told = sorted(city_map.compared(shown), key=lambda item: item[2])
    found = []
    if len(told) > 1 and subject.comparable:
        (low, low_series, _low), (high, high_series, _high) = told[0], told[-1]
        found.append(
            _("Lowest at %(low)s with %(low_value)s, highest at %(high)s with %(high_value)s.")
            % {"low": low.name, "low_value": words.value_text(low_series, low_series.latest, subject.decimals),
               "high": high.name, "high_value": words.value_text(high_series, high_series.latest, subject.decimals)}
        )  # fmt: skip
    latest = [series[0].latest for _one, series in shown]
    silent = sum(one is None or one.old for one in latest)
    if silent:
        found.append(
            _(
                "%(silent)s of %(all)s stations have sent nothing lately; their values are old and shown in grey."
            )
            % {"silent": silent, "all": len(shown)}
        )
    doubtful = sum(bool(one and one.doubtful) for one in latest)
    if doubtful:
        text = ngettext(
            "Quality control doubts the latest value of %(count)d station; it is shown in grey and not compared.",
            "Quality control doubts the latest values of %(count)d stations; they are shown in grey and not compared.",
            doubtful,
        )
        found.append(text % {"count": doubtful})
    return found
