"""A workbook of the portfolio as people fill it in, for tests."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import Milestone
from steuerrad.modules.strategy.portfolio.actions.milestones import add_milestone
from steuerrad.modules.strategy.portfolio.actions.money import plan_budget, set_staff_days
from steuerrad.modules.strategy.portfolio.actions.reports import begin_report
from steuerrad.modules.strategy.portfolio.intake.plan import Plan
from steuerrad.modules.strategy.portfolio.intake.reading import read_filled
from steuerrad.modules.strategy.portfolio.intake.sheets import make_plan
from steuerrad.modules.strategy.portfolio.output.content import gather
from steuerrad.modules.strategy.portfolio.output.workbook import workbook_bytes
from steuerrad.modules.strategy.portfolio.queries.overview import visible_states
from steuerrad.modules.strategy.portfolio.tests.factories import day, measure, person
from steuerrad.modules.strategy.queries.measures import measures
from steuerrad.platform.organisations.models import Organisation

YEAR = 2026


def exported(role: str = "coordinator") -> bytes:
    user = person(role)
    return workbook_bytes(gather(user, visible_states(user, measures())), made_at=clock.now(), facts=())


class Book:
    """A workbook that a person fills in: `book.put("Milestones", 2, "Note", "x")`."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))

    def column(self, sheet: str, title: str) -> int:
        header = [cell.value for cell in self.book[sheet][1]]
        return header.index(title) + 1

    def line(self, sheet: str, title: str, value: Any) -> int:
        at = self.column(sheet, title)
        return next(row[0].row for row in self.book[sheet].iter_rows(min_row=2) if row[at - 1].value == value)

    def end(self, sheet: str) -> int:
        """The first line without an entry."""
        return next(row[0].row for row in self.book[sheet].iter_rows(min_row=2) if not row[0].value)

    def put(self, sheet: str, line: int, title: str, value: Any) -> Book:
        self.book[sheet].cell(row=line, column=self.column(sheet, title)).value = value
        return self

    def get(self, sheet: str, line: int, title: str) -> Any:
        return self.book[sheet].cell(row=line, column=self.column(sheet, title)).value

    def content(self) -> bytes:
        buffer = io.BytesIO()
        self.book.save(buffer)
        return buffer.getvalue()

    def plan(self, role: str = "coordinator") -> Plan:
        return make_plan(person(role), read_filled(self.content(), "gefüllt.xlsx").rows)


def stage() -> Milestone:
    chief = person("coordinator")
    milestone = add_milestone(
        chief, measure(), title="Vergabe", planned_on=day(20), note="Zeile 1\r\nZeile 2"
    )
    plan_budget(chief, measure(), year=YEAR, programme=None, planned=Decimal("4321.50"), source="Haushalt")
    set_staff_days(chief, measure(), lead(), YEAR, planned=Decimal("12.5"))
    begin_report(
        chief, measure(), period_start=day(-90), period_end=day(-1), text="Läuft.", next_steps="Vergeben."
    )
    return milestone


def lead() -> Organisation:
    return measure().organisations.filter(retired=False).first().organisation  # type: ignore[attr-defined]
