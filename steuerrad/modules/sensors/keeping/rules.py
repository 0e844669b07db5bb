"""Which rule counts for a datastream, and from when on its single figures may go. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Rule:
    """months None: for ever (an exception from a wider rule). "" stands for all."""

    number: int
    network: str
    observed: str
    origin: str
    months: int | None

    def fits(self, subject: Subject) -> bool:
        return all(not mine or mine == theirs for mine, theirs in (
            (self.network, subject.network), (self.observed, subject.observed), (self.origin, subject.origin)))  # fmt: skip

    @property
    def weight(self) -> int:
        """The more, the more it says about a datastream: network before property before origin."""
        return 4 * bool(self.network) + 2 * bool(self.observed) + bool(self.origin)


@dataclass(frozen=True)
class Subject:
    """A datastream as rules see it. network: beginning of its thing's key up to ":"."""

    stream: int
    network: str
    observed: str
    origin: str


def chosen(rules: Sequence[Rule], subject: Subject) -> Rule | None:
    """The fitting rule that says most; no two rules say the same."""
    return max((rule for rule in rules if rule.fits(subject)), key=lambda rule: rule.weight, default=None)


def divided(rules: Sequence[Rule], subjects: Iterable[Subject]) -> dict[Rule, list[int]]:
    """The datastreams of each rule, in order; those without a rule are left out."""
    found: dict[Rule, list[int]] = {rule: [] for rule in rules}
    for subject in subjects:
        rule = chosen(rules, subject)
        if rule is not None:
            found[rule].append(subject.stream)
    return found


def days_kept(now: datetime, months: int) -> int:
    """Whole days between today and the same day so many months ago (the last of the month where there is none), in UTC."""
    today = now.astimezone(UTC)
    count = today.year * 12 + today.month - 1 - months
    year, month = divmod(count, 12)
    following = datetime(year + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=UTC)
    last = (following - timedelta(days=1)).day
    then = today.replace(year=year, month=month + 1, day=min(today.day, last))
    return (today - then).days


def network_of(key: str | None) -> str:
    head, colon, _rest = (key or "").partition(":")
    return head if colon else ""
