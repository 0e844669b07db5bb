"""From the rule in the database to the pure one, and to the datastreams that it watches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db.models import Q, QuerySet

from steuerrad.engines.observations import micros
from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts.models import AlertRule
from steuerrad.modules.sensors.alerts.rules import Rule, rule
from steuerrad.platform.observations.models import Datastream

#: More than a city has of one kind; a rule that fits more is too wide to be meant.
MOST_STREAMS = 20_000


@dataclass(frozen=True)
class Watched:
    """A rule with the datastreams it watches. bounds: lowest and highest possible value by stream (None: no bound).

    since: of a rule about silence: when it or the stream was made or changed last, by stream (µs).
    """

    pk: int
    revision: int
    told: Rule
    max_age_s: int
    bounds: Mapping[int, tuple[float | None, float | None]]
    since: Mapping[int, int]


def pure(row: AlertRule) -> Rule:
    """The rule without the database. Raises RuleError."""
    told: dict[str, Any] = {
        "key": str(row.pk or "new"), "level": row.level, "clear": row.clear, "for_s": row.for_s, "clear_s": row.clear_s,
        "most_gap_s": row.most_gap_s, "quiet_from": _clock(row.quiet_from), "quiet_to": _clock(row.quiet_to),
        "zone": str(clock.LOCAL),
    }  # fmt: skip
    if row.kind == AlertRule.SILENT:
        told |= {"silent_s": row.for_s, "clear": None, "for_s": 0, "clear_s": 0}
    else:
        told[row.kind] = row.threshold
    return rule(told)


def _clock(at: time | None) -> str | None:
    return None if at is None else at.isoformat()


def streams_of(row: AlertRule) -> QuerySet[Datastream]:
    """What the rule watches; nothing when it names nothing."""
    wanted = Q()
    if row.datastream_id:
        wanted &= Q(pk=row.datastream_id)
    if row.thing_id:
        wanted &= Q(thing=row.thing_id)
    if row.observed_property_id:
        wanted &= Q(observed_property=row.observed_property_id)
    if row.unit_code:
        wanted &= Q(unit_code=row.unit_code)
    if row.origin:
        wanted &= Q(thing__origin=row.origin)
    if row.organisation_id:
        wanted &= Q(thing__organisation=row.organisation_id)
    if not wanted:
        return Datastream.objects.none()
    return Datastream.objects.filter(wanted).order_by("pk")


def watched(rows: Iterable[AlertRule]) -> list[Watched]:
    """One query a rule."""
    found = []
    for row in rows:
        streams = streams_of(row)
        bounds: dict[int, tuple[float | None, float | None]]
        since: dict[int, int] = {}
        if row.kind == AlertRule.SILENT:
            made = list(streams.values_list("pk", "created_at")[:MOST_STREAMS])
            bounds = {pk: (None, None) for pk, _at in made}
            since = {pk: micros(max(at, row.changed_at)) for pk, at in made}
        elif row.plausible_only:
            known = streams.values_list("pk", "low", "high")[:MOST_STREAMS]
            bounds = {pk: (low, high) for pk, low, high in known}
        else:
            bounds = dict.fromkeys(streams.values_list("pk", flat=True)[:MOST_STREAMS], (None, None))
        found.append(Watched(row.pk, row.revision, pure(row), row.max_age_s, bounds, since))
    return found
