"""When an alert begins, goes on and ends: pure functions over values by time, without Django.

An episode begins when the condition has held for `for_s` seconds without interruption, and ends when the value has been back
behind `clear` (hysteresis) for `clear_s`. Its identity is the rule, the series and the time at which the condition began to
hold; the same values give the same episodes, however they are cut into batches and however often they are seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

#: From the mildest on; the words of CAP 1.2 (severity).
LEVELS: Final = ("Minor", "Moderate", "Severe", "Extreme")


class RuleError(ValueError):
    """place: "clear"; reason: for people."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place}: {reason}")


@dataclass(frozen=True)
class Rule:
    """above or below: the threshold; silent_s: seconds without any value (one of the three). clear: where it ends; the threshold itself without one. A pause of more
    than most_gap_s between two values interrupts what was about to begin. quiet_from, quiet_to: local hours in which nobody is
    told of levels below `loud`; what began then is told afterwards if it still goes on.
    """

    key: str
    level: str
    above: float | None = None
    below: float | None = None
    silent_s: int | None = None
    clear: float | None = None
    for_s: int = 0
    clear_s: int = 0
    most_gap_s: int = 3600
    quiet_from: time | None = None
    quiet_to: time | None = None
    zone: str = "Europe/Berlin"
    loud: str = "Severe"

    def holds(self, value: float) -> bool:
        if self.above is not None:
            return value > self.above
        return self.below is not None and value < self.below

    def cleared(self, value: float) -> bool:
        if self.above is not None:
            return value <= (self.above if self.clear is None else self.clear)
        return self.below is not None and value >= (self.below if self.clear is None else self.clear)

    def quiet(self, at: datetime) -> bool:
        """Whether nobody is told at this moment (aware)."""
        if (
            self.quiet_from is None
            or self.quiet_to is None
            or LEVELS.index(self.level) >= LEVELS.index(self.loud)
        ):
            return False
        here = at.astimezone(ZoneInfo(self.zone)).time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= here < self.quiet_to
        return here >= self.quiet_from or here < self.quiet_to


def rule(row: Mapping[str, Any]) -> Rule:
    """Of a table as in TOML or JSON; times of day as "22:00". Raises RuleError."""
    known = {one.name for one in fields(Rule)}
    for name in row:
        if name not in known:
            raise RuleError(name, f"there is no such parameter; there are {', '.join(sorted(known))}")
    told = dict(row)
    for name in ("quiet_from", "quiet_to"):
        if isinstance(told.get(name), str):
            try:
                told[name] = time.fromisoformat(told[name])
            except ValueError:
                raise RuleError(name, "is no time of day such as 22:00") from None
    for name in ("above", "below", "silent_s", "clear", "for_s", "clear_s", "most_gap_s"):
        value = told.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)
        ):
            raise RuleError(name, "must be a number")
    for name in ("key", "level"):
        if not told.get(name) or not isinstance(told[name], str):
            raise RuleError(name, "is missing")
    made = Rule(**told)
    _sound(made)
    return made


