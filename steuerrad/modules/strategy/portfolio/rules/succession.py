"""Measures that went on as others: merged, split, superseded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class SuccessionKind(StrEnum):
    """merged: several into one. split: one into several. superseded: one takes the place of another."""

    MERGED = "merged"
    SPLIT = "split"
    SUPERSEDED = "superseded"


def final(number: str, successors: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The measures that stand at the end of all successions, in order, each once.

    successors: number → the numbers that it went on as. A number without successors stands for itself; in a
    circle, which the actions refuse, the walk stops where it began.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    todo = [number]
    while todo:
        current = todo.pop(0)
        if current in seen:
            continue
        seen.add(current)
        after = list(successors.get(current, ()))
        if after:
            todo = after + todo
        else:
            found[current] = None
    return tuple(found) or (number,)


def fault(olds: Iterable[str], news: Iterable[str], replaced: Iterable[str]) -> str:
    """Why this succession cannot be: "none", "itself" or "replaced" (one of them has gone on already)."""
    before, after, gone = set(olds), set(news), set(replaced)
    if not before or not after:
        return "none"
    if before & after:
        return "itself"
    return "replaced" if (before | after) & gone else ""
