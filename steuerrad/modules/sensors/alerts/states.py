"""The life of an alert: open, acknowledged, escalated, closed. Pure functions; who may do what is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OPEN, ACKNOWLEDGED, ESCALATED, CLOSED = "open", "acknowledged", "escalated", "closed"
STATES: Final = (OPEN, ACKNOWLEDGED, ESCALATED, CLOSED)
MOVES: Final[Mapping[tuple[str, str], str]] = {
    (OPEN, "acknowledge"): ACKNOWLEDGED,
    (ESCALATED, "acknowledge"): ACKNOWLEDGED,
    (OPEN, "escalate"): ESCALATED,
    (ACKNOWLEDGED, "escalate"): ESCALATED,
    (OPEN, "close"): CLOSED,
    (ACKNOWLEDGED, "close"): CLOSED,
    (ESCALATED, "close"): CLOSED,
}


class MoveError(ValueError):
    """The move is not possible from here."""


def move(state: str, verb: str) -> str:
    """The state after the move. Raises MoveError."""
    try:
        return MOVES[state, verb]
    except KeyError:
        raise MoveError(f"an alert that is {state} cannot be moved by {verb}") from None


def due_for_escalation(state: str, told_s: float, after_s: float | None) -> bool:
    """Whether nobody has acknowledged an alert for so many seconds after people were told; None never escalates."""
    return state == OPEN and after_s is not None and told_s >= after_s
