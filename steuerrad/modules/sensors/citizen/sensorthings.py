"""The key of a citizen's sensor at the standard's interface: it sends observations of its own datastreams, and nothing else.

Reading with it shows what every visitor sees. What it sends is a figure at an instant; all that is rare (texts, places, parameters,
quality) is refused, because it would show on the city's pages without anybody having looked at it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
from django.contrib.auth.models import AnonymousUser

from steuerrad.engines.observations import batch, micros
from steuerrad.modules.sensors.citizen.actions import LEAST_S, PREFIX, sensor_by_hardware
from steuerrad.modules.sensors.citizen.models import CitizenSensor
from steuerrad.modules.sensors.citizen.rules import MOST_BYTES, MOST_VALUES, figure
from steuerrad.modules.sensors.sta import app, observing
from steuerrad.modules.sensors.sta.bodies import linked_id, load, load_object, moment_of
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import BadRequest, Fault, Forbidden, TooLarge
from steuerrad.modules.sensors.sta.observation_json import one
from steuerrad.modules.sensors.sta.paths import Path, parse
from steuerrad.platform.observations.models import Datastream

#: Devices that keep what they could not send may bring it so much later; a clock may be ahead by so much.
LATEST = timedelta(days=31)
AHEAD = timedelta(minutes=5)
KNOWN = frozenset(["phenomenonTime", "resultTime", "result", "Datastream"])
COMPONENTS = frozenset(["phenomenonTime", "resultTime", "result"])
Row = dict[str, Any]


class TooOften(Fault):
    """The sensor sends more often than it may."""

    status = 429


@dataclass(frozen=True)
class OwnSender:
    """Whoever holds the key of one sensor: no account, no right, only these datastreams."""

    sensor: int
    streams: frozenset[int]
    is_authenticated: bool = True
    is_active: bool = False  # holds no role and no right
    is_superuser: bool = False
    is_anonymous: bool = False

    @property
    def pk(self) -> str:
        return f"citizen-{self.sensor}"


def own_sender(key: str, hardware: str = "") -> OwnSender | None:
    """hardware: what the device says of itself (X-Sensor). Asks the database."""
    if not key.startswith(PREFIX):
        return None
    sensor = sensor_by_hardware(hardware, key)
    if sensor is None:
        return None
    streams = Datastream.objects.filter(thing_id=sensor.thing_id).values_list("pk", flat=True)
    return OwnSender(sensor.pk, frozenset(streams))


def answer(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, context: Context
) -> app.Response:
    """As sta.app.answer, for a context whose `who` is an OwnSender."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return app.answer(method, path, query, headers, body, replace(context, who=AnonymousUser()))
    try:
        status, told, content = _sent(method, path, headers, body, context)
    except TooOften as error:
        status, told, content = app.fault(error)
        told = {**told, "Retry-After": str(LEAST_S)}
    except Fault as error:
        status, told, content = app.fault(error)
    return status, {**told, **app.ANYWHERE}, content


def _sent(method: str, path: str, headers: Mapping[str, str], body: bytes, context: Context) -> app.Response:
    if len(body) > MOST_BYTES:
        raise TooLarge("the message has more than 16 KB", "body")
    if method != "POST":
        raise Forbidden("this key may only send observations of its own sensor")
    many = path.strip("/") == "CreateObservations"
    rows = (
        _arrays(load(body), context)
        if many
        else [_single(_stream_of(path), load_object(body), context, "body")]
    )
    if not rows:
        raise BadRequest("there is no observation in it", "body")
    if len({(row["stream"], row["time"]) for row in rows}) < len(rows):
        raise BadRequest("two observations of a Datastream have the same time", "body")
    PACE.enter({row["stream"] for row in rows})
    columns = [[row[name] for row in rows] for name in ("stream", "time", "value", "result_time")]
    observing.send(context, batch(*columns))
    CitizenSensor.objects.filter(pk=context.who.sensor).update(last_sent=context.now)
    if many:
        links = [f"{context.base}/Observations('{row['stream']}-{row['time']}')" for row in rows]
        return 201, {"Content-Type": app.JSON}, orjson.dumps(links)
    entity = one(rows[0], context.base)
    found = {"Location": entity["@iot.selfLink"], "Content-Type": app.JSON}
    if "return=minimal" in headers.get("prefer", ""):
        return 201, {"Location": found["Location"], "Preference-Applied": "return=minimal"}, b""
    return 201, found, orjson.dumps(entity)


