"""What no form would send, in every field that is sent: numbers no database holds, text no database takes, JSON too deep."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.test import Client

from steuerrad.platform.http_api.tokens import create_token
from tests.support.writes import CALCULATE, WRITES, Objects, Write
from tests.test_attacks_rights import name, objects

__all__ = ["objects"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
TEXTS = (
    "1e308", "-1e308", "1e-400", "1e999999999", "NaN", "sNaN", "Infinity", "-Infinity", "-0", "9" * 19, "9" * 40, "9" * 5000, "-" + "9" * 25,
    "0." + "1" * 400, "\u0663", "1\u0663", "\x00", "a\x00b", "\u202e\u2066x", "\ufffe\uffff", "x" * 100_000, "=1+1", "a\r\nBcc: x@y", "0000-00-00",
    "9999-12-31", "-0001-01-01", "true", "[]", "1_0", " 5 ", "\U0001f600" * 300,
)  # fmt: skip
RAW = (
    "NaN", "Infinity", "-Infinity", "1e999", "1e308", "-0", "-0.0", "9" * 40, "9" * 400, "9" * 5000, "true", "null", "[]", "{}", '"\\ud800"',
    '"\\u0000"', '"a\\u0000b"', "[" * 10_000 + "]" * 10_000, '{"a":' * 5000 + "1" + "}" * 5000, '"' + "x" * 100_000 + '"', "0.1e-400", '"1e400"',
)  # fmt: skip


def chosen(values: tuple[str, ...], write: Write, field: str) -> list[str]:
    """Two for each field, others for the next; over all fields each value comes often."""
    return random.Random(f"{write.route}{field}").sample(values, 2)


def sent_to(write: Write, objects: Objects, data: Any, kind: dict[str, str]) -> int:
    """The status of the answer to the administrator; nothing of it stays."""
    cache.clear()
    person, client = objects["people"]["administrator"], Client(raise_request_exception=False)
    here = objects | {"role": "administrator"}
    with transaction.atomic():
        headers = {}
        if write.api:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {create_token(person, 'x')}"
        else:
            client.force_login(person)
        if write.before:
            write.before(client, here)
        code = getattr(client, write.method)(write.address(here), data, **kind, **headers).status_code
        transaction.set_rollback(True)
    return code


@pytest.mark.parametrize("write", [write for write in (*WRITES, *CALCULATE) if not write.api], ids=name)
def test_values_in_forms(write: Write, objects: Objects) -> None:
    faults = []
    here = objects | {"role": "administrator"}
    for field in write.sent(here):
        for value in chosen(TEXTS, write, field):
            data = write.sent(here)
            if isinstance(data[field], UploadedFile):
                data[field].name = value[:200]
            else:
                data[field] = value
            code = sent_to(write, objects, data, {})
            if code >= 500:
                faults.append((field, value[:30], code))
    assert not faults


@pytest.mark.parametrize("write", [write for write in (*WRITES, *CALCULATE) if write.api], ids=name)
def test_values_in_json(write: Write, objects: Objects) -> None:
    faults = []
    here = objects | {"role": "administrator"}
    mark = "@@attack@@"
    for place in places(write.sent(here)):
        for value in chosen(RAW, write, str(place)):
            body = json.dumps(replaced(write.sent(here), place, mark)).replace(json.dumps(mark), value)
            code = sent_to(write, objects, body, {"content_type": "application/json"})
            if not 200 <= code < 500:
                faults.append((place, value[:30], code))
    assert not faults


def places(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in JSON, the whole included."""
    yield above
    for key, value in (
        data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    ):
        yield from places(value, (*above, key))


def replaced(data: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    copy = data.copy()
    copy[place[0]] = replaced(data[place[0]], place[1:], value)
    return copy
