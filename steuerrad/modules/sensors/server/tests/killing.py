"""The data server killed at random moments, or at chosen places, while many send over HTTP."""

from __future__ import annotations

import random
import signal
import time
from dataclasses import dataclass

from steuerrad.modules.sensors.server.tests.failing import FAULTS
from steuerrad.modules.sensors.server.tests.process import Process
from steuerrad.modules.sensors.server.tests.sending import KINDS, Found, Sender, look, sent


@dataclass
class Killed:
    """kills: all; starting: while it was starting; inside: by its own hand, by place."""

    kills: int
    starting: int
    inside: dict[str, int]
    found: Found


def senders_of(process: Process, streams: list[int], seed: int = 1) -> list[Sender]:
    """A sender for each datastream: half of them single observations, the rest data arrays and Arrow."""
    kinds = ["single", *KINDS]
    return [
        Sender(kinds[place % 4], stream, process.port, process.key, seed + place, 0.005)
        for place, stream in enumerate(streams)
    ]


def run(process: Process, streams: list[int], kills: int, seed: int = 1, longest_s: float = 1.0) -> Killed:
    """Every fourth life ends at one of the places in failing.py, the others by SIGKILL from outside."""
    chance = random.Random(seed)
    result = Killed(0, 0, dict.fromkeys(FAULTS, 0), Found())
    process.start()
    senders = senders_of(process, streams, seed)

    def kill() -> None:
        while result.kills < kills:
            fault = ""
            if result.kills % 4 == 3:
                fault = FAULTS[result.kills // 4 % len(FAULTS)]
            if result.kills:
                early = not fault and chance.random() < 0.1
                process.start(fault, chance.randint(1, 40), wait=False)
                if early:
                    time.sleep(chance.random() * 1.5)
                    result.starting += 1
                else:
                    process.wait_until_ready()
            _end(process, fault, chance.random() * longest_s, result)

    sent(senders, kill)
    process.start()
    process.stop()
    result.found = look(process.folder, senders)
    return result


def _end(process: Process, fault: str, after_s: float, result: Killed) -> None:
    assert process.running is not None
    deadline = time.monotonic() + (4.0 if fault else after_s)
    while time.monotonic() < deadline and process.running.poll() is None:
        time.sleep(0.01)
    if process.running.poll() is None:
        fault = ""
    process.stop(signal.SIGKILL)
    if fault:
        result.inside[fault] += 1
    result.kills += 1
