"""When whom a question's deadline is brought to mind; data and arithmetic of days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Addressee = Literal["contributor", "deputy", "coordinator", "head"]
ADDRESSEES: tuple[str, ...] = get_args(Addressee)


@dataclass(frozen=True)
class Step:
    """days: after the due date, negative before it. to: who is told."""

    days: int
    to: str


#: Where a city says nothing else in campaign/steps.csv.
USUAL = (
    Step(-14, "contributor"),
    Step(-7, "contributor"),
    Step(-1, "contributor"),
    Step(1, "contributor"),
    Step(4, "deputy"),
    Step(8, "coordinator"),
    Step(15, "head"),
)


def reached(steps: Iterable[Step], *, opened: date, due: date, today: date) -> list[Step]:
    """The steps whose day has come, one an addressee: the latest, so that nobody gets three reminders at once.

    Reminders that would have been due on the day of opening or before are left out (the opening itself was told), and
    all of them once the question is late.
    """
    found: dict[str, Step] = {}
    for step in sorted(steps, key=lambda item: item.days):
        day = due + timedelta(days=step.days)
        if day > today or (step.days > 0) != (today > due):
            continue
        if step.days <= 0 and day <= opened:
            continue
        found[step.to] = step
    return list(found.values())
