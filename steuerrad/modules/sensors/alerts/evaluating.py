"""Rules held against what is stored, as it is stored.

The owner of the store's folder is the only one who evaluates (its lock sees to that). It reads the journal as the follower
"alerts". For each pass: alerts, messages and states in one transaction of the database; only after its commit the follower's
position moves. Killed before the commit, nothing has happened and the batches come again; killed after it, they come again to
states that have seen them, which changes nothing. A state that lags behind only in its newest time is written now and then:
at the start everything newer than the state is taken from the store once more.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from steuerrad.engines.observations import Follower, micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts import raising
from steuerrad.modules.sensors.alerts.held import Array, Series, batch, oldest
from steuerrad.modules.sensors.alerts.matching import Watched, watched
from steuerrad.modules.sensors.alerts.models import Alert, AlertReader, AlertRule, RuleSeen, RuleState
from steuerrad.modules.sensors.alerts.rules import (
    Episode,
    Watch,
    episodes,
    listen,
    missed,
    passed_over,
    watch,
)
from steuerrad.platform.notifications.sending import be_durable
from steuerrad.platform.observations.store import Local, Observations

FOLLOWER = "alerts"
#: A value that claims to be from the future by more than that is a wrong clock: it must not blind the rule to the present.
AHEAD_S = 600
#: Rules and the catalogue are read again so often; every state that lags only in its newest time is written within LAZY_S, in
#: small parts, so that nobody else waits long for the database.
REFRESH_S, LAZY_S, TEND_S = 20.0, 60.0, 10.0
LAZY_PARTS = 30
#: Nobody watched for longer than that: silence before does not count.
PAUSE_S = 600
MOST_ROWS = 200_000
NEVER = float("-inf")
LEASE, LEASE_S = "sensors.alerts.leader", 30
STREAMS_AT_ONCE = 200
Pair = tuple[int, int]
Rows = tuple[Array, Array]


class Leader:
    """Of several machines with one store (ADR 0016) one evaluates: the holder of a row in the shared cache, for LEASE_S seconds
    after it last said so.
    """

    def __init__(self) -> None:
        self.name, self.until = uuid.uuid4().hex, NEVER

    def leads(self) -> bool:
        now = time.monotonic()
        if now < self.until - LEASE_S / 2:
            return True
        if cache.add(LEASE, self.name, LEASE_S) or (
            cache.get(LEASE) == self.name and cache.touch(LEASE, LEASE_S)
        ):
            self.until = now + LEASE_S
        return now < self.until


@dataclass
class Evaluator:
    """Lives as long as its process owns the store. Not for several threads. held: by rule."""

    store: Local
    rules: list[Watched] = field(default_factory=list[Watched])
    held: dict[int, Series] = field(default_factory=dict[int, Series])
    refreshed: float = NEVER
    written: float = NEVER
    turn: int = 0
    streams: Any = None

    def __post_init__(self) -> None:
        self.follower: Follower | None = None
        self.leader = Leader() if settings.OBSERVATIONS_URL else None

    def step(self, wait: float = 0.0) -> int:
        """One pass over what is new; returns how many rows were looked at. A fault leaves everything as before the pass."""
        try:
            if not self._leads():
                time.sleep(wait)
                return 0
            if time.monotonic() - self.refreshed >= REFRESH_S:
                self.refresh()
            if self.follower is None:
                time.sleep(wait)
                return 0
            found = self.follower.read(MOST_ROWS, wait)
            rows = self._take([one.table for one in found]) if found else 0
            if self.leader is not None:  # what other machines took in is in the store, but not in our journal
                rows += self._catch_up(*oldest(list(self.held.values())))
        except BaseException:
            self.forget()
            raise
        if found:
            self.follower.done(found[-1].seq)
        return rows

    def _leads(self) -> bool:
        """Whether this is the one process that evaluates. Who takes over begins with what the database says."""
        if self.leader is None:
            return True
        if self.leader.leads():
            return True
        if self.refreshed != NEVER:
            self.forget()
        return False

    def tend(self) -> None:
        """What time alone brings about."""
        try:
            if not self._leads():
                return
            self.refresh()
            raising.close_unwatched(self.rules)
            raising.update_worst(self.furthest)
            listen_for_silence(cast(Observations, self.store), self.rules)
            raising.tell_held(self.last_seen)
            raising.escalate_due()
            raising.renew_documents()
        except BaseException:
            self.forget()
            raise

    def forget(self) -> None:
        """Begin again at what the database and the follower's position say."""
        self.held, self.rules, self.refreshed = {}, [], NEVER
        self.follower = None

    def refresh(self) -> None:
        """Read the rules anew; series that are new to a rule are caught up with from the store."""
        be_durable()
        self.rules = watched(AlertRule.objects.filter(enabled=True))
        before, self.held = self.held, {}
        for one in self.rules:
            if one.told.silent_s is None and one.bounds:
                self.held[one.pk] = _series(one, before.get(one.pk))
        self.streams = np.array(
            sorted({stream for one in self.held.values() for stream in one.places}), np.int32
        )
        self._follow(bool(self.held))
        missing = {
            (pk, stream) for pk, one in self.held.items() for stream in one.places.keys() - one.known()
        }
        if missing:
            self._load(missing)
            since: dict[int, int] = {}
            for pk, stream in missing:
                last = self._state(pk, stream).last or 0
                since[stream] = min(since.get(stream, last), last)
            numbers = sorted(since)
            self._catch_up(
                np.array(numbers, np.int32), np.array([since[number] for number in numbers], np.int64)
            )
        self.refreshed = time.monotonic()

    def _state(self, rule: int, stream: int) -> Watch:
        state = self.held[rule].get(stream)
        if state is None:
            raise LookupError(f"nothing is known of {stream} under rule {rule}")
        return state

    def _follow(self, needed: bool) -> None:
        """Where no rule looks at values nobody reads the journal; who begins to read catches up from the store."""
        if needed and self.follower is None:
            self.follower = self.store.writer.follow(FOLLOWER)
        elif not needed:
            follower = self.follower or self.store.writer.follow(FOLLOWER)
            follower.forget()
            self.follower = None

    def _load(self, pairs: set[Pair]) -> None:
        rules = {pk for pk, _stream in pairs}
        for row in RuleSeen.objects.filter(rule__in=rules):
            self._know(
                pairs, row.rule_id, row.revision, ((stream, Watch(last=last)) for stream, last in row.times)
            )
        for row in RuleState.objects.filter(rule__in=rules):
            self._know(pairs, row.rule_id, row.revision, [(row.stream, Watch(**row.watch))])
        now = clock.now()
        for pk, stream in pairs:
            series = self.held[pk]
            if series.get(stream) is None:
                # A new rule also sees a condition that began a while ago and goes on.
                one = series.one
                back = timedelta(seconds=one.max_age_s + one.told.for_s + one.told.most_gap_s)
                series.put(stream, Watch(last=micros(now - back)))

    def _know(self, pairs: set[Pair], rule: int, revision: int, found: Iterable[tuple[int, Watch]]) -> None:
        """States as the database has them; of two that say nothing but the newest time the newer one."""
        series = self.held[rule]
        for stream, watch_then in found:
            if (rule, stream) in pairs and revision == series.one.revision:
                before = series.get(stream)
                calm = watch_then == Watch(last=watch_then.last)
                if before is None or not calm or (before.last or 0) < (watch_then.last or 0):
                    series.put(stream, watch_then, dirty=False)

    def _catch_up(self, numbers: Array, since: Array) -> int:
        """What the store has beyond the states: also what a follower that lagged too far could not be given."""
        rows = 0
        for place in range(0, len(numbers), STREAMS_AT_ONCE):
            some = numbers[place : place + STREAMS_AT_ONCE].tolist()
            start = int(since[place : place + STREAMS_AT_ONCE].min()) + 1
            after: tuple[int, int] | None = None
            while True:
                table = self.store.rows(some, start=start, limit=MOST_ROWS, after=after)
                rows += self._take([table], late=False)
                if table.num_rows < MOST_ROWS:
                    break
                after = (table["stream"][-1].as_py(), table["time"][-1].as_py())
        return rows

    def _take(self, tables: Sequence[pa.Table], *, late: bool = True) -> int:
        """Hold rows against the rules; what follows from them is written in one transaction. Returns how many."""
        new = batch(tables, self.streams, micros(clock.now()) + AHEAD_S * 1_000_000)
        close = list[tuple[Watched, int, Any, Any]]()
        if new is not None:
            for series in self.held.values():
                for place in series.look(new):
                    stream, times, values = new.rows(place)
                    if not self._passed_over(series, stream, times, values):
                        close.append((series.one, stream, times, values))
        late_by = time.monotonic() - self.written
        lazily = late_by >= LAZY_S / LAZY_PARTS
        if close or lazily:
            with transaction.atomic():
                raising.lock_rules(one.pk for one, _stream, _times, _values in close)
                for one, stream, times, values in close:
                    self._hold(one, stream, times, values, late=late)
                self._write(late_by if lazily else 0.0)
            self.written = time.monotonic() if lazily else self.written
        return 0 if new is None else len(new.times)

    def _possible(self, one: Watched, stream: int, times: Any, values: Any) -> Rows:
        low, high = one.bounds[stream]
        if low is None and high is None:
            return times, values
        good = (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
        return times[good], values[good]

    def _passed_over(self, series: Series, stream: int, times: Any, values: Any) -> bool:
        """Whether nothing can follow from the rows; then the state has taken note of them."""
        before = series.get(stream)
        if before is None:
            return True
        times, values = self._possible(series.one, stream, times, values)
        if not len(times):
            return True
        now = passed_over(series.one.told, before, int(times[-1]), float(values.min()), float(values.max()))
        if now is not None:
            series.put(stream, now)
        return now is not None

    def _hold(self, one: Watched, stream: int, times: Any, values: Any, *, late: bool) -> None:
        series, before = self.held[one.pk], self._state(one.pk, stream)
        times, values = self._possible(one, stream, times, values)
        after, changes = watch(one.told, before, zip(times.tolist(), values.tolist(), strict=True))
        series.put(stream, after)
        for change in changes:
            if change.kind == "closed" and change.begin == before.open:
                raising.close_episode(
                    one, stream, Episode(change.begin, change.at, change.value, change.worst, change.at)
                )
        raising.take_episodes(one, stream, episodes(changes))
        if late and before.last is not None:
            behind = times <= before.last
            told = [at for at, value in zip(times[behind].tolist(), values[behind].tolist(), strict=True)
                    if one.told.holds(value)]  # fmt: skip
            if told:
                self._look_back(one, stream, min(told))

    def _look_back(self, one: Watched, stream: int, first: int) -> None:
        """Values came late that could be an alert: look at the stretch around them again, as the store has it now."""
        state = self._state(one.pk, stream)
        start = first - (one.told.for_s + one.told.most_gap_s) * 1_000_000
        end = (state.last or first) + 1
        table = self.store.rows([stream], start=start, end=end, limit=MOST_ROWS)
        times, values = table["time"].to_numpy(), table["value"].to_numpy(zero_copy_only=False)
        times, values = self._possible(one, stream, times, values)
        again, changes = watch(one.told, Watch(), zip(times.tolist(), values.tolist(), strict=True))
        found = missed(episodes(changes), raising.known_spans(one, stream, start))
        raising.take_episodes(one, stream, found)
        ours = again.open is None or any(episode.begin == again.open for episode in found)
        if state.open is None and ours and again.last == state.last:
            self.held[one.pk].put(stream, again)

    def _write(self, late_by: float) -> None:
        """All dirty states, and as many of those that lag as belong to this time (s)."""
        series = list(self.held.values())
        rows = [(one, stream) for one in series for stream in one.dirty]
        pairs = sum(len(one.numbers) for one in series)
        most = pairs if late_by >= LAZY_S else int(pairs * late_by / LAZY_S)
        seen = list[RuleSeen]()
        for _ in series:
            if most <= 0:
                break
            one = series[self.turn % len(series)]
            most, self.turn = most - len(one.numbers), self.turn + 1
            if one.lag.any():
                rows += [(one, stream) for stream in one.lagging() if stream not in one.dirty]
                seen.append(RuleSeen(rule_id=one.one.pk, revision=one.one.revision, times=one.times()))
                one.lag[:] = False
        for one in series:
            one.dirty.clear()
        states = [(one, stream, one.get(stream)) for one, stream in rows]
        RuleState.objects.bulk_create(
            [RuleState(rule_id=one.one.pk, stream=stream, revision=one.one.revision, watch=state.as_json())
             for one, stream, state in states if state is not None],
            update_conflicts=True, update_fields=["revision", "watch"], unique_fields=["rule", "stream"], batch_size=500,
        )  # fmt: skip
        RuleSeen.objects.bulk_create(
            seen, update_conflicts=True, update_fields=["revision", "times"], unique_fields=["rule"]
        )

    def _of(self, alert: Alert) -> Watch | None:
        series = self.held.get(alert.rule_id)
        return None if series is None else series.get(alert.stream)

    def furthest(self, alert: Alert) -> float | None:
        state = self._of(alert)
        return state.worst if state is not None and state.open == alert.begin else None

    def last_seen(self, alert: Alert) -> datetime | None:
        state = self._of(alert)
        return None if state is None or state.last is None else moment(state.last)


def _series(one: Watched, before: Series | None) -> Series:
    """With what is known of them under the same condition."""
    if before is None or before.one.revision != one.revision:
        return Series(one)
    if before.one.bounds == one.bounds:
        before.one = one
        return before
    made = Series(one)
    made.take_over(before)
    return made


def listen_for_silence(store: Observations, rules: Sequence[Watched]) -> None:
    """Rules about missing values: one question to the store a rule."""
    now = clock.now()
    with transaction.atomic():
        reader = AlertReader.objects.select_for_update().filter(pk=1).first() or AlertReader(
            pk=1, beat_at=now, awake_since=now
        )
        if now - reader.beat_at > timedelta(seconds=PAUSE_S):
            reader.awake_since = now
        reader.beat_at = now
        reader.save()
    for one in rules:
        if one.told.silent_s is not None and one.bounds:
            _listen(store, one, micros(now), micros(reader.awake_since))


def _listen(store: Observations, one: Watched, now: int, awake: int) -> None:
    newest = newest_values(store, list(one.bounds), now + AHEAD_S * 1_000_000)
    before = {row.stream: row for row in RuleState.objects.filter(rule=one.pk, revision=one.revision)}
    for stream in one.bounds:
        state = Watch(**before[stream].watch) if stream in before else Watch()
        last = newest.get(stream, one.since[stream])
        after, changes = listen(one.told, state, max(last, state.last or last), now, awake)
        if after.open == state.open and not changes:
            continue
        with transaction.atomic():
            raising.lock_rules([one.pk])
            for change in changes:
                end = change.at if change.kind == "closed" else None
                episode = Episode(change.begin, change.at, None, None, end)
                if end is None:
                    raising.raise_alert(one, stream, episode)
                else:
                    raising.close_episode(one, stream, episode)
            RuleState.objects.update_or_create(
                rule_id=one.pk, stream=stream, defaults={"revision": one.revision, "watch": after.as_json()}
            )


def newest_values(store: Observations, streams: list[int], until: int) -> dict[int, int]:
    """Time of the newest value of each series that is not from the future (µs)."""
    found = {
        row["stream"]: row["last"] for row in store.extents(streams).to_pylist() if row["last"] is not None
    }
    for stream, last in list(found.items()):
        if last > until:
            table = store.rows([stream], end=until, newest_first=True, limit=1)
            found.pop(stream)
            if table.num_rows:
                found[stream] = table["time"][0].as_py()
    return found
