"""One city, several cities, one indicator."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.city_index import audit_text, charts
from steuerrad.modules.city_index.cells import (
    Cell,
    TableView,
    bounds_cell,
    change,
    figure,
    interval_text,
    rank_cell,
    score_cell,
    sources_cell,
    unknown,
)
from steuerrad.modules.city_index.forms import CompareForm
from steuerrad.modules.city_index.models import Aggregate, Edition, IndexCity, Indicator, IndicatorMapping
from steuerrad.modules.city_index.queries import (
    Field,
    Standing,
    category_titles,
    load_field,
    newest_with_results,
    standings,
)
from steuerrad.modules.city_index.queries_audit import verdicts
from steuerrad.modules.city_index.queries_compare import (
    IndicatorRow,
    Mean,
    group_means,
    indicator_rows,
    mean,
    moved,
    strengths,
    weaknesses,
)
from steuerrad.modules.city_index.views.parts import (
    before,
    crumbs,
    edition_or_404,
    index_or_404,
    own,
    source_titles,
)
from steuerrad.platform.links.queries import linked


def categories_of(edition: Edition) -> list[tuple[str, str]]:
    """(key, name) of the total and every category."""
    return [("", _("Total")), *((item.key, item.name) for item in edition.categories.all())]


def wanted_edition(request: HttpRequest, known: list[Edition], loaded: Field) -> Edition:
    """The edition that ?edition= names, else the newest with results, else the newest."""
    text = request.GET.get("edition", "")
    if text.isdecimal() and len(text) == 4:
        return edition_or_404(known, int(text))
    return newest_with_results(known, loaded) or known[-1]


def city(request: HttpRequest, key: str) -> HttpResponse:
    _index, known = index_or_404()
    here = get_object_or_404(IndexCity, key=key)
    everyone = list(IndexCity.objects.all())
    loaded = load_field(known)
    owned = load_field(known, city=here)
    edition = wanted_edition(request, known, owned)
    last = before(known, edition)
    detail = load_field([item for item in (edition, last) if item is not None], indicators=True)
    rows = indicator_rows(detail, edition, last, here)
    all_rows = [row for group in rows.values() for row in group]
    standing = {
        part: next(
            item
            for item in standings(everyone, edition, loaded.all(edition, part))
            if item.city.pk == here.pk
        )
        for part, _name in categories_of(edition)
    }
    points = [
        (
            year,
            next(item for item in standings(everyone, year, loaded.all(year, "")) if item.city.pk == here.pk),
        )
        for year in known
    ]
    context = {
        "heading": here.name,
        "preline": here.state,
        "breadcrumbs": crumbs((here.name, "")),
        "city": here,
        "edition": edition,
        "previous": last,
        "editions": known,
        "profile": category_profile(loaded, edition, here, everyone),
        "time": charts.score_over_time(_("Total score of %(city)s") % {"city": here}, points),
        "categories": category_table(edition, last, loaded, standing, here),
        "indicators": [
            (name, indicator_table(name, rows[part], here, everyone, edition, last))
            for part, name in categories_of(edition) if part in rows
        ],
        "strengths": strengths(all_rows)[:8],
        "weaknesses": weaknesses(all_rows)[:8],
        "facts": [
            (_("Federal state"), here.state), (_("Inhabitants"), here.population and figure(here.population, 0)),
            (_("Source"), here.population_source),
        ],
    }  # fmt: skip
    return render(request, "city_index/city.html", context)


def category_profile(loaded: Field, edition: Edition, here: IndexCity, everyone: list[IndexCity]) -> Any:
    """The city over the categories beside the mean and the best of the cities whose score is known."""
    rows = []
    for key, name in categories_of(edition):
        known = loaded.all(edition, key)
        scores = [item.score for item in known.values() if item.score is not None]
        own_score = known[here.pk].score if here.pk in known else None
        rows.append((name, (own_score, mean("", everyone, known).value, max(scores, default=None))))
    if all(score is None for _name, scores in rows for score in scores):
        return None  # an empty picture says less than the table
    names = (here.name, _("Mean of the known cities"), _("Best known"))
    return charts.profile(
        _("%(city)s over the categories, %(year)d") % {"city": here, "year": edition.year}, names, rows
    )


def category_table(
    edition: Edition, last: Edition | None, loaded: Field, standing: dict[str, Standing], here: IndexCity
) -> TableView:
    """Rank and score by category with the verdict, the change and the change against the field."""
    checked = {
        (item.figure.category or "", item.figure.value): item for item in verdicts([edition], city=here)
    }
    rows = []
    texts = source_titles(edition.index)
    for key, name in categories_of(edition):
        item = standing[key]
        move = moved(loaded, last, edition, key, here) if last is not None else None
        verdict = checked.get(
            (name if key else "", item.known.scores[0].score_text if item.known.scores else "")
        )
        rows.append([
            Cell(name, url=f"{edition.get_absolute_url()}?category={key}"), rank_cell(item), bounds_cell(item),
            unknown() if move is None or move.own is None else Cell(change(move.own)),
            unknown() if move is None or move.median is None else Cell(
                change(move.median), note=_("of %(count)d cities") % {"count": move.others}),
            verdict_cell(verdict), sources_cell(item.known.sources, texts) if item.known.sources else unknown(),
        ])  # fmt: skip
    header = [_("Category"), _("Rank"), _("Points"), _("Change in points"), _("Median change of the others"), _("Verdict"),
              _("Sources")]  # fmt: skip
    return TableView(
        _("Categories in %(year)d") % {"year": edition.year}, header, rows, (1, 2, 3, 4), {0}, stacked=True
    )


def verdict_cell(verdict: Any) -> Cell:
    if verdict is None:
        return Cell("–")
    note = ""
    if verdict.outcome == "contradicted" and verdict.right is not None:
        note = _("the parts give %(range)s") % {"range": interval_text(verdict.right)}
    return Cell(audit_text.OUTCOMES[verdict.outcome], state=audit_text.STATES[verdict.outcome], note=note)


def indicator_table(
    name: str,
    rows: list[IndicatorRow],
    here: IndexCity,
    everyone: list[IndexCity],
    edition: Edition,
    last: Edition | None,
) -> TableView:
    """Indicators of a category with last year's counterparts; a change only where both measure the same thing."""
    names = {item.pk: item.name for item in everyone}
    relations = IndicatorMapping.RELATIONS
    cells = []
    for row in rows:
        best = _("%(cities)s; %(count)d cities known") % {
            "cities": ", ".join(names[pk] for pk in row.best_cities[:3]), "count": row.cities_known}  # fmt: skip
        counterparts = "; ".join(
            f"{item.name} ({relations[item.relation]}): {score_cell(item.known).text}"
            for item in row.counterparts
        )
        broken = any(not item.comparable for item in row.counterparts) or len(row.counterparts) > 1
        maximum = (
            f"{_('of')} {figure(row.indicator.maximum)}"
            if row.indicator.kind == Indicator.PILOT and row.indicator.maximum
            else ""
        )
        cells.append([
            Cell(row.indicator.name, url=indicator_url(row.indicator)),
            Cell(score_cell(row.known).text, note=maximum, muted=not row.known.scores),
            Cell(change(row.change)) if row.change is not None else Cell(
                _("not comparable") if broken else _("not known"), muted=True),
            Cell(counterparts or (_("none") if last is not None else "–")),
            Cell(figure(row.best, 1), note=best) if row.best is not None else unknown(),
        ])  # fmt: skip
    year = str(last.year) if last is not None else ""
    header = [
        _("Indicator"),
        _("Points"),
        _("Change in points"),
        _("Counterpart %(year)s") % {"year": year},
        _("Best known"),
    ]
    return TableView(_("%(category)s: indicators %(year)d") % {"category": name, "year": edition.year}, header, cells,
                     (1, 2, 4), stacked=True)  # fmt: skip


