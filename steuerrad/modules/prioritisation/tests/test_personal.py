"""Whose name stands where, and what stays when it is erased; what search finds for whom."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from steuerrad.kernel.registry import registry
from steuerrad.modules.prioritisation import personal
from steuerrad.modules.prioritisation.choice import actions as studies
from steuerrad.modules.prioritisation.choice import search
from steuerrad.modules.prioritisation.models import Effect, Scenario, ScenarioVersion, Study
from steuerrad.modules.prioritisation.whatif import actions, fields, queries
from steuerrad.modules.prioritisation.whatif.tests.stage import stage
from steuerrad.modules.prioritisation.whatif.tests.test_scenarios import UP, person
from steuerrad.platform.audit.models import AuditEntry

__all__ = ["stage"]
pytestmark = pytest.mark.django_db


def test_studies_are_found_by_those_who_may_read_them() -> None:
    coordinator = person("coordinator")
    study = studies.begin_study(coordinator, {"title": "Secret plans", "caution": Decimal(0)})
    assert [hit.title for hit in search.studies(coordinator)] == ["Secret plans"]
    assert list(search.studies(AnonymousUser())) == []
    studies.archive_study(coordinator, study.pk)
    assert list(search.studies(coordinator)) == []


def test_a_person_gets_all_that_is_kept_and_is_taken_off_it(stage: fields.Loaded) -> None:
    author, second = person("coordinator"), person("approver")
    mine = actions.save_scenario(author, actions.draft(stage, [UP], "Mine"))
    public = actions.save_scenario(author, actions.draft(stage, [UP], "Public"))
    actions.publish_scenario(second, public.scenario_id, 1)
    study = studies.begin_study(author, {"title": "Plans", "caution": Decimal(0)})
    studies.save_target(author, study.pk, "aim", {
        "title": "Aim", "unit": "", "gap": Decimal(1), "worth": Decimal(1), "yes_no": False, "basis": "guess",
    })  # fmt: skip
    studies.save_effect(author, study.pk, "x:1", "own:aim", {
        "low": 1, "likely": 2, "high": 3, "success": 90, "delay_low": 0, "delay_likely": 0, "delay_high": 0,
        "basis": "my guess",
    })  # fmt: skip
    (contribution,) = [item for item in registry.all("personal_data") if item.id == "prioritisation.authors"]
    told = contribution.export(author)
    assert [row["title"] for row in told["scenarios"]] == ["Mine", "Public"]
    assert told["effects"][0]["basis"] == "my guess"
    assert told["studies"][0]["title"] == "Plans"
    assert contribution.export(second)["released"][0]["scenario"] == public.scenario_id

    personal.erase(author)
    assert ScenarioVersion.objects.get(pk=mine.pk).created_by is None
    assert ScenarioVersion.objects.get(pk=public.pk).created_by == author  # proves the four eyes
    assert Scenario.objects.get(pk=public.scenario_id).published_by == second
    assert (Effect.objects.get().by, Study.objects.get().created_by) == (None, None)
    erased = ScenarioVersion.objects.select_related("scenario").get(pk=mine.pk)
    assert queries.is_intact(erased)
    assert AuditEntry.objects.filter(action="prioritisation.erase_person").exists()
