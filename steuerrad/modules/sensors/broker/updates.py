"""What a subscription is sent: the JSON of observations and entities that are new or changed (OGC 18-088, 14.2).

Everything is read with the eyes of the subscriber: what the person may not see over HTTP is not sent here either.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa

from steuerrad.engines.observations.arrow import pc
from steuerrad.modules.sensors.broker.changes import Change
from steuerrad.modules.sensors.broker.topics import ROOT, Pattern
from steuerrad.modules.sensors.sta.choosing import streams_of
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.expanding import Expander
from steuerrad.modules.sensors.sta.faults import NotFound
from steuerrad.modules.sensors.sta.finding import Observed, find
from steuerrad.modules.sensors.sta.observation_filter import Chosen
from steuerrad.modules.sensors.sta.observation_json import one

#: What the subscriber may see is asked again after so many seconds.
KEPT_S = 5.0
_UNKNOWN = object()


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    payload: bytes
    qos: int


@dataclass
class Subscription:
    """since: number of the journal; what was acknowledged up to then is not news. last: a property as it was sent last."""

    pattern: Pattern
    qos: int
    since: int = 0
    last: Any = _UNKNOWN
    _seen: tuple[float, Chosen, frozenset[int]] | None = field(default=None, repr=False)

    def allowed(self, context: Context) -> tuple[Chosen, frozenset[int]]:
        """What of the observations the topic means, and the datastreams that the subscriber may see."""
        if self._seen is None or time.monotonic() - self._seen[0] > KEPT_S:
            found = find(self.pattern.path, context)
            chosen = found.chosen if isinstance(found, Observed) else Chosen()
            self._seen = (time.monotonic(), chosen, frozenset(streams_of(chosen, context)))
        return self._seen[1], self._seen[2]


def check(subscription: Subscription, context: Context) -> None:
    """Raises NotFound when the topic leads nowhere that the subscriber may see. A property is noted as it is now."""
    found = find(subscription.pattern.path, context)
    if subscription.pattern.kind == "property" and not isinstance(found, Observed):
        subscription.last = _property(subscription.pattern, found.entity, found.row, context)


def state(subscription: Subscription, context: Context) -> list[Message]:
    """What is there now: the entity, the property, the latest observation of one datastream; nothing for other sets."""
    pattern = subscription.pattern
    found = find(pattern.path, context)
    if isinstance(found, Observed):
        if found.row is not None:
            return [_observation(subscription, found.row, context)]
        if found.chosen.among is None or len(found.chosen.among) != 1 or found.chosen.where is not None:
            return []
        rows = context.store.rows(sorted(found.chosen.among), newest_first=True, limit=1).to_pylist()
        return [_observation(subscription, row, context) for row in rows]
    if pattern.kind == "set":
        return []
    return _entities(subscription, found.entity, [found.row], context, always=True)


def of_rows(
    subscriptions: Iterable[Subscription], seq: int, rows: pa.Table, context: Context
) -> list[Message]:
    """Messages about new and changed observations, in their order."""
    found: list[Message] = []
    for subscription in subscriptions:
        if seq <= subscription.since or rows.num_rows == 0:
            continue
        try:
            if subscription.pattern.observed:
                wanted = _wanted(subscription, rows, context)
                found += [_observation(subscription, row, context) for row in wanted.to_pylist()]
            elif subscription.pattern.path.entity.name == "Datastream":
                streams = rows.column("stream").unique().to_pylist()  # their time has grown
                changes = [Change("Datastream", stream) for stream in streams]
                found += of_changes([subscription], changes, context, derived=True)
        except NotFound:
            continue
    return found


def _wanted(subscription: Subscription, rows: pa.Table, context: Context) -> pa.Table:
    pattern = subscription.pattern
    if pattern.kind != "set":
        found = find(pattern.path, context)
        assert isinstance(found, Observed)
        assert found.row is not None
        same = pc.and_(
            pc.equal(rows.column("stream"), found.row["stream"]),
            pc.equal(rows.column("time"), found.row["time"]),
        )
        return rows.filter(same)
    chosen, streams = subscription.allowed(context)
    rows = rows.filter(pc.is_in(rows.column("stream"), pa.array(streams, pa.int32())))
    if chosen.where is None or rows.num_rows == 0:
        return rows
    low, high = pc.min_max(rows.column("time")).as_py().values()
    among = context.store.rows(
        rows.column("stream").unique().to_pylist(), low, high + 1, where=chosen.where, limit=1_000_000
    )
    keys = set(zip(among.column("stream").to_pylist(), among.column("time").to_pylist(), strict=True))
    have = zip(rows.column("stream").to_pylist(), rows.column("time").to_pylist(), strict=True)
    return rows.filter(pa.array([key in keys for key in have]))


def _observation(subscription: Subscription, row: dict[str, Any], context: Context) -> Message:
    pattern = subscription.pattern
    if pattern.kind == "property":
        name = pattern.path.keys[0]
        content = {name: one(row, context.base).get(name)}
    else:
        content = one(row, context.base, pattern.options.select)
    topic = f"{ROOT}Datastreams({row['stream']})/Observations" if pattern.each else pattern.topic
    return Message(topic, orjson.dumps(content), subscription.qos)


def of_changes(
    subscriptions: Iterable[Subscription],
    changes: Sequence[Change],
    context: Context,
    *,
    derived: bool = False,
) -> list[Message]:
    """Messages about entities of the catalogue. derived: only what the service computes of them has changed."""
    found: list[Message] = []
    for subscription in subscriptions:
        entity = subscription.pattern.path.entity
        numbers = {change.number for change in changes if change.entity == entity.name}
        if not numbers or subscription.pattern.observed:
            continue
        try:
            there = find(subscription.pattern.path, context)
        except NotFound:  # deleted, or not to be seen any more
            continue
        assert not isinstance(there, Observed)
        if there.row is None:
            rows = list(there.rows.filter(pk__in=numbers).order_by("pk"))
        else:
            rows = [there.row] if there.row.pk in numbers else []
        found += _entities(subscription, entity, rows, context, always=False)
    return found


def _entities(
    subscription: Subscription, entity: Any, rows: list[Any], context: Context, *, always: bool
) -> list[Message]:
    pattern = subscription.pattern
    if pattern.kind != "property":
        objects = Expander(context).entities(entity, rows, pattern.options) if rows else []
        return [Message(pattern.topic, orjson.dumps(item), subscription.qos) for item in objects]
    found = []
    for row in rows:
        value = _property(pattern, entity, row, context)
        if always or value != subscription.last:
            subscription.last = value
            content = {pattern.path.keys[0]: value}
            found.append(Message(pattern.topic, orjson.dumps(content), subscription.qos))
    return found


def _property(pattern: Pattern, entity: Any, row: Any, context: Context) -> Any:
    return Expander(context).writer_for(entity, [row]).property(entity, row, pattern.path.keys[0])
