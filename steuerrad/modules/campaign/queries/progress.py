"""How a round stands: by organisation and by group, what is late, and what it is worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from steuerrad.kernel import clock
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries.access import visible
from steuerrad.modules.campaign.rules.states import STATES, TO_CHECK, UNANSWERED


@dataclass(slots=True)
class Line:
    """One row of the board.

    counts: questions by state. late: unanswered after their day; late_check: answered, not checked after the day of
    the round. points_open: index points that unreleased answers are worth, as far as known; points_late: those of
    late ones; points_unknown: number of unreleased questions whose worth nobody knows. changed: released once, and
    changed since.
    """

    key: str
    title: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    late: int = 0
    late_check: int = 0
    points_open: Decimal = Decimal(0)
    points_late: Decimal = Decimal(0)
    points_unknown: int = 0
    changed: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def unanswered(self) -> int:
        return sum(self.counts[state] for state in UNANSWERED)

    @property
    def released(self) -> int:
        return self.counts["released"]

    def add(self, state: str, points: Decimal | None, *, late: bool, late_check: bool, changed: bool) -> None:
        self.counts[state] += 1
        self.late += late
        self.late_check += late_check
        self.changed += changed
        if state == "released":
            return
        if points is None:
            self.points_unknown += 1
            return
        self.points_open += points
        self.points_late += points if late else 0


@dataclass(frozen=True, slots=True)
class Board:
    """by_organisation: the one with most late questions first; by_group: in the order of the questionnaire."""

    by_organisation: list[Line]
    by_group: list[Line]
    total: Line


FIELDS = (
    "state", "due_on", "released_id", "organisation__key", "organisation__name", "question__group",
    "question__points", "question__order",
)  # fmt: skip


def board(user: Any, round_: Round) -> Board:
    """The progress of what the person may see of the round. One query."""
    rows = visible(user).filter(question__round=round_).order_by("question__order", "question")
    return summed(round_, rows.values_list(*FIELDS))


def whole_board(round_: Round) -> Board:
    """The progress of the whole round, for mails and jobs that act for nobody. One query."""
    rows = Assignment.objects.filter(question__round=round_).order_by("question__order", "question")
    return summed(round_, rows.values_list(*FIELDS))


def summed(round_: Round, rows: Iterable[Any]) -> Board:
    today, running = clock.today(), round_.state == Round.OPEN
    check_late = running and round_.check_by is not None and round_.check_by < today
    organisations: dict[str, Line] = {}
    groups: dict[str, Line] = {}
    total = Line("", "")
    for state, due_on, released, key, name, group, points, _order in rows:
        late = running and state in UNANSWERED and (due_on or round_.due_on) < today
        facts = {
            "late": late, "late_check": check_late and state in TO_CHECK,
            "changed": released is not None and state != "released",
        }  # fmt: skip
        for line in (
            organisations.setdefault(key or "", Line(key or "", name or "")),
            groups.setdefault(group, Line(group, group)),
            total,
        ):
            line.add(state, points, **facts)
    ordered = sorted(organisations.values(), key=lambda line: (-line.late, -line.unanswered, line.title))
    return Board(ordered, list(groups.values()), total)
