"""Status reports: states, four eyes, publication."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum


class ReportState(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"


def release_fault(state: ReportState, hands: Collection[int | None], releaser: int, text: str) -> str:
    """Why this person cannot release it: "released", "four_eyes" or "empty"; "" when they can.

    hands: everybody who wrote on the draft.
    """
    if state == ReportState.RELEASED:
        return "released"
    if releaser in hands:
        return "four_eyes"
    return "" if text.strip() else "empty"


def period_fault(start: date, end: date, today: date) -> str:
    """Why a reporting period is none: "order" or "future"; "" when it is one."""
    if end < start:
        return "order"
    return "future" if start > today else ""
