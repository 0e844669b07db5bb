"""10,000 broken uplinks among good ones through a real Mosquitto: what is stored, what is kept with its reason, memory, delays.

First all at once, as a broker that was away hands them over; then at half of the speed that was reached, while a live device
sends: its delays (until its uplink is on the disk and confirmed) against those without the flood. Argument: broken uplinks.
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._installation import installation

BROKEN, GOOD = 10_000, 500
LIVE, LIVE_S = 200, 0.05
PATIENCE_S = 300.0
if len(sys.argv) == 2:
    BROKEN = int(sys.argv[1])


def fate(body: bytes) -> str:
    """What must become of a message: unreadable, unknown, codec, empty (then it is kept with its reason) or readable."""
    from steuerrad.modules.sensors.codecs.decoding import CodecError, decode
    from steuerrad.modules.sensors.codecs.profiles import library
    from steuerrad.modules.sensors.lorawan.messages import MessageError, Uplink, read
    from steuerrad.modules.sensors.lorawan.tests.samples import EUI

    profile = library()["milesight_em300_th"]
    try:
        message = read("chirpstack", body)
        assert isinstance(message, Uplink)
        if message.dev_eui != EUI:
            return "unknown"
        found = decode(profile.codec, message.payload, message.f_port).data if message.payload else {}
    except MessageError:
        return "unreadable"
    except CodecError:
        return "codec"
    return "empty" if found and not profile.figures(found) else "readable"


def kept(broken: list[bytes]) -> tuple[Counter[str], int]:
    """How many messages met which fate, and how many should have been kept and are not, or have no reason."""
    from steuerrad.modules.sensors.lorawan.intake import MOST_UNKNOWN
    from steuerrad.modules.sensors.lorawan.models import DeadUplink

    reasons = dict(DeadUplink.objects.values_list("mark", "reason"))
    fates: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for body in broken:
        name = fate(body)
        fates[name] += 1
        if name != "readable" and not reasons.get(hashlib.sha256(b"chirpstack|up|" + body).hexdigest()):
            gone[name] += 1
    gone["unknown"] = max(0, gone["unknown"] - max(0, fates["unknown"] - MOST_UNKNOWN))  # older ones go
    return fates, sum(gone.values())


class Memory(threading.Thread):
    """The most memory (MB) that processes had, by name."""

    def __init__(self, **pids: int) -> None:
        super().__init__(daemon=True)
        self._pids, self.most, self.over = pids, dict.fromkeys(pids, 0.0), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            for name, pid in self._pids.items():
                self.most[name] = max(self.most[name], memory(pid))

    def __enter__(self) -> Memory:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()


def memory(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


class Case:
    """A data server, a consumer behind a witness, a network server, and a device that sends live."""

    def __init__(self, stand: Any, sender: Any, device: Any) -> None:
        self.stand, self.sender, self.device = stand, sender, device
        self.sent = 0

    @property
    def confirmed(self) -> int:
        return len(self.stand.witnesses[0].confirmed)

    def settle(self) -> None:
        """Until the consumer has confirmed everything that was sent."""
        end = time.monotonic() + PATIENCE_S
        while self.confirmed < self.sent:
            assert time.monotonic() < end, f"{self.confirmed} of {self.sent} confirmed"
            time.sleep(0.02)

    def publish(self, bodies: list[bytes], pause: float = 0.0) -> None:
        for body in bodies:
            self.sent += 1
            self.sender.publish(1, lambda _number, one=body: one)
            if pause:
                time.sleep(pause)

    def delays(self, numbers: range) -> list[float]:
        """Of live uplinks, one after the other: seconds until each was confirmed."""
        from steuerrad.modules.sensors.lorawan.tests.killing import uplink

        begin: dict[bytes, float] = {}
        for number in numbers:
            body = uplink(number)
            begin[body] = time.monotonic()
            self.sent += 1
            self.device.publish(1, lambda _number, one=body: one)
            time.sleep(LIVE_S)
        end = time.monotonic() + PATIENCE_S
        witness = self.stand.witnesses[0]
        while time.monotonic() < end:
            found = {
                body: at for body, at in zip(witness.confirmed, witness.at, strict=False) if body in begin
            }
            if len(found) == len(begin):
                return [found[body] - at for body, at in begin.items()]
            time.sleep(0.1)
        raise AssertionError("live uplinks are not confirmed")


def told(delays: list[float]) -> str:
    ordered = sorted(delays)
    return (f"median {statistics.median(ordered) * 1e3:.0f} ms, p95 {ordered[int(len(ordered) * 0.95)] * 1e3:.0f} ms, "
            f"worst {ordered[-1] * 1e3:.0f} ms")  # fmt: skip


def messages() -> tuple[list[bytes], list[bytes], set[int]]:
    """Broken ones and good ones in a random order, and as two lists of it; numbers of the good ones."""
    from steuerrad.modules.sensors.lorawan.tests.killing import uplink
    from steuerrad.modules.sensors.lorawan.tests.samples import damaged

    chance = random.Random(11)
    whole = [True] * GOOD + [False] * BROKEN
    chance.shuffle(whole)
    numbered = list(enumerate(whole, 1))
    bodies = [uplink(number) if good else damaged(uplink(number), chance) for number, good in numbered]
    broken = [body for body, (_number, good) in zip(bodies, numbered, strict=True) if not good]
    return bodies, broken, {number for number, good in numbered if good}


def run(running: Any) -> bool:
    from steuerrad.modules.sensors.lorawan.tests.killing import (
        NetworkServer,
        Stand,
        stored,
        temperature,
        uplink,
    )
    from steuerrad.modules.sensors.lorawan.tests.samples import damaged

    bodies, broken, good = messages()
    stand = Stand(os.environ, running, 1)
    sender, device = (NetworkServer(running.port, name) for name in ("network-server", "live"))
    case = Case(stand, sender, device)
    first = len(bodies) + 1
    with Memory(consumer=stand.consumers[0].pid, server=stand.server.pid) as seen:
        calm = case.delays(range(first, first + LIVE))
        case.settle()
        before = dict(seen.most)
        begin = time.monotonic()
        case.publish(bodies)
        case.settle()
        rate = len(bodies) / (time.monotonic() - begin)
        after = dict(seen.most)
        chance, span = random.Random(12), LIVE * LIVE_S
        more = [damaged(uplink(2 * first + n), chance) for n in range(int(rate / 2 * span))]
        flood = threading.Thread(target=case.publish, args=(more, span / len(more)))
        flood.start()
        beside = case.delays(range(first + LIVE, first + 2 * LIVE))
        flood.join()
        case.settle()
        last = dict(seen.most)
    found = stored(temperature())
    fates, gone = kept(broken + more)
    lost = (good | set(range(first, first + 2 * LIVE))) - set(found)
    wrong = sum(abs(value - number % 600 / 10) > 1e-9 for number, value in found.items() if number in good)
    for one in (sender, device):
        one.close()
    codes = stand.close()
    print(
        f"{len(bodies):,} uplinks at once ({BROKEN:,} broken, {GOOD} good): {rate:,.0f}/s; good ones lost {len(lost)}, wrong {wrong}"
    )
    print(
        f"   of all broken ones: {dict(fates)}; neither kept with a reason nor readable {gone}; the consumer ended with {codes[0]}"
    )
    for name in ("consumer", "server"):
        print(f"   most memory of the {name}: {before[name]:.0f} MB before, {after[name]:.0f} MB after {len(bodies):,}, "
              f"{last[name]:.0f} MB after {len(more):,} more")  # fmt: skip
    print(f"   a live device alone: {told(calm)}; beside {len(more) / span:,.0f} broken ones a second: {told(beside)}; "
          f"ratio of the medians {statistics.median(beside) / statistics.median(calm):.1f}")  # fmt: skip
    growth = max(after[name] - before[name] for name in before)
    return not (lost or wrong or gone or codes[0]) and growth < 200


def main() -> int:
    with installation():
        from steuerrad.modules.sensors.lorawan import actions
        from steuerrad.modules.sensors.lorawan.intake import Delivery, take
        from steuerrad.modules.sensors.lorawan.tests.killing import EUI, uplink
        from tests.support.mqtt import broker

        (Path(os.environ["STEUERRAD_DATA_DIR"]) / "observations").mkdir()
        actions.register(None, EUI, "milesight_em300_th", name="Bank 1")
        take(None, [Delivery("chirpstack", uplink(0))])
        with broker(careful=False) as running:
            return 0 if run(running) else 1


if __name__ == "__main__":
    sys.exit(main())
