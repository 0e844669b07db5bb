"""The data server as a process of its own: the fast way in, what it hands on, and what it refuses."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.conf import settings
from django.core.management import call_command

from steuerrad.engines.observations import open_folder
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
from steuerrad.platform.organisations.models import Organisation
from tests.support.at_once import address, copied, shared

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
STA = "/sta/v1.1"
#: At least as many as there are tests below.
TESTS = 40


class Running:
    """A data server, its catalogue (two datastreams of two organisations) and keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own, other = (Organisation.objects.create(key=key, name=key) for key in ("own", "other"))
        pairs = [(_stream(own), _stream(other)) for _ in range(TESTS)]
        self.fresh = iter(pairs)
        self.stream, self.foreign = pairs[0]
        self.key = _key("contributor@city.example", Role.CONTRIBUTOR, own)
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        place = shared(folder)
        copied(place)
        self.database = address(place)

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        program = "from steuerrad.config.cli import main; raise SystemExit(main())"
        command = [sys.executable, "-c", program, "sensors", "serve", "--bind", f"127.0.0.1:{self.port}"]
        env = {**os.environ, "STEUERRAD_DATA_DIR": str(self.folder), "STEUERRAD_DATABASE_URL": self.database}
        self.process = subprocess.Popen(command, env=env, cwd=settings.ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert self.ask("GET", STA)[0] == 200
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the data server does not answer")

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def ask(
        self, method: str, path: str, body: Any = None, key: str | None = "", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection_ = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        if key is not None:
            headers["Authorization"] = f"Bearer {key or self.key}"
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection_.request(method, path, content, headers)
        answer = connection_.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection_.close()
        return found


def _stream(organisation: Organisation) -> Datastream:
    thing = actions.save(None, Thing(name="T", organisation=organisation, public=True))
    location = Location(name="L", geometry={"type": "Point", "coordinates": [7.2, 51.5]})
    actions.place(None, thing, [actions.save(None, location)])
    sensor = actions.save(None, Sensor(name="S", encoding_type="text/plain", metadata="x"))
    seen = actions.save(None, ObservedProperty(name="Temperature", definition="http://example.org/t"))
    return actions.save(None, Datastream(name="D", thing=thing, sensor=sensor, observed_property=seen))


def _key(address: str, role: str, organisation: Organisation) -> str:
    user = User.objects.create_user(address, "x")
    Membership.objects.create(user=user, role=role, organisation=organisation)
    return create_token(user, "sensor")


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Running]:
    """One server for all tests of this file; starting takes longer than all of them."""
    with django_db_blocker.unblock():
        found = Running(tmp_path_factory.mktemp("server"))
        found.start()
        try:
            yield found
        finally:
            if found.process is not None and found.process.poll() is None:
                found.stop()
            call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def server(running: Running) -> Running:
    """With two datastreams that no test has written to."""
    running.stream, running.foreign = next(running.fresh)
    if running.process is None or running.process.poll() is not None:
        running.start()
    return running


def observation(server: Running, minute: int = 0, **more: Any) -> dict[str, Any]:
    found = {"phenomenonTime": f"2024-06-01T00:{minute:02}:00Z", "result": 1.5,
             "Datastream": {"@iot.id": server.stream.pk}}  # fmt: skip
    return {**found, **more}


def values(server: Running, stream: Datastream) -> list[Any]:
    path = f"{STA}/Datastreams({stream.pk})/Observations?$orderby=phenomenonTime&$select=result"
    return [row["result"] for row in json.loads(server.ask("GET", path)[2])["value"]]


def test_one_observation_is_there_after_the_answer(server) -> None:
    status, headers, _ = server.ask("POST", f"{STA}/Observations", observation(server))
    assert status == 201
    found = json.loads(server.ask("GET", headers["location"].partition(str(server.port))[2])[2])
    assert found["result"] == 1.5
    assert found["phenomenonTime"] == "2024-06-01T00:00:00.000Z"
    bare = {"phenomenonTime": "2024-06-01T00:01:00+02:00", "result": 2}
    assert server.ask("POST", f"{STA}/Datastreams({server.stream.pk})/Observations", bare)[0] == 201
    assert server.ask("POST", f"{STA}/Observations", observation(server))[0] == 201, "the same again"
    assert values(server, server.stream) == [2, 1.5]


def test_what_is_not_plain_goes_the_long_way(server) -> None:
    interval = observation(server, phenomenonTime="2024-06-01T01:00:00Z/2024-06-01T02:00:00Z", result="much")
    assert server.ask("POST", f"{STA}/Observations", interval)[0] == 201
    assert values(server, server.stream) == ["much"]


def test_data_arrays_and_arrow(server) -> None:
    rows = [[f"2024-06-0{day}T{hour:02}:00:00Z", hour / 2] for day in range(1, 5) for hour in range(24)]
    part = {
        "Datastream": {"@iot.id": server.stream.pk},
        "components": ["phenomenonTime", "result"],
        "dataArray": rows,
    }
    status, _, body = server.ask("POST", f"{STA}/CreateObservations", [part])
    assert status == 201
    assert len(json.loads(body)) == 96
    table = pa.table({"datastream": pa.array([server.stream.pk] * 2, pa.int32()),
                      "phenomenonTime": pa.array([1, 2], pa.timestamp("us", "UTC")), "result": [8.0, 9.0]})  # fmt: skip
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    assert server.ask("POST", "/sensors/bulk", sink.getvalue().to_pybytes())[0] == 201
    count = json.loads(
        server.ask("GET", f"{STA}/Datastreams({server.stream.pk})/Observations?$count=true&$top=0")[2]
    )
    assert count["@iot.count"] == 98


@pytest.mark.parametrize("path", ["Observations", "CreateObservations"])
def test_who_may_not_write_is_told_so(server, path) -> None:
    body: Any = observation(server, Datastream={"@iot.id": server.foreign.pk})
    if path == "CreateObservations":
        body = [{"Datastream": {"@iot.id": server.foreign.pk}, "components": ["phenomenonTime", "result"],
                 "dataArray": [["2024-06-01T00:00:00Z", 1]]}]  # fmt: skip
    assert server.ask("POST", f"{STA}/{path}", body)[0] in (403, 201)
    assert values(server, server.foreign) == []
    for key in (None, "str_wrong"):
        assert server.ask("POST", f"{STA}/{path}", body, key)[0] == 401
    assert values(server, server.foreign) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"result": 1}', b'{"result": NaN, "Datastream": {"@iot.id": 1}}',
     b'{"result": 1e400, "Datastream": {"@iot.id": 1}}', b'{"result": 1, "Datastream": {"@iot.id": "x"}}',
     b'{"result": 1, "Datastream": {"@iot.id": 99999999999999}}', b'{"result": 1, "Datastream": {"@iot.id": -1}}',
     b'{"result": 1, "phenomenonTime": "yesterday", "Datastream": {"@iot.id": 1}}',
     b'{"result": 1, "phenomenonTime": "2024-06-01", "Datastream": {"@iot.id": 1}}', b"\xff\xfe", b"[" * 100_000],
)  # fmt: skip
def test_a_broken_body_is_refused_with_a_reason(server, body) -> None:
    for path in (f"{STA}/Observations", f"{STA}/CreateObservations", "/sensors/bulk"):
        status, _, told = server.ask("POST", path, body)
        if path.endswith("CreateObservations") and body == b"[]":
            continue
        assert status == 400, (path, status, told)
        assert json.loads(told)["message"]
    assert values(server, server.stream) == []


