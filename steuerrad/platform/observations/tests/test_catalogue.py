"""Who may describe what, where things are and have been, and what goes when something is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from steuerrad.engines.observations import batch
from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.observations import actions, queries
from steuerrad.platform.observations.models import (
    Datastream,
    FeatureOfInterest,
    Location,
    ObservedProperty,
    RemovedStream,
    Sensor,
    Thing,
)
from steuerrad.platform.observations.store import owning
from steuerrad.platform.observations.sweeping import sweep
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db
POINT = {"type": "Point", "coordinates": [7.22, 51.48]}


def person(role: str, organisation: Organisation | None = None) -> Any:
    user = get_user_model().objects.create_user(f"{role}-{organisation}@city.example", "x")
    Membership.objects.create(user=user, role=role, organisation=organisation)
    return user


@pytest.fixture
def office() -> Organisation:
    return Organisation.objects.create(key="office", name="Office")


@pytest.fixture
def works() -> Organisation:
    return Organisation.objects.create(key="works", name="Works")


@pytest.fixture
def coordinator() -> Any:
    return person(Role.COORDINATOR)


def datastream(user: Any, thing: Thing, **fields: Any) -> Datastream:
    sensor = actions.save(user, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(user, ObservedProperty(name="Temperature", definition="http://example.org/t"))
    return actions.save(
        user, Datastream(name="D", thing=thing, sensor=sensor, observed_property=seen, **fields)
    )


def test_an_organisation_describes_its_own_things_only(office, works) -> None:
    user = person(Role.CONTRIBUTOR, office)
    own = actions.save(user, Thing(name="Own", organisation=office))
    datastream(user, own)
    with pytest.raises(PermissionDenied):
        actions.save(user, Thing(name="Other", organisation=works))
    with pytest.raises(PermissionDenied):
        actions.save(user, Thing(name="Nobody's"))
    own.organisation = works
    with pytest.raises(PermissionDenied):
        actions.save(user, own)


def test_a_word_that_others_use_is_theirs_too(office, works, coordinator) -> None:
    user = person(Role.CONTRIBUTOR, office)
    stream = datastream(user, actions.save(user, Thing(name="Own", organisation=office)))
    stream.sensor.description = "mended"
    actions.save(user, stream.sensor)
    other = actions.save(coordinator, Thing(name="Other", organisation=works))
    actions.save(
        coordinator,
        Datastream(name="D2", thing=other, sensor=stream.sensor, observed_property=stream.observed_property),
    )
    for write in (actions.save, actions.remove):
        with pytest.raises(PermissionDenied):
            write(user, stream.sensor)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.STEERING])
def test_readers_describe_nothing(role) -> None:
    with pytest.raises(PermissionDenied):
        actions.save(person(role), Thing(name="X"))
    with pytest.raises(PermissionDenied):
        actions.save(AnonymousUser(), Thing(name="X"))


def test_only_what_is_open_is_seen_by_everyone(office, works, coordinator) -> None:
    things = [
        actions.save(coordinator, Thing(name=name, organisation=owner, public=public))
        for name, owner, public in (("A", office, True), ("B", office, False), ("C", works, False), ("D", None, False))
    ]  # fmt: skip
    location = actions.save(coordinator, Location(name="L", geometry=POINT))
    for thing in things:
        datastream(coordinator, thing)
        actions.place(coordinator, thing, [location])
    own = person(Role.CONTRIBUTOR, office)
    for user, names in ((AnonymousUser(), "A"), (own, "AB"), (coordinator, "ABCD")):
        assert [thing.name for thing in queries.visible(user, Thing)] == list(names)
        assert [row.thing.name for row in queries.visible_streams(user)] == list(names)
        assert list(queries.visible(user, Location)) == [location], "one row, however many things stand there"
    closed = actions.save(coordinator, Location(name="Closed", geometry=POINT))
    actions.place(coordinator, things[2], [closed])
    assert closed not in queries.visible(own, Location)


def test_release_needs_its_own_right(office) -> None:
    thing = actions.save(person(Role.CONTRIBUTOR, office), Thing(name="A", organisation=office))
    with pytest.raises(PermissionDenied):
        actions.release(person(Role.STEERING), thing)
    actions.release(person(Role.APPROVER), thing)
    assert Thing.objects.get().public
    assert AuditEntry.objects.filter(action="observations.release").count() == 1


def test_a_move_is_remembered_and_an_old_one_moves_nothing(coordinator) -> None:
    thing = actions.save(coordinator, Thing(name="A"))
    first, second = (actions.save(coordinator, Location(name=name, geometry=POINT)) for name in "12")
    actions.place(coordinator, thing, [first])
    actions.place(coordinator, thing, [second], clock.now() - timedelta(days=3))
    assert list(thing.locations.all()) == [first]
    assert thing.historical_locations.count() == 2
    feature = actions.feature_of(thing)
    assert feature is not None
    assert feature.geometry == POINT
    assert actions.feature_of(thing) == feature
    actions.remove(coordinator, first)
    assert thing.historical_locations.count() == 1
    assert FeatureOfInterest.objects.filter(pk=feature.pk).exists(), "what was observed stays"


def test_what_is_removed_is_taken_from_the_store(coordinator, tmp_path) -> None:
    thing = actions.save(coordinator, Thing(name="A"))
    numbers = [datastream(coordinator, thing).pk for _ in range(2)]
    actions.remove(coordinator, thing)
    assert list(RemovedStream.objects.values_list("number", flat=True)) == numbers
    again = datastream(coordinator, actions.save(coordinator, Thing(name="B")))
    assert again.pk not in numbers
    with owning(tmp_path) as store:
        store.submit(batch([*numbers, again.pk], [1, 2, 3], [1.0, 2.0, 3.0]))
        sweep()
        sweep()
        assert store.latest().column("stream").to_pylist() == [again.pk]
    assert not RemovedStream.objects.filter(done_at=None).exists()


def test_what_cannot_be_is_refused(coordinator) -> None:
    thing = actions.save(coordinator, Thing(name="A"))
    for geometry in ({}, None, 7, {"type": "Point"}, {"type": "Point", "coordinates": [400, 0]},
                     {"type": "Point", "coordinates": [float("nan"), 1]}, {"type": "Polygon", "coordinates": []},
                     {"type": "FeatureCollection", "features": []}, {"type": "Feature", "geometry": None}):  # fmt: skip
        with pytest.raises(ValidationError):
            actions.save(coordinator, Location(name="L", geometry=geometry))
    with pytest.raises(ValidationError):
        actions.save(coordinator, Thing(name="B", properties=[]))
    with pytest.raises(ValidationError):
        actions.save(coordinator, Thing(name=""))
    stream = datastream(coordinator, thing, low=0, high=1)
    stream.low = 5
    with pytest.raises(ValidationError):
        actions.save(coordinator, stream)
    with pytest.raises(IntegrityError), transaction.atomic():
        Datastream.objects.filter(pk=stream.pk).update(low=5)


def test_every_write_is_in_the_log_once(coordinator) -> None:
    thing = actions.save(coordinator, Thing(name="A"))
    actions.save(coordinator, thing)
    thing.name = "B"
    actions.save(coordinator, thing)
    entries = AuditEntry.objects.filter(ref=actions.ref(thing)).order_by("pk")
    assert [(entry.action, entry.changes.get("name")) for entry in entries] == [
        ("observations.create", [None, "A"]),
        ("observations.change", ["A", "B"]),
    ]


def test_observations_of_a_place_that_was_deleted_keep_their_feature() -> None:
    thing = actions.save(None, Thing(name="Mobile", public=True))
    first, second = (
        actions.save(
            None, Location(name=name, geometry={"type": "Point", "coordinates": [7.2, 51.4 + place]})
        )
        for place, name in enumerate(("A", "B"))
    )
    actions.place(None, thing, [first], at=datetime(2024, 1, 1, tzinfo=UTC))
    actions.place(None, thing, [second], at=datetime(2024, 2, 1, tzinfo=UTC))
    feature = FeatureOfInterest.objects.get(thing_location=first)
    visitor = AnonymousUser()
    assert feature in queries.visible(visitor, FeatureOfInterest), "of a past place of an open thing"
    actions.remove(None, first)
    feature.refresh_from_db()
    assert feature.thing_location is None
    assert [(row.thing, row.time.month) for row in feature.past_features.all()] == [(thing, 1)]
    assert feature in queries.visible(visitor, FeatureOfInterest)
    Thing.objects.update(public=False)
    assert not queries.visible(visitor, FeatureOfInterest).exists()
