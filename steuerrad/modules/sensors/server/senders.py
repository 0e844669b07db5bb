"""Who sends, and to which datastreams they may: kept in memory for seconds, so that an observation costs no query."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import close_old_connections

from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.http_api.tokens import user_of
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.observations.queries import own_organisations

#: A key that was withdrawn may still send for so long.
KEPT_S = 10.0
MOST_SENDERS = 10_000


@dataclass(frozen=True)
class Sender:
    """user: the account, None for a visitor. everywhere: may write to all; else to things of these organisations."""

    user: Any
    everywhere: bool
    organisations: frozenset[int]


VISITOR = Sender(None, False, frozenset())


def sender_of(token: str) -> Sender:
    """Whom a key stands for; the visitor when it is none or no longer valid. Asks the database."""
    close_old_connections()
    user = user_of(token)
    if user is None:
        return VISITOR
    return Sender(user, allowed(user, WRITE), frozenset(own_organisations(user, WRITE)))


class Senders:
    """Keys that were seen lately. Used by the event loop only."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Sender]] = {}

    def get(self, token: str) -> Sender | None:
        found = self._known.get(token)
        return found[1] if found and found[0] > time.monotonic() else None

    def keep(self, token: str, sender: Sender) -> None:
        if len(self._known) >= MOST_SENDERS:  # somebody tries keys: forget all rather than grow
            self._known.clear()
        self._known[token] = (time.monotonic() + KEPT_S, sender)


@dataclass(frozen=True)
class Streams:
    """Datastream number → organisation of its thing (0: none), as it was when it was read."""

    owners: Mapping[int, int]
    mark: Any = None

    def may_write(self, sender: Sender, stream: int) -> bool:
        return sender.everywhere or self.owners.get(stream) in sender.organisations


def read_streams() -> Streams:
    close_old_connections()
    rows = Datastream.objects.values_list("pk", "thing__organisation")
    return Streams({number: organisation or 0 for number, organisation in rows})
