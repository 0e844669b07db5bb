"""PATCH (merge and JSON Patch), PUT and DELETE (OGC 18-088, 10.3 and 10.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonpatch
import orjson

from steuerrad.modules.sensors.sta.bodies import Body, Parts, linked_id, take_apart
from steuerrad.modules.sensors.sta.catalogue_columns import LINKS, MODELS, column
from steuerrad.modules.sensors.sta.checking import UNIT_KEYS
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.creating import adopt, existing, tie
from steuerrad.modules.sensors.sta.doors import enter, feature
from steuerrad.modules.sensors.sta.entities import BY_NAME, EntityType
from steuerrad.modules.sensors.sta.faults import BadRequest, Conflict, NotAllowed
from steuerrad.modules.sensors.sta.finding import Found, Observed
from steuerrad.modules.sensors.sta.observation_json import one
from steuerrad.modules.sensors.sta.observing import row_of, send, table_of
from steuerrad.modules.sensors.sta.representation import Writer
from steuerrad.platform.observations import actions

MOST_OPERATIONS = 200
#: What a column falls back to when PUT leaves an optional property out.
EMPTY: dict[str, Any] = {"properties": {}, "observed_area": None}


def patch(found: Found, body: Body, context: Context) -> None:
    """Change the properties and links that are given; the rest stays."""
    if isinstance(found, Observed):
        _change_observation(found, {**_plain(found, context), **body}, context)
        return
    parts = take_apart(found.entity, body, "body", partial=True)
    if "unitOfMeasurement" in body:
        kept = {
            key: value
            for key, value in parts.columns.items()
            if key.removeprefix("unit_") in body["unitOfMeasurement"]
        }
        whole = {f"unit_{key}" for key in UNIT_KEYS}
        parts = replace(parts, columns={**{k: v for k, v in parts.columns.items() if k not in whole}, **kept})
    _apply(found.entity, found.row, parts, context)


def put(found: Found, body: Body, context: Context) -> None:
    """Replace all properties; optional ones that are missing become empty. Links stay unless given."""
    if isinstance(found, Observed):
        assert found.row is not None
        known = {
            "Datastream": {"@iot.id": found.row["stream"]},
            "phenomenonTime": _plain(found, context)["phenomenonTime"],
        }
        _change_observation(found, {**known, **body}, context)
        return
    parts = take_apart(found.entity, body, "body")
    optional = [
        item.name for item in found.entity.properties.values() if not item.required and not item.derived
    ]
    empty = {column(name): EMPTY[column(name)] for name in optional if name not in body}
    _apply(found.entity, found.row, replace(parts, columns={**empty, **parts.columns}), context)


def json_patch(found: Found, operations: Any, context: Context) -> None:
    """Apply RFC 6902 to the properties of an entity."""
    if not isinstance(operations, list) or len(operations) > MOST_OPERATIONS:
        raise BadRequest(f"a list of up to {MOST_OPERATIONS} operations is wanted", "body")
    before = _plain(found, context)
    try:
        after = jsonpatch.JsonPatch(operations).apply(orjson.loads(orjson.dumps(before)))
    except jsonpatch.JsonPatchTestFailed as error:
        raise Conflict("a test of the patch does not hold", "body") from error
    except (
        jsonpatch.JsonPatchException,
        jsonpatch.JsonPointerException,
        TypeError,
        ValueError,
        KeyError,
    ) as error:
        raise BadRequest(f"the patch cannot be applied: {error}", "body") from error
    if not isinstance(after, dict):
        raise BadRequest("the patch leaves no object", "body")
    put(found, after, context)


def _plain(found: Found, context: Context) -> Body:
    """The properties of an entity without links and what the service computes."""
    if isinstance(found, Observed):
        assert found.row is not None
        whole = one(found.row, context.base)
        whole["Datastream"] = {"@iot.id": found.row["stream"]}
        extra = orjson.loads(found.row["extra"]) if found.row["extra"] else {}
        if "foi" in extra:
            whole["FeatureOfInterest"] = {"@iot.id": extra["foi"]}
        return {name: value for name, value in whole.items() if "@iot." not in name}
    whole = Writer(context.base).entity(found.entity, found.row)
    derived = {item.name for item in found.entity.properties.values() if item.derived}
    return {name: value for name, value in whole.items() if "@iot." not in name and name not in derived}


def _apply(entity: EntityType, row: Any, parts: Parts, context: Context) -> None:
    for name, items in parts.links.items():
        # Entities inside of a change must exist already (10.3.1).
        for number, item in enumerate(items):
            if linked_id(item, f"body/{name}/{number}") is None:
                raise BadRequest(
                    "a change can only link to entities that exist, by @iot.id", f"body/{name}/{number}"
                )
    for name, value in parts.columns.items():
        setattr(row, name, value)
    for name, items in parts.links.items():
        navigation = entity.navigation[name]
        if not navigation.many:
            beyond = BY_NAME[navigation.target]
            key = linked_id(items[0], f"body/{name}")
            setattr(row, LINKS[entity.name, name], existing(beyond, key or 0, context, f"body/{name}"))
    if parts.columns or any(not entity.navigation[name].many for name in parts.links):
        actions.save(context.who, row)
    for name, items in parts.links.items():
        if entity.navigation[name].many:
            _link_many(entity, row, name, items, context)


def _link_many(entity: EntityType, row: Any, name: str, items: list[Body], context: Context) -> None:
    navigation = entity.navigation[name]
    beyond = BY_NAME[navigation.target]
    if beyond.name == "Observation":
        raise BadRequest("observations are not moved from one to another like this", f"body/{name}")
    if not beyond.navigation[navigation.inverse].many:
        for number, item in enumerate(items):
            adopt(entity, row, name, item, context, f"body/{name}/{number}")
        return
    others = [
        existing(beyond, linked_id(item, "body") or 0, context, f"body/{name}/{number}")
        for number, item in enumerate(items)
    ]
    tie(entity, row, name, others, context, f"body/{name}")


def _change_observation(found: Observed, body: Body, context: Context) -> None:
    """A new revision; at another time or in another datastream the id goes along with the observation."""
    assert found.row is not None
    before = found.row
    enter(context, before["stream"], "path", featured=True)
    feature_key = None
    given = body.get("FeatureOfInterest")
    if isinstance(given, dict):
        key = linked_id(given, "body/FeatureOfInterest")
        if key is None:
            raise BadRequest(
                "a change can only link to entities that exist, by @iot.id", "body/FeatureOfInterest"
            )
        feature_key = feature(context, key, "body/FeatureOfInterest")
    after = row_of(body, context, "body", feature_key=feature_key)
    if (after["stream"], after["time"]) == (before["stream"], before["time"]):
        kept = _own_id(before)
        send(context, table_of([_with_id(after, kept) if kept else after]))
        return
    if context.store.get(after["stream"], after["time"]).num_rows:
        raise Conflict("the Datastream has an Observation at this time already", "body/phenomenonTime")
    send(context, table_of([_with_id(after, _own_id(before) or f"{before['stream']}-{before['time']}")]))
    _delete_observation(before, context, "moved")


def _own_id(row: dict[str, Any]) -> str | None:
    return (orjson.loads(row["extra"]) if row["extra"] else {}).get("id")


def _with_id(row: dict[str, Any], number: str) -> dict[str, Any]:
    extra = orjson.loads(row["extra"]) if row["extra"] else {}
    return {**row, "extra": orjson.dumps({**extra, "id": number}).decode()}


def delete(found: Found, context: Context) -> None:
    """Delete one entity with what the standard deletes along with it (table 25)."""
    if isinstance(found, Observed):
        if found.row is None:
            raise NotAllowed("sets are not deleted as a whole", "path")
        enter(context, found.row["stream"], "path", featured=True)
        _delete_observation(found.row, context, "SensorThings DELETE")
        return
    if found.row is None:
        raise NotAllowed("sets are not deleted as a whole", "path")
    if found.entity.name == "FeatureOfInterest":
        _refuse_feature_in_use(found.row)
    actions.remove(context.who, found.row)


def _refuse_feature_in_use(row: Any) -> None:
    """A feature made of a location comes back with the next observation; that the location goes, too, is asked for."""
    if (
        row.thing_location_id
        and MODELS["Location"].objects.filter(pk=row.thing_location_id, things__isnull=False).exists()
    ):
        raise Conflict(
            "the feature is the Location of a Thing; delete the Location or move the Thing", "path"
        )


def _delete_observation(row: dict[str, Any], context: Context, reason: str) -> None:
    by = str(getattr(context.who, "pk", "") or "")
    context.store.delete(row["stream"], row["time"], row["time"] + 1, by=by, reason=reason)
