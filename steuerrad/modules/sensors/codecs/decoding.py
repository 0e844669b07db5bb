"""Decodes the payload of one uplink with a codec; what comes back is plain data within bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steuerrad.modules.sensors.codecs import pool

#: LoRaWAN: the longest payload of any region (TS001, regional parameters).
MOST_BYTES = 242
MOST_VALUES = 500
MOST_DEPTH = 8
LONGEST_TEXT = 1000


class CodecError(ValueError):
    """The codec gives no result; the text says why, as it can be shown."""


@dataclass(frozen=True)
class Decoded:
    """data: what decodeUplink returned; normalized: what normalizeUplink made of it, if there is one."""

    data: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    normalized: Any = None
    lost: tuple[str, ...] = field(default=())


def decode(
    code: str,
    payload: bytes,
    f_port: int,
    *,
    received: datetime | None = None,
    variables: Mapping[str, str] | None = None,
) -> Decoded:
    """Raises CodecError: with the codec's own errors, or for time, memory, size, shape."""
    if len(code) > pool.MOST_CODE:
        raise CodecError(f"The codec has more than {pool.MOST_CODE // 1024} KB.")
    if len(payload) > MOST_BYTES:
        raise CodecError(f"The payload has more than {MOST_BYTES} bytes.")
    given = {"bytes": list(payload), "fPort": f_port, "variables": dict(variables or {})}
    if received is not None:
        given["recvTime"] = received.astimezone(UTC).isoformat().replace("+00:00", "Z")
    try:
        found = pool.ask(code, json.dumps(given))
    except pool.WorkerError as error:
        raise CodecError(str(error)) from error
    if "answer" not in found:
        raise CodecError(plain(_reason(str(found.get("error", "")))))
    return _checked(found["answer"])


def _reason(text: str) -> str:
    first = text.strip().partition("\n")[0][:500]
    if "InternalError: interrupted" in text:
        return "The codec took more than 250 ms of computing time."
    if "out of memory" in text or text in ("null", "MemoryError"):
        return "The codec took more than 32 MB of memory."
    return f"The codec failed: {first}" if first else "The codec failed without a word."


def _checked(answer: str) -> Decoded:
    try:
        whole = json.loads(answer)
        result = json.loads(whole["result"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CodecError("The codec's result cannot be read.") from error
    errors = _texts(result.get("errors"))
    if errors:
        raise CodecError("; ".join(errors)[:2000])
    data = result.get("data")
    if not isinstance(data, dict):
        raise CodecError("The codec returned no data.")
    _within_bounds([data, result.get("normalized")])
    return Decoded(data, _texts(result.get("warnings")), result.get("normalized"), _texts(whole.get("lost")))


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(plain(str(one))[:LONGEST_TEXT] for one in found) if isinstance(found, list) else ()


def plain(text: str) -> str:
    """Without what no database takes: half characters and zeros."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _within_bounds(found: Any) -> None:
    for count, (depth, value) in enumerate(_walk(found, -1), 1):
        if depth > MOST_DEPTH:
            raise CodecError(f"The codec's result is nested deeper than {MOST_DEPTH} levels.")
        if count > MOST_VALUES:
            raise CodecError(f"The codec's result has more than {MOST_VALUES} values.")
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise CodecError(f"The codec's result has a text of more than {LONGEST_TEXT} characters.")


def _walk(root: Any, start: int) -> Iterator[tuple[int, Any]]:
    """Every value with its depth, without recursion."""
    waiting = [(start, root)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        if isinstance(value, dict):
            waiting += [(depth + 1, item) for item in value.values()]
            if any(len(key) > LONGEST_TEXT for key in value):
                raise CodecError(f"The codec's result has a name of more than {LONGEST_TEXT} characters.")
        elif isinstance(value, list):
            waiting += [(depth + 1, item) for item in value]
