"""Creating entities of the catalogue with all that hangs on them (OGC 18-088, 10.2): all of it or nothing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from steuerrad.modules.sensors.sta import observing
from steuerrad.modules.sensors.sta.bodies import Body, Parts, linked_id, take_apart
from steuerrad.modules.sensors.sta.catalogue_columns import LINKS, MODELS
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest, NotSupported
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import HistoricalLocation, Thing
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.queries import own_organisations

DEEPEST = 6
#: Entities that one body may create or link.
MOST = 2000


def create(
    entity: EntityType, body: Any, context: Context, place: str = "body", given: dict[str, Any] | None = None,
    depth: int = 0,
) -> Any:  # fmt: skip
    """Create one entity of the catalogue with the new ones inside of its body, in the running transaction.

    given: entities that the path or the surrounding body has set, by navigation. Returns the row. Raises Fault,
    PermissionDenied, ValidationError.
    """
    if depth > DEEPEST:
        raise BadRequest(f"entities are more than {DEEPEST} levels inside of each other", place)
    parts = take_apart(entity, body, place)
    given = dict(given or {})
    if sum(len(items) for items in parts.links.values()) > MOST:
        raise BadRequest(f"more than {MOST} entities", place)
    for name, navigation in entity.navigation.items():
        if not navigation.many and name not in given:
            if name not in parts.links:
                raise BadRequest(f"{name} must be given", place)
            given[name] = one(
                BY_NAME[navigation.target], parts.links[name][0], context, f"{place}/{name}", depth
            )
    if entity.name == "HistoricalLocation":
        return _historical(parts, given, context, place, depth)
    row = MODELS[entity.name](**parts.columns)
    for name, other in given.items():
        if not entity.navigation[name].many:
            setattr(row, LINKS[entity.name, name], other)
    if isinstance(row, Thing):
        _owned(row, context, place)
    actions.save(context.who, row)
    _below(entity, row, parts, given, context, place, depth)
    return row


def _owned(thing: Thing, context: Context, place: str) -> None:
    """Who may describe things of one organisation only makes things of that organisation."""
    if not allowed(context.who, MANAGE):
        own = own_organisations(context.who, MANAGE)
        if len(own) != 1:
            raise PermissionDenied(MANAGE)
        thing.organisation_id = own.pop()


def one(entity: EntityType, item: Body, context: Context, place: str, depth: int) -> Any:
    """The entity that an object links to by its id, or that it describes."""
    key = linked_id(item, place)
    if key is None:
        return create(entity, item, context, place, depth=depth + 1)
    return existing(entity, key, context, place)


def existing(entity: EntityType, key: int, context: Context, place: str) -> Any:
    row = context.see(MODELS[entity.name]).filter(pk=key).first() if key > 0 else None
    if row is None:
        raise BadRequest(f"there is no {entity.name} with the id {key}", place)
    return row


def _historical(
    parts: Parts, given: dict[str, Any], context: Context, place: str, depth: int
) -> HistoricalLocation:
    """A place of the past; when it is the latest, the thing is there now (10.2.1.4)."""
    items = parts.links.get("Locations", [])
    if "Locations" in given:
        locations = [given["Locations"]]
    else:
        locations = [one(BY_NAME["Location"], item, context, f"{place}/Locations", depth) for item in items]
    if not locations:
        raise BadRequest("Locations must be given", place)
    thing = given["Thing"]
    actions.place(context.who, thing, locations, parts.columns["time"])
    return thing.historical_locations.order_by("-pk").first()


def _below(
    entity: EntityType,
    row: Any,
    parts: Parts,
    given: dict[str, Any],
    context: Context,
    place: str,
    depth: int,
) -> None:
    """Create or link what an entity has many of."""
    # Where a thing is comes first: observations further down take their feature from it.
    for name, navigation in sorted(entity.navigation.items(), key=lambda item: item[0] != "Locations"):
        if not navigation.many:
            continue
        items, where = parts.links.get(name, []), f"{place}/{name}"
        beyond = BY_NAME[navigation.target]
        others = [given[name]] if name in given else []
        if name == "Observations":
            observations(entity, row, items, context, where)
        elif navigation.inverse in beyond.navigation and not beyond.navigation[navigation.inverse].many:
            for number, item in enumerate(items):
                adopt(entity, row, name, item, context, f"{where}/{number}", depth)
        elif items or others:
            others += [
                one(beyond, item, context, f"{where}/{number}", depth) for number, item in enumerate(items)
            ]
            tie(entity, row, name, others, context, where)


def adopt(
    entity: EntityType, row: Any, name: str, item: Body, context: Context, place: str, depth: int = 0
) -> None:
    """Create an entity that belongs to this one, or make an existing one belong to it."""
    navigation = entity.navigation[name]
    beyond = BY_NAME[navigation.target]
    key = linked_id(item, place)
    if key is None:
        create(beyond, item, context, place, {navigation.inverse: row}, depth + 1)
        return
    other = existing(beyond, key, context, place)
    setattr(other, LINKS[beyond.name, navigation.inverse], row)
    actions.save(context.who, other)


def tie(entity: EntityType, row: Any, name: str, others: list[Any], context: Context, place: str) -> None:
    """Set what things and locations, locations and historical locations have of each other."""
    match entity.name, name:
        case "Thing", "Locations":
            actions.place(context.who, row, others)
        case "Location", "Things":
            for thing in others:
                actions.place(context.who, thing, [row])
        case _:
            raise NotSupported(f"{name} of a {entity.name} are not set like this", place)


def observations(entity: EntityType, row: Any, items: list[Body], context: Context, place: str) -> None:
    """Observations inside of the body of a datastream or a feature."""
    if not items:
        return
    from steuerrad.modules.sensors.sta.doors import forget

    forget()  # the datastream is new in this transaction
    known = {"stream": row.pk} if entity.name == "Datastream" else {"feature_key": row.pk}
    rows = [
        observing.row_of(item, context, f"{place}/{number}", **known) for number, item in enumerate(items)
    ]
    observing.send(context, observing.table_of(rows))
    forget()
