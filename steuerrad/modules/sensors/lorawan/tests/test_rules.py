"""Counters: what comes twice, late, after a reset or in a new session."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from steuerrad.modules.sensors.lorawan.messages import Uplink, read
from steuerrad.modules.sensors.lorawan.rules import Counter, Verdict, judge, mark_of, silent
from steuerrad.modules.sensors.lorawan.tests.samples import chirpstack

START = datetime(2025, 7, 8, 10, 0, tzinfo=UTC)


def uplink(count: int, minutes: float = 0, **options: str) -> Uplink:
    time = (START + timedelta(minutes=minutes)).isoformat()
    found = read("chirpstack", json.dumps(chirpstack(count, time, **options)).encode())  # type: ignore[arg-type]
    assert isinstance(found, Uplink)
    return found


def at(count: int | None, minutes: float = 0, session: str = "01a2b3c4") -> Counter:
    return Counter(session, count, START + timedelta(minutes=minutes))


def test_the_counter_goes_on_and_gaps_are_counted() -> None:
    assert judge(at(4), [], uplink(5, 10)) == (Verdict.NEW, 0)
    assert judge(at(4), [], uplink(8, 10)) == (Verdict.NEW, 3)
    assert judge(at(4), [], uplink(4_000_000_000, 10)) == (Verdict.NEW, 0)
    assert judge(Counter("01a2b3c4", None, None), [], uplink(900)) == (Verdict.NEW, 0)


def test_the_same_is_known_by_the_servers_mark_or_as_the_same_transmission() -> None:
    first = uplink(5)
    assert judge(at(5), [mark_of(first)], first) == (Verdict.AGAIN, 0)
    other_way = uplink(5, 0.1, key="another")
    assert judge(at(5), [mark_of(first)], other_way) == (Verdict.AGAIN, 0)
    much_later = uplink(5, 600, key="another")  # a counter without a new session came round again
    assert judge(at(5), [mark_of(first)], much_later) == (Verdict.RESET, 0)


def test_late_reset_and_new_session_are_told_apart() -> None:
    assert judge(at(50, 100), [], uplink(40, 20)) == (Verdict.LATE, 0)
    assert judge(at(50, 100), [], uplink(0, 110)) == (Verdict.RESET, 0)
    assert judge(at(50, 100), [], uplink(0, 110, session="ffffffff")) == (Verdict.SESSION, 0)
    assert judge(at(50, 100), [], uplink(70, 90, session="00000000")) == (Verdict.LATE, 0)


def test_a_device_is_silent_after_three_intervals() -> None:
    assert not silent(None, 600, START)
    assert not silent(START, 600, START + timedelta(minutes=30))
    assert silent(START, 600, START + timedelta(minutes=31))
