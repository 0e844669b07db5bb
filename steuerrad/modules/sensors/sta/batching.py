"""Many requests in one ($batch, OGC 18-088, clause 11): as JSON, and as multipart/mixed as OData 4.0 has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
import pyarrow as pa
from django.db import transaction

from steuerrad.modules.sensors.sta.batch_parts import Request, Response
from steuerrad.modules.sensors.sta.bodies import load
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.faults import BadRequest
from steuerrad.modules.sensors.sta.observing import send

JSON = "application/json; charset=utf-8"
MOST_REQUESTS = 1000
Answer = Callable[[str, str, str, Mapping[str, str], bytes, Context], Response]
_REFERENCE = re.compile(r"\$([\w.\-]+)")


@dataclass
class Done:
    """Answers by id of the request, and the addresses of what was created."""

    answers: dict[str, Response] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)


class _GroupError(Exception):
    """A request of a group has failed; what the others did is taken back."""


def run(headers: Mapping[str, str], body: bytes, context: Context, answer: Answer) -> Response:
    """Answer a batch. Raises BadRequest when the batch itself is not understood."""
    from steuerrad.modules.sensors.sta import multipart

    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/mixed":
        requests = multipart.requests(headers["content-type"], body, MOST_REQUESTS)
        return multipart.response(requests, perform(requests, context, answer).answers)
    requests = _requests(load(body))
    done = perform(requests, context, answer)
    found = {"responses": [_written(request.id, done.answers[request.id]) for request in requests]}
    return 200, {"Content-Type": JSON}, orjson.dumps(found)


def _requests(content: Any) -> list[Request]:
    items = content.get("requests") if isinstance(content, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadRequest('an object with a list of "requests" is wanted', "body")
    if len(items) > MOST_REQUESTS:
        raise BadRequest(f"more than {MOST_REQUESTS} requests", "body/requests")
    found = [_request(item, f"body/requests/{number}") for number, item in enumerate(items)]
    if len({request.id for request in found}) < len(found):
        raise BadRequest("two requests have the same id", "body/requests")
    return found


def _request(item: dict[str, Any], place: str) -> Request:
    number, method, url = item.get("id"), item.get("method"), item.get("url")
    if not isinstance(number, str | int) or not isinstance(method, str) or not isinstance(url, str):
        raise BadRequest("id, method and url must be given", place)
    given, group, after = (
        item.get("headers") or {},
        item.get("atomicityGroup") or "",
        item.get("dependsOn") or [],
    )
    if not isinstance(given, dict) or not isinstance(group, str) or not isinstance(after, list):
        raise BadRequest("headers, atomicityGroup or dependsOn are not as they should be", place)
    headers = {str(name).lower(): str(value) for name, value in given.items()}
    body = item.get("body")
    content = body.encode() if isinstance(body, str) else b"" if body is None else orjson.dumps(body)
    return Request(
        str(number), method.upper(), url, headers, content, group, tuple(str(one) for one in after)
    )


def perform(requests: list[Request], context: Context, answer: Answer) -> Done:
    """All requests in their order; those of a group in one transaction."""
    done = Done()
    for number, request in enumerate(requests):
        if request.id in done.answers:
            continue
        if request.group:
            group = [one for one in requests[number:] if one.group == request.group]
            _perform_group(group, context, answer, done)
        else:
            _perform_one(request, context, answer, done)
    return done


def _perform_one(request: Request, context: Context, answer: Answer, done: Done) -> None:
    if any(done.answers.get(one, (424, {}, b""))[0] >= 400 for one in request.after):
        done.answers[request.id] = _refused(424, "a request before it has failed")
        return
    if request.url.strip("/").startswith("$batch"):
        done.answers[request.id] = _refused(400, "a batch cannot hold another one")
        return
    path, query = _inside(_put_in(request.url, done.made, context.base), context.base)
    body = _put_ids_in(request.body, done.made)
    found = answer(request.method, path, query, request.headers, body, context)
    if found[0] == 201 and "Location" in found[1]:
        done.made[request.id] = found[1]["Location"]
    done.answers[request.id] = found


def _perform_group(group: list[Request], context: Context, answer: Answer, done: Done) -> None:
    pending: list[pa.Table] = []
    inner = replace(context, pending=pending)
    failed = ""
    try:
        with transaction.atomic():
            for request in group:
                _perform_one(request, inner, answer, done)
                if done.answers[request.id][0] >= 400:
                    failed = request.id
                    raise _GroupError
            if pending:
                send(context, pa.concat_tables(pending))
    except _GroupError:
        for request in group:
            done.made.pop(request.id, None)
            if request.id != failed:
                done.answers[request.id] = _refused(424, f"request {failed} of the group has failed")


def _refused(status: int, message: str) -> Response:
    return status, {"Content-Type": JSON}, orjson.dumps({"code": status, "type": "error", "message": message})


def _put_in(url: str, made: dict[str, str], base: str) -> str:
    """ "$1/Datastreams" stands for what request 1 has created."""
    match = _REFERENCE.match(url.removeprefix(base).lstrip("/"))
    if match and match[1] in made:
        return made[match[1]] + url.removeprefix(base).lstrip("/")[match.end() :]
    return url


def _put_ids_in(body: bytes, made: dict[str, str]) -> bytes:
    """{"@iot.id": "$1"} stands for the id of what request 1 has created."""
    if not made or b"$" not in body:
        return body
    return orjson.dumps(_with_ids(load(body), made))


def _with_ids(value: Any, made: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_with_ids(item, made) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with_ids(item, made) for name, item in value.items()}
    number = found.get("@iot.id")
    if isinstance(number, str) and number.startswith("$") and number[1:] in made:
        text = made[number[1:]].rpartition("(")[2].removesuffix(")")
        found["@iot.id"] = int(text) if text.isdigit() else text.strip("'")
    return found


def _inside(url: str, base: str) -> tuple[str, str]:
    """Path and query below the service root, of an address that is absolute, or relative to the host or the root."""
    parts = urlsplit(url)
    path, root = parts.path, urlsplit(base).path.rstrip("/")
    if parts.netloc and not url.startswith(base):
        return "elsewhere", ""
    if path.startswith(root + "/"):
        path = path[len(root) :]
    return unquote(path.lstrip("/")), parts.query


def _written(number: str, found: Response) -> dict[str, Any]:
    status, headers, body = found
    written: dict[str, Any] = {"id": number, "status": status}
    kept = {name.lower(): value for name, value in headers.items() if name.lower() != "content-type"}
    if kept:
        written["headers"] = kept
    if body:
        plain = headers.get("Content-Type", "").startswith("text/plain")
        written["body"] = body.decode() if plain else orjson.Fragment(body)
    return written
