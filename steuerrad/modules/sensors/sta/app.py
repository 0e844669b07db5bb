"""One function that answers every request of the standard, whatever server it comes through."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, connection, transaction

from steuerrad.engines.observations import BatchError, TooMuch
from steuerrad.modules.sensors.sta import batching, changing, observing
from steuerrad.modules.sensors.sta.bodies import load, load_object
from steuerrad.modules.sensors.sta.catalogue_columns import COLUMNS
from steuerrad.modules.sensors.sta.conformance import service_root
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.creating import create
from steuerrad.modules.sensors.sta.doors import forget
from steuerrad.modules.sensors.sta.expanding import Expander
from steuerrad.modules.sensors.sta.faults import (
    BadRequest,
    Fault,
    Forbidden,
    NotAllowed,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from steuerrad.modules.sensors.sta.finding import Found, Observed, find
from steuerrad.modules.sensors.sta.observation_json import one
from steuerrad.modules.sensors.sta.options import Options
from steuerrad.modules.sensors.sta.paths import LONGEST_PATH, Path
from steuerrad.modules.sensors.sta.paths import parse as parse_path
from steuerrad.modules.sensors.sta.reading import JSON, read

Headers = dict[str, str]
Response = tuple[int, Headers, bytes]
LONGEST_BODY = 32 * 1024 * 1024
#: Pages of other sites may ask: there is no cookie that a browser would add, only keys that the page itself holds.
ANYWHERE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Retry-After",
}
METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")


def answer(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, context: Context
) -> Response:
    """Answer one request.

    path: below the service root ("Things(1)"), percent-encoding undone; query: what stands behind the question mark,
    as sent;
    headers: with names in lower case; context.who: the caller. Returns status, headers and body; never raises for
    anything that a request can do.
    """
    status, told, content = _checked(method, path, query, headers, body, context)
    return status, {**told, **ANYWHERE}, content


def _checked(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, context: Context
) -> Response:
    try:
        return _answered(method, path, query, headers, body, context)
    except Fault as error:
        return fault(error)
    except PermissionDenied:
        return fault(_denied(context))
    except ValidationError as error:
        return fault(BadRequest(_said(error), "body"))
    except BatchError as error:
        problem = error.problems[0]
        return fault(BadRequest(f"{problem.reason} ({problem.column})", "body"))
    except DataError:
        return fault(BadRequest("a value is out of range", "$filter"))
    except TooMuch as error:
        return fault(BadRequest(f"the request asks for too much at once: {error}", "query"))


def fault(error: Fault) -> Response:
    """The JSON of what went wrong: code, what was said, and where."""
    body = {"code": error.status, "type": "error", "message": str(error)}
    headers = {"Content-Type": JSON}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return error.status, headers, orjson.dumps(body)


def _denied(context: Context) -> Fault:
    if not getattr(context.who, "is_authenticated", False):
        return Unauthorized("this needs a key or a sign-in")
    return Forbidden("you do not hold the right for this")


def _said(error: ValidationError) -> str:
    names = {column: name for name, column in COLUMNS.items()}
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return " ".join(f"{names.get(name, name)}: {' '.join(said)}" for name, said in error.message_dict.items())


def _answered(
    method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, context: Context
) -> Response:
    if len(path) > LONGEST_PATH:
        raise BadRequest("the path is too long", "path")
    if len(body) > LONGEST_BODY:
        raise TooLarge(f"the body is larger than {LONGEST_BODY // 1024 // 1024} MiB")
    if method not in METHODS:
        raise NotAllowed(f"{method[:20]} is no method of this service")
    if method == "OPTIONS":
        allowed = ", ".join(METHODS)
        asked = {
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Prefer",
        }
        return 204, {"Allow": allowed, "Access-Control-Max-Age": "86400", **asked}, b""
    special = path.strip("/")
    if special in SPECIAL:
        if method != "POST":
            raise NotAllowed(f"{special} is asked by POST")
        return SPECIAL[special](headers, body, context)
    parsed = parse_path(path)
    if method in ("GET", "HEAD"):
        with _kept_apart():
            status, found, content = _get(parsed, query, context)
        return status, found, b"" if method == "HEAD" else content
    if not parsed.steps or parsed.keys or parsed.ending:
        raise NotAllowed(f"{method} does not go with this path", "path")
    if not getattr(context.who, "is_authenticated", False):
        raise Unauthorized("this needs a key or a sign-in")
    return WRITES[method](parsed, headers, body, context)


def _kept_apart() -> contextlib.AbstractContextManager[object]:
    """A reading that the database refuses must not spoil the transaction of a batch around it."""
    return transaction.atomic() if connection.in_atomic_block else contextlib.nullcontext()


def _get(path: Path, query: str, context: Context) -> Response:
    if not path.steps:
        return 200, {"Content-Type": JSON}, orjson.dumps(service_root(context.base))
    found = read(path, query, context)
    return found.status, {"Content-Type": found.content_type} if found.body else {}, found.body


def _post(path: Path, headers: Mapping[str, str], body: bytes, context: Context) -> Response:
    if not path.many:
        raise NotAllowed("new entities are posted to a set", "path")
    content = load_object(body)
    *before, step = path.steps
    parent = find(Path(tuple(before)), context) if before else None
    if path.entity.name == "Observation":
        return _post_observation(path, parent, content, headers, context)
    with transaction.atomic():
        given = {}
        if parent is not None:
            if isinstance(parent, Observed):
                raise NotAllowed("new entities are posted to a set", "path")
            given = {parent.entity.navigation[step.name].inverse: parent.row}
        row = create(path.entity, content, context, given=given)
    forget()
    entity = Expander(context).entities(path.entity, [row], Options())[0]
    return _created(entity, headers)


def _post_observation(
    path: Path, parent: Found | None, content: dict[str, Any], headers: Mapping[str, str], context: Context
) -> Response:
    known: dict[str, int] = {}
    if parent is not None and not isinstance(parent, Observed):
        known = {"stream" if parent.entity.name == "Datastream" else "feature_key": parent.row.pk}
    row = observing.row_of(content, context, "body", **known)
    observing.send(context, observing.table_of([row]))
    return _created(one(row, context.base), headers)


def _created(entity: dict[str, Any], headers: Mapping[str, str]) -> Response:
    found = {"Location": entity["@iot.selfLink"], "Content-Type": JSON}
    if "return=minimal" in headers.get("prefer", ""):
        return 201, {"Location": found["Location"], "Preference-Applied": "return=minimal"}, b""
    return 201, found, orjson.dumps(entity)


def _change(
    work: Callable[[Found, Any, Context], None], path: Path, content: Any, context: Context
) -> Response:
    if path.many:
        raise NotAllowed("one entity is changed at a time", "path")
    found = find(path, context)
    with transaction.atomic():
        work(found, content, context)
    forget()
    return 200, {}, b""


def _patch(path: Path, headers: Mapping[str, str], body: bytes, context: Context) -> Response:
    if headers.get("content-type", "").startswith("application/json-patch+json"):
        return _change(changing.json_patch, path, load(body), context)
    return _change(changing.patch, path, load_object(body), context)


def _put(path: Path, headers: Mapping[str, str], body: bytes, context: Context) -> Response:
    return _change(changing.put, path, load_object(body), context)


def _delete(path: Path, headers: Mapping[str, str], body: bytes, context: Context) -> Response:
    return _change(lambda found, _content, inner: changing.delete(found, inner), path, None, context)


def _create_observations(headers: Mapping[str, str], body: bytes, context: Context) -> Response:
    if not getattr(context.who, "is_authenticated", False):
        raise Unauthorized("this needs a key or a sign-in")
    found = observing.create_observations(load(body), context)
    return 201, {"Content-Type": JSON}, orjson.dumps(found)


def _batch(headers: Mapping[str, str], body: bytes, context: Context) -> Response:
    return batching.run(headers, body, context, _checked)


SPECIAL: dict[str, Callable[[Mapping[str, str], bytes, Context], Response]] = {
    "CreateObservations": _create_observations,
    "$batch": _batch,
}
WRITES: dict[str, Callable[[Path, Mapping[str, str], bytes, Context], Response]] = {
    "POST": _post,
    "PATCH": _patch,
    "PUT": _put,
    "DELETE": _delete,
}
