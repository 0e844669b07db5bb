"""Scenarios side by side, and decision papers to take away: parse, ask, render."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from steuerrad.kernel import clock
from steuerrad.modules.prioritisation.models import ScenarioVersion
from steuerrad.modules.prioritisation.one_page import FORMATS, file_response
from steuerrad.modules.prioritisation.whatif import charts, queries, tables, texts
from steuerrad.modules.prioritisation.whatif.evaluating import printed_now
from steuerrad.modules.prioritisation.whatif.paper import Option, PaperFacts, one_page
from steuerrad.modules.prioritisation.whatif.queries import Recomputed
from steuerrad.modules.prioritisation.whatif.views_scenarios import pick, scenario_crumbs, scenario_or_404
from steuerrad.platform.city.queries import current_city

LANGUAGES = ("de", "en")
MOST_CHOICES = 100
MOST_ASKED = 20  # scenarios in an address; more is nonsense


def chosen(request: HttpRequest) -> list[ScenarioVersion]:
    """The newest visible version of every scenario that ?s= names, each once, in that order; others are left out."""
    texts_given = request.GET.getlist("s")[:MOST_ASKED]
    keys = list(dict.fromkeys(int(text) for text in texts_given if text.isdecimal() and len(text) < 10))
    found = queries.visible_to(request.user).filter(pk__in=keys)
    by_key = {item.pk: item for item in queries.with_versions(found)}
    versions = []
    for key in keys:
        if key in by_key:
            version = queries.shown_version(request.user, by_key[key])
            version.scenario = by_key[key]
            versions.append(version)
    return versions


def reason(code: str) -> str:
    return {
        "count": _("Choose two to four scenarios."),
        "editions": _("Only scenarios over the same edition can be compared."),
        "assumptions": _("Only scenarios with the same assumptions about city and method can be compared."),
        "gone": _("One of these scenarios does not fit the data of today any more."),
    }[code]


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two to four scenarios on the same random numbers."""
    versions = chosen(request)
    context: dict[str, Any] = {
        "heading": _("Compare scenarios"),
        "lead": _("Computed anew on the data of today, with the same random numbers for all."),
        "breadcrumbs": scenario_crumbs((_("Compare"), "")),
        "choices": choices(request),
        "chosen": {item.scenario_id for item in versions},
    }
    try:
        if request.GET:
            context |= compared(queries.comparison(versions))
    except queries.NotComparableError as error:
        context["refused"] = reason(error.code)
    return render(
        request, "prioritisation/whatif/compare.html", context, status=400 if "refused" in context else 200
    )


def choices(request: HttpRequest) -> list[tuple[int, str, str]]:
    """Key, title and edition of the scenarios that can be chosen, newest first."""
    found = queries.visible_to(request.user).filter(archived_at=None)[:MOST_CHOICES]
    return [
        (item.pk, queries.shown_version(request.user, item).title, item.edition)
        for item in queries.with_versions(found)
    ]


def compared(found: list[Recomputed]) -> dict[str, Any]:
    outcomes = [item.outcome for item in found if item.outcome is not None]
    loaded = found[0].loaded
    names = facts_of(found, "").labels()
    groups = loaded.groups if loaded is not None else ()
    rows = [(_("Without any change"), outcomes[0].before)]
    rows += [(name, outcome.after) for name, outcome in zip(names, outcomes, strict=True)]
    return {
        "found": list(zip(names, found, strict=True)),
        "table": tables.comparison_table(names, outcomes),
        "ranks": charts.rank_ranges(rows),
        "scores": charts.score_ranges(rows),
        "changes": [
            (name, tables.changes_table(queries.changes_of(item.version), groups, name))
            for name, item in zip(names, found, strict=True)
        ],
        "notes": texts.notes(outcomes[0].notes, groups),
        "accuracy": texts.accuracy(outcomes[0]),
        "formats": [(name, name.upper()) for name in FORMATS],
        "query": "&".join(f"s={item.version.scenario_id}" for item in found),
        "drifted": [name for name, item in zip(names, found, strict=True) if not item.same],
    }


def facts_of(found: list[Recomputed], author: str, *, anew: bool = False) -> PaperFacts:
    """What a paper over these versions is made of, on the numbers that are given. Raises Http404 without an edition."""
    loaded = found[0].loaded
    if loaded is None:
        raise Http404("the edition is not offered any more")
    city = current_city()
    versions = [item.version for item in found]
    return PaperFacts(
        title=versions[0].title if len(versions) == 1 else _("Options for the next edition"),
        city=city.name if city is not None else loaded.edition.own_city, edition=loaded.edition.title,
        source=str(loaded.source.title), groups=loaded.groups, now=printed_now(loaded),
        options=tuple(
            Option(item.version.title, item.version.note, item.version.number, queries.changes_of(item.version),
                   item.outcome, item.version.result_hash, item.version.scenario.published_id == item.version.pk)
            for item in found if item.outcome is not None
        ),
        author=author, date=clock.today(), engine=versions[0].engine,
        is_demo=any(item.scenario.is_demo for item in versions), anew=anew,
    )  # fmt: skip


def language_of(request: HttpRequest) -> str:
    """The language that ?lang= names, else that of the page."""
    wanted = request.GET.get("lang", "")
    return wanted if wanted in LANGUAGES else texts.language()


@require_safe
def paper(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The paper of one version, with the numbers as they were saved."""
    if form not in FORMATS:
        raise Http404("no such format")
    here = scenario_or_404(request, pk)
    _versions, version = pick(request, here)
    stored = Recomputed(version, queries.edition_of(here), queries.stored_outcome(version), True)
    with override(language_of(request)):
        return file_response(one_page(facts_of([stored], author_of(request, version))), form)


def author_of(request: HttpRequest, version: ScenarioVersion) -> str:
    """Who wrote the version, for those who see more of it than everybody."""
    known = version.created_by is not None and queries.sees_all_versions(request.user, version.scenario)
    return str(version.created_by) if known else ""


@require_safe
def comparison_paper(request: HttpRequest, form: str) -> HttpResponse:
    """The paper of a comparison, with the numbers of today."""
    if form not in FORMATS:
        raise Http404("no such format")
    try:
        found = queries.comparison(chosen(request))
    except queries.NotComparableError as error:
        raise Http404(reason(error.code)) from error
    author = str(request.user) if request.user.is_authenticated else ""
    with override(language_of(request)):
        return file_response(one_page(facts_of(found, author, anew=True)), form)
