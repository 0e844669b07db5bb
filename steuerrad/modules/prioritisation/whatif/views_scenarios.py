"""Pages of saved scenarios: parse, ask, render."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.one_page import FORMATS
from steuerrad.modules.prioritisation.whatif import actions, charts, queries, tables, texts
from steuerrad.modules.prioritisation.whatif.fields import Loaded, NotPossibleError
from steuerrad.modules.prioritisation.whatif.forms import ChangeFormSet, ListForm, ScenarioForm, initial_of
from steuerrad.modules.prioritisation.whatif.rules import Play, RefusedInputError, read_play
from steuerrad.modules.prioritisation.whatif.views import crumbs, entries_of, loaded_or_404, query_of
from steuerrad.platform.accounts.access import allowed

PAGE = 30


def scenario_crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    return crumbs((_("Scenarios"), reverse("prioritisation:scenarios")), *steps)


@require_safe
def scenarios(request: HttpRequest) -> HttpResponse:
    """All scenarios that the person may see, with a box each to compare them."""
    seen = queries.visible_to(request.user)
    editions = sorted(set(seen.values_list("edition", flat=True)), reverse=True)
    form = ListForm(request.GET, editions=editions)
    wanted = form.values()
    found = filtered(seen, wanted, request.user)
    page = Paginator(queries.with_versions(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "heading": _("Scenarios"),
        "lead": _(
            "Saved what-ifs. Each keeps what was assumed and what came out; a change makes a new version."
        ),
        "breadcrumbs": crumbs((_("Scenarios"), "")),
        "filter_form": form,
        "page": page,
        "rows": [(item, queries.shown_version(request.user, item), summary(request, item)) for item in page],
        "filtered": bool(wanted),
        "comparable": page.paginator.count >= queries.LEAST,
    }
    return render(request, "prioritisation/whatif/scenarios.html", context)


def filtered(found: Any, wanted: dict[str, str], user: Any) -> Any:
    state = wanted.get("state", "")
    found = found.exclude(archived_at=None) if state == "archived" else found.filter(archived_at=None)
    if state == "released":
        found = found.exclude(published=None)
    if state == "mine":
        found = found.filter(created_by=user) if user.is_authenticated else found.none()
    if "edition" in wanted:
        found = found.filter(edition=wanted["edition"])
    if "q" in wanted:
        found = found.filter(queries.titled(user, wanted["q"]))
    return found


def summary(request: HttpRequest, scenario: Scenario) -> tuple[str, str, str]:
    """Total, rank and chance of the version that the person sees, each with its range."""
    outcome = queries.stored_outcome(queries.shown_version(request.user, scenario))
    return (
        texts.ranged(outcome.after.score),
        texts.rank_range(outcome.after.rank),
        texts.chance(outcome.one_better),
    )


def scenario_or_404(request: HttpRequest, pk: int) -> Scenario:
    return get_object_or_404(queries.visible_to(request.user), pk=pk)


def pick(request: HttpRequest, scenario: Scenario) -> tuple[list[ScenarioVersion], ScenarioVersion]:
    """The versions that the person may see, and the one that ?version= names, else the newest."""
    versions = queries.versions_for(request.user, scenario)
    wanted = request.GET.get("version", "")
    found = next((item for item in versions if not wanted or str(item.number) == wanted), None)
    if found is None:
        raise Http404("no such version")
    found.scenario = scenario
    return versions, found


@require_safe
def scenario(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a scenario as it was saved, and whether today's data would say the same."""
    here = scenario_or_404(request, pk)
    versions, version = pick(request, here)
    outcome = queries.stored_outcome(version)
    today = queries.recompute(version)
    groups = today.loaded.groups if today.loaded is not None else ()
    context = {
        "heading": version.title,
        "preline": edition_title(today.loaded, here),
        "breadcrumbs": scenario_crumbs((version.title, "")),
        "scenario": here,
        "version": version,
        "versions": versions,
        "headline": texts.headline(outcome),
        "chart": charts.odds(outcome),
        "changes": tables.changes_table(queries.changes_of(version), groups),
        "compared": tables.comparison_table([version.title], [outcome]),
        "effect": tables.effect_table(outcome),
        "notes": texts.notes(outcome.notes, groups),
        "accuracy": texts.accuracy(outcome),
        "intact": queries.is_intact(version),
        "today": today,
        "today_text": texts.headline(today.outcome) if today.outcome is not None and not today.same else "",
        "sees_all": queries.sees_all_versions(request.user, here),
        "formats": [(name, name.upper()) for name in FORMATS],
        "may_save": allowed(request.user, queries.SAVE),
        "may_publish": allowed(request.user, queries.PUBLISH) and here.archived_at is None,
        "wrote": queries.wrote(request.user, version),
        "play": play_address(today.loaded, version),
    }
    return render(request, "prioritisation/whatif/scenario.html", context)


def edition_title(loaded: Loaded | None, here: Scenario) -> str:
    return loaded.edition.title if loaded is not None else f"{here.source} {here.edition}"