def _sound(made: Rule) -> None:
    for name in ("level", "loud"):
        if getattr(made, name) not in LEVELS:
            raise RuleError(name, f"is not one of {', '.join(LEVELS)}")
    if sum(one is not None for one in (made.above, made.below, made.silent_s)) != 1:
        raise RuleError("above", "give either above, below or silent_s")
    if made.silent_s is not None and made.silent_s <= 0:
        raise RuleError("silent_s", "must be more than zero")
    if made.clear is not None and (
        (made.above is not None and made.clear > made.above)
        or (made.below is not None and made.clear < made.below)
    ):
        raise RuleError("clear", "must lie on the calm side of the threshold")
    if min(made.for_s, made.clear_s) < 0 or made.most_gap_s <= 0:
        raise RuleError("for_s", "durations must not be negative, and most_gap_s more than zero")
    if (made.quiet_from is None) != (made.quiet_to is None):
        raise RuleError("quiet_to", "quiet hours need both ends")
    try:
        ZoneInfo(made.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise RuleError("zone", "is no time zone") from None


@dataclass(frozen=True)
class Watch:
    """What a rule remembers of a series between two batches; times in µs since 1970 UTC.

    last: newest value that was looked at. since: since when the condition holds. open: begin of the open episode.
    calm: since when an open episode has been behind `clear`. worst: furthest value of the open episode.
    """

    last: int | None = None
    since: int | None = None
    open: int | None = None
    calm: int | None = None
    worst: float | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Change:
    """begin: identity of the episode, with rule and series. at: when it was certain (µs)."""

    kind: str  # "opened" or "closed"
    begin: int
    at: int
    value: float | None
    worst: float | None


@dataclass(frozen=True)
class Episode:
    """begin: when the condition began to hold; at: when it was certain; end: None while it goes on (µs)."""

    begin: int
    at: int
    value: float | None
    worst: float | None
    end: int | None = None


def watch(told: Rule, before: Watch, rows: Iterable[tuple[int, float]]) -> tuple[Watch, list[Change]]:
    """rows: (µs, value). What is not newer than the last value looked at is passed over: values seen twice, and values that
    come late, change nothing. Cost grows with the rows.
    """
    now, found = before, list[Change]()
    for at, value in sorted(rows):
        if math.isnan(value) or (now.last is not None and at <= now.last):
            continue
        now = _next(told, now, at, value, found)
    return now, found


def _next(told: Rule, now: Watch, at: int, value: float, found: list[Change]) -> Watch:
    broken = now.last is not None and at - now.last > told.most_gap_s * 1_000_000
    now = replace(now, last=at, since=None if broken else now.since, calm=None if broken else now.calm)
    if now.open is None:
        if not told.holds(value):
            return replace(now, since=None, worst=None)
        since = at if now.since is None else now.since
        now = replace(
            now, since=since, worst=_worse(told, now.worst if now.since is not None else None, value)
        )
        if at - since >= told.for_s * 1_000_000:
            found.append(Change("opened", since, at, value, now.worst if now.worst is not None else value))
            return replace(now, open=since, calm=None)
        return now
    now = replace(now, worst=_worse(told, now.worst, value))
    if not told.cleared(value):
        return replace(now, calm=None)
    calm = at if now.calm is None else now.calm
    if at - calm < told.clear_s * 1_000_000:
        return replace(now, calm=calm)
    found.append(Change("closed", now.open or calm, at, value, now.worst if now.worst is not None else value))
    return Watch(last=at)


def _worse(told: Rule, one: float | None, other: float) -> float:
    if one is None:
        return other
    return max(one, other) if told.above is not None else min(one, other)


def passed_over(told: Rule, before: Watch, last: int, low: float, high: float) -> Watch | None:
    """The state after values of which only the newest time and the range are known, where nothing can begin or end by them;
    None when each of them has to be looked at. Saves the loop for almost all batches.
    """
    if before.open is not None or before.last is None or told.holds(low) or told.holds(high):
        return None
    return Watch(last=max(before.last, last))


def listen(told: Rule, before: Watch, last: int, now: int, since: int) -> tuple[Watch, list[Change]]:
    """For a rule about silence. last: time of the newest value, or since when one is waited for; since: silence before that
    does not count, because nobody listened.

    An episode begins with the last value before the silence and ends with the first one after it.
    """
    if told.silent_s is None:
        return before, []
    found = list[Change]()
    begin = before.open
    if begin is not None and last > begin:
        found.append(Change("closed", begin, last, None, None))
        begin = None
    if begin is None and now - max(last, since) >= told.silent_s * 1_000_000:
        begin = last
        found.append(Change("opened", last, now, None, None))
    return Watch(last=last, open=begin), found


def episodes(changes: Iterable[Change]) -> list[Episode]:
    """Changes put together: one row an episode, in the order of their begin."""
    found = dict[int, Episode]()
    for one in changes:
        if one.kind == "opened":
            found[one.begin] = Episode(one.begin, one.at, one.value, one.worst)
        elif one.begin in found:
            found[one.begin] = replace(found[one.begin], worst=one.worst, end=one.at)
    return list(found.values())


def silences(told: Rule, times: Iterable[int], now: int) -> list[Episode]:
    """What a rule about silence would have said on these times (µs, in order)."""
    least, found, before = (told.silent_s or 0) * 1_000_000, list[Episode](), None
    for at in times:
        if before is not None and at - before >= least:
            found.append(Episode(before, before + least, None, None, at))
        before = at
    if before is not None and now - before >= least:
        found.append(Episode(before, before + least, None, None))
    return found


def missed(found: Iterable[Episode], known: Iterable[tuple[int, int | None]]) -> list[Episode]:
    """Episodes that touch none of the known ones (begin, end; None: goes on): what values that came late bring to light."""
    spans = [(begin, math.inf if end is None else end) for begin, end in known]
    return [
        one for one in found
        if not any(one.begin <= end and begin <= (math.inf if one.end is None else one.end) for begin, end in spans)
    ]  # fmt: skip
