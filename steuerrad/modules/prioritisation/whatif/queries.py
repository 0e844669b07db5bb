"""Scenarios that a person may see, and what stands in a version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from steuerrad.engines.ranking import ENGINE_VERSION, Outcome
from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.whatif.evaluating import outcome_of_changes
from steuerrad.modules.prioritisation.whatif.fields import Loaded, NoSuchEditionError, NotPossibleError, load
from steuerrad.modules.prioritisation.whatif.rules import Assumptions, Change, RefusedInputError, from_data
from steuerrad.modules.prioritisation.whatif.snapshot import outcome_data, outcome_of, seal
from steuerrad.platform.accounts.access import allowed

READ = "prioritisation.read_scenarios"
SAVE = "prioritisation.save_scenario"
PUBLISH = "prioritisation.publish_scenario"


def visible_to(user: Any) -> QuerySet[Scenario]:
    """Released scenarios for everybody; all of them with the right to read, and always one's own."""
    found = Scenario.objects.select_related("created_by", "published")
    if allowed(user, READ):
        return found
    own = Q(created_by=user) if user is not None and user.is_authenticated else Q(pk__in=[])
    return found.filter(own | Q(published__isnull=False, archived_at=None))


def sees_all_versions(user: Any, scenario: Scenario) -> bool:
    """Whether a person sees more of the scenario than the released version."""
    own = scenario.created_by_id is not None and scenario.created_by_id == getattr(user, "pk", None)
    return own or allowed(user, READ)


def versions_for(user: Any, scenario: Scenario) -> list[ScenarioVersion]:
    """The versions that a person may see, newest first."""
    found = scenario.versions.select_related("created_by", "copied_from__scenario").order_by("-number")
    return list(found if sees_all_versions(user, scenario) else found.filter(pk=scenario.published_id))


def titled(user: Any, text: str) -> Q:
    """Scenarios with this in a title that the person may see (a newer title may not be released)."""
    released = Q(published__title__icontains=text)
    if allowed(user, READ):
        return released | Q(title__icontains=text)
    return released | Q(title__icontains=text, created_by=user if user.is_authenticated else None)


def wrote(user: Any, version: ScenarioVersion) -> bool:
    """Whether a person wrote the version or one that it goes back to in its scenario: another one must release it.

    The database's trigger scenario_four_eyes says the same.
    """
    if user is None or user.pk is None:
        return False
    older = ScenarioVersion.objects.filter(scenario=version.scenario_id, number__lte=version.number)
    return older.filter(created_by=user.pk).exists()


def with_versions(scenarios: QuerySet[Scenario]) -> QuerySet[Scenario]:
    """The scenarios with their versions, newest first, in two queries."""
    versions = ScenarioVersion.objects.select_related("created_by").order_by("-number")
    return scenarios.prefetch_related(Prefetch("versions", queryset=versions))


def shown_version(user: Any, scenario: Scenario) -> ScenarioVersion:
    """The newest version that a person may see of a scenario with its versions."""
    if not sees_all_versions(user, scenario) and scenario.published is not None:
        return scenario.published
    return scenario.versions.all()[0]


def changes_of(version: ScenarioVersion) -> tuple[Change, ...]:
    return from_data(version.changes)


def assumptions_of(version: ScenarioVersion) -> Assumptions:
    return Assumptions(version.options.get("own", "typical"), version.options.get("method_break"))


def options_data(assumptions: Assumptions) -> dict[str, Any]:
    return asdict(assumptions)


def stored_outcome(version: ScenarioVersion) -> Outcome:
    return outcome_of(version.result)


def content_of(version: ScenarioVersion) -> dict[str, Any]:
    """Everything that the checksum covers."""
    return {
        "source": version.scenario.source, "edition": version.scenario.edition, "title": version.title,
        "note": version.note, "changes": version.changes, "options": version.options, "seed": version.seed,
        "draws": version.draws, "engine": version.engine, "field_hash": version.field_hash, "result": version.result,
    }  # fmt: skip


def is_intact(version: ScenarioVersion) -> bool:
    return seal(content_of(version)) == version.result_hash


@dataclass(frozen=True)
class Recomputed:
    """A version on today's data with everybody's random numbers.

    loaded None: the edition is not offered any more. outcome None: the changes do not fit it any more; why says so.
    same: it gives just what is stored.
    """

    version: ScenarioVersion
    loaded: Loaded | None
    outcome: Outcome | None
    same: bool
    why: str = ""


def edition_of(scenario: Scenario) -> Loaded | None:
    try:
        return load(scenario.source, scenario.edition)
    except (NoSuchEditionError, NotPossibleError):
        return None


def recompute(version: ScenarioVersion) -> Recomputed:
    """What the version would bring today. Nothing is written."""
    loaded = edition_of(version.scenario)
    if loaded is None:
        return Recomputed(version, None, None, False)
    try:
        outcome = outcome_of_changes(loaded, changes_of(version), assumptions_of(version))
    except (RefusedInputError, NotPossibleError) as error:
        return Recomputed(version, loaded, None, False, str(error))
    same = outcome_data(outcome) == version.result and version.engine == ENGINE_VERSION
    return Recomputed(version, loaded, outcome, same)


class NotComparableError(ValueError):
    """These scenarios cannot be put beside one another; code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


LEAST, MOST = 2, 4


def comparison(versions: Iterable[ScenarioVersion]) -> list[Recomputed]:
    """Two to four versions over the same edition and assumptions, computed anew on the same random numbers.

    Raises NotComparableError: count, editions, assumptions, or gone (an edition or an indicator is not there any more).
    """
    found = list(versions)
    if not LEAST <= len(found) <= MOST:
        raise NotComparableError("count")
    if len({(item.scenario.source, item.scenario.edition) for item in found}) > 1:
        raise NotComparableError("editions")
    if len({assumptions_of(item) for item in found}) > 1:
        raise NotComparableError("assumptions")
    computed = [recompute(item) for item in found]
    if any(item.outcome is None for item in computed):
        raise NotComparableError("gone")
    return computed
