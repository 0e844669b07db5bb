"""What the data server must stand besides being killed; each case tells what it saw and whether it was survived."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import socket
import statistics
import subprocess
import threading
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from steuerrad.modules.sensors.server.tests import sending
from steuerrad.modules.sensors.server.tests.process import STA, Process
from steuerrad.modules.sensors.server.tests.sending import Sender, look, sent

Streams = list[int]
BACKLOG, BROKEN, GOOD = 525_600, 10_000, 500
SLOW_LINKS, DISK_MB = 300, 48


def disk(process: Process, streams: Streams) -> bool:
    """A file system that is really full, under load; then somebody makes room. No restart."""
    small = process.folder / "observations"
    small.mkdir(exist_ok=True)
    with _small_disk(small):
        process.start()
        senders = [Sender("arrow", stream, process.port, process.key, stream, 0.02) for stream in streams[:4]]
        told: Counter[int] = Counter()
        reads: Counter[int] = Counter()

        def fill() -> None:
            end = time.monotonic() + 120
            while sum(told.values()) < 60 and time.monotonic() < end:
                time.sleep(0.2)
                for one in senders:
                    told.update(one.others)
                    one.others.clear()
                reads[process.ask("GET", f"{STA}/Datastreams({streams[0]})/Observations?$top=1")[0]] += 1
            subprocess.run(["mount", "-o", "remount,size=1g", str(small)], check=True)
            before = [len(one.acknowledged) for one in senders]
            end = time.monotonic() + 60
            while time.monotonic() < end and any(
                len(one.acknowledged) < count + 3 for one, count in zip(senders, before, strict=True)
            ):
                time.sleep(0.2)
            for one in senders:
                told.update(one.others)

        sent(senders, fill)
        again = all(one.acknowledged for one in senders)
        process.stop()
        found = look(process.folder, senders)
        print(f"   full at {DISK_MB} MB: answers to senders {dict(told)}, to readers meanwhile {dict(reads)}")
        print(f"   {found}")
    full = told[507] + told[503] > 0
    return found.good and full and again and set(reads) == {200} and set(told) <= {503, 507}


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def clock(process: Process, streams: Streams) -> bool:
    """The machine's time jumps years forth and back while many send."""
    file = process.folder / "clock"
    file.write_text("0")
    process.env = {**process.env, "FAULT_CLOCK": str(file)}
    process.start("clock")
    kinds = ("single", "array", "arrow", "single")
    senders = [
        Sender(kind, stream, process.port, process.key, stream)
        for kind, stream in zip(kinds, streams, strict=False)
    ]
    chance = random.Random(3)

    def jump() -> None:
        for _ in range(40):
            file.write_text(str(chance.choice((0, 1, -1, 3600, -3600, 86_400 * 400, -86_400 * 4000, 10**9))))
            time.sleep(0.2)

    sent(senders, jump)
    process.stop()
    found = look(process.folder, senders)
    refused = sum((Counter(one.others) for one in senders), Counter())
    print(f"   40 jumps of up to 31 years: {found}; other answers {dict(refused)}")
    return found.good and not refused


def backlog(process: Process, streams: Streams) -> bool:
    """A sensor sends a year of minutes at once while others send live."""
    process.start()
    calm = _live(process, streams[:4], lambda: time.sleep(5))
    took: dict[str, float] = {}

    def send(kind: str, stream: int, size: int) -> None:
        begin = time.perf_counter()
        one = Sender(kind, stream, process.port, process.key)
        for first in range(0, BACKLOG, size):
            path, body, mime = one.message(range(first, min(first + size, BACKLOG)))
            status, headers, answer = process.ask("POST", path, body, 120, **{"Content-Type": mime})
            while status == 503:
                time.sleep(float(headers["retry-after"]))
                status, headers, answer = process.ask("POST", path, body, 120, **{"Content-Type": mime})
            assert status == 201, answer[:300]
        took[f"{kind} of {size:,}"] = time.perf_counter() - begin

    print(f"   others alone: {_told(calm)}")
    good = True
    for kind, stream, size in (
        ("arrow", streams[5], BACKLOG),
        ("array", streams[6], 10_000),
        ("array", streams[7], BACKLOG),
    ):
        during = _live(process, streams[:4], lambda k=kind, n=stream, s=size: send(k, n, s))
        print(
            f"   while {BACKLOG:,} rows come as {kind} of {size:,} in {list(took.values())[-1]:.1f} s: {_told(during)}"
        )
        path = f"{STA}/Datastreams({stream})/Observations?$count=true&$top=0"
        good &= json.loads(process.ask("GET", path)[2])["@iot.count"] == BACKLOG
    print(
        f"   memory of the server: {process.memory_mb():,.0f} MB, at most {process.memory_mb('VmHWM'):,.0f} MB"
    )
    process.stop()
    return good and bool(during)


