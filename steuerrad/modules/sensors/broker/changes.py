"""Which entities of the catalogue were made or changed, whichever process did it: asked of the database by its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from steuerrad.modules.sensors.sta.catalogue_columns import MODELS

#: A transaction may be seen this long after the date that it has written.
LATEST = timedelta(seconds=60)
#: Historical locations have no date of change; they are only made. Numbers that may become visible out of order.
OVERLAP = 200


@dataclass(frozen=True, slots=True)
class Change:
    """An entity that is new or different: name of its type, number."""

    entity: str
    number: int


class Watch:
    """Used by one thread. Each change is told once; those after `since`, also when nobody watched then."""

    def __init__(self, since: datetime) -> None:
        self._last, self._first = since, True
        self._told: dict[Change, datetime] = {}
        self._places: set[int] = set()

    def changes(self, now: datetime) -> list[Change]:
        """What has come since the last call, in the order of the types."""
        found: list[Change] = []
        for name, model in MODELS.items():
            if name == "HistoricalLocation":
                continue
            rows = model._default_manager.filter(changed_at__gt=self._last - LATEST)
            for number, at in rows.order_by("changed_at", "pk").values_list("pk", "changed_at"):
                change = Change(name, number)
                if self._told.get(change) != at and not (self._first and at <= self._last):
                    found.append(change)
                self._told[change] = at
        places = self._newest_places()
        found += [
            Change("HistoricalLocation", number) for number in reversed(places) if number not in self._places
        ]
        self._places = set(places)
        self._last, self._first = now, False
        self._told = {one: at for one, at in self._told.items() if at > now - LATEST}
        return found

    @staticmethod
    def _newest_places() -> list[int]:
        rows = MODELS["HistoricalLocation"]._default_manager.order_by("-pk")
        return list(rows.values_list("pk", flat=True)[:OVERLAP])
