"""What measures and milestones need of each other, and the circles and contradictions in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """source <kind> target.

    requires: the source makes no sense without the target. finish_to_start: the source begins when the target
    is finished. excludes: one of the two at most, in either direction. informs: the source should know of it.
    """

    REQUIRES = "requires"
    FINISH_TO_START = "finish_to_start"
    EXCLUDES = "excludes"
    INFORMS = "informs"


#: Kinds that say "first the target": a circle of them can never be carried out.
ORDERED = frozenset({Kind.REQUIRES, Kind.FINISH_TO_START})


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency between two nodes; a node is "measure:<number>" or "milestone:<id>"."""

    source: str
    target: str
    kind: Kind


def needs(
    edges: Iterable[Edge], milestones: Mapping[str, str], after: Iterable[tuple[str, str]]
) -> dict[str, set[str]]:
    """What each node needs to be finished before it can be.

    milestones: milestone node → measure node that it belongs to. after: (milestone, milestone or measure) pairs.
    A measure needs its own milestones. What a measure may begin only after, each of its milestones needs, too.
    """
    found: dict[str, set[str]] = defaultdict(set)
    own: dict[str, list[str]] = defaultdict(list)
    for milestone, measure in milestones.items():
        found[measure].add(milestone)
        own[measure].append(milestone)
    for edge in edges:
        if edge.kind in ORDERED:
            found[edge.source].add(edge.target)
        if edge.kind == Kind.FINISH_TO_START:
            for milestone in own[edge.source]:
                found[milestone].add(edge.target)
    for milestone, target in after:
        found[milestone].add(target)
    return dict(found)


def find_cycle(needed: Mapping[str, Iterable[str]]) -> list[str] | None:
    """The nodes of one circle, the first one repeated at the end; None when there is none. Linear in the edges."""
    finished: set[str] = set()
    for start in sorted(needed):
        if start in finished:
            continue
        path: list[str] = []
        on_path: dict[str, int] = {}
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                path.pop()
                del on_path[node]
                finished.add(node)
                continue
            if node in on_path:
                return [*path[on_path[node] :], node]
            if node in finished:
                continue
            on_path[node] = len(path)
            path.append(node)
            stack.append((node, True))
            stack.extend((item, False) for item in sorted(needed.get(node, ()), reverse=True))
    return None


def all_needed(needed: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """Everything that start needs, directly or by others; without start itself unless it is in a circle."""
    found: set[str] = set()
    todo = list(needed.get(start, ()))
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo.extend(needed.get(node, ()))
    return found


def contradictions(edges: Iterable[Edge]) -> list[tuple[str, str, str]]:
    """(node, first, second): what the node needs excludes each other, or excludes the node itself."""
    every = list(edges)
    needed = needs(every, {}, ())
    excluded = [(edge.source, edge.target) for edge in every if edge.kind == Kind.EXCLUDES]
    found: list[tuple[str, str, str]] = []
    for node in sorted({name for edge in every for name in (edge.source, edge.target)}):
        together = all_needed(needed, node) | {node}
        found += [(node, a, b) for a, b in excluded if a in together and b in together]
    return found


@dataclass(frozen=True, slots=True)
class Clash:
    """A node that is expected to begin or to be done before what it needs."""

    node: str
    day: date
    needed: str
    needed_day: date


def clashes(
    after: Iterable[tuple[str, str]], expected: Mapping[str, date], begins: Mapping[str, date] | None = None
) -> list[Clash]:
    """Pairs (node, needed) whose dates contradict the order; unknown dates say nothing.

    expected: when each node is done. begins: when a node begins, where that counts instead.
    """
    starts = begins or {}
    found: list[Clash] = []
    for node, needed in after:
        day, needed_day = starts.get(node) or expected.get(node), expected.get(needed)
        if day is not None and needed_day is not None and day < needed_day:
            found.append(Clash(node, day, needed, needed_day))
    return found
