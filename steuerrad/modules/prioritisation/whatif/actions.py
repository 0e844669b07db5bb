"""All writes of scenarios: save, change (a new version), copy, archive, release, withdraw."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from steuerrad.engines.ranking import ENGINE_VERSION, Outcome
from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.models.scenarios import LONGEST_NOTE, LONGEST_TITLE
from steuerrad.modules.prioritisation.whatif.evaluating import outcome_of_changes
from steuerrad.modules.prioritisation.whatif.fields import DRAWS, SEED, Loaded
from steuerrad.modules.prioritisation.whatif.queries import (
    PUBLISH,
    SAVE,
    assumptions_of,
    changes_of,
    content_of,
    is_intact,
    options_data,
    sees_all_versions,
    wrote,
)
from steuerrad.modules.prioritisation.whatif.rules import (
    Assumptions,
    Change,
    Fault,
    RefusedInputError,
    to_data,
    with_units,
)
from steuerrad.modules.prioritisation.whatif.snapshot import outcome_data, plain, seal
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

FORBIDDEN = ("Cc", "Cs", "Co", "Cn")  # control, surrogate, private use, unassigned


class ScenarioError(Exception):
    """The scenario cannot be changed like that; the message says why."""


def ref(scenario: Scenario) -> str:
    return f"prioritisation.scenario:{scenario.pk}"


def clean_words(text: str, longest: int, *, lines: bool = False) -> str:
    """Plain text in one form. Raises ScenarioError when it is too long or holds characters that cannot be printed."""
    words = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not lines:
        words = " ".join(words.split())
    if len(words) > longest:
        raise ScenarioError(_("The text has %(count)d characters; %(most)d are possible.") % {
            "count": len(words), "most": longest,
        })  # fmt: skip
    if any(unicodedata.category(sign) in FORBIDDEN and sign != "\n" for sign in words):
        raise ScenarioError(_("The text holds characters that cannot be printed."))
    return words


@dataclass(frozen=True)
class Draft:
    """What a version will hold, checked and computed before anything is written."""

    title: str
    note: str
    loaded: Loaded
    changes: tuple[Change, ...]
    assumptions: Assumptions
    outcome: Outcome


def draft(
    loaded: Loaded,
    changes: Iterable[Change],
    title: str,
    note: str = "",
    assumptions: Assumptions | None = None,
) -> Draft:
    """Check and compute. Raises ScenarioError, RefusedInputError with every fault of the changes, NotPossibleError."""
    words = clean_words(title, LONGEST_TITLE), clean_words(note, LONGEST_NOTE, lines=True)
    if not words[0]:
        raise ScenarioError(_("A scenario needs a title."))
    asked, assumed = with_units(changes, loaded.groups), assumptions or Assumptions()
    if not asked:
        raise RefusedInputError([Fault("changes", "none", {})])
    return Draft(*words, loaded, asked, assumed, outcome_of_changes(loaded, asked, assumed))


def save_scenario(actor: Any, asked: Draft, *, is_demo: bool = False) -> ScenarioVersion:
    """A new scenario with its first version. Raises PermissionDenied."""
    require(actor, SAVE)
    with transaction.atomic():
        scenario = _begin(actor, asked, is_demo)
        version = _add(actor, scenario, 1, asked)
        record(actor, "prioritisation.save_scenario", ref(scenario), title=scenario.title,
               changes={"version": (None, 1), "sha256": (None, version.result_hash)})  # fmt: skip
        publish("prioritisation.scenario_saved", scenario_id=scenario.pk, version=1)
    return version


def _begin(actor: Any, asked: Draft, is_demo: bool) -> Scenario:
    return Scenario.objects.create(
        title=asked.title, source=asked.loaded.source.id, edition=asked.loaded.edition.key, is_demo=is_demo,
        created_at=clock.now(), created_by=actor,
    )  # fmt: skip


def _add(
    actor: Any, scenario: Scenario, number: int, asked: Draft, copied_from: ScenarioVersion | None = None
) -> ScenarioVersion:
    version = ScenarioVersion(
        scenario=scenario, number=number, title=asked.title, note=asked.note, changes=plain(to_data(asked.changes)),
        options=options_data(asked.assumptions), seed=SEED, draws=DRAWS, engine=ENGINE_VERSION,
        field_hash=asked.loaded.digest, result=outcome_data(asked.outcome), copied_from=copied_from,
        created_at=clock.now(), created_by=actor,
    )  # fmt: skip
    version.result_hash = seal(content_of(version))
    version.save()
    return version


def _open(scenario_id: int) -> Scenario:
    """The scenario, locked. Raises ScenarioError when it is archived."""
    scenario = Scenario.objects.select_for_update().get(pk=scenario_id)
    if scenario.archived_at is not None:
        raise ScenarioError(_("This scenario is archived; copy it to go on with it."))
    return scenario


def change_scenario(
    actor: Any, scenario_id: int, asked: Draft, *, seen: int | None = None
) -> ScenarioVersion:
    """A new version; the ones before stay as they are, and so does what is released.

    seen: number of the version that the person had before them; somebody else's newer one is a ScenarioError.
    Raises PermissionDenied, ScenarioError, Scenario.DoesNotExist.
    """
    require(actor, SAVE)
    try:
        with transaction.atomic():
            return _change(actor, _open(scenario_id), asked, seen)
    except IntegrityError as error:  # both saved the same number at the same moment
        raise ScenarioError(
            _("Somebody else has saved a version at the same moment; look at it first.")
        ) from error


def _change(actor: Any, scenario: Scenario, asked: Draft, seen: int | None) -> ScenarioVersion:
    if (scenario.source, scenario.edition) != (asked.loaded.source.id, asked.loaded.edition.key):
        raise ScenarioError(_("A scenario stays with its edition; begin a new one for another edition."))
    last = scenario.versions.order_by("-number").first()
    number = 1 if last is None else last.number + 1
    if last is not None and seen is not None and last.number != seen:
        raise ScenarioError(_("Somebody else has saved version %(number)d meanwhile; look at it first.") % {
            "number": last.number,
        })  # fmt: skip
    version = _add(actor, scenario, number, asked)
    before = scenario.title
    scenario.title = asked.title
    scenario.save(update_fields=["title"])
    record(actor, "prioritisation.change_scenario", ref(scenario), title=scenario.title, changes={
        "version": (number - 1, number), "title": (before, scenario.title),
        "sha256": (None if last is None else last.result_hash, version.result_hash),
    })  # fmt: skip
    publish("prioritisation.scenario_saved", scenario_id=scenario.pk, version=number)
    return version


def copy_scenario(actor: Any, version: ScenarioVersion, loaded: Loaded) -> ScenarioVersion:
    """A new scenario that begins with the changes of a version that the person may see, computed on today's data.

    Raises PermissionDenied, ScenarioError, RefusedInputError, NotPossibleError.
    """
    require(actor, SAVE)
    title = (_("Copy of %(title)s") % {"title": version.title})[:LONGEST_TITLE]
    asked = draft(loaded, changes_of(version), title, version.note, assumptions_of(version))
    with transaction.atomic():
        scenario = _begin(actor, asked, version.scenario.is_demo)
        fresh = _add(actor, scenario, 1, asked, version)
        record(actor, "prioritisation.copy_scenario", ref(scenario), title=scenario.title,
               changes={"copied_from": (None, f"{ref(version.scenario)} v{version.number}")})  # fmt: skip
        publish("prioritisation.scenario_saved", scenario_id=scenario.pk, version=1)
    return fresh


def archive_scenario(actor: Any, scenario_id: int) -> Scenario:
    """Put a scenario away; it can be read by who could read it before, but is no longer public.

    Raises PermissionDenied, ScenarioError, Scenario.DoesNotExist.
    """
    require(actor, SAVE)
    with transaction.atomic():
        scenario = _open(scenario_id)
        if not sees_all_versions(actor, scenario):
            raise ScenarioError(_("You may not see all of this scenario."))
        if scenario.published_id is not None:
            raise ScenarioError(_("This scenario is released; withdraw the release first."))
        scenario.archived_at = clock.now()
        scenario.save(update_fields=["archived_at"])
        record(actor, "prioritisation.archive_scenario", ref(scenario), title=scenario.title,
               changes={"archived_at": (None, scenario.archived_at)})  # fmt: skip
    return scenario


def publish_scenario(actor: Any, scenario_id: int, number: int) -> Scenario:
    """Let everybody read one version that somebody else wrote.

    Raises PermissionDenied, ScenarioError, Scenario.DoesNotExist.
    """
    require(actor, PUBLISH)
    with transaction.atomic():
        scenario = _open(scenario_id)
        version = scenario.versions.select_related("scenario").filter(number=number).first()
        if version is None:
            raise ScenarioError(_("There is no such version."))
        if wrote(actor, version):
            raise ScenarioError(_("Four eyes: whoever worked on the scenario cannot release it."))
        if not is_intact(version):
            raise ScenarioError(_("The content does not match its checksum."))
        before = None if scenario.published is None else scenario.published.number
        scenario.published, scenario.published_at, scenario.published_by = version, clock.now(), actor
        scenario.save(update_fields=["published", "published_at", "published_by"])
        record(actor, "prioritisation.publish_scenario", ref(scenario), title=scenario.title,
               changes={"published": (before, number), "sha256": (None, version.result_hash)})  # fmt: skip
        publish("prioritisation.scenario_published", scenario_id=scenario.pk, version=number)
    return scenario


def withdraw_scenario(actor: Any, scenario_id: int, reason: str) -> Scenario:
    """Take the release back, with a reason. Raises PermissionDenied, ScenarioError, Scenario.DoesNotExist."""
    require(actor, PUBLISH)
    words = clean_words(reason, 1000)
    if not words:
        raise ScenarioError(_("Withdrawing needs a reason."))
    with transaction.atomic():
        scenario = _open(scenario_id)
        if scenario.published is None:
            raise ScenarioError(_("This scenario is not released."))
        before = scenario.published.number
        scenario.published = scenario.published_at = scenario.published_by = None
        scenario.save(update_fields=["published", "published_at", "published_by"])
        record(actor, "prioritisation.withdraw_scenario", ref(scenario), title=scenario.title,
               changes={"published": (before, None)}, reason=words)  # fmt: skip
    return scenario