def play_address(loaded: Loaded | None, version: ScenarioVersion) -> str:
    """The page with the sliders where the version has put them (their likely values)."""
    if loaded is None:
        return ""
    play = Play(queries.changes_of(version), queries.assumptions_of(version))
    address = reverse("prioritisation:whatif", args=[version.scenario.source, version.scenario.edition])
    return f"{address}?{query_of(play)}"


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Save what the sliders say as a scenario, with words and with how sure each change is."""
    require_save(request)
    entries = entries_of(request)
    if "source" not in entries:
        return redirect("prioritisation:index")  # a scenario begins with sliders
    loaded = loaded_or_404(entries.pop("source"), entries.pop("edition", ""))
    try:
        play = read_play(entries, loaded.groups)
    except RefusedInputError as error:
        raise BadRequest("; ".join(texts.fault(item) for item in error.faults)) from error
    start = {"own": play.assumptions.own, "method": method_text(play.assumptions.method_break)}

    def save(form: ScenarioForm, changes: list[Any]) -> ScenarioVersion:
        asked = actions.draft(
            loaded, changes, form.cleaned_data["title"], form.cleaned_data["note"], form.assumptions()
        )
        return actions.save_scenario(request.user, asked)

    heading = _("New scenario: %(edition)s") % {"edition": loaded.edition.title}
    return edited(
        request, loaded, start, initial_of(play.changes), save, heading, scenario_crumbs((heading, ""))
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version of a scenario."""
    require_save(request)
    here = scenario_or_404(request, pk)
    _versions, version = pick(request, here)
    loaded = loaded_or_404(here.source, here.edition)
    options = queries.assumptions_of(version)
    start = {
        "title": version.title, "note": version.note, "own": options.own, "method": method_text(options.method_break),
        "seen": here.versions.order_by("-number").values_list("number", flat=True).first(),
    }  # fmt: skip

    def save(form: ScenarioForm, changes: list[Any]) -> ScenarioVersion:
        asked = actions.draft(
            loaded, changes, form.cleaned_data["title"], form.cleaned_data["note"], form.assumptions()
        )
        return actions.change_scenario(request.user, pk, asked, seen=form.cleaned_data["seen"])

    heading = _("New version: %(title)s") % {"title": here.title}
    steps = scenario_crumbs((here.title, here.get_absolute_url()), (_("New version"), ""))
    return edited(request, loaded, start, initial_of(queries.changes_of(version)), save, heading, steps)


def require_save(request: HttpRequest) -> None:
    if not allowed(request.user, queries.SAVE):
        raise PermissionDenied


def method_text(method_break: bool | None) -> str:
    return {None: "", False: "no", True: "yes"}[method_break]


def edited(
    request: HttpRequest,
    loaded: Loaded,
    start: dict[str, Any],
    rows: list[dict[str, Any]],
    save: Callable[[ScenarioForm, list[Any]], ScenarioVersion],
    heading: str,
    breadcrumbs: list[tuple[Any, str]],
) -> HttpResponse:
    """The form of a scenario; sent, it is checked and saved, or shown again with every fault (422)."""
    sent = request.method == "POST"
    form = ScenarioForm(request.POST if sent else None, initial=start)
    formset = ChangeFormSet(
        request.POST if sent else None, initial=rows, prefix="c", form_kwargs={"groups": loaded.groups}
    )
    if sent:
        both = [form.is_valid(), formset.is_valid()]
        if all(both) and formset.check_against(loaded.groups):
            try:
                version = save(form, formset.changes())
            except actions.ScenarioError as error:
                form.add_error(None, str(error))
            except RefusedInputError as error:
                for item in error.faults:
                    form.add_error(None, texts.fault(item))
            except NotPossibleError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
                return redirect(version.scenario)
    context = {
        "heading": heading, "preline": loaded.edition.title, "breadcrumbs": breadcrumbs, "form": form,
        "formset": formset, "rows": list(formset),
    }  # fmt: skip
    return render(request, "prioritisation/whatif/scenario_form.html", context, status=422 if sent else 200)


def written(request: HttpRequest, pk: int, write: Callable[[Scenario], Any], done: str) -> HttpResponse:
    """Do one thing to a scenario that the person may see; a refusal is said on its page."""
    here = scenario_or_404(request, pk)
    target: Any = here
    try:
        answer = write(here)
    except (actions.ScenarioError, NotPossibleError) as error:
        messages.error(request, str(error))
    except RefusedInputError as error:
        messages.error(request, " ".join(texts.fault(item) for item in error.faults))
    else:
        messages.success(request, done)
        target = answer.scenario if isinstance(answer, ScenarioVersion) else here
    return redirect(target)


@login_required
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    def write(here: Scenario) -> ScenarioVersion:
        _versions, version = pick(request, here)
        return actions.copy_scenario(request.user, version, loaded_or_404(here.source, here.edition))

    return written(request, pk, write, _("Copied. This is the copy."))


@login_required
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    return written(request, pk, lambda here: actions.archive_scenario(request.user, here.pk), _("Archived."))


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    number = request.POST.get("version", "")
    if not number.isdecimal() or len(number) > 9:
        raise BadRequest("no version")

    def write(here: Scenario) -> Scenario:
        return actions.publish_scenario(request.user, here.pk, int(number))

    return written(request, pk, write, _("Released. Everybody can read this version now."))


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return written(
        request, pk, lambda here: actions.withdraw_scenario(request.user, here.pk, reason), _("Withdrawn.")
    )