def _live(process: Process, streams: Streams, during) -> list[float]:
    senders = [Sender("single", stream, process.port, process.key, stream, 0.01) for stream in streams]
    sent(senders, during)
    return [took for one in senders for took in one.took]


def _told(took: list[float]) -> str:
    ordered = sorted(took)
    return (
        f"median {statistics.median(ordered) * 1e3:.1f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1e3:.0f} ms, "
        f"worst {ordered[-1] * 1e3:.0f} ms of {len(ordered):,}"
    )


def uplinks(process: Process, streams: Streams) -> bool:
    """Broken uplinks among good ones, through the web's webhook, stored by the data server."""
    from django.test import Client

    from steuerrad.modules.sensors.lorawan import actions
    from steuerrad.modules.sensors.lorawan.tests import samples

    process.start()
    actions.register(None, samples.EUI, "milesight_em300_th", name="Bank 1", point=(7.2, 51.5))
    chance = random.Random(11)
    client = Client(headers={"authorization": f"Bearer {process.key}"})
    answers: Counter[str] = Counter()
    order = [True] * GOOD + [False] * BROKEN
    chance.shuffle(order)
    good = 0
    begin = time.monotonic()
    for number, whole in enumerate(order):
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_750_000_000 + number * 60))
        message = json.dumps(samples.chirpstack(number + 1, at)).encode()
        body = message if whole else samples.damaged(message, chance)
        answer = client.post("/sensors/uplinks/chirpstack/?event=up", body, content_type="application/json")
        state = answer.json().get("state", "") if answer.status_code == 200 else ""
        answers[f"{'good' if whole else 'broken'}: {answer.status_code} {state}".strip()] += 1
        good += whole and state == "stored"
    print(f"   {dict(answers)} in {time.monotonic() - begin:.0f} s")
    process.stop()
    return good == GOOD and not any(": 5" in name for name in answers)


def slow(process: Process, streams: Streams) -> bool:
    """Headers byte by byte, bodies byte by byte, a large answer that nobody reads; others meanwhile."""
    process.start()
    stream = streams[8]
    for first in range(0, 100_000, 10_000):
        path, body, kind = Sender("array", stream, process.port, process.key).message(
            range(first, first + 10_000)
        )
        assert process.ask("POST", path, body, 60, **{"Content-Type": kind})[0] == 201
    before = process.memory_mb()
    links = [_dripping(process, number, stream) for number in range(SLOW_LINKS)]
    stop = threading.Event()
    dripper = threading.Thread(target=_drip, args=(links, stop), daemon=True)
    dripper.start()
    others = _live(process, streams[:4], lambda: time.sleep(8))
    peak = process.memory_mb()
    others += _live(process, streams[:4], lambda: time.sleep(50))
    closed = sum(_closed(link) for link in links)
    stop.set()
    dripper.join()
    for link in links:
        link.close()
    print(f"   {SLOW_LINKS} slow connections of three kinds, {closed} of them closed by the server within a minute; "
          f"memory {before:,.0f} MB before, {peak:,.0f} MB with them; others: {_told(others)}")  # fmt: skip
    process.stop()
    return closed == SLOW_LINKS and peak - before < 700


def _dripping(process: Process, number: int, stream: int) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", process.port), timeout=60)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    key = f"Authorization: Bearer {process.key}\r\n"
    if number % 3 == 0:
        link.sendall(b"GET /sta/v1.1 HTTP/1.1\r\nHost: x\r\nX: ")
    elif number % 3 == 1:
        link.sendall(
            f"POST {STA}/Observations HTTP/1.1\r\nHost: x\r\n{key}Content-Length: 1000000\r\n\r\n".encode()
        )
    else:
        path = f"{STA}/Datastreams({stream})/Observations?$top=10000"
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return link


