"""Targets of the United Nations' Sustainable Development Goals, and how a reference to one is written.

Source of the numbers: UN General Assembly resolution A/RES/70/1 (2015): 17 goals, 169 targets. A goal's targets are
numbered from 1 on; its means of implementation carry letters. An indicator adds a third part ("17.8.1", "9.c.1").
"""

from __future__ import annotations

import re
from enum import StrEnum

# Goal → (last numbered target, last letter or "").
TARGETS: dict[int, tuple[int, str]] = {
    1: (5, "b"), 2: (5, "c"), 3: (9, "d"), 4: (7, "c"), 5: (6, "c"), 6: (6, "b"), 7: (3, "b"), 8: (10, "b"),
    9: (5, "c"), 10: (7, "c"), 11: (7, "c"), 12: (8, "c"), 13: (3, "b"), 14: (7, "c"), 15: (9, "c"),
    16: (10, "b"), 17: (19, ""),
}  # fmt: skip
WELL_FORMED = re.compile(
    r"([0-9]{1,2})(?:\.([0-9]{1,2}|[a-d])(?:\.([0-9]{1,2}))?)?", re.IGNORECASE | re.ASCII
)
LOOSE = re.compile(
    r"([0-9]{1,2})[.\s]*([0-9]{1,2}|[a-d])?(?:[.\s]*([0-9]{1,2}))?[.\s]*", re.IGNORECASE | re.ASCII
)


class Fault(StrEnum):
    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    GOAL_ONLY = "goal_only"


def exists(goal: str, target: str) -> bool:
    """Whether a goal ("17") has a target ("8", "a")."""
    numbers = TARGETS.get(int(goal))
    if numbers is None:
        return False
    last, letter = numbers
    return 1 <= int(target) <= last if target.isdigit() else "a" <= target.lower() <= letter


def fault(reference: str) -> Fault | None:
    """What is wrong with a reference such as "11.6", "9.c", "17.8.1"; None where nothing is."""
    match = WELL_FORMED.fullmatch(reference)
    if match is None:
        return Fault.MALFORMED
    goal, target, _ = match.groups()
    if int(goal) not in TARGETS or (target is not None and not exists(goal, target)):
        return Fault.UNKNOWN
    return Fault.GOAL_ONLY if target is None else None


def mended(reference: str) -> str:
    """How a malformed reference is most likely meant: "4a" → "4.a", "4.a." → "4.a"; "" if that names nothing."""
    match = LOOSE.fullmatch(reference.strip())
    if match is None:
        return ""
    goal, target, indicator = match.groups()
    if int(goal) not in TARGETS or (target and not exists(goal, target)):
        return ""
    return ".".join(part.lower() for part in (goal, target, indicator) if part)


def target_of(reference: str) -> str:
    """The target that a reference names or lies in: "6.4.1" → "6.4"; "" if it names none."""
    match = WELL_FORMED.fullmatch(reference)
    return f"{match[1]}.{match[2].lower()}" if match and match[2] else ""
