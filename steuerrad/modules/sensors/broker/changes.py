"""Which entities of the catalogue were made or changed, whichever process did it: asked of the database by its dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from steuerrad.modules.sensors.sta.catalogue_columns import MODELS

#: A transaction may be seen this long after the date that it has written.
LATEST = timedelta(seconds=60)
#: Historical locations have no date of change; they are only made. Numbers that may become visible out of order.
OVERLAP = 200
#: Changes of each type that are looked up for the time in which nobody watched; older ones are not told.
MOST_MISSED = 10_000
PLACE = "HistoricalLocation"


@dataclass(frozen=True, slots=True)
class Change:
    """An entity that is new or different: name of its type, number; at: when, not known of historical locations."""

    entity: str
    number: int
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """How far somebody is: the date, and the number of the newest historical location (None: whichever)."""

    at: datetime
    place: int | None = None

    def before(self, change: Change) -> bool:
        if change.at is not None:
            return change.at > self.at
        return self.place is None or change.number > self.place

    def careful(self) -> Seen:
        """So far back that nothing with a date is left out that became visible late."""
        return Seen(self.at - LATEST, self.place)


class Watch:
    """Used by one thread. Each change is told once; those after `since`, also when nobody watched then.

    reached: how far the last call has come. left_out: whether there was more than MOST_MISSED.
    """

    def __init__(self, since: Seen) -> None:
        self.reached, self._first, self.left_out = since, True, False
        self._told: dict[Change, datetime] = {}
        self._places: set[int] = set()

    def changes(self, now: datetime) -> list[Change]:
        """What has come since the last call, in the order of the types. A fault of the database leaves all for the next."""
        told = dict(self._told)
        try:
            found = [change for name in MODELS if name != PLACE for change in self._dated(name)]
            found += self._new_places()
        except BaseException:
            self._told = told
            raise
        self.reached, self._first = Seen(now, max(self._places, default=0)), False
        self._told = {one: at for one, at in self._told.items() if at > now - LATEST}
        return found

    def _dated(self, name: str) -> list[Change]:
        rows = MODELS[name]._default_manager.filter(changed_at__gt=self.reached.at - LATEST)
        wanted = rows.order_by("-changed_at", "-pk").values_list("pk", "changed_at")
        if self._first:
            wanted = wanted[: MOST_MISSED + 1]
        newest = list(wanted)
        if self._first and len(newest) > MOST_MISSED:
            self.left_out = True
            newest.pop()
        found = []
        for number, at in reversed(newest):
            change = Change(name, number, at)
            if self._told.get(change) != at and not (self._first and at <= self.reached.at):
                found.append(change)
            self._told[change] = at
        return found

    def _new_places(self) -> list[Change]:
        numbers = MODELS[PLACE]._default_manager.order_by("-pk").values_list("pk", flat=True)
        newest, since = list(numbers[:OVERLAP]), self.reached.place
        if not self._first:
            found = [number for number in newest if number not in self._places]
        else:
            found = [] if since is None else list(numbers.filter(pk__gt=since)[:MOST_MISSED])
        self._places = set(newest)
        return [Change(PLACE, number) for number in reversed(found)]
