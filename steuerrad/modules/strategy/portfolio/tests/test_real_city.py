"""What the real city's files say about programmes, criteria and milestones, each with its place in the documents."""

from __future__ import annotations

from decimal import Decimal

import pytest

from steuerrad.modules.strategy.models import Criterion, FundingProgramme, Milestone
from steuerrad.modules.strategy.portfolio.queries.steering import state
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.tests.factories import measure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


def test_the_real_programme_says_what_its_sources_say() -> None:
    phase = FundingProgramme.objects.get(key="mpsc-b")
    assert (phase.rate, phase.cap) == (Decimal("0.65"), 15_000_000)
    assert (phase.spending_first.isoformat(), phase.spending_last.isoformat()) == ("2022-10-01", "2026-09-30")
    assert (phase.document, phase.line, phase.mark) == ("concept", 962, "MPSC")
    assert phase.url.startswith("https://www.nrwbank.de/")


def test_the_five_criteria_of_the_concept() -> None:
    found = list(Criterion.objects.values_list("code", "group", "line"))
    assert found == [
        ("nutzen", "lever", 1240), ("leuchtturm", "lever", 1248), ("innovation", "lever", 1253),
        ("partizipation", "complement", 1258), ("kollaboration", "complement", 1258),
    ]  # fmt: skip


def test_what_the_concept_planned_years_ago_is_unconfirmed_not_late() -> None:
    found = state(measure("NMU-ER-4"), public=True)
    assert [(item.as_printed, item.line) for item in found.milestones] == [
        ("für Anfang 2024", 5635), ("Im März 2022", 5632),
    ]  # fmt: skip
    assert found.light.parts[0].code == "period_unconfirmed"
    assert found.colour == Colour.YELLOW
    assert Milestone.objects.filter(demo=False, document="").count() == 0
