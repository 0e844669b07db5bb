"""What a rule would have done on what is stored; alerts and rules as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from steuerrad.engines.observations import micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, Delivery
from steuerrad.modules.sensors.alerts.permissions import RULES
from steuerrad.modules.sensors.alerts.rules import LEVELS, Episode, Rule, Watch, episodes, silences, watch
from steuerrad.platform.accounts.access import allowed
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.permissions import READ
from steuerrad.platform.observations.queries import own_organisations
from steuerrad.platform.observations.store import observations

#: So many values of the newest ones are looked at; at five-minute steps, almost two years.
MOST_VALUES = 200_000
#: Of a rule for many datastreams, so many are tried.
MOST_TRIED = 12
POINTS = 600


@dataclass(frozen=True)
class Fired:
    """An alert that would have been: told at `opened` (aware), about a condition that held since `begin`. closed: None while
    it goes on. quiet: it would have fallen into quiet hours.
    """

    begin: datetime
    opened: datetime
    closed: datetime | None
    worst: float | None
    quiet: bool


@dataclass(frozen=True)
class History:
    """fired: oldest first. values: how many were looked at. rows: of the chart."""

    fired: list[Fired]
    values: int
    rows: list[dict[str, Any]]
    first: int
    last: int


def history(
    stream: Datastream, told: Rule | None, most: int = MOST_VALUES, *, possible_only: bool = False
) -> History | None:
    """None without values."""
    with observations() as store:
        table = store.rows([stream.pk], newest_first=True, limit=most)
        if not table.num_rows:
            return None
        times = table["time"].to_numpy()[::-1]
        first, last = int(times[0]), int(times[-1])
        rows = store.downsample(stream.pk, first, last + 1, POINTS).to_pylist()
    values = np.array(table["value"].to_numpy(zero_copy_only=False), np.float64)[::-1]
    good = ~np.isnan(values)
    if possible_only:
        good &= values >= (-np.inf if stream.low is None else stream.low)
        good &= values <= (np.inf if stream.high is None else stream.high)
    found = list[Episode]()
    if told is not None and told.silent_s is not None:
        found = silences(told, times.tolist(), micros(clock.now()))
    elif told is not None:
        _state, changes = watch(told, Watch(), zip(times[good].tolist(), values[good].tolist(), strict=True))
        found = episodes(changes)
    return History([_fired(told, one) for one in found if told is not None], len(times), rows, first, last)


def _fired(told: Rule, one: Episode) -> Fired:
    at = moment(one.at)
    end = None if one.end is None else moment(one.end)
    return Fired(moment(one.begin), at, end, one.worst, told.quiet(at))


@dataclass(frozen=True)
class Trial:
    """What a rule that is not saved yet would have done: streams that it fits, those tried with their histories."""

    count: int
    tried: list[tuple[Datastream, History | None]]

    @property
    def fired(self) -> int:
        return sum(len(found.fired) for _stream, found in self.tried if found)

    @property
    def newest(self) -> list[tuple[Datastream, Fired]]:
        rows = [(stream, one) for stream, found in self.tried if found for one in found.fired]
        return sorted(rows, key=lambda row: row[1].opened, reverse=True)[:50]


def trial(told: Rule, streams: QuerySet[Datastream], *, possible_only: bool) -> Trial:
    """streams: those that the person may see."""
    count = streams.count()
    some = list(streams.select_related("thing", "observed_property")[:MOST_TRIED])
    most = MOST_VALUES // max(1, len(some))
    return Trial(count, [(one, history(one, told, most, possible_only=possible_only)) for one in some])


def inside(user: Any) -> Q:
    """Alerts are for those who may read what is not open to everyone: all, or of the own organisation."""
    if allowed(user, READ):
        return Q()
    own = own_organisations(user, READ)
    return Q(datastream__thing__organisation__in=own) | Q(rule__organisation__in=own)


def alerts(user: Any) -> QuerySet[Alert]:
    return Alert.objects.filter(inside(user)).select_related("rule", "datastream__thing")


@dataclass(frozen=True)
class AlertFilter:
    """state: "going" (all that are not over), "" or one of Alert.STATES. level: at least this one."""

    state: str = "going"
    level: str = ""
    rule: int | None = None
    q: str = ""


def listed(user: Any, wanted: AlertFilter) -> QuerySet[Alert]:
    """What is not over first, the newest first within each."""
    found = alerts(user)
    if wanted.state == "going":
        found = found.exclude(state=Alert.CLOSED)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.level in LEVELS:
        found = found.filter(level__in=LEVELS[LEVELS.index(wanted.level) :])
    if wanted.rule:
        found = found.filter(rule=wanted.rule)
    if wanted.q:
        found = found.filter(Q(stream_name__icontains=wanted.q) | Q(rule__name__icontains=wanted.q))
    over = Case(When(state=Alert.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    return found.annotate(over=over).order_by("over", "-raised_at", "-pk")


def rules(user: Any) -> QuerySet[AlertRule]:
    """Those that the person may write, and those that watch things the person may read."""
    found = AlertRule.objects.select_related(
        "datastream", "thing", "observed_property", "organisation", "webhook"
    )
    if not (allowed(user, RULES) or allowed(user, READ)):
        found = found.filter(organisation__in=own_organisations(user, RULES) | own_organisations(user, READ))
    going = Count("alerts", filter=~Q(alerts__state=Alert.CLOSED))
    return found.annotate(going=going, total=Count("alerts")).order_by("-enabled", "name")


def around(alert: Alert) -> tuple[list[dict[str, Any]], int, int]:
    """The series of an alert, thinned out: from six hours before it to six hours after its end, or until now."""
    pad = 6 * 3600 * 1_000_000
    now = micros(clock.now())
    end = alert.end if alert.end is not None else now
    span = max(pad, (end - alert.begin) // 2)
    first, last = alert.begin - span, min(end + span, max(now, end + 1))
    with observations() as store:
        rows = store.downsample(alert.stream, first, last, POINTS).to_pylist()
    return rows, first, last


def documents() -> QuerySet[Delivery]:
    """What the public feed holds, the newest first: of rules and things that are public now, from the last 30 days. What is
    called off stays in it.
    """
    return (
        Delivery.objects.filter(
            channel=Delivery.CAP, created_at__gte=clock.now() - timedelta(days=30), alert__rule__public=True,
            alert__datastream__thing__public=True,
        )
        .select_related("alert__rule")
        .order_by("-pk")
    )  # fmt: skip


def failures(rows: Sequence[Delivery]) -> int:
    return sum(row.state == Delivery.FAILED for row in rows)
