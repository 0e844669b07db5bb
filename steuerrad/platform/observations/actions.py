"""Writing the catalogue: one way for the interface, the standard's own API and imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min, Model

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record
from steuerrad.platform.observations import geometry
from steuerrad.platform.observations.models import (
    Datastream,
    FeatureOfInterest,
    HistoricalLocation,
    Location,
    PastFeature,
    Place,
    RemovedStream,
    Thing,
)
from steuerrad.platform.observations.permissions import MANAGE, RELEASE
from steuerrad.platform.observations.queries import organisations_of, own_organisations, used_by_others

CHANGED = "observations.catalogue_changed"
UNLOGGED = frozenset({"created_at", "changed_at", "west", "south", "east", "north"})
AnyEntity = TypeVar("AnyEntity", bound=Model)


def ref(entity: Model) -> str:
    return f"observations.{entity._meta.model_name}:{entity.pk}"


def may_manage(user: Any, entity: Model) -> bool:
    """Whether the person may make or change the entity: everything, or what belongs to the own organisation alone.

    What belongs to no thing yet may be made by everyone who may describe things of some organisation. None is the
    program itself (command line, jobs), as in the audit log; a visitor is never None.
    """
    if user is None or allowed(user, MANAGE):
        return True
    own = own_organisations(user, MANAGE)
    if not own:
        return False
    if isinstance(entity, Thing):
        return entity.organisation_id in own
    if isinstance(entity, Datastream | HistoricalLocation):
        return entity.thing.organisation_id in own
    if entity.pk is None:
        return True
    return bool(organisations_of(entity) & own) and not used_by_others(entity, own)


def save(user: Any, entity: AnyEntity) -> AnyEntity:
    """Make or change one entity. Raises PermissionDenied, and ValidationError by field.

    A thing that changes hands needs the right for both organisations.
    """
    before = type(entity)._default_manager.filter(pk=entity.pk).first() if entity.pk else None
    for state in (before, entity):
        if state is not None and not may_manage(user, state):
            raise PermissionDenied(MANAGE)
    now = clock.now()
    if isinstance(entity, Place):
        entity.west, entity.south, entity.east, entity.north = geometry.box(entity.geometry)
    if hasattr(entity, "changed_at"):
        entity.created_at, entity.changed_at = (before.created_at if before else now), now
    entity.full_clean(validate_unique=True)
    with transaction.atomic():
        entity.save()
        changes = _changes(before, entity)
        if changes:
            verb = "change" if before else "create"
            record(user, f"observations.{verb}", ref(entity), title=str(entity), changes=changes)
            publish(CHANGED)
    return entity


def _changes(before: Model | None, after: Model) -> dict[str, tuple[Any, Any]]:
    names = [field.attname for field in after._meta.concrete_fields if field.name not in UNLOGGED]
    pairs = {name: (getattr(before, name) if before else None, getattr(after, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1] and name != "id"}


def place(user: Any, thing: Thing, locations: Sequence[Location], at: datetime | None = None) -> None:
    """Say where a thing is; where it was before stays as a historical location (OGC 18-088, 8.2.2 and 10.2.1.3).

    at: since when, now by default. An older moment than the last one is written down but moves nothing.
    """
    if not may_manage(user, thing):
        raise PermissionDenied(MANAGE)
    moment = at or clock.now()
    with transaction.atomic():
        last = thing.historical_locations.order_by("-time").first()
        was = HistoricalLocation.objects.create(thing=thing, time=moment)
        was.locations.set(locations)
        if locations:
            feature_at(min(locations, key=lambda location: location.pk))
        if last is None or moment >= last.time:
            thing.locations.set(locations)
        record(user, "observations.place", ref(thing), title=str(thing),
               changes={"locations": (None, ", ".join(str(item) for item in locations))})  # fmt: skip
        publish(CHANGED)


def feature_of(thing: Thing) -> FeatureOfInterest | None:
    """The feature made of the thing's first location in GeoJSON; None for a thing that is nowhere (10.2.1.2)."""
    location = thing.locations.order_by("pk").first()
    return None if location is None else feature_at(location)


def feature_at(location: Location) -> FeatureOfInterest:
    """The feature made of a location; made when somebody is placed there, because observations follow from then on."""
    now = clock.now()
    made, _new = FeatureOfInterest.objects.get_or_create(
        thing_location=location,
        defaults={
            "name": location.name, "description": location.description, "encoding_type": location.encoding_type,
            "geometry": location.geometry, "west": location.west, "south": location.south,
            "east": location.east, "north": location.north, "created_at": now, "changed_at": now,
        },
    )  # fmt: skip
    return made


def remove(user: Any, entity: Model) -> None:
    """Take an entity and what the standard takes with it (10.4, table 25); its observations go from the store later."""
    if not may_manage(user, entity):
        raise PermissionDenied(MANAGE)
    with transaction.atomic():
        streams = list(_streams_of(entity))
        title, where = str(entity), ref(entity)
        if isinstance(entity, Location):
            _remember(entity)
            HistoricalLocation.objects.filter(locations=entity).delete()
        entity.delete()
        now = clock.now()
        RemovedStream.objects.bulk_create(
            [RemovedStream(number=number, removed_at=now) for number in streams]
        )
        record(user, "observations.remove", where, title=title, changes={"datastreams": (len(streams), 0)})
        publish(CHANGED)


def _remember(location: Location) -> None:
    """The standard takes a location's history with it; the observations made there keep their feature all the same."""
    feature = FeatureOfInterest.objects.filter(thing_location=location).first()
    if feature is None:
        return
    rows = HistoricalLocation.objects.annotate(place=Min("locations")).filter(place=location.pk)
    steps = list(rows.values_list("thing_id", "time"))
    told = {thing for thing, _time in steps}
    beginning = datetime(1970, 1, 1, tzinfo=UTC)
    steps += [(thing.pk, beginning) for thing in location.things.exclude(pk__in=told)  # type: ignore[attr-defined]
              if not thing.historical_locations.exists()]  # fmt: skip
    PastFeature.objects.bulk_create(
        [PastFeature(thing_id=thing, time=time, feature=feature) for thing, time in steps]
    )


def _streams_of(entity: Model) -> Iterable[int]:
    if isinstance(entity, Datastream):
        return [entity.pk]
    if hasattr(entity, "datastreams"):
        return entity.datastreams.values_list("pk", flat=True)
    return []


def release(user: Any, thing: Thing, public: bool = True) -> None:
    """Open a thing with all its datastreams to everyone, or close it again."""
    require(user, RELEASE)
    if thing.public == public:
        return
    with transaction.atomic():
        Thing.objects.filter(pk=thing.pk).update(public=public, changed_at=clock.now())
        record(
            user,
            "observations.release",
            ref(thing),
            title=str(thing),
            changes={"public": (thing.public, public)},
        )
        thing.public = public
        publish(CHANGED)
