"""The index as a whole, one edition, and how the indicators of two editions relate."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.city_index import charts
from steuerrad.modules.city_index.cells import (
    Cell,
    TableView,
    bounds_cell,
    change,
    figure,
    rank_cell,
    sources_cell,
    unknown,
)
from steuerrad.modules.city_index.models import Edition, IndexCity, Indicator, IndicatorMapping, TypedReport
from steuerrad.modules.city_index.queries import Field, Standing, load_field, standings, the_index
from steuerrad.modules.city_index.views.parts import (
    before,
    chosen_category,
    crumbs,
    edition_or_404,
    index_or_404,
    own,
    source_titles,
)


def overview(request: HttpRequest) -> HttpResponse:
    if the_index() is None:
        context = {"heading": _("Smart City Index"), "empty": True}
        return render(request, "city_index/overview.html", context)
    index, known = index_or_404()
    city = own(request)
    loaded = load_field(known)
    cities = list(IndexCity.objects.all())
    places: list[tuple[Edition, Standing]] = []
    for edition in known:
        for standing in standings(cities, edition, loaded.all(edition, "")) if city is not None else ():
            if city is not None and standing.city.pk == city.pk:
                places.append((edition, standing))
    typed = set(TypedReport.objects.filter(city=city).values_list("edition_id", flat=True)) if city else set()
    context = {
        "heading": index.name,
        "lead": _("Results of every edition with their sources: checked, compared, and open where nothing is known."),
        "index": index,
        "city": city,
        "chart": charts.score_over_time(_("Total score of %(city)s") % {"city": city}, places) if city else None,
        "places": places_table(city, places) if city is not None else None,
        "editions": [(edition, *counts(loaded, edition)) for edition in reversed(known)],
        "breaks": [item for edition in known for item in edition.breaks.all() if not item.category_key],
        "audited": [item for item in known if item.pk in typed] if city is not None else [],
    }  # fmt: skip
    return render(request, "city_index/overview.html", context)


def counts(loaded: Field, edition: Edition) -> tuple[int, int]:
    """How many total ranks and total scores of an edition are known."""
    found = loaded.all(edition, "").values()
    return sum(bool(item.ranks) for item in found), sum(bool(item.scores) for item in found)


def places_table(city: IndexCity, places: list[tuple[Edition, Standing]]) -> TableView:
    """Rank and score of a city by edition, with the changes as far as both years are known."""
    rows: list[list[Cell]] = []
    earlier: Standing | None = None
    for edition, standing in places:
        ranks = (earlier.known.rank if earlier else None, standing.known.rank)
        scores = (earlier.known.score if earlier else None, standing.known.score)
        broken = any(not item.category_key for item in edition.breaks.all())
        rank_change = unknown() if None in ranks else Cell(change((ranks[0] or 0) - (ranks[1] or 0), 0))
        score_change = (
            unknown() if scores[0] is None or scores[1] is None
            else Cell(change(scores[1] - scores[0]), note=_("method changed") if broken else "")
        )  # fmt: skip
        rows.append([
            Cell(str(edition.year), url=edition.get_absolute_url()), rank_cell(standing),
            Cell(figure(edition.cities, 0)) if edition.cities else unknown(), rank_change if earlier else Cell("–"),
            bounds_cell(standing), score_change if earlier else Cell("–"),
        ])  # fmt: skip
        earlier = standing
    header = [_("Edition"), _("Rank"), _("of cities"), _("Places gained"), _("Points"), _("Change in points")]
    return TableView(
        _("%(city)s over all editions") % {"city": city}, header, rows, (1, 2, 3, 4, 5), stacked=True
    )


def edition(request: HttpRequest, year: int) -> HttpResponse:
    index, known = index_or_404()
    here = edition_or_404(known, year)
    category = chosen_category(request, here)
    city = own(request)
    loaded = load_field([here])
    cities = list(IndexCity.objects.all())
    found = standings(cities, here, loaded.all(here, category))
    names = {item.key: item.name for item in here.categories.all()}
    title = names.get(category, _("Total"))
    indicators: dict[str, list[Indicator]] = {}
    for item in Indicator.objects.filter(category__edition=here).select_related("category"):
        indicators.setdefault(item.category.key, []).append(item)
    context = {
        "heading": _("%(index)s %(year)s") % {"index": index.name, "year": year},
        "breadcrumbs": crumbs((str(year), "")),
        "edition": here,
        "previous": before(known, here),
        "category": category,
        "category_title": title,
        "tabs": [("", _("Total")), *names.items()],
        "chart": charts.rank_strip(_("Ranks: %(category)s") % {"category": title}, here, found, city),
        "table": ranking_table(found, city, title, here),
        "missing": missing(here, loaded, category),
        "categories": [
            (item, indicators.get(item.key, []), *category_counts(loaded, here, item.key))
            for item in here.categories.all()
        ],
        "breaks": here.breaks.all(),
        "facts": [
            (_("Cities"), figure(here.cities, 0)), (_("Indicators"), here.indicator_count and figure(here.indicator_count, 0)),
            (_("Parameters"), here.parameters and figure(here.parameters, 0)),
            (_("Data points"), here.data_points and figure(here.data_points, 0)), (_("Collected"), here.collected),
        ],
    }  # fmt: skip
    return render(request, "city_index/edition.html", context)


def category_counts(loaded: Field, edition: Edition, key: str) -> tuple[int, int]:
    found = loaded.all(edition, key).values()
    return sum(bool(item.ranks) for item in found), sum(bool(item.scores) for item in found)


def missing(edition: Edition, loaded: Field, category: str) -> dict[str, int | None]:
    ranks, scores = category_counts(loaded, edition, category)
    return {"ranks": ranks, "scores": scores, "cities": edition.cities}


def ranking_table(
    found: list[Standing], city: IndexCity | None, title: str, edition_of: Edition
) -> TableView:
    texts = source_titles(edition_of.index)
    rows = [
        [
            Cell(item.city.name, url=item.city.get_absolute_url(),
                 note=_("contradicts other figures; nothing was concluded from it") if item.excluded else ""),
            rank_cell(item), bounds_cell(item),
            Cell(change(item.known.tendency, 0)) if item.known.tendency is not None else unknown(),
            sources_cell(item.known.sources, texts),
        ]
        for item in found
    ]  # fmt: skip
    marked = {number for number, item in enumerate(found) if city is not None and item.city.pk == city.pk}
    header = [_("City"), _("Rank"), _("Points"), _("Printed tendency"), _("Sources")]
    return TableView(_("All cities: %(category)s") % {"category": title}, header, rows, (1, 2, 3), marked)


def mappings(request: HttpRequest) -> HttpResponse:
    index, known = index_or_404()
    every = list(
        IndicatorMapping.objects.filter(to_edition__index=index).select_related("from_edition", "to_edition")
    )
    years = sorted({item.to_edition.year for item in every}, reverse=True)
    wanted = request.GET.get("edition", "")
    year = int(wanted) if wanted in map(str, years) else next(iter(years), None)
    found = [item for item in every if item.to_edition.year == year]
    names = {(item.pk, part.key): part.name for item in known for part in item.categories.all()}
    rows = [
        [
            Cell(f"{item.from_edition.year} → {item.to_edition.year}"),
            Cell(names.get((item.to_edition_id, item.category_key), item.category_key)),
            Cell(item.from_name or "–"), Cell(item.to_name or "–"), Cell(item.get_relation_display()),
            Cell(_("yes") if item.comparable else _("no")), Cell(item.basis or "–"),
        ]
        for item in found
    ]  # fmt: skip
    header = [
        _("Editions"),
        _("Category"),
        _("Before"),
        _("After"),
        _("Relation"),
        _("Comparable"),
        _("Reason"),
    ]
    context = {
        "heading": _("How indicators of two editions relate"),
        "lead": _(
            "A difference of two years is shown as a change only where both values measure the same thing."
        ),
        "breadcrumbs": crumbs((_("Mappings"), reverse("city_index:mappings"))),
        "tabs": [(item, item == year) for item in years],
        "table": TableView(_("Mappings of indicators"), header, rows, stacked=True),
    }
    return render(request, "city_index/table_page.html", context)
