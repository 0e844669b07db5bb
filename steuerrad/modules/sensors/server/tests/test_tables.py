"""Tables of any shape at the bulk door: by a mapping, with every fault told, all of it or nothing where that is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.contrib.auth import get_user_model

from steuerrad.modules.sensors.bulk.actions import save_mapping
from steuerrad.modules.sensors.bulk.models import TableImport
from steuerrad.modules.sensors.server import tables
from steuerrad.modules.sensors.server.app import DataServer
from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations.models import Datastream, Thing
from steuerrad.platform.observations.store import Local, owning
from steuerrad.platform.organisations.models import Organisation

LONG: dict[str, Any] = {
    "time": {"column": "time"},
    "thing": {"column": "station", "prefix": "net:"},
    "value": {"column": "value", "what": "parameter"},
    "series": {"temp": {"property": "air_temperature", "unit": "Cel"}},
}
ROWS = [("A", "2024-06-01T10:00:00Z", "temp", "21.5"), ("A", "2024-06-01T11:00:00Z", "temp", "22"),
        ("B", "2024-06-01T10:00:00Z", "temp", "19")]  # fmt: skip
NAMES = ("station", "time", "parameter", "value")


def csv(rows: Any = ROWS) -> bytes:
    return "\n".join(",".join(row) for row in [NAMES, *rows]).encode() + b"\n"


def columns() -> pa.Table:
    return pa.table(dict(zip(NAMES, map(list, zip(*ROWS, strict=True)), strict=True)))


def parquet() -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(columns(), sink)
    return sink.getvalue().to_pybytes()


def arrow() -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, columns().schema) as writer:
        writer.write_table(columns())
    return sink.getvalue().to_pybytes()


class Door:
    """Posts to the application as uvicorn hands it on, the body in parts."""

    def __init__(self, store: Local) -> None:
        self.store, self.server = store, DataServer(store)
        self.user = get_user_model().objects.create(
            email="door@demo.invalid", is_superuser=True, is_active=True
        )
        self.key = create_token(self.user, "door")

    def post(
        self, body: bytes, key: str | None = None, kind: str = "text/csv", part: int = 50, **query: str
    ) -> Any:
        given = {"host": "x", "content-type": kind, "authorization": f"Bearer {key or self.key}"}
        scope = {
            "type": "http", "method": "POST", "path": "/sensors/bulk", "query_string": urlencode(query).encode(),
            "scheme": "http", "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }  # fmt: skip
        parts = [body[at : at + part] for at in range(0, len(body), part)] or [b""]
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.server(scope, receive, send))
        return sent[0]["status"], orjson.loads(b"".join(message.get("body", b"") for message in sent[1:]))

    @property
    def stored(self) -> int:
        return self.store.count(range(1, 1000))


@pytest.fixture
def door(transactional_db: None, tmp_path: Path, settings: Any) -> Iterator[Door]:
    settings.DATA_DIR = tmp_path
    with owning(tmp_path / "observations") as local:
        yield Door(local)


def test_a_mapping_that_was_kept_and_one_that_comes_along(door: Door) -> None:
    save_mapping(None, "net", "Net", {**LONG, "format": "csv"})
    status, told = door.post(csv(), mapping="net", name="june.csv")
    assert (status, told["rows"], told["observations"], told["faults"]) == (201, 3, 3, 0)
    assert TableImport.objects.get(pk=told["import"]).file_name == "june.csv"
    assert set(Thing.objects.values_list("key", flat=True)) == {"net:A", "net:B"}
    for kind, body in (("application/vnd.apache.parquet", parquet()), ("application/vnd.apache.arrow.stream", arrow()),
                       ("application/octet-stream", csv())):  # fmt: skip
        status, told = door.post(body, kind=kind, part=10_000, spec=json.dumps(LONG))
        assert (status, told["observations"]) == (201, 3), told
    assert (door.stored, Datastream.objects.count()) == (3, 2)  # the same again is not stored again
    assert not list(tables.folder().iterdir())


def test_what_cannot_be_read_is_told_with_its_place_and_the_rest_is_stored(door: Door) -> None:
    rows = [*ROWS, ("A", "noon", "temp", "1"), ("A", "2024-06-01T12:00:00Z", "temp", "warm"), ("A", "x")]
    wanted = [
        {"line": 5, "column": "time", "reason": "no time with its offset: 'noon'"},
        {"line": 6, "column": "value", "reason": "no number: 'warm'"},
        {"line": 7, "column": "", "reason": "the row has 2 columns instead of 4"},
    ]
    status, looked = door.post(csv(rows), spec=json.dumps(LONG), check="true")
    assert (status, looked["observations"], looked["faults"], door.stored) == (200, 3, 3, 0)
    status, told = door.post(csv(rows), spec=json.dumps(LONG), strict="true")
    assert (status, told["code"], door.stored, Thing.objects.count()) == (422, 422, 0, 0)
    assert told["message"].startswith("body, line ")
    assert sorted(told["told"], key=lambda one: one["line"]) == wanted
    status, told = door.post(csv(rows), spec=json.dumps(LONG))
    assert (status, told["faults"], door.stored) == (201, 3, 3)
    assert sorted(told["told"], key=lambda one: one["line"]) == wanted


@pytest.mark.parametrize("end", [b"A,2024-06-01T12:00:00Z,temp,\xff\xfe\n", b'A,"2024'])
def test_a_file_that_breaks_off_leaves_nothing_behind(
    door: Door, end: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("steuerrad.modules.sensors.bulk.tables.BLOCK", 4096)
    rows = [
        ("A", f"2024-06-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z", "temp", str(n))
        for n in range(5000)
    ]
    status, told = door.post(csv(rows) + end, spec=json.dumps(LONG), part=65_536)
    if status == 201:  # only its last row is crooked
        assert (told["observations"], told["faults"], told["told"][0]["line"]) == (5000, 1, 5002)
        return
    assert status == 422
    assert "line 5002" in told["message"]
    assert told["message"].endswith("Nothing was stored.")
    assert (door.stored, Thing.objects.count(), TableImport.objects.count()) == (0, 0, 0)


def test_half_a_parquet_file_is_refused(door: Door) -> None:
    for body in (parquet()[:-50], parquet()[:200], b"", b"PAR1" * 100):
        status, told = door.post(body, kind="application/vnd.apache.parquet", spec=json.dumps(LONG))
        assert (status, told["code"]) == (422, 422)
        assert told["message"].startswith("body: ")
    assert (door.stored, Thing.objects.count()) == (0, 0)


def test_rights_are_those_of_each_thing(door: Door) -> None:
    own, other = (Organisation.objects.create(key=key, name=key) for key in ("own", "other"))
    person = get_user_model().objects.create(email="p@demo.invalid", is_active=True)
    key = create_token(person, "p")
    status, _told = door.post(csv(), key, spec=json.dumps(LONG))
    assert status == 403
    member = get_user_model().objects.create(email="m@demo.invalid", is_active=True)
    Membership.objects.create(user=member, role="contributor", organisation=own)
    key = create_token(member, "m")
    assert door.post(csv(ROWS[:2]), key, spec=json.dumps(LONG), organisation="own")[0] == 201
    assert Thing.objects.get().organisation == own
    status, told = door.post(csv(ROWS[2:]), spec=json.dumps(LONG), organisation="other")
    assert status == 201
    later = [(key, "2025-01-01T00:00:00Z", what, value) for key, _time, what, value in ROWS]
    status, told = door.post(csv(later), key, spec=json.dumps(LONG), organisation="own")
    assert (status, door.stored) == (403, 3), "one thing of somebody else, so nothing at all"
    assert "nothing was stored" in told["message"]
    assert other.pk != own.pk


def test_what_is_wrong_with_the_question_is_said(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    for query, status, said in [
        ({"mapping": "none"}, 404, "mapping"), ({"spec": "{"}, 400, "spec"), ({"spec": "[]"}, 400, "mapping"),
        ({"spec": json.dumps(LONG), "mapping": "x"}, 400, "either"), ({"mapping": "x", "colour": "1"}, 400, "colour"),
        ({"mapping": "x", "strict": "yes"}, 400, "strict"), ({"spec": json.dumps(LONG), "organisation": "x"}, 400, "organisation"),
        ({"mapping": "\x00"}, 400, "mapping"), ({"spec": "[" * 5000}, 400, "spec"),
    ]:  # fmt: skip
        found, told = door.post(csv(), **query)
        assert (found, told["code"]) == (status, status), told
        assert said in told["message"]
    assert door.post(csv(), key="wrong", spec=json.dumps(LONG))[0] == 401
    monkeypatch.setattr(tables, "SPARE", 2**62)
    assert door.post(csv(), spec=json.dumps(LONG))[0] == 507
    monkeypatch.setattr(tables, "MOST_TABLES", 0)
    assert door.post(csv(), spec=json.dumps(LONG))[0] == 503
    assert door.stored == 0
