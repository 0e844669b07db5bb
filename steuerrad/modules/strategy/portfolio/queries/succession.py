"""Where replaced measures lead, and what a measure has taken over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet

from steuerrad.modules.strategy.models import Measure, Succession
from steuerrad.modules.strategy.portfolio.rules.succession import final


def in_force() -> QuerySet[Succession]:
    return Succession.objects.filter(withdrawn_at=None).select_related("old", "new", "decided_by")


def successors() -> dict[str, list[str]]:
    """Number → the numbers that it went on as directly. One query."""
    found: dict[str, list[str]] = defaultdict(list)
    for old, new in in_force().values_list("old__number", "new__number"):
        found[old].append(new)
    return found


def final_measures(numbers: Iterable[str]) -> dict[str, list[Measure]]:
    """For each replaced number the measures that stand at the end; others are left out. Two queries."""
    after = successors()
    ends = {number: final(number, after) for number in numbers if number in after}
    rows = {
        item.number: item
        for item in Measure.objects.filter(number__in={n for end in ends.values() for n in end})
    }
    return {number: [rows[name] for name in end if name in rows] for number, end in ends.items()}


def predecessors(measure: Measure) -> list[Succession]:
    """What this measure has taken over, directly or through others, the newest first. One query a step back."""
    found: list[Succession] = []
    todo, seen = [measure.pk], {measure.pk}
    while todo:
        rows = list(in_force().filter(new__in=todo).order_by("-decided_at", "-pk"))
        found += rows
        todo = [row.old_id for row in rows if row.old_id not in seen]
        seen |= set(todo)
    return found


def of_old(measure: Measure) -> list[Succession]:
    """The successions by which this measure was replaced."""
    return list(in_force().filter(old=measure))