def _stream_of(path: str) -> int | None:
    """The datastream of …/Datastreams(7)/Observations, None for …/Observations. Raises Fault for every other path."""
    steps = _parsed(path).steps
    names = [step.name for step in steps]
    if names == ["Observations"] and steps[0].many:
        return None
    number = steps[0].id if names == ["Datastreams", "Observations"] and steps[1].many else None
    if not isinstance(number, int):
        raise Forbidden("this key may only send observations of its own sensor", "path")
    return number


def _parsed(path: str) -> Path:
    if len(path) > 200:
        raise BadRequest("the path is too long", "path")
    found = parse(path)
    if not found.steps or found.keys or found.ending:
        raise Forbidden("this key may only send observations of its own sensor", "path")
    return found


def _single(stream: int | None, body: Row, context: Context, place: str) -> Row:
    """One observation as a row of the store. stream: of the path. Raises Fault."""
    for name in body:
        if name not in KNOWN:
            raise BadRequest(f"{name[:60]!r} is not taken with this key", place)
    given = body.get("Datastream")
    if given is not None:
        linked = linked_id(given, f"{place}/Datastream") if isinstance(given, dict) else None
        if linked is None or (stream is not None and linked != stream):
            raise BadRequest(
                'the sensor\'s own Datastream is wanted, as {"@iot.id": number}', f"{place}/Datastream"
            )
        stream = linked
    if stream is None:
        raise BadRequest("Datastream must be given", place)
    if stream not in context.who.streams:
        raise Forbidden("this Datastream is not one of the sensor's own", place)
    number = body.get("result")
    value = figure(number) if not isinstance(number, str) else None
    if value is None:
        raise BadRequest("a finite number is wanted", f"{place}/result")
    at = body.get("phenomenonTime")
    moment = context.now if at is None else moment_of(at, f"{place}/phenomenonTime")
    if not context.now - LATEST <= moment <= context.now + AHEAD:
        raise BadRequest(f"an instant of the last {LATEST.days} days is wanted", f"{place}/phenomenonTime")
    later = body.get("resultTime")
    result_time = None if later is None else micros(moment_of(later, f"{place}/resultTime"))
    return {
        "stream": stream,
        "time": micros(moment),
        "value": value,
        "result_time": result_time,
        "extra": None,
    }


def _arrays(body: Any, context: Context) -> list[Row]:
    """The observations of CreateObservations: all of them hold, or none is taken."""
    if not isinstance(body, list):
        raise BadRequest("a list of objects with Datastream, components and dataArray is wanted", "body")
    rows: list[Row] = []
    for number, group in enumerate(body):
        place = f"body/{number}"
        names = group.get("components") if isinstance(group, dict) else None
        values = group.get("dataArray") if isinstance(group, dict) else None
        if not isinstance(names, list) or not isinstance(values, list):
            raise BadRequest("an object with Datastream, components and dataArray is wanted", place)
        if (
            not all(isinstance(name, str) for name in names)
            or set(names) - COMPONENTS
            or len(set(names)) < len(names)
        ):
            raise BadRequest(f"components are {', '.join(sorted(COMPONENTS))}", f"{place}/components")
        for line, row in enumerate(values):
            where = f"{place}/dataArray/{line}"
            if len(rows) >= MOST_VALUES:
                raise TooLarge(f"more than {MOST_VALUES} observations at once", where)
            if not isinstance(row, list) or len(row) != len(names):
                raise BadRequest(f"a row has {len(names)} values", where)
            given = {"Datastream": group.get("Datastream"), **dict(zip(names, row, strict=True))}
            rows.append(_single(None, given, context, where))
    return rows


class Pace:
    """A message for each datastream every LEAST_S, as at the address for push: kept by the process that answers."""

    def __init__(self) -> None:
        self._last: dict[int, float] = {}
        self._lock = threading.Lock()

    def enter(self, streams: set[int]) -> None:
        """Raises TooOften; then none of them counts as sent."""
        now = time.monotonic()
        with self._lock:
            if any(now - self._last.get(stream, -LEAST_S) < LEAST_S for stream in streams):
                raise TooOften("the sensor sends too often")
            if len(self._last) > 100_000:
                self._last = {stream: at for stream, at in self._last.items() if now - at < LEAST_S}
            self._last.update(dict.fromkeys(streams, now))

    def forget(self) -> None:
        with self._lock:
            self._last.clear()


PACE = Pace()
