"""From the strategy's KPIs through a campaign and back: released answers become values, and a repetition none."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.assigning import assign
from steuerrad.modules.campaign.actions.freezing import freeze_round, reopen_round
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer
from steuerrad.modules.campaign.actions.rounds import create_round, open_round
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.queries.snapshots import intact
from steuerrad.modules.campaign.queries.sources import offers
from steuerrad.modules.campaign.typed import AnswerInput
from steuerrad.modules.strategy.models import Kpi, KpiValue
from steuerrad.platform.accounts.models import User
from steuerrad.platform.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def person(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.invalid")


def opened(set_key: str) -> Round:
    today = clock.today()
    boss = person("coordinator")
    round_ = create_round(
        boss, source="strategy.kpis", set_key=set_key, opens_on=today, due_on=today + timedelta(days=30)
    )
    nobody = round_.questions.filter(assignment__organisation=None)  # type: ignore[attr-defined]
    office = Organisation.objects.filter(retired=False).order_by("-in_charge", "key").first()
    assert office is not None
    assign(boss, list(nobody.values_list("pk", flat=True)), organisation=office)
    return open_round(boss, round_.pk)


def answer(question: Any, value: str, revision: int) -> None:
    given = AnswerInput(
        value,
        comment="Zählung",
        source="Jahresbericht",
        quality="higher_level",
        waivers={"jump": "neu gezählt"},
    )
    submit_answer(person("coordinator"), question.pk, given, based_on=revision - 1)
    check_answer(person("approver"), question.pk, revision=revision)
    release_answer(person("approver"), question.pk, revision=revision)


def test_every_questionnaire_on_offer_can_be_opened() -> None:
    found = offers()
    assert {item.source.id for item in found} >= {"strategy.kpis", "city_index.edition"}
    today = clock.today()
    for item in found:
        round_ = create_round(
            person("coordinator"), source=item.source.id, set_key=item.set.key, opens_on=today, due_on=today
        )
        assert round_.questions.exists()  # type: ignore[attr-defined]


def test_a_released_answer_becomes_a_value_of_its_kpi() -> None:
    last_year = clock.today().year - 1
    round_ = opened(str(last_year))
    assert round_.questions.count() == Kpi.objects.filter(retired=False).count()  # type: ignore[attr-defined]
    question = round_.questions.filter(type="decimal", kpi="", previous_value="").first()  # type: ignore[attr-defined]
    held = KpiValue.objects.filter(kpi__code=question.code)
    assert not held.exists()
    answer(question, "12,5", 1)
    assert not held.exists()  # nothing before the freeze
    first = freeze_round(person("coordinator"), round_.pk, reason="Stichtag")
    value = held.get()
    assert (value.value, value.date.year, value.source) == (Decimal("12.5"), last_year, "Jahresbericht")
    assert (value.origin, value.quality) == ("collected", "higher_level")
    reopen_round(person("coordinator"), round_.pk, reason="Nachmeldung")
    second = freeze_round(person("coordinator"), round_.pk, reason="Stichtag")
    assert held.count() == 1
    reopen_round(person("coordinator"), round_.pk, reason="Korrektur")
    answer(question, "13,5", 2)
    third = freeze_round(person("coordinator"), round_.pk, reason="Stichtag")
    assert held.get(superseded=False).value == Decimal("13.5")
    assert held.count() == 2
    assert all(intact(item) for item in (first, second, third))
