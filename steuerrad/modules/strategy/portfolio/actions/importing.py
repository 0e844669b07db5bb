"""Writing what was chosen from a filled workbook: all of it or nothing, each entry as if it had been typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import Measure
from steuerrad.modules.strategy.portfolio.actions import milestones, money, reports
from steuerrad.modules.strategy.portfolio.intake.plan import PlanRow
from steuerrad.modules.strategy.portfolio.permissions import STEER
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.audit.log import record

REF = "strategy.portfolio:import"


class ImportRefusedError(Exception):
    """Nothing was written because of this row."""

    def __init__(self, place: str, message: Any) -> None:
        super().__init__(f"{place}: {message}")
        self.place, self.message = place, message


@dataclass(frozen=True)
class Imported:
    """written: number of entries by kind of sheet."""

    written: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.written.values())


def import_rows(user: Any, rows: Sequence[PlanRow], *, reason: str, file: str, sha256: str) -> Imported:
    """Write the rows on top of the versions that the person saw, in one transaction.

    reason: of corrections of the budget that give none themselves. Raises PermissionDenied, ImportRefusedError for
    the first row that an action refuses (a rule, a circle, somebody was faster); then nothing is written.
    """
    if not holds_anywhere(user, STEER):
        raise PermissionDenied(STEER)
    with transaction.atomic():
        lock_measures(rows)
        for row in rows:
            if row.measure is None or not row.writable:
                continue
            try:
                WRITERS[row.kind](user, row, reason)
            except RefusedError as error:
                raise ImportRefusedError(row.place, error.message) from error
        counts = dict(Counter(row.kind for row in rows))
        changes = {kind: (0, number) for kind, number in counts.items()}
        record(user, "strategy.import_portfolio", REF, title=file, changes={**changes, "sha256": (None, sha256)}, reason=reason)  # fmt: skip
    return Imported(counts)


def lock_measures(rows: Sequence[PlanRow]) -> None:
    """All at once and in one order, so that two imports cannot wait for each other."""
    ids = {row.measure.pk for row in rows if row.measure is not None}
    list(Measure.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))


def write_milestone(user: Any, row: PlanRow, _reason: str) -> None:
    if row.row is None:
        milestones.add_milestone(user, row.measure, demo=row.demo, **row.values)  # type: ignore[arg-type]
    else:
        milestones.change_milestone(user, row.row, version=row.seen or 0, **row.values)


def write_budget(user: Any, row: PlanRow, reason: str) -> None:
    values = dict(row.values)
    why = values.pop("reason", "") or reason
    if row.row is None:
        money.plan_budget(user, row.measure, demo=row.demo, **row.where, **values)  # type: ignore[arg-type]
    else:
        money.correct_budget(user, row.row, reason=why, **values)


def write_staff(user: Any, row: PlanRow, _reason: str) -> None:
    money.set_staff_days(
        user, row.measure, row.where["organisation"], row.where["year"], version=row.seen, demo=row.demo, **row.values  # type: ignore[arg-type]
    )  # fmt: skip


def write_report(user: Any, row: PlanRow, _reason: str) -> None:
    if row.row is None:
        reports.begin_report(user, row.measure, demo=row.demo, **row.values)  # type: ignore[arg-type]
    else:
        reports.edit_report(user, row.row, version=row.seen or 0, **row.values)


WRITERS = {
    "milestones": write_milestone,
    "budget": write_budget,
    "staff": write_staff,
    "next_steps": write_report,
}
