"""The data server killed, full, out of time and besieged; `bench/observations_faults.py` does the same at length."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from steuerrad.engines.observations import open_folder
from steuerrad.modules.sensors.server.tests import killing, sending
from steuerrad.modules.sensors.server.tests.process import STA, Process

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
KILLS = 2


@pytest.fixture
def process(prepared: tuple[Process, list[int]]) -> Process:
    """Running, without a built-in fault."""
    found = prepared[0]
    if found.running is None or found.running.poll() is not None:
        found.start()
    return found


def post(process: Process, stream: int, number: int, **more: object) -> tuple[int, dict[str, str], bytes]:
    body = {"phenomenonTime": sending.moment(number), "result": sending.value_of(number, stream), **more}
    return process.ask("POST", f"{STA}/Datastreams({stream})/Observations", body)


def newest(process: Process, stream: int, top: int = 1) -> list[float]:
    path = f"{STA}/Datastreams({stream})/Observations?$orderby=phenomenonTime%20desc&$top={top}"
    status, _, body = process.ask("GET", path)
    assert status == 200, body
    return [row["result"] for row in json.loads(body)["value"]]


def test_what_was_acknowledged_is_there_once_after_kills(prepared: tuple[Process, list[int]]) -> None:
    process, streams = prepared
    found = killing.run(process, streams[:6], KILLS, longest_s=0.3)
    assert found.kills == KILLS
    assert found.found.acknowledged > 0
    assert found.found.good, str(found.found)


def test_sigterm_closes_the_store_in_order(prepared: tuple[Process, list[int]]) -> None:
    """With an open live stream, which must not hold it up; a store that was closed leaves no logs to be replayed."""
    process, streams = prepared
    if process.running is None or process.running.poll() is not None:
        process.start()
    assert post(process, streams[13], 1)[0] == 201
    folder = process.folder / "observations"
    assert (folder / "server.sock").exists()
    with socket.create_connection(("127.0.0.1", process.port), timeout=30) as live:
        live.sendall(b"GET /sensors/live HTTP/1.1\r\nHost: city.example\r\n\r\n")
        assert live.recv(100).startswith(b"HTTP/1.1 200")
        assert process.stop(signal.SIGTERM) == 0
    left = {path.name for path in folder.iterdir()}
    assert not {name for name in left if name.endswith((".wal", "-wal", ".sock"))}, left
    with open_folder(folder) as writer:
        assert writer.store.latest([streams[13]]).column("value").to_pylist() == [
            sending.value_of(1, streams[13])
        ]


def test_killed_in_the_middle_of_applying(prepared: tuple[Process, list[int]]) -> None:
    process, streams = prepared
    if process.running is not None:
        process.stop()
    process.start("before_commit", 5)
    one = sending.Sender("array", streams[7], process.port, process.key)

    def until_dead() -> None:
        assert process.running is not None
        assert process.running.wait(30) == -signal.SIGKILL
        process.start()

    sending.sent([one], until_dead)
    process.stop()
    found = sending.look(process.folder, [one])
    assert found.good, str(found)
    assert found.acknowledged > 0


def test_a_full_disk_is_told_and_got_over_without_a_restart(
    process: Process, prepared: tuple[Process, list[int]]
) -> None:
    stream = prepared[1][8]
    assert post(process, stream, 0)[0] == 201
    assert newest(process, stream) == [sending.value_of(0, stream)]
    process.limit_files(4096)
    try:
        refused = [post(process, stream, number) for number in range(1, 4)]
        statuses = {status for status, _, _ in refused}
        assert statuses <= {507, 503}, refused
        assert "full" in json.loads(refused[0][2])["message"]
        assert newest(process, stream) == [sending.value_of(0, stream)], "reads go on"
    finally:
        process.limit_files(-1)
    deadline = time.monotonic() + 20
    while (status := post(process, stream, 5)[0]) != 201:
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    assert newest(process, stream, 5) == [sending.value_of(5, stream), sending.value_of(0, stream)]


def test_the_clock_may_jump(prepared: tuple[Process, list[int]], tmp_path: Path) -> None:
    """Neither order nor keys hang on the machine's clock; times of observations are what the sender says."""
    process, streams = prepared
    stream, clock = streams[9], tmp_path / "clock"
    if process.running is not None:
        process.stop()
    process.env = {**process.env, "FAULT_CLOCK": str(clock)}
    clock.write_text("0")
    process.start("clock", 0)
    for number, offset in enumerate((0, 400 * 86_400, -400 * 86_400, 30 * 365 * 86_400, -86_400, 0)):
        clock.write_text(str(offset))
        assert post(process, stream, number)[0] == 201
        assert newest(process, stream) == [sending.value_of(number, stream)]
        body = {"result": 1, "Datastream": {"@iot.id": streams[10]}}
        status, _, told = process.ask("POST", f"{STA}/Observations", body)
        assert status == 201
        assert abs(year_of(told) - time.gmtime(time.time() + offset).tm_year) <= 1
    assert post(process, stream, 3 * 10**11)[0] == 400, "a year beyond 9999"
    assert process.stop() in (0, -signal.SIGTERM)
    process.start()
    assert newest(process, stream, 10) == [sending.value_of(number, stream) for number in reversed(range(6))]


def year_of(told: bytes) -> int:
    return int(json.loads(told)["phenomenonTime"][:4])


def test_a_lone_byte_now_and_then_does_not_keep_anybody_out(process: Process) -> None:
    links = [socket.create_connection(("127.0.0.1", process.port), timeout=30) for _ in range(200)]
    try:
        for link in links:
            link.sendall(b"POST /sta/v1.1/Obs")
        assert process.ask("GET", STA)[0] == 200
        threading.Event().wait(0.2)
        assert process.ask("GET", STA)[0] == 200
    finally:
        for link in links:
            link.close()


def test_broken_requests_get_json_with_a_reason(process: Process) -> None:
    for sent in (
        b"\x00\x01\x02\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000,
        b"POST /sta/v1.1/Observations HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /sta/v1.1/Observations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /sta/v1.1/Observations HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /sta/v1.1/Observations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ):
        head, _, body = process.raw(sent).partition(b"\r\n\r\n")
        assert head[:12] in {b"HTTP/1.1 " + str(status).encode() for status in (400, 404, 413, 415, 431)}, (
            sent[:80]
        )
        assert json.loads(body)["message"], sent[:80]
    assert process.ask("GET", STA)[0] == 200
