"""Pages of the what-if that everybody may use: parse, ask, render."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.engines.ranking import Outcome
from steuerrad.modules.prioritisation.whatif import charts, fields, tables, texts
from steuerrad.modules.prioritisation.whatif.cards import card_data
from steuerrad.modules.prioritisation.whatif.evaluating import Evaluation, evaluate, printed_now
from steuerrad.modules.prioritisation.whatif.fields import Loaded, NoSuchEditionError, NotPossibleError
from steuerrad.modules.prioritisation.whatif.levers import STEP
from steuerrad.modules.prioritisation.whatif.raw_scale import RawScale
from steuerrad.modules.prioritisation.whatif.rules import (
    POINTS,
    PREFIXES,
    RAW,
    RAW_UNIT,
    SAME,
    Play,
    RefusedInputError,
    Row,
    asks_raw,
    read_play,
)
from steuerrad.modules.prioritisation.whatif.targets import read_targets
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.links.queries import resolve

SAVE = "prioritisation.save_scenario"


def crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Breadcrumbs that begin at home and prioritisation; the last step is the page itself."""
    return [(_("Home"), reverse("home")), (_("Prioritisation"), reverse("prioritisation:index")), *steps]


def loaded_or_404(source: str, edition: str) -> Loaded:
    try:
        return fields.load(source, edition)
    except (NoSuchEditionError, NotPossibleError) as error:
        raise Http404(str(error)) from error


def place(loaded: Loaded) -> list[str]:
    return [loaded.source.id, loaded.edition.key]


