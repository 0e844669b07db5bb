"""Saving, changing, copying, releasing: who may, what stays, what the database refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils.translation import override

from steuerrad.modules.prioritisation.models import Scenario, ScenarioVersion
from steuerrad.modules.prioritisation.whatif import actions, datasets, fields, queries, search
from steuerrad.modules.prioritisation.whatif.rules import Assumptions, Change, RefusedInputError
from steuerrad.modules.prioritisation.whatif.tests.stage import SOURCE, UNKNOWN
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
UP = Change("a/services", 80.0, 90.0, 95.0, probability=0.8)


def person(role: str, name: str = "") -> User:
    user = User.objects.create_user(f"{name or role or 'none'}@example.org")
    if role:
        Membership.objects.create(user=user, role=role)
    return user


@pytest.fixture
def coordinator() -> User:
    return person("coordinator")


@pytest.fixture
def second() -> User:
    return person("steering", "second")


@pytest.fixture
def saved(stage: fields.Loaded, coordinator: User) -> ScenarioVersion:
    return actions.save_scenario(coordinator, actions.draft(stage, [UP], "Online services", "Why\nand how"))


def test_a_saved_scenario_holds_everything_and_is_logged(saved: ScenarioVersion) -> None:
    version = ScenarioVersion.objects.select_related("scenario").get(pk=saved.pk)
    assert version.number == 1
    assert queries.changes_of(version) == (UP,)
    assert queries.is_intact(version)
    assert (version.seed, version.draws) == (fields.SEED, fields.DRAWS)
    assert queries.recompute(version).same
    entry = AuditEntry.objects.get(action="prioritisation.save_scenario")
    assert entry.changes["sha256"] == [None, version.result_hash]


@pytest.mark.parametrize("role", ["", "approver"])
def test_without_the_right_nothing_is_saved(stage: fields.Loaded, role: str) -> None:
    with pytest.raises(PermissionDenied):
        actions.save_scenario(person(role), actions.draft(stage, [UP], "No"))
    assert not Scenario.objects.exists()


@pytest.mark.parametrize(
    ("title", "changes", "error"),
    [
        ("", [UP], actions.ScenarioError),
        ("x" * 161, [UP], actions.ScenarioError),
        ("a\x00b", [UP], actions.ScenarioError),
        ("Fine", [], RefusedInputError),
        ("Fine", [Change("none", 1, 1, 1)], RefusedInputError),
        ("Fine", [Change(UNKNOWN, 1, 1, 1)], RefusedInputError),
    ],
)
def test_faulty_drafts_are_refused(
    stage: fields.Loaded, title: str, changes: list[Change], error: type[Exception]
) -> None:
    with pytest.raises(error):
        actions.draft(stage, changes, title)


def test_a_change_makes_a_new_version_and_the_old_one_stays(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User
) -> None:
    before = (saved.result_hash, saved.changes)
    more = Change("b/busses", 90.0, 90.0, 90.0)
    asked = actions.draft(stage, [UP, more], "Services and busses", "", Assumptions("still", True))
    second = actions.change_scenario(coordinator, saved.scenario_id, asked, seen=1)
    old = ScenarioVersion.objects.get(pk=saved.pk)
    assert (old.result_hash, old.changes) == before
    assert (second.number, Scenario.objects.get().title) == (2, "Services and busses")
    assert queries.assumptions_of(second) == Assumptions("still", True)


def test_who_saves_over_somebody_elses_version_is_told(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User
) -> None:
    asked = actions.draft(stage, [UP], "Mine")
    actions.change_scenario(coordinator, saved.scenario_id, asked, seen=1)
    with pytest.raises(actions.ScenarioError, match="2"):
        actions.change_scenario(person("steering"), saved.scenario_id, asked, seen=1)
    assert saved.scenario.versions.count() == 2


def test_a_scenario_stays_with_its_edition(saved: ScenarioVersion, coordinator: User) -> None:
    other = actions.draft(fields.load(SOURCE.id, "2022"), [UP], "Other")
    with pytest.raises(actions.ScenarioError):
        actions.change_scenario(coordinator, saved.scenario_id, other)


@pytest.mark.parametrize("column", ["result_hash", "title", "note", "engine"])
def test_the_database_refuses_to_overwrite_a_version(saved: ScenarioVersion, column: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ScenarioVersion.objects.filter(pk=saved.pk).update(**{column: "other"})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE prioritisation_scenarioversion SET changes = '[]'")
    assert queries.is_intact(ScenarioVersion.objects.select_related("scenario").get(pk=saved.pk))


def test_a_version_is_not_saved_twice_and_numbers_are_unique(saved: ScenarioVersion) -> None:
    with pytest.raises(ValueError, match="never overwritten"):
        saved.save()
    values = {field.attname: getattr(saved, field.attname) for field in ScenarioVersion._meta.concrete_fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        ScenarioVersion.objects.create(**(values | {"id": None}))


def test_an_erased_author_does_not_change_the_content(saved: ScenarioVersion, coordinator: User) -> None:
    ScenarioVersion.objects.filter(pk=saved.pk).update(created_by=None)
    version = ScenarioVersion.objects.select_related("scenario").get(pk=saved.pk)
    assert version.created_by is None
    assert queries.is_intact(version)


def test_a_copy_is_a_new_scenario_that_names_its_origin(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User
) -> None:
    copy = actions.copy_scenario(coordinator, saved, stage)
    assert copy.scenario_id != saved.scenario_id
    assert copy.copied_from == saved
    assert copy.changes == saved.changes
    assert copy.result == saved.result


def test_only_the_released_version_is_public(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User, second: User
) -> None:
    scenario = saved.scenario
    assert not queries.visible_to(None).exists()
    actions.publish_scenario(second, scenario.pk, 1)
    secret = actions.draft(stage, [UP], "Not yet public")
    actions.change_scenario(coordinator, scenario.pk, secret)
    found = queries.with_versions(queries.visible_to(None)).get()
    assert queries.shown_version(None, found).number == 1
    assert [item.number for item in queries.versions_for(None, found)] == [1]
    assert [hit.title for hit in search.scenarios(None)] == ["Online services"]
    assert [row["title"] for row in datasets.scenario_rows(None)] == ["Online services"]
    assert [row["indicator"] for row in datasets.change_rows(None)] == ["a/services"]
    from django.contrib.auth.models import AnonymousUser

    visitor = AnonymousUser()
    assert not queries.visible_to(visitor).filter(queries.titled(visitor, "Not yet")).exists()
    assert queries.visible_to(coordinator).filter(queries.titled(coordinator, "Not yet")).exists()


def test_withdrawing_needs_a_reason_and_ends_the_release(
    saved: ScenarioVersion, coordinator: User, second: User
) -> None:
    actions.publish_scenario(second, saved.scenario_id, 1)
    with pytest.raises(actions.ScenarioError):
        actions.archive_scenario(coordinator, saved.scenario_id)
    with pytest.raises(actions.ScenarioError):
        actions.withdraw_scenario(coordinator, saved.scenario_id, "  ")
    actions.withdraw_scenario(coordinator, saved.scenario_id, "The value was wrong")
    assert not queries.visible_to(None).exists()
    assert AuditEntry.objects.get(action="prioritisation.withdraw_scenario").reason == "The value was wrong"
    with pytest.raises(actions.ScenarioError):
        actions.withdraw_scenario(coordinator, saved.scenario_id, "again")


def test_releasing_and_withdrawing_need_the_right(saved: ScenarioVersion) -> None:
    nobody = person("")
    for write in (lambda who: actions.publish_scenario(who, saved.scenario_id, 1),
                  lambda who: actions.withdraw_scenario(who, saved.scenario_id, "why")):  # fmt: skip
        with pytest.raises(PermissionDenied):
            write(nobody)


def test_an_unknown_version_is_not_released(saved: ScenarioVersion, second: User) -> None:
    with pytest.raises(actions.ScenarioError):
        actions.publish_scenario(second, saved.scenario_id, 2)


def test_nobody_releases_what_they_worked_on(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User, second: User
) -> None:
    with pytest.raises(actions.ScenarioError, match=r"Vier Augen|Four eyes"):
        actions.publish_scenario(coordinator, saved.scenario_id, 1)
    actions.change_scenario(second, saved.scenario_id, actions.draft(stage, [UP], "Second hand"), seen=1)
    for person_ in (coordinator, second):  # version 2 goes back to version 1: both have worked on it
        with pytest.raises(actions.ScenarioError):
            actions.publish_scenario(person_, saved.scenario_id, 2)
    actions.publish_scenario(second, saved.scenario_id, 1)  # but the first was another's alone
    actions.publish_scenario(person("approver"), saved.scenario_id, 2)
    assert Scenario.objects.get().published.number == 2


def test_the_database_refuses_the_second_pair_of_eyes_to_be_the_first(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User, second: User
) -> None:
    other = actions.save_scenario(coordinator, actions.draft(stage, [UP], "Other"))
    scenario, now = Scenario.objects.filter(pk=saved.scenario_id), saved.created_at
    for wrong in (
        {"published": saved, "published_by": coordinator},
        {"published": saved, "published_by": None},
        {"published": other, "published_by": second},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            scenario.update(**wrong, published_at=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        ScenarioVersion.objects.filter(pk=saved.pk).update(created_by=second)
    with pytest.raises(DatabaseError), transaction.atomic():
        Scenario.objects.create(
            title="x", source="x", edition="x", created_at=now, published=saved, published_at=now
        )
    scenario.update(published=saved, published_by=second, published_at=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        scenario.update(published_by=coordinator)
    scenario.update(published_by=None)  # an erased account
    assert scenario.get().published == saved


def test_an_archived_scenario_is_not_changed(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User
) -> None:
    actions.archive_scenario(coordinator, saved.scenario_id)
    for write in (
        lambda: actions.change_scenario(coordinator, saved.scenario_id, actions.draft(stage, [UP], "x")),
        lambda: actions.publish_scenario(coordinator, saved.scenario_id, 1),
        lambda: actions.archive_scenario(coordinator, saved.scenario_id),
    ):
        with pytest.raises(actions.ScenarioError):
            write()


def test_comparison_is_on_the_same_random_numbers(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User
) -> None:
    other = actions.save_scenario(
        coordinator, actions.draft(stage, [Change("b/busses", 90, 90, 90)], "Busses")
    )
    first, second = queries.comparison([saved, other])
    assert first.outcome is not None
    assert second.outcome is not None
    assert first.outcome.before == second.outcome.before
    assert first.same


def test_what_cannot_be_compared_is_refused(
    saved: ScenarioVersion, stage: fields.Loaded, coordinator: User
) -> None:
    older = actions.save_scenario(coordinator, actions.draft(fields.load(SOURCE.id, "2022"), [UP], "Older"))
    still = actions.save_scenario(coordinator, actions.draft(stage, [UP], "Still", "", Assumptions("still")))
    for versions, code in (
        ([saved], "count"),
        ([saved] * 5, "count"),
        ([saved, older], "editions"),
        ([saved, still], "assumptions"),
    ):
        with pytest.raises(queries.NotComparableError) as caught:
            queries.comparison(versions)
        assert caught.value.code == code


def test_changed_data_is_said_and_a_lost_edition_too(
    saved: ScenarioVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = ScenarioVersion.objects.select_related("scenario").get(pk=saved.pk)
    field = fields.load(SOURCE.id, "2023").field
    scores = field.totals.copy()
    field.totals[3:] += 5
    try:
        assert not queries.recompute(version).same
        assert queries.stored_outcome(version).after.score.mean > 0
    finally:
        field.totals[:] = scores
    monkeypatch.setattr(fields, "sources", list)
    gone = queries.recompute(version)
    assert gone.loaded is None
    assert gone.outcome is None


def test_a_stamp_spares_loading_and_its_change_loads_again(
    stage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    stamps, loads = ["one"], []

    def load(key: str) -> Any:
        loads.append(key)
        return SOURCE.load(key)

    source = replace(SOURCE, load=load, stamp=lambda: stamps[0])
    monkeypatch.setattr(fields, "sources", lambda: [source])
    first = fields.load(SOURCE.id, "2023")
    assert fields.load(SOURCE.id, "2023") is first
    assert len(loads) == 3
    stamps[0] = "two"
    assert fields.load(SOURCE.id, "2023") is not first
    assert fields.prepared_of(first) is fields.prepared_of(fields.load(SOURCE.id, "2023"))  # the same data


def test_the_store_of_prepared_fields_is_bounded() -> None:
    kept: fields.Kept[int] = fields.Kept(2)
    for number in range(5):
        assert kept.get(number, lambda number=number: number) == number
    assert len(kept) == 2
    with pytest.raises(ZeroDivisionError):
        kept.get("fails", lambda: 1 // 0)
    assert kept.get("fails", lambda: 3) == 3


def test_titles_are_counted_in_the_language_of_the_page(saved: ScenarioVersion, stage: fields.Loaded) -> None:
    with override("en"):
        assert actions.copy_scenario(saved.created_by, saved, stage).title == "Copy of Online services"
