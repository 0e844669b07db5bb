"""New values for a page that is open: which series somebody asks for and may see, and how an event is written.

The format is that of server-sent events (HTML Standard, section 9.2). An event tells the latest value of the series that
a batch touched, not every reading in between: a page shows what is now, charts and downloads have the rest. Its id is the
position in the journal, so that a browser that comes back with Last-Event-ID is told only what it missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import pyarrow as pa
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, parse_cookie

from steuerrad.engines.observations import MOST_STREAM, moment
from steuerrad.platform.observations.queries import visible_streams

PATH = "/sensors/live"
KIND = "text/event-stream"
#: Series of one connection.
MOST_SERIES = 500
#: The highest position that a browser may name; what is longer is no position.
MOST_POSITION = 2**63


class SelectionError(ValueError):
    """What was asked for cannot be streamed; the text says why."""


def selection(query: str) -> tuple[set[int], set[int]]:
    """Numbers of series and of things in ?series=1,2&thing=3; both empty where nothing is asked for by number.

    Raises SelectionError.
    """
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise SelectionError("This query cannot be read.") from error
    if unknown := set(given) - {"series", "thing"}:
        raise SelectionError(f"There is no parameter {min(unknown)[:40]!r}; known are series and thing.")
    series, things = _numbers(given.get("series", [])), _numbers(given.get("thing", []))
    if given and not series and not things:
        raise SelectionError("Say which: ?series=1,2,3 or ?thing=4.")
    if len(series) + len(things) > MOST_SERIES:
        raise SelectionError(f"At most {MOST_SERIES} at once.")
    return series, things


def _numbers(texts: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for text in texts:
        for part in text.split(","):
            if not (part.isascii() and part.isdecimal() and len(part) < 12 and int(part) <= MOST_STREAM):
                raise SelectionError(f"{part[:40]!r} is no number of a series or thing.")
            found.add(int(part))
    return found


def visible_numbers(user: Any, series: set[int], things: set[int]) -> set[int]:
    """Those of the series that the person may see, with all of the things named; at most MOST_SERIES.

    Without any named: the first ones that the person may see.
    """
    rows = visible_streams(user)
    if not series and not things:
        return set(rows.order_by("pk").values_list("pk", flat=True)[:MOST_SERIES])
    found = set(rows.filter(pk__in=series).values_list("pk", flat=True)) if series else set[int]()
    if things:
        found |= set(rows.filter(thing__in=things).values_list("pk", flat=True)[: MOST_SERIES - len(found)])
    return found


def viewer_of(cookies: str) -> Any:
    """The account that is signed in by a session of the web process, or the visitor. Asks the database."""
    request = HttpRequest()
    request.COOKIES = parse_cookie(cookies)
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(request)


def position_of(text: str) -> int | None:
    """The position in a Last-Event-ID; None where there is none, or where it is not one of ours."""
    good = text.isascii() and text.isdecimal() and len(text) < 20 and int(text) < MOST_POSITION
    return int(text) if good else None


def event(position: int, latest: pa.Table) -> bytes:
    """latest: rows with stream, time (µs) and value. No value: the reading is no number."""
    columns = (latest.column(name).to_pylist() for name in ("stream", "time", "value"))
    values = [
        {"series": stream, "time": moment(time).isoformat(), "value": value}
        for stream, time, value in zip(*columns, strict=True)
    ]
    data = json.dumps({"values": values}, separators=(",", ":"))
    return f"event: values\nid: {position}\ndata: {data}\n\n".encode()


def retry(seconds: float) -> bytes:
    """How long a browser waits before it comes back."""
    return f"retry: {int(1000 * seconds)}\n\n".encode()
