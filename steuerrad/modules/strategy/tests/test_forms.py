"""The forms in the browser: who sees them, German numbers, error summary, conflicts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.modules.strategy.actions.proposals import release
from steuerrad.modules.strategy.models import Kpi, KpiValue, Measure, ValueProposal
from steuerrad.platform.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
KPI, MEASURE = "ZI-NI-K1.1", "ZI-NI-1"
NEW = reverse("strategy:new_value", args=[KPI])
STATUS = reverse("strategy:measure_status", args=[MEASURE])
GIVEN = {"date": "31.12.2024", "value": "1.234,5", "quality": "measured", "source": "Breitbandatlas"}


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


@pytest.fixture
def coordinator() -> Client:
    return signed_in("coordinator")


@pytest.mark.parametrize("url", [NEW, STATUS])
def test_who_sees_the_form(url: str) -> None:
    visitor = Client().get(url)
    assert visitor.status_code == 302
    assert reverse("account_login") in visitor["Location"]
    for role, status in (("approver", 403), ("steering", 403), ("coordinator", 200), ("administrator", 200)):
        assert signed_in(role).get(url).status_code == status, role
        assert signed_in(role).post(url, {}).status_code == (422 if status == 200 else 403), role


def test_links_to_forms_are_for_those_who_may(coordinator: Client) -> None:
    for client, shown in ((Client(), False), (signed_in("steering"), False), (coordinator, True)):
        assert (NEW in client.get(reverse("strategy:kpi", args=[KPI])).content.decode()) == shown
        assert (STATUS in client.get(reverse("strategy:measure", args=[MEASURE])).content.decode()) == shown


def released() -> KpiValue:
    """Somebody else releases what waits."""
    approver = User.objects.get(email="approver@demo.invalid")
    return release(approver, ValueProposal.objects.get(state="waiting"))


def test_a_value_in_german(coordinator: Client) -> None:
    answer = coordinator.post(NEW, GIVEN)
    assert answer.status_code == 302
    assert not KpiValue.objects.filter(kpi__code=KPI).exists()
    released()
    value = KpiValue.objects.get(kpi__code=KPI)
    assert (value.value, value.date) == (Decimal("1234.5"), date(2024, 12, 31))
    page = coordinator.get(answer["Location"]).content.decode()
    assert "1.234,5" in page
    assert "Breitbandatlas" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "viel"}, "value"), ({"value": "12.345"}, "value"), ({"value": "9" * 30}, "value"),
        ({"date": "31.02.2024"}, "date"), ({"date": "2999-01-01"}, "date"), ({"source": ""}, "source"),
        ({"quality": "x"}, "quality"), ({"note": "x" * 501}, "note"), ({"source": "a\0b"}, "source"),
    ],
)  # fmt: skip
def test_faults_are_listed_and_nothing_is_lost(
    change: dict[str, str], field: str, coordinator: Client
) -> None:
    answer = coordinator.post(NEW, GIVEN | change)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in page
    assert field == "source" or "Breitbandatlas" in page
    assert not KpiValue.objects.filter(kpi__code=KPI).exists()


def test_a_second_value_of_a_date_is_refused_with_a_sentence(coordinator: Client) -> None:
    coordinator.post(NEW, GIVEN)
    for _ in ("waiting", "released"):
        answer = coordinator.post(NEW, GIVEN | {"value": "1"})
        assert answer.status_code == 422
        assert answer.context["form"].errors["date"]
        if ValueProposal.objects.filter(state="waiting").exists():
            released()


def test_correction_and_conflict(coordinator: Client) -> None:
    coordinator.post(NEW, GIVEN)
    old = released()
    url = reverse("strategy:correct_value", args=[KPI, old.pk])
    fix = {"value": "1300", "quality": "measured", "source": "Breitbandatlas", "reason": "Zahlendreher"}
    assert coordinator.get(url).status_code == 200
    assert coordinator.post(url, fix | {"reason": ""}).status_code == 422
    assert coordinator.post(url, fix).status_code == 302
    waiting = coordinator.post(url, fix | {"value": "1777"}, follow=True)
    assert [message.level_tag for message in waiting.context["messages"]].count("error") == 1
    released()
    late = coordinator.post(url, fix | {"value": "1777"}, follow=True)
    assert late.status_code == 200
    assert [message.level_tag for message in late.context["messages"]].count("error") == 1
    page = late.content.decode()
    assert "<s>1.234,5</s>" in page
    assert "Zahlendreher" in page
    assert "1.777" not in page


def test_a_value_of_another_kpi_is_not_found(coordinator: Client) -> None:
    other = KpiValue.objects.exclude(kpi__code=KPI).first()
    assert other
    assert coordinator.get(reverse("strategy:correct_value", args=[KPI, other.pk])).status_code == 404


def test_computed_kpis_have_no_form(coordinator: Client) -> None:
    code = Kpi.objects.exclude(supplied_by="").values_list("code", flat=True)[0]
    answer = coordinator.get(reverse("strategy:new_value", args=[code]), follow=True)
    assert answer.redirect_chain
    assert len(list(answer.context["messages"])) == 1


def test_status_and_its_conflict(coordinator: Client) -> None:
    given = {"before": "in_progress", "status": "completed", "since": "2025-12-31"}
    assert coordinator.post(STATUS, given | {"status": "stopped"}).status_code == 422  # without a reason
    assert coordinator.post(STATUS, given).status_code == 302
    assert Measure.objects.get(number=MEASURE).status == "completed"
    late = coordinator.post(STATUS, given | {"status": "in_operation"}, follow=True)
    assert late.status_code == 200
    assert [message.level_tag for message in late.context["messages"]].count("error") == 1
    assert Measure.objects.get(number=MEASURE).status == "completed"


def test_the_audit_trail_is_for_those_who_may_read_it(coordinator: Client) -> None:
    coordinator.post(NEW, GIVEN)
    url = reverse("strategy:kpi", args=[KPI])
    assert "strategy.propose_value" in coordinator.get(url).content.decode()
    assert "strategy.propose_value" not in Client().get(url).content.decode()
