"""Which scale the indicators of an edition can be on."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.city_index.cells import Cell, TableView, as_read, figure, source_links
from steuerrad.modules.city_index.queries_scales import IndicatorScale, indicator_scales
from steuerrad.modules.city_index.scale_text import OUTCOMES, STATES, outcome, reading
from steuerrad.modules.city_index.views.parts import crumbs, index_or_404, source_titles

ORDER = tuple(OUTCOMES)
MOST_SCORES = 6


def scales(request: HttpRequest) -> HttpResponse:
    """The published scores of an edition (?edition=) against a rank scale, indicator by indicator."""
    index, known = index_or_404()
    found = indicator_scales(known)
    years = sorted({item.year for item in found}, reverse=True)
    wanted = request.GET.get("edition", "")
    year = int(wanted) if wanted in map(str, years) else next(iter(years), None)
    shown = [item for item in found if item.year == year]
    counts = Counter(outcome(item) for item in shown)
    texts = source_titles(index)
    rows = [
        [
            Cell(item.indicator), Cell(item.category), Cell(OUTCOMES[outcome(item)], state=STATES[outcome(item)]),
            chance_cell(item), scores_cell(item),
            Cell("", links=source_links(dict.fromkeys(score.source for score in item.scores), texts)),
        ]
        for item in sorted(shown, key=order)
    ]  # fmt: skip
    header = [_("Indicator"), _("Category"), _("Scale"), _("Fits by accident"), _("Scores"), _("Source")]
    context = {
        "heading": _("Which scale the scores are on"),
        "lead": _(
            "On a rank scale a score is a place: 100 for the first, 0 for the last, the others at equal steps. A printed score "
            "between two steps refutes that; none can prove it. Raw values can be turned into points only where the scale is known."
        ),
        "breadcrumbs": crumbs((_("Scales"), reverse("city_index:scales"))),
        "tabs": [(item, item == year) for item in years],
        "facts": [(OUTCOMES[key], str(counts[key])) for key in ORDER],
        "table": TableView(_("Scales of indicators"), header, rows, (3,), stacked=True) if rows else None,
        "empty_title": _("No score of an indicator is published"),
    }
    return render(request, "city_index/table_page.html", context)


def order(item: IndicatorScale) -> tuple[int, float, str, str]:
    """What tells most comes first."""
    chance = 1.0 if item.verdict is None else float(item.verdict.chance)
    return ORDER.index(outcome(item)), chance, item.category, item.indicator


def chance_cell(item: IndicatorScale) -> Cell:
    """How likely the telling scores would fit by accident; nothing to say where they do not fit."""
    if item.verdict is None or item.verdict.outcome != "possible":
        return Cell("–")
    percent = float(item.verdict.chance) * 100
    return Cell(_("under %(percent)s %%") % {"percent": figure(0.1, 1)} if percent < 0.1 else
                _("%(percent)s %%") % {"percent": figure(percent, 1)})  # fmt: skip


def scores_cell(item: IndicatorScale) -> Cell:
    """The telling scores first, with what they could be; a few of the others."""
    ordered = sorted(item.scores, key=lambda score: not score.fit.telling)
    parts = [
        f"{score.city} {as_read(score.printed)}: {reading(score, item.cities or 0)}"
        for score in ordered[:MOST_SCORES]
    ]
    more = len(ordered) - MOST_SCORES
    if more > 0:
        parts.append(_("and %(count)d more") % {"count": more})
    return Cell(" · ".join(parts) if parts else "–")
