"""Sessions: what a client has subscribed to and how far it is, also while it is away and over a restart of the server."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from steuerrad.modules.sensors.broker.changes import Change, Seen
from steuerrad.modules.sensors.broker.feed import Chunk, Place
from steuerrad.modules.sensors.broker.topics import pattern
from steuerrad.modules.sensors.broker.updates import Message, Subscription
from steuerrad.modules.sensors.sta.faults import Fault

#: The longest that a session outlives its connection (seconds), the most that do, and the most subscriptions of one.
LONGEST_S, MOST_SESSIONS, MOST_TOPICS = 7 * 24 * 3600, 1_000, 200
#: Changes of the catalogue that wait for one session.
MOST_CHANGES = 10_000
#: While nothing changes, it is noted this often how far a session is.
NOTED = timedelta(seconds=10)
TABLE = """
CREATE TABLE IF NOT EXISTS session (
    user INTEGER, client TEXT, expiry REAL, gone_at REAL, position INTEGER, topics TEXT, seen_at TEXT, seen_place INTEGER,
    PRIMARY KEY (user, client)
)
"""
#: What files of earlier versions do not have.
LATER = {"seen_at": "TEXT", "seen_place": "INTEGER"}

Key = tuple[int | None, str]


@dataclass
class Session:
    """key: account and name of the client. position: number of the journal up to which everything is delivered;
    outgoing and inflight: what is left of the chunk `reaching`; place: inside of a large one. changes wait to be told,
    telling: whether some are on their way; seen: changes of the catalogue up to then are with the client; since: those up
    to then are no news to it, where that is another date than that of the others."""

    key: Key
    position: int
    expiry_s: float = 0.0
    topics: dict[str, Subscription] = field(default_factory=dict)
    outgoing: deque[Message] = field(default_factory=deque)
    inflight: dict[int, Message] = field(default_factory=dict)
    changes: deque[Change] = field(default_factory=deque)
    telling: bool = False
    seen: Seen | None = None
    since: Seen | None = None
    reaching: Chunk | None = None
    place: Place | None = None
    received: set[int] = field(default_factory=set)
    gone_at: float | None = None
    _number: int = 0

    @property
    def lasting(self) -> bool:
        return self.expiry_s > 0 and self.key[0] is not None

    def number(self) -> int:
        """The next free number of a packet."""
        while True:
            self._number = self._number % 65535 + 1
            if self._number not in self.inflight:
                return self._number

    def settle(self) -> None:
        """All of the chunk is with the client."""
        if self.reaching is not None:
            self.place = self.reaching.more
            if self.place is None:
                self.position = max(self.position, self.reaching.seq)
            self.reaching = None
        self.telling = False

    @property
    def curious(self) -> bool:
        """Whether it has subscribed to anything of the catalogue."""
        return any(not one.pattern.observed for one in self.topics.values())

    def news(self, changes: Iterable[Change], reached: Seen) -> tuple[bool, int]:
        """Note what concerns a subscription; whether anything does, and how many had to be left out."""
        if not self.curious:
            self.seen = self.since = None
            self.changes.clear()
            return False, 0
        names = {one.pattern.path.entity.name for one in self.topics.values()}
        found = [
            change
            for change in changes
            if change.entity in names and (self.since is None or self.since.before(change))
        ]
        idle = not (self.changes or self.telling or found)
        if idle and (self.seen is None or reached.at - self.seen.at > NOTED):
            self.seen = reached
        self.since = None
        self.changes.extend(found)
        left_out = max(0, len(self.changes) - MOST_CHANGES)
        for _ in range(left_out):
            self.changes.popleft()
        return bool(found), left_out


class Book:
    """All sessions, and a file with those that last. Used by the event loop; save() by a thread."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute(
            "PRAGMA synchronous = NORMAL"
        )  # survives the process; a power cut may take a second
        self._file.execute(TABLE)
        there = {row[1] for row in self._file.execute("PRAGMA table_info(session)")}
        for name in LATER.keys() - there:
            self._file.execute(f"ALTER TABLE session ADD COLUMN {name} {LATER[name]}")
        self._lock = threading.Lock()
        self._saved: dict[Key, tuple[Any, ...]] = {}
        self.sessions: dict[Key, Session] = {}
        for row in self._file.execute(
            "SELECT user, client, expiry, gone_at, position, topics, seen_at, seen_place FROM session"
        ):
            session = _session(*row)
            self.sessions[session.key] = session
        self._saved = self.rows()

    def open(self, key: Key, expiry_s: float, *, clean: bool, now: int) -> tuple[Session, bool]:
        """The session of a client that comes, and whether it was there. Visitors have none that lasts."""
        known = self.sessions.get(key)
        if known is not None and not clean and known.lasting and not known_expired(known):
            known.expiry_s, known.gone_at = min(expiry_s, LONGEST_S), None
            return known, True
        session = Session(key, now, min(expiry_s, LONGEST_S) if key[0] is not None else 0.0)
        self.sessions[key] = session
        return session, False

    def leave(self, session: Session) -> None:
        """The client is gone."""
        session.gone_at = time.time()
        if self.sessions.get(session.key) is session and (
            not session.lasting or sum(one.lasting for one in self.sessions.values()) > MOST_SESSIONS
        ):
            del self.sessions[session.key]

    def tidy(self) -> None:
        for key in [key for key, one in self.sessions.items() if known_expired(one)]:
            del self.sessions[key]

    def missed(self) -> Seen | None:
        """From where on changes of the catalogue are news to somebody who has been told none since; None: to nobody."""
        since = [one.since for one in self.sessions.values() if one.since is not None]
        if not since:
            return None
        places = [one.place for one in since if one.place is not None]
        return Seen(min(one.at for one in since), min(places, default=None))

    def slowest(self) -> int | None:
        """The position that the journal must keep; None without sessions that last."""
        return min((one.position for one in self.sessions.values() if one.lasting), default=None)

    def rows(self) -> dict[Key, tuple[Any, ...]]:
        """What is to be saved, taken on the event loop."""
        return {
            key: (one.expiry_s, one.gone_at, one.position, json.dumps([[t, s.qos] for t, s in one.topics.items()]),
                  one.seen.at.isoformat() if one.seen else None, one.seen.place if one.seen else None)
            for key, one in self.sessions.items() if one.lasting
        }  # fmt: skip

    def save(self, rows: dict[Key, tuple[Any, ...]]) -> None:
        if rows == self._saved:
            return
        with self._lock, self._file:
            gone = [key for key in self._saved if key not in rows]
            self._file.executemany("DELETE FROM session WHERE user = ? AND client = ?", gone)
            self._file.executemany(
                "INSERT OR REPLACE INTO session (user, client, expiry, gone_at, position, topics, seen_at, seen_place) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [(*key, *row) for key, row in rows.items() if self._saved.get(key) != row],
            )
            self._saved = rows

    def close(self) -> None:
        with self._lock:
            self._file.close()


def known_expired(session: Session) -> bool:
    return session.gone_at is not None and time.time() > session.gone_at + session.expiry_s


def _session(
    user: int, client: str, expiry: float, gone_at: float | None, position: int, topics: str,
    seen_at: str | None, seen_place: int | None,
) -> Session:  # fmt: skip
    found = Session((user, client), position, expiry, gone_at=gone_at or time.time())
    found.topics = _read(json.loads(topics))
    if seen_at is not None:
        found.seen = Seen(datetime.fromisoformat(seen_at), seen_place)
        found.since = found.seen.careful()
    return found


def _read(topics: list[tuple[str, int]]) -> dict[str, Subscription]:
    found = {}
    for topic, qos in topics:
        try:
            found[topic] = Subscription(pattern(topic), qos)
        except Fault:  # a later version of the program knows the topic no more
            continue
    return found
