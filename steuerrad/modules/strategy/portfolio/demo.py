"""Labelled demo data for trying the steering out: every row carries demo=True and is shown as such.

Made by the demo logins through the same actions as real entries, so that rights, rules and log hold. Nothing of it
counts in what visitors see of a real city, nor as a candidate's cost there.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Demo
from steuerrad.modules.strategy.models import FundingProgramme, Measure, Milestone
from steuerrad.modules.strategy.portfolio.actions import milestones, money, reports, risks
from steuerrad.modules.strategy.portfolio.actions.rating import rate
from steuerrad.modules.strategy.portfolio.queries.rating import criteria
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.models import User

MOST_MEASURES = 8
#: Days from today of the three milestones of the n-th measure: planned, expected (None: as planned), done.
DAYS: tuple[tuple[tuple[int, int | None, int | None], ...], ...] = (
    ((-200, None, -205), (-30, None, -28), (75, None, None)),
    ((-150, None, -140), (-20, 40, None), (160, 220, None)),
    ((-260, None, -250), (-90, None, None), (30, None, None)),
    ((-90, None, -95), (60, 60, None), (240, None, None)),
)


def make_demo_portfolio(folder: Path) -> list[str]:
    """Steering of a few running measures; returns lines to print. Repeating it changes nothing."""
    people = {role: User.objects.filter(email=f"{role}@demo.invalid", is_demo=True).first() for role in ("coordinator", "approver", "steering")}  # fmt: skip
    if settings.TLS or None in people.values() or Milestone.objects.filter(demo=True).exists():
        return []
    chosen = some_running_measures()
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        for place, measure in enumerate(chosen):
            steer(people["coordinator"], people["approver"], measure, place)
        relate(people["coordinator"], chosen)
        for place, measure in enumerate(chosen):
            for shift, person in enumerate(people.values()):
                rate_demo(person, measure, place, shift)
    return [f"Demo steering of {len(chosen)} measures, labelled as demo"] if chosen else []


def some_running_measures() -> list[Measure]:
    """The first two running measures of each theme."""
    found: list[Measure] = []
    themes: dict[int, int] = {}
    for item in steered_measures().filter(status=Status.IN_PROGRESS).order_by("order", "pk"):
        theme = item.field.theme_id  # type: ignore[attr-defined]
        if themes.get(theme, 0) < 2:
            themes[theme] = themes.get(theme, 0) + 1
            found.append(item)
    return found[:MOST_MEASURES]


def steer(chief: Any, approver: Any, measure: Measure, place: int) -> None:
    """Milestones, money, staff, a risk and a report of one measure."""
    today = clock.today()
    names = (_("Concept agreed"), _("Contract awarded"), _("In operation"))
    last: Milestone | None = None
    for name, (planned, expected, done) in zip(names, DAYS[place % len(DAYS)], strict=True):
        last = milestones.add_milestone(
            chief, measure, title=name, planned_on=shifted(today, planned), forecast_on=shifted(today, expected),
            done_on=shifted(today, done), weight=1 + place % 2, after=[last] if last else [], demo=True,
        )  # fmt: skip
    spend(chief, measure, place, today)
    risks.add_risk(
        chief, measure, title=_("The supplier delivers late"), probability=1 + place % 5, impact=3 + place % 3,
        response=_("Weekly talks; a second supplier is named."), owner=_("Project lead"),
        review_on=shifted(today, 14 + 9 * place), demo=True,
    )  # fmt: skip
    if place % 4 == 3:  # some measures have never been reported
        return
    draft = reports.begin_report(
        chief, measure, period_start=shifted(today, -120) or today, period_end=shifted(today, -30) or today,
        text=_("The work goes on as described; this report is an example."),
        achievements=_("The concept is agreed."), next_steps=_("Award the contract."),
        problems=_("Staff is scarce.") if place % 2 else "", demo=True,
    )  # fmt: skip
    if place % 4 != 2:  # one waits for its release
        reports.release_report(approver, draft, version=draft.version)
    if place == 1:
        reports.override_light(
            chief, measure, colour=Colour.YELLOW, reason=_("The new date is agreed with the committee."),
            until=shifted(today, 45) or today, demo=True,
        )  # fmt: skip


def spend(chief: Any, measure: Measure, place: int, today: date) -> None:
    """Budget of three years and staff days; a grant where the measure carries a programme's mark."""
    programme = FundingProgramme.objects.filter(retired=False, mark=measure.funding).exclude(mark="").last()
    organisations = [item.organisation for item in measure.organisations.filter(retired=False).select_related("organisation")]  # type: ignore[attr-defined]  # fmt: skip
    for offset in (-1, 0, 1):
        year, whole = today.year + offset, Decimal(20_000 * (2 + place))
        spent = whole * (Decimal("0.9") if offset < 0 else Decimal("0.5")) if offset <= 0 else None
        inside = programme is not None and (
            programme.spending_last is None or year <= programme.spending_last.year
        )
        share = Decimal("0.6") if inside else Decimal(0)
        for source, part in ((programme, share), (None, 1 - share)):
            if part:
                money.plan_budget(
                    chief, measure, year=year, programme=source, planned=cents(whole * part),
                    spent=None if spent is None else cents(spent * part), as_of=None if spent is None else today,
                    source=_("invented for trying out"), demo=True,
                )  # fmt: skip
        for organisation in organisations[:2]:
            money.set_staff_days(
                chief, measure, organisation, year, planned=Decimal(20 + 10 * place),
                spent=Decimal(18 + 9 * place) if offset < 0 else None, demo=True,
            )  # fmt: skip


def relate(chief: Any, chosen: list[Measure]) -> None:
    for kind, (source, target) in zip(
        (Kind.REQUIRES, Kind.FINISH_TO_START, Kind.INFORMS),
        zip(chosen[1:], chosen, strict=False),
        strict=False,
    ):
        milestones.add_dependency(chief, source, target, kind, demo=True)


def rate_demo(person: Any, measure: Measure, place: int, shift: int) -> None:
    grades = {
        item.code: (
            None
            if (place + number + shift) % 7 == 6
            else (2 * place + 3 * number + shift * (1 + place % 2)) % 5,
            "",
        )
        for number, item in enumerate(criteria())
    }
    if grades:
        rate(person, measure, grades, demo=True)


def shifted(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


DEMO = Demo("strategy.portfolio", 100, make_demo_portfolio)