def indicator_url(indicator: Indicator) -> str:
    return reverse("city_index:indicator", args=[indicator.category.key, indicator.key])


def suggested(
    here: IndexCity | None, everyone: list[IndexCity], loaded: Field, edition: Edition
) -> list[IndexCity]:
    """The own city, the best known one, and the best known one of the own state."""
    scores = {city: known.score for city, known in loaded.all(edition, "").items()}
    best_first = sorted(
        (city for city in everyone if scores.get(city.pk) is not None and city != here),
        key=lambda city: -(scores[city.pk] or 0),
    )
    neighbours = [city for city in best_first if here is not None and city.state == here.state]
    wanted = [here, *best_first[:1], *neighbours[:1]]
    return list(dict.fromkeys(city for city in wanted if city is not None))


def compare(request: HttpRequest) -> HttpResponse:
    _index, known = index_or_404()
    loaded = load_field(known)
    here = own(request)
    everyone = list(IndexCity.objects.all())
    with_results = [item for item in known if loaded.all(item, "")]
    start = newest_with_results(known, loaded) or known[-1]
    form = CompareForm(
        request.GET or None,
        cities=everyone,
        editions=with_results,
        suggested=suggested(here, everyone, loaded, start),
        start=start,
    )
    chosen, edition = form.chosen(everyone, with_results or known)
    last = before(known, edition)
    by_key = {key: loaded.all(edition, key) for key, _name in categories_of(edition)}
    context = {
        "heading": _("Compare cities"),
        "lead": _("Scores of the edition as far as sources print them; means are of the cities that are known."),
        "breadcrumbs": crumbs((_("Compare"), "")),
        "form": form,
        "edition": edition,
        "profile": charts.profile(
            _("Cities over the categories, %(year)d") % {"year": edition.year}, [item.name for item in chosen],
            [(name, [by_key[key][item.pk].score if item.pk in by_key[key] else None for item in chosen])
             for key, name in categories_of(edition)],
        ) if chosen else None,
        "cities": cities_table(chosen, edition, everyone, loaded),
        "moves": moves_table(chosen, edition, last, loaded) if last is not None else None,
        "means": means_table(group_means(everyone, by_key[""], here), edition, _("Total")),
        "published": published_table(edition),
    }  # fmt: skip
    return render(request, "city_index/compare.html", context)


