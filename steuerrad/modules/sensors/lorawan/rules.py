"""What an uplink's counter says: new, the same again, late, a reset, a new session. Without Django."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from steuerrad.modules.sensors.lorawan.messages import Uplink

#: How many of the last uplinks of a device are known again. Older ones are caught by the store: same time, same row.
REMEMBERED = 32
#: Copies of one transmission that travel by different ways arrive within this time.
SAME_WITHIN = timedelta(minutes=10)
#: A larger gap in the counter is a device that was elsewhere, not uplinks that were missed.
MOST_MISSED = 16_384
#: This many expected intervals without an uplink, and a device counts as silent.
SILENT_AFTER = 3


class Verdict(Enum):
    NEW = "new"
    AGAIN = "again"
    LATE = "late"
    RESET = "reset"
    SESSION = "session"


@dataclass(frozen=True)
class Mark:
    """key: the network server's; print_: of session, counter and payload; time of the uplink."""

    key: str
    print_: str
    time: datetime


@dataclass(frozen=True)
class Counter:
    """Where a device stands. f_cnt None: nothing has come yet in this session."""

    session: str
    f_cnt: int | None
    last: datetime | None


def mark_of(uplink: Uplink) -> Mark:
    text = f"{uplink.session}|{uplink.f_cnt}|{uplink.f_port}|".encode() + uplink.payload
    return Mark(uplink.key, hashlib.sha256(text).hexdigest()[:24], uplink.time)


def judge(counter: Counter, recent: list[Mark], uplink: Uplink) -> tuple[Verdict, int]:
    """The verdict, and how many uplinks were missed before this one.

    The same: the network server's mark again, or the same transmission (session, counter, port, payload) within minutes.
    A counter that goes back while time goes on is a reset; one that goes back with time is a late uplink.
    """
    own = mark_of(uplink)
    for other in recent:
        if own.key and own.key == other.key:
            return Verdict.AGAIN, 0
        if own.print_ == other.print_ and abs(own.time - other.time) <= SAME_WITHIN:
            return Verdict.AGAIN, 0
    older = counter.last is not None and uplink.time < counter.last
    if uplink.session != counter.session:
        return (Verdict.LATE if older else Verdict.SESSION), 0
    if counter.f_cnt is None:
        return Verdict.NEW, 0
    if uplink.f_cnt > counter.f_cnt:
        missed = uplink.f_cnt - counter.f_cnt - 1
        return Verdict.NEW, missed if missed <= MOST_MISSED else 0
    return (Verdict.LATE if older else Verdict.RESET), 0


def silent(last: datetime | None, interval_s: int, now: datetime) -> bool:
    """Whether a device that has sent before should have sent again."""
    return last is not None and now - last > timedelta(seconds=interval_s * SILENT_AFTER)
