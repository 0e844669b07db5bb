"""Risks: probability and impact from 1 to 5, and what their product means."""

from __future__ import annotations

from enum import StrEnum

SCALE = range(1, 6)


class RiskLevel(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    SEVERE = "severe"


class RiskState(StrEnum):
    OPEN = "open"
    OCCURRED = "occurred"
    CLOSED = "closed"


#: Least product for each level, the highest first (matrix of 5 x 5 fields).
LEVELS = ((15, RiskLevel.SEVERE), (10, RiskLevel.HIGH), (5, RiskLevel.MEDIUM), (1, RiskLevel.LOW))


def level(probability: int, impact: int) -> RiskLevel:
    """Raises ValueError outside of 1 to 5."""
    if probability not in SCALE or impact not in SCALE:
        raise ValueError("probability and impact go from 1 to 5")
    return next(name for least, name in LEVELS if probability * impact >= least)