def cities_table(
    chosen: list[IndexCity], edition: Edition, everyone: list[IndexCity], loaded: Field
) -> TableView:
    """Points and rank of the chosen cities, or their bounds."""
    rows = []
    for key, name in categories_of(edition):
        found = {item.city.pk: item for item in standings(everyone, edition, loaded.all(edition, key))}
        cells = [
            Cell(bounds_cell(found[item.pk]).text, muted=not found[item.pk].known.scores,
                 note=_("rank %(rank)s") % {"rank": rank_cell(found[item.pk]).text})
            for item in chosen
        ]  # fmt: skip
        rows.append([Cell(name), *cells])
    header = [_("Category"), *(item.name for item in chosen)]
    numeric = tuple(range(1, len(chosen) + 1))
    return TableView(
        _("Points and ranks %(year)d") % {"year": edition.year}, header, rows, numeric, sortable=False
    )


def moves_table(chosen: list[IndexCity], edition: Edition, last: Edition, loaded: Field) -> TableView:
    """The change of the total beside the median change of all others known both times."""
    rows = []
    for item in chosen:
        move = moved(loaded, last, edition, "", item)
        against = move.own - move.median if move.own is not None and move.median is not None else None
        rows.append([
            Cell(item.name, url=item.get_absolute_url()), unknown() if move.own is None else Cell(change(move.own)),
            unknown() if move.median is None else Cell(change(move.median)),
            unknown() if against is None else Cell(change(against)), Cell(str(move.others)),
        ])  # fmt: skip
    header = [_("City"), _("Own change"), _("Median change of the others"), _("Against the field"),
              _("Others known both times")]  # fmt: skip
    title = _("Change of the total from %(last)d to %(year)d") % {"last": last.year, "year": edition.year}
    if any(not item.category_key for item in edition.breaks.all()):
        title = _("%(title)s (method changed in between)") % {"title": title}
    return TableView(title, header, rows, (1, 2, 3, 4))


