"""States of a measure and of its period, as tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What a measure's printed status means. The order is that of a measure's life."""

    IDEA = "idea"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    IN_OPERATION_EXPANDING = "in_operation_expanding"
    IN_OPERATION = "in_operation"
    COMPLETED = "completed"
    STOPPED = "stopped"


RUNNING = frozenset({Status.IN_PROGRESS, Status.IN_OPERATION_EXPANDING, Status.IN_OPERATION})
DELIVERED = frozenset({Status.IN_OPERATION_EXPANDING, Status.IN_OPERATION, Status.COMPLETED})
ENDED = frozenset({Status.COMPLETED, Status.STOPPED})

# Which status may follow which. Going back is allowed (projects fail), but only with a reason.
FORWARD: dict[Status, frozenset[Status]] = {
    Status.IDEA: frozenset({Status.PLANNED, Status.IN_PROGRESS, Status.STOPPED}),
    Status.PLANNED: frozenset({Status.IN_PROGRESS, Status.STOPPED}),
    Status.IN_PROGRESS: frozenset(
        {Status.IN_OPERATION_EXPANDING, Status.IN_OPERATION, Status.COMPLETED, Status.STOPPED}
    ),
    Status.IN_OPERATION_EXPANDING: frozenset({Status.IN_OPERATION, Status.COMPLETED, Status.STOPPED}),
    Status.IN_OPERATION: frozenset({Status.IN_OPERATION_EXPANDING, Status.COMPLETED, Status.STOPPED}),
    Status.COMPLETED: frozenset(),
    Status.STOPPED: frozenset(),
}


def needs_reason(before: Status, after: Status) -> bool:
    """Whether this change goes against the usual course and must be explained."""
    return after not in FORWARD[before] or after == Status.STOPPED


class PeriodKind(StrEnum):
    RANGE = "range"
    FROM = "from"
    ONGOING = "ongoing"
    NOT_SET = "not_set"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Period:
    """When a measure runs: years inclusive; text as printed."""

    kind: PeriodKind
    start: int | None
    end: int | None
    text: str


NOT_SET = re.compile(r"noch festzulegen|offen|tbd|not (?:yet )?set", re.IGNORECASE)
ONGOING = re.compile(r"fortlaufend|laufend|dauerhaft|ongoing", re.IGNORECASE)
AT_LEAST = re.compile(r"\bmind(?:\.|estens)|\bat least\b", re.IGNORECASE)
FROM = re.compile(r"\b(?:seit|ab|from|since)\b", re.IGNORECASE)


def period(text: str, start: int | None, end: int | None) -> Period:
    """What a printed period means, from its text and the years read from it."""
    printed = text.strip()
    if end is not None and not AT_LEAST.search(printed):  # "at least until 2024" may end later
        kind = PeriodKind.RANGE
    elif start is not None or FROM.search(printed):
        kind = PeriodKind.FROM
    elif not printed or NOT_SET.search(printed):
        kind = PeriodKind.NOT_SET
    elif ONGOING.search(printed):
        kind = PeriodKind.ONGOING
    else:
        kind = PeriodKind.REFERENCE
    return Period(kind, start, end, printed)