def _drip(links: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(1.0):
        for number, link in enumerate(links):
            if number % 3 < 2:
                with contextlib.suppress(OSError):
                    link.send(b"a")


def _closed(link: socket.socket) -> bool:
    """Whether the server has closed it: what is still in the buffers comes first, then an end or a reset."""
    link.settimeout(0.2)
    try:
        while link.recv(1 << 20):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def hostile(process: Process, streams: Streams) -> bool:
    """Bodies and questions made to take all memory or time: a clear answer, soon, and the server stays small."""
    process.start()
    stream = streams[9]
    for first in range(0, 300_000, 100_000):
        path, body, kind = Sender("arrow", stream, process.port, process.key).message(
            range(first, first + 100_000)
        )
        assert process.ask("POST", path, body, 60, **{"Content-Type": kind})[0] == 201
    text = "x" * 60_000
    for number in range(300):
        body = {"phenomenonTime": sending.moment(10**6 + number), "result": text, "parameters": {"a": number}}
        assert process.ask("POST", f"{STA}/Datastreams({stream})/Observations", body)[0] == 201
    good = True
    for name, (method, path, body, headers) in _hostile(stream).items():
        begin = time.perf_counter()
        status, _, answer = process.ask(method, path, body, 120, **headers)
        took = time.perf_counter() - begin
        clear = status < 400 or bool(json.loads(answer)["message"])
        good &= clear and status != 500 and took < 35
        print(
            f"   {name:<42} {status}  {took:6.2f} s  {len(answer):>11,} bytes   {process.memory_mb():,.0f} MB"
        )
    chunked = (
        f"POST {STA}/Observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {process.key}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    ).encode()
    piece = b"100000\r\n" + b"a" * 2**20 + b"\r\n"
    told = process.raw(chunked, *[piece] * 200)[:40]
    print(f"   a chunked body without end                 {told[:12].decode() or 'closed'}")
    peak = process.memory_mb("VmHWM")
    print(f"   most memory: {peak:,.0f} MB; afterwards {STA} answers {process.ask('GET', STA)[0]}")
    process.stop()
    return good and peak < 2_000


def _hostile(stream: int) -> dict[str, tuple[str, str, bytes | None, dict[str, str]]]:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = bomb.compress(bytes(10**8)) + bomb.flush()
    own = f"{STA}/Datastreams({stream})/Observations"
    deep = "Datastreams($expand=Thing($expand=" * 3 + "Datastreams" + "))" * 3
    million = b'{"x":' * 200_000
    return {
        "a body of 100 MB": ("POST", f"{STA}/Observations", bytes(10**8), {}),
        "a body of 60 MB that is no JSON": ("POST", f"{STA}/Observations", b"[" * 60_000_000, {}),
        "60 MB of small parts": ("POST", f"{STA}/CreateObservations", b"[" + b"{}," * 20_000_000 + b"{}]", {}),
        "30 MB of rows, the last one broken": ("POST", f"{STA}/CreateObservations", _rows(stream), {}),
        "a gzip bomb": ("POST", f"{STA}/Observations", packed, {"Content-Encoding": "gzip"}),
        "depth 200,000": ("POST", f"{STA}/Things", million, {}),
        "a filter of 1 MB in a batch": ("POST", f"{STA}/$batch", _batch("Things?$filter=" + "a" * 10**6), {}),
        "a thousand questions in a batch": ("POST", f"{STA}/$batch", _batch(*["Observations?$top=100"] * 1000), {}),
        "a filter of 15,000 characters": ("GET", f"{STA}/Observations?$filter=" + "(" * 7_000, None, {}),
        "like a regular expression": ("GET", own + "?$filter=substringof('" + "a" * 3000 + "b','" + "a" * 3000 + "')", None, {}),
        "text of every row": ("GET", own + "?$filter=" + "%20and%20".join(["length(concat(result,'x'))%20gt%201"] * 20), None, {}),
        "expand everything, deeply": ("GET", f"{STA}/Things?$expand={deep}", None, {}),
        "expand all observations": ("GET", f"{STA}/Datastreams?$expand=Observations($top=10000)", None, {}),
        "observations with all they lead to": ("GET", own + "?$top=10000&$expand=Datastream($expand=Thing($expand=Datastreams)),FeatureOfInterest", None, {}),
        "10,000 of 60 KB each": ("GET", own + "?$top=10000&$orderby=phenomenonTime%20desc", None, {}),
        "skip far": ("GET", own + "?$skip=200000000&$top=10", None, {}),
        "order by result": ("GET", own + "?$orderby=result&$top=10000", None, {}),
    }  # fmt: skip


def _rows(stream: int) -> bytes:
    rows = b",".join(b'["2024-01-01T00:00:00Z",1]' for _ in range(1_000_000))
    head = b'[{"Datastream":{"@iot.id":%d},"components":["phenomenonTime","result"],"dataArray":[' % stream
    return head + rows + b',["x",1]]}]'


def _batch(*urls: str) -> bytes:
    return json.dumps(
        {"requests": [{"id": str(number), "method": "get", "url": url} for number, url in enumerate(urls)]}
    ).encode()


CASES = {
    "disk": disk,
    "clock": clock,
    "backlog": backlog,
    "uplinks": uplinks,
    "slow": slow,
    "hostile": hostile,
}
if shutil.which("mount") is None:
    del CASES["disk"]