def means_table(means: list[Mean], edition: Edition, title: str) -> TableView:
    rows = [
        [Cell(item.title), unknown() if item.value is None else Cell(figure(item.value, 1)),
         Cell(_("%(known)d of %(of)d") % {"known": item.known, "of": item.of})]
        for item in means
    ]  # fmt: skip
    caption = _("Means of the known cities, %(category)s %(year)d") % {
        "category": title,
        "year": edition.year,
    }
    return TableView(caption, [_("Group"), _("Mean"), _("Cities known")], rows, (1,))


def published_table(edition: Edition) -> TableView | None:
    found = Aggregate.objects.filter(edition=edition).order_by("group")
    names = {item.key: item.name for item in edition.categories.all()}
    rows = [
        [Cell(item.group), Cell(names.get(item.category_key, _("Total"))), Cell(figure(item.mean_score, 1)),
         sources_cell([item.source])]
        for item in found
    ]  # fmt: skip
    header = [_("Group"), _("Category"), _("Mean"), _("Source")]
    return (
        TableView(_("Published means %(year)d") % {"year": edition.year}, header, rows, (2,))
        if rows
        else None
    )


def indicator(request: HttpRequest, category: str, key: str) -> HttpResponse:
    """One indicator over all editions that call it so: who is best, the own value, the measures that answer it."""
    index, known = index_or_404()
    found = list(
        Indicator.objects.filter(category__edition__index=index, category__key=category, key=key)
        .select_related("category__edition").order_by("-category__edition__year")
    )  # fmt: skip
    if not found:
        raise Http404("no such indicator")
    here = own(request)
    loaded = load_field(known, indicators=True, category=category)
    cities = {item.pk: item for item in IndexCity.objects.all()}
    newest = found[0]
    answers = linked([newest.ref], request.user).get(newest.ref, [])
    by_year = {item.pk: item for item in known}
    texts = source_titles(index)
    tables = []
    for item in found:
        edition = by_year[item.category.edition_id]
        scored = sorted(
            ((cities[pk], known_here) for pk, known_here in loaded.all(edition, category, item.name).items()),
            key=lambda pair: (-(pair[1].score or 0), pair[0].name),
        )
        rows = [
            [Cell(place.name, url=place.get_absolute_url()), score_cell(known_here), sources_cell(known_here.sources, texts)]
            for place, known_here in scored
        ]  # fmt: skip
        marked = {
            number for number, (place, _k) in enumerate(scored) if here is not None and place.pk == here.pk
        }
        caption = _("%(year)d: %(count)d of %(cities)s cities known") % {
            "year": edition.year, "count": len(rows), "cities": edition.cities or "?"}  # fmt: skip
        tables.append((item, TableView(caption, [_("City"), _("Points"), _("Sources")], rows, (1,), marked)))
    titles = category_titles(index)
    context = {
        "heading": newest.name,
        "preline": titles.get(category, category),
        "breadcrumbs": crumbs((newest.name, "")),
        "indicator": newest,
        "answers": answers,
        "tables": tables,
        "own": here,
        "facts": [
            (_("Category"), titles.get(category, category)), (_("Kind"), newest.get_kind_display()),
            (_("Maximum"), newest.maximum and figure(newest.maximum)), (_("Parameters"), newest.parameters),
            (_("Editions"), ", ".join(str(item.category.edition.year) for item in reversed(found))),
        ],
        "mappings": IndicatorMapping.objects.filter(to_edition__index=index, category_key=category).filter(
            to_name__in={item.name for item in found}
        ).exclude(from_name="").select_related("from_edition", "to_edition"),
    }  # fmt: skip
    return render(request, "city_index/indicator.html", context)
