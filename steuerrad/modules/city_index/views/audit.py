"""What checks found: typed documents, published figures, sources that disagree."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from steuerrad.modules.city_index import audit_text
from steuerrad.modules.city_index.cells import (
    Cell,
    TableView,
    as_read,
    interval_text,
    source_links,
    sources_cell,
)
from steuerrad.modules.city_index.models import IndexCity
from steuerrad.modules.city_index.queries import category_titles, load_field
from steuerrad.modules.city_index.queries_audit import Audited, audits, verdicts
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.views.parts import crumbs, edition_or_404, index_or_404, own, source_titles

OUTCOME_ORDER = ("contradicted", "reproduced", "not_checkable")


def audit(request: HttpRequest, year: int) -> HttpResponse:
    """The own city's typed documents for an edition; ?city= names another one."""
    index, known = index_or_404()
    here = edition_or_404(known, year)
    city = own(request)
    if wanted := request.GET.get("city", "").replace("\x00", "")[:80]:  # PostgreSQL refuses to look for a NUL
        city = IndexCity.objects.filter(key=wanted).first()
    if city is None:
        raise Http404("no such city in the index")
    texts = source_titles(index)
    found = audits(city, here)
    context = {
        "heading": _("Check of typed results %(year)d") % {"year": year},
        "preline": city.name,
        "lead": _("Every figure against its parts, against the other year and against other sources. What rounding "
                  "explains is no finding."),
        "breadcrumbs": crumbs((str(year), here.get_absolute_url()), (_("Check"), "")),
        "documents": [document_view(item, texts) for item in found],
        "city": city,
        "edition": here,
    }  # fmt: skip
    return render(request, "city_index/audit.html", context)


def document_view(item: Audited, texts: dict[str, Any]) -> dict[str, Any]:
    document = texts.get(item.document)
    return {
        "key": item.document,
        "title": document.title if document is not None else item.document,
        "rows": len(item.report.rows),
        "statements": len(item.report.statements),
        "counts": item.counts,
        "errors": item.errors,
        "groups": [
            (severity, audit_text.SEVERITIES[severity], [
                (finding_view(root, texts), [finding_view(one, texts) for one in below])
                for root, below in item.primary() if root.severity == severity
            ])
            for severity in audit_text.SEVERITIES
        ],
    }  # fmt: skip


def finding_view(finding: Finding, texts: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": finding.id,
        "anchor": finding.id.replace(" ", "-"),
        "severity": finding.severity,
        "severity_title": audit_text.SEVERITIES[finding.severity],
        "state": audit_text.STATES[finding.severity],
        "where": audit_text.where(finding),
        "line": finding.place.line,
        "message": audit_text.message(finding),
        "printed": finding.printed,
        "follows": audit_text.follows(finding.follows),
        "replaces": finding.replaces,
        "certainty": audit_text.CERTAINTIES[finding.certainty],
        "basis": audit_text.basis(finding),
        "evidence": [
            (audit_text.evidence_figure(item), evidence_source(item.source, texts))
            for item in finding.evidence
        ],
    }


def evidence_source(source: str, texts: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return ((_("computed"), ""),) if source == "computed" else source_links([source], texts)


def checks(request: HttpRequest, year: int) -> HttpResponse:
    """Which published scores of an edition follow from published parts."""
    index, known = index_or_404()
    here = edition_or_404(known, year)
    found = sorted(verdicts([here]), key=lambda item: (OUTCOME_ORDER.index(item.outcome), item.figure.city))
    counts = Counter(item.outcome for item in found)
    texts = source_titles(index)
    rows = [
        [
            Cell(item.figure.city), Cell(item.figure.category or _("Total")), Cell(as_read(item.figure.value)),
            Cell(audit_text.OUTCOMES[item.outcome], state=audit_text.STATES[item.outcome]),
            Cell(interval_text(item.right)) if item.right is not None else Cell("–"),
            Cell(missing_text(item.missing)), sources_cell([item.figure.source], texts),
        ]
        for item in found
    ]  # fmt: skip
    header = [
        _("City"),
        _("Category"),
        _("Printed"),
        _("Verdict"),
        _("What the parts allow"),
        _("Missing"),
        _("Source"),
    ]
    context = {
        "heading": _("Published scores checked, %(year)d") % {"year": year},
        "lead": _(
            "A score is reproduced when its published parts give it within the rounding of what was printed."
        ),
        "breadcrumbs": crumbs((str(year), here.get_absolute_url()), (_("Published scores"), "")),
        "facts": [(audit_text.OUTCOMES[key], str(counts[key])) for key in OUTCOME_ORDER],
        "table": TableView(_("Verdicts"), header, rows, (2, 4)),
    }
    return render(request, "city_index/table_page.html", context)


def missing_text(missing: tuple[str, ...]) -> str:
    """Names of missing parts, the first few of them."""
    if not missing:
        return "–"
    shown = ", ".join(_(name) if name in REASONS else name for name in missing[:3])
    return (
        _("%(names)s and %(count)d more") % {"names": shown, "count": len(missing) - 3}
        if len(missing) > 3
        else shown
    )


#: Reasons of the rules why nothing can be checked; marked here for the translators.
REASONS = frozenset(
    {
        gettext_noop("a readable figure"),
        gettext_noop("structure of the edition"),
        gettext_noop("list of indicators"),
    }
)


def conflicts(request: HttpRequest) -> HttpResponse:
    """Figures for which sources disagree, side by side."""
    index, known = index_or_404()
    cities = {city.pk: city for city in IndexCity.objects.all()}
    years = {item.pk: item for item in known}
    titles = category_titles(index)
    loaded = load_field(known, indicators=True)
    texts = source_titles(index)
    rows: list[list[Cell]] = []
    for (edition, category, indicator), by_city in loaded.by_place.items():
        for city_id in by_city:
            found = loaded.known(years[edition], category, cities[city_id], indicator)
            if not found.conflict:
                continue
            place = " · ".join(part for part in (titles.get(category, _("Total")), indicator) if part)
            rows += [
                [
                    Cell(str(years[edition].year), url=years[edition].get_absolute_url()),
                    Cell(cities[city_id].name, url=cities[city_id].get_absolute_url()), Cell(place),
                    Cell(str(item.rank) if item.rank is not None else "–"),
                    Cell(as_read(item.score_text) or "–"), sources_cell([item.source], texts),
                ]
                for item in found.figures
            ]  # fmt: skip
    header = [_("Edition"), _("City"), _("Figure"), _("Rank"), _("Points"), _("Source")]
    context = {
        "heading": _("Sources that disagree"),
        "lead": _("Figures that cannot all be true stand side by side; none is dropped. Differences that rounding "
                  "explains are left out."),
        "breadcrumbs": crumbs((_("Conflicts"), reverse("city_index:conflicts"))),
        "table": TableView(_("Conflicting figures"), header, rows, (3, 4), stacked=True) if rows else None,
        "empty_title": _("No source contradicts another"),
    }  # fmt: skip
    return render(request, "city_index/table_page.html", context)
