"""What tests of the portfolio begin with, in the invented city."""

from __future__ import annotations

from datetime import date, timedelta

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import Measure, StatusReport
from steuerrad.modules.strategy.portfolio.actions.reports import begin_report
from steuerrad.platform.accounts.models import User


def person(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.invalid")


def measure(number: str = "A.1.1") -> Measure:
    return Measure.objects.get(number=number)


def day(offset: int = 0) -> date:
    return clock.today() + timedelta(days=offset)


def draft(number: str = "A.1.1", role: str = "coordinator", text: str = "Läuft.") -> StatusReport:
    return begin_report(person(role), measure(number), period_start=day(-90), period_end=day(-1), text=text)