def entries_of(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; of a name given twice the last."""
    return {name: str(value) for name, value in request.GET.items()}


def first_values(entries: Mapping[str, str], loaded: Loaded) -> list[dict[str, Any]]:
    """The groups with what stands in each entry: what was asked for, else the present value."""
    shown = []
    for at, group in enumerate(loaded.groups):
        rows = [first_value(row, f"{at}-{number}", entries) for number, row in enumerate(group.rows)]
        shown.append(
            {"group": group, "rows": rows, "known": sum(row.present is not None for row in group.rows)}
        )
    return shown


def first_value(row: Row, name: str, entries: Mapping[str, str]) -> dict[str, Any]:
    """The entry of one row, in points or in the raw unit; ways: how it may be given, where there are two."""
    ways = {POINTS: points_way(row)}
    if row.raw is not None:
        ways[RAW_UNIT] = raw_way(row, row.raw)
    unit = RAW_UNIT if asks_raw(row, entries) else POINTS
    way = ways[unit]
    return way | {
        "row": row, "id": name, "unit": unit, "ways": ways if len(ways) > 1 else {}, "raw_now": texts.raw_now(row),
        "text": entries.get(way["name"], way["default"])[:20],
    }  # fmt: skip


def points_way(row: Row) -> dict[str, str]:
    low = "0" if row.present is not None else f"-{row.maximum:g}"
    return {"name": row.name, "title": _("points"), "low": low, "high": f"{row.maximum:g}", "step": "0.5",
            "slider_low": "0", "default": default_text(row), "same": f"{SAME:g}"}  # fmt: skip


def raw_way(row: Row, raw: RawScale) -> dict[str, str]:
    low, high = (f"{end:.10g}" for end in raw.bounds)
    return {"name": RAW + row.key, "title": raw.unit or _("raw value"), "low": low, "high": high, "slider_low": low,
            "step": f"{raw.step:g}", "default": short_text(raw.present, 6), "same": "0.000001"}  # fmt: skip


def default_text(row: Row) -> str:
    """The present value as the browser's number field writes it; points more begin at nothing."""
    return "0" if row.present is None else short_text(row.present, 2)


def short_text(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".")


def query_of(play: Play) -> str:
    """The shortest address that asks for the same."""
    asked = {PREFIXES[item.kind] + item.key: short_text(item.likely, 6) for item in play.changes}
    if play.chance != 100:
        asked["chance"] = f"{play.chance:g}"
    if play.spread:
        asked["spread"] = f"{play.spread:g}"
    if play.assumptions.own != "typical":
        asked["own"] = play.assumptions.own
    if play.assumptions.method_break is not None:
        asked["break"] = "yes" if play.assumptions.method_break else "no"
    return urlencode(asked)


def result_context(request: HttpRequest, loaded: Loaded, evaluation: Evaluation) -> dict[str, Any]:
    outcome, play = evaluation.outcome, evaluation.play
    query = query_of(play)
    return {
        "outcome": outcome,
        "headline": texts.headline(outcome),
        "accuracy": texts.accuracy(outcome),
        "notes": texts.notes(outcome.notes, loaded.groups),
        "chart": charts.odds(outcome),
        "result": tables.result_table(outcome, printed_now(loaded)),
        "effect": tables.effect_table(outcome) if play.changes else None,
        "changes": tables.changes_table(play.changes, loaded.groups) if play.changes else None,
        "tiles": tiles(evaluation),
        "bar": bar(outcome),
        "query": query,
        "may_save": bool(play.changes) and allowed(request.user, SAVE),
        "place": {"source": loaded.source.id, "edition": loaded.edition.key},
    }


def tiles(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    """The figures that matter, each with its range: name, figure, range. Two of them need a change."""
    outcome = evaluation.outcome
    score, rank, places = outcome.after.score, outcome.after.rank, outcome.places

    def within(low: str, high: str) -> str:
        return _("5–95 %%: %(low)s to %(high)s") % {"low": low, "high": high}

    found = [
        (
            _("Expected total"),
            texts.figure(score.mean),
            within(texts.figure(score.low), texts.figure(score.high)),
        ),
        (
            _("Rank (median)"),
            texts.figure(rank.median, 0),
            within(texts.figure(rank.low, 0), texts.figure(rank.high, 0)),
        ),
    ]
    if evaluation.play.changes:
        found += [
            (_("Places gained"), texts.signed(places.mean),
             within(texts.signed(places.low, 0), texts.signed(places.high, 0))),
            (_("At least one place better"), texts.chance(outcome.one_better),
             _("at least one place worse: %(share)s") % {"share": texts.chance(outcome.one_worse)}),
        ]  # fmt: skip
    return found


def bar(outcome: Outcome) -> str:
    """The result in a line, for narrow screens where it stands below all the sliders."""
    return _("Rank %(rank)s · %(score)s points") % {
        "rank": texts.rank_range(outcome.after.rank), "score": texts.ranged(outcome.after.score),
    }  # fmt: skip


def faulty(request: HttpRequest, error: RefusedInputError) -> dict[str, Any]:
    return {"faults": [texts.fault(item) for item in error.faults]}


@require_safe
def newest(request: HttpRequest, name: str, source: str = "") -> HttpResponse:
    """An address without an edition leads to the newest one, of that index if it names one; what it asks for stays."""
    found = next((pair for pair in fields.editions() if source in ("", pair[0].id)), None)
    if found is None and source:
        raise Http404("no such index")
    if found is None:
        return redirect("prioritisation:index")  # which says that there is nothing to compute with yet
    address = reverse(f"prioritisation:{name}", args=[found[0].id, found[1].key])
    return redirect(f"{address}?{request.GET.urlencode()}" if request.GET else address)


@require_safe
def result(request: HttpRequest, source: str, edition: str) -> HttpResponse:
    """The result alone, as the page asks for it while a slider moves."""
    loaded = loaded_or_404(source, edition)
    try:
        evaluation = evaluate(loaded, read_play(entries_of(request), loaded.groups))
        return render(
            request, "prioritisation/whatif/_result.html", result_context(request, loaded, evaluation)
        )
    except RefusedInputError as error:
        return render(request, "prioritisation/whatif/_faults.html", faulty(request, error), status=400)
    except NotPossibleError as error:
        raise Http404(str(error)) from error


@require_safe
def page(request: HttpRequest, source: str, edition: str) -> HttpResponse:
    """Sliders and what comes of them."""
    loaded = loaded_or_404(source, edition)
    entries = entries_of(request)
    context: dict[str, Any] = {
        "heading": _("What if: %(edition)s") % {"edition": loaded.edition.title},
        "lead": _(
            "Move the values of the city and see what that would do to total and rank in the next edition."
        ),
        "breadcrumbs": crumbs((loaded.edition.title, "")),
        "loaded": loaded,
        "place": {"source": source, "edition": edition},
        "groups": first_values(entries, loaded),
        "entries": {name: entries.get(name, "") for name in ("own", "break")},
        "chance": entries.get("chance", "100"),
        "spread": entries.get("spread", "0"),
        "works": works_on(loaded, request.user),
        "now": printed_now(loaded),
        "editions": [item for _source, item in fields.editions() if _source.id == source],
    }
    status = 200
    try:
        evaluation = evaluate(loaded, read_play(entries, loaded.groups))
        context |= result_context(request, loaded, evaluation)
    except RefusedInputError as error:
        context |= faulty(request, error)
        status = 400
    except NotPossibleError as error:
        raise Http404(str(error)) from error
    return render(request, "prioritisation/whatif/page.html", context, status=status)


def works_on(loaded: Loaded, user: Any) -> dict[str, list[Any]]:
    """What the person may see of what works on each indicator, by key."""
    works = fields.works_on(loaded)
    targets = resolve((ref for refs in works.values() for ref in refs), user)
    return {key: [targets[ref] for ref in refs if ref in targets] for key, refs in works.items()}


@require_safe
def levers(request: HttpRequest, source: str, edition: str) -> HttpResponse:
    """One indicator at a time: what the same number of points brings on each."""
    loaded = loaded_or_404(source, edition)
    try:
        found = fields.levers_of(loaded)
    except NotPossibleError as error:
        raise Http404(str(error)) from error
    full = [row.title for row in loaded.rows.values() if row.headroom < 0.05]
    context = {
        "heading": _("Levers: %(edition)s") % {"edition": loaded.edition.title},
        "lead": _("What %(step)s points more on one indicator would bring, everything else unchanged.")
        % {"step": texts.figure(STEP, 0)},
        "breadcrumbs": crumbs(
            (loaded.edition.title, reverse("prioritisation:whatif", args=place(loaded))), (_("Levers"), "")
        ),
        "place": {"source": source, "edition": edition},
        "chart": charts.lever_ranges(found, loaded.groups),
        "table": tables.levers_table(found, loaded.groups),
        "full": ", ".join(full),
    }
    return render(request, "prioritisation/whatif/levers.html", context)


@require_safe
def card(request: HttpRequest, name: str) -> HttpResponse:
    """The card of the home page alone, computed now."""
    found = fields.newest_levers() if name == "levers" else None
    if found is None:
        return HttpResponse(status=204)
    return render(request, "prioritisation/whatif/_lever_card.html", {"data": card_data(*found)})


@require_safe
def targets(request: HttpRequest, source: str, edition: str) -> HttpResponse:
    """Which rank a total would bring, and the cheapest points to a rank."""
    loaded = loaded_or_404(source, edition)
    context: dict[str, Any] = {
        "heading": _("Targets: %(edition)s") % {"edition": loaded.edition.title},
        "lead": _("Which rank a total would bring, and how many points a rank would take."),
        "breadcrumbs": crumbs(
            (loaded.edition.title, reverse("prioritisation:whatif", args=place(loaded))), (_("Targets"), "")
        ),
        "place": {"source": source, "edition": edition},
        "loaded": loaded,
        "entries": {name: request.GET.get(name, "")[:20] for name in ("total", "rank", "chance")},
    }
    status = 200
    try:
        context |= read_targets(entries_of(request), loaded)
    except RefusedInputError as error:
        context |= faulty(request, error)
        status = 400
    except NotPossibleError as error:
        raise Http404(str(error)) from error
    return render(request, "prioritisation/whatif/targets.html", context, status=status)