def test_too_large_a_body_is_refused_before_it_is_read(server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as link:
        head = f"POST {STA}/Observations HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n"
        link.sendall(head.encode())
        assert link.recv(100).startswith(b"HTTP/1.1 413")
    assert server.ask("GET", STA)[0] == 200


def test_killed_in_the_middle_it_keeps_what_it_acknowledged(server) -> None:
    """Several senders at once, SIGKILL, and again: every acknowledged observation is there once."""
    acknowledged: set[int] = set()
    stop = threading.Event()
    counter = iter(range(10**6))
    guard = threading.Lock()

    def send() -> None:
        while not stop.is_set():
            with guard:
                number = next(counter)
            moment = f"2024-01-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z"
            try:
                body = {"phenomenonTime": moment, "result": number}
                if server.ask("POST", f"{STA}/Datastreams({server.stream.pk})/Observations", body)[0] == 201:
                    acknowledged.add(number)
            except (OSError, http.client.HTTPException):
                time.sleep(0.02)

    senders = [threading.Thread(target=send) for _ in range(8)]
    for sender in senders:
        sender.start()
    for _ in range(3):
        before = len(acknowledged)
        while len(acknowledged) < before + 50:
            time.sleep(0.01)
        server.stop(signal.SIGKILL)
        server.start()
    stop.set()
    for sender in senders:
        sender.join(30)
    server.stop()
    with open_folder(server.folder / "observations") as writer:
        stored = writer.store.rows([server.stream.pk], limit=100_000).column("value").to_pylist()
    assert acknowledged <= set(stored)
    assert len(stored) == len(set(stored))


def test_a_second_data_server_says_who_is_there(server) -> None:
    assert server.process is not None
    program = "from steuerrad.config.cli import main; raise SystemExit(main())"
    env = {**os.environ, "STEUERRAD_DATA_DIR": str(server.folder), "STEUERRAD_DATABASE_URL": server.database}
    done = subprocess.run([sys.executable, "-c", program, "sensors", "serve", "--bind", "127.0.0.1:0"],
                          env=env, cwd=settings.ROOT, capture_output=True, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 1
    assert str(server.process.pid) in done.stderr
