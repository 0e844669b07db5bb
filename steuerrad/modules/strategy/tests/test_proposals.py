"""What is reported counts only once somebody else has released it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import Http404
from django.test import Client

from steuerrad.modules.strategy.actions import proposals as actions
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.actions.status import change_status
from steuerrad.modules.strategy.models import Kpi, Measure, MeasureOrganisation, StatusProposal, ValueProposal
from steuerrad.modules.strategy.queries import proposals as queries
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
DAY = date(2024, 12, 31)
GIVEN: dict[str, Any] = {"day": DAY, "value": Decimal("12.5"), "quality": "measured", "source": "Bericht"}


def person(name: str, role: str, organisation: Any = None) -> User:
    user = User.objects.create_user(f"{name}@test.invalid")
    Membership.objects.create(user=user, role=role, organisation=organisation)
    return user


@pytest.fixture
def kpi() -> Kpi:
    return Kpi.objects.get(code="ZI-NI-K1.1")


@pytest.fixture
def measure(kpi: Kpi) -> Measure:
    assert kpi.measure
    return kpi.measure


@pytest.fixture
def people(measure: Measure) -> dict[str, User]:
    lead = MeasureOrganisation.objects.filter(measure=measure, retired=False).select_related("organisation")[
        0
    ]
    return {
        "contributor": person("contributor", "contributor", lead.organisation),
        "coordinator": person("coordinator", "coordinator"),
        "approver": person("approver", "approver"),
        "administrator": person("administrator", "administrator"),
    }


def test_nobody_releases_the_own(kpi: Kpi, people: dict[str, User]) -> None:
    for name in ("coordinator", "administrator"):
        reported = actions.propose_value(people[name], kpi, **GIVEN)
        with pytest.raises(PermissionDenied):
            actions.release(people[name], reported)
        actions.withdraw(people[name], reported)
    assert not kpi.values.exists()  # type: ignore[attr-defined]


def test_the_database_refuses_it_too(kpi: Kpi, people: dict[str, User]) -> None:
    reported = actions.propose_value(people["coordinator"], kpi, **GIVEN)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE strategy_valueproposal SET state = 'released', decided_at = proposed_at,"
            " decided_by_id = proposed_by_id WHERE id = %s",
            [reported.pk],
        )
    reported.refresh_from_db()
    assert reported.state == "waiting"


def test_released_it_is_the_author_s_value(kpi: Kpi, people: dict[str, User]) -> None:
    reported = actions.propose_value(people["contributor"], kpi, **GIVEN)
    assert not kpi.values.exists()  # type: ignore[attr-defined]
    value = actions.release(people["approver"], reported)
    reported.refresh_from_db()
    assert (value.recorded_by, value.value, value.origin) == (
        people["contributor"],
        Decimal("12.5"),
        "collected",
    )
    assert (reported.state, reported.became, reported.decided_by) == ("released", value, people["approver"])
    assert list(AuditEntry.objects.filter(ref=kpi.ref).order_by("pk").values_list("action", flat=True)) == [
        "strategy.propose_value", "strategy.record_value", "strategy.released_value",
    ]  # fmt: skip
    with pytest.raises(ConflictError):
        actions.release(people["coordinator"], reported)


def test_one_waits_at_a_time(kpi: Kpi, people: dict[str, User]) -> None:
    actions.propose_value(people["contributor"], kpi, **GIVEN)
    with pytest.raises(ConflictError):
        actions.propose_value(people["coordinator"], kpi, **GIVEN)


def test_sent_back_with_a_reason_and_reported_again(kpi: Kpi, people: dict[str, User]) -> None:
    reported = actions.propose_value(people["contributor"], kpi, **GIVEN)
    for empty in ("", "  "):
        with pytest.raises(RefusedError):
            actions.send_back(people["approver"], reported, empty)
    actions.send_back(people["approver"], reported, "Beleg fehlt")
    assert [item.decision for item in queries.decided(people["contributor"])] == ["Beleg fehlt"]
    actions.release(people["approver"], actions.propose_value(people["contributor"], kpi, **GIVEN))
    assert ValueProposal.objects.count() == 2


def test_a_status_of_a_contributor_waits(measure: Measure, people: dict[str, User]) -> None:
    reported = actions.propose_status(people["contributor"], measure, status=Status.COMPLETED, since=DAY)
    measure.refresh_from_db()
    assert measure.status == Status.IN_PROGRESS
    with pytest.raises(PermissionDenied):
        actions.release(people["approver"], reported)
    entry = actions.release(people["coordinator"], reported)
    measure.refresh_from_db()
    assert (measure.status, entry.recorded_by) == (Status.COMPLETED, people["contributor"])


def test_a_status_that_no_longer_fits_is_refused_whole(measure: Measure, people: dict[str, User]) -> None:
    reported = actions.propose_status(people["contributor"], measure, status=Status.COMPLETED, since=DAY)
    change_status(people["coordinator"], measure, status=Status.IN_OPERATION, since=DAY)
    with pytest.raises(ConflictError):
        actions.release(people["coordinator"], reported)
    assert StatusProposal.objects.get(pk=reported.pk).state == "waiting"


def test_who_sees_what(kpi: Kpi, measure: Measure, people: dict[str, User]) -> None:
    reported = actions.propose_value(people["coordinator"], kpi, **GIVEN)
    own = measure.organisations.values("organisation_id")  # type: ignore[attr-defined]
    stranger = person("stranger", "contributor", Organisation.objects.exclude(pk__in=own)[0])
    steering = person("steering", "steering")
    for user in (stranger, steering):
        assert queries.waiting(user) == []
        with pytest.raises(Http404):
            queries.proposal("value", reported.pk, user)
    for name in ("contributor", "coordinator", "approver"):
        assert queries.waiting(people[name]) == [reported]
    with pytest.raises(Http404):
        queries.proposal("nonsense", reported.pk, people["approver"])


def test_pages(client: Client, kpi: Kpi, measure: Measure, people: dict[str, User]) -> None:
    page, board = kpi.get_absolute_url(), "/strategy/proposals/"
    assert client.get(board).status_code == 302
    client.force_login(people["contributor"])
    form = {"date": "31.12.2024", "value": "12,5", "quality": "measured", "source": "Quelle des Entwurfs"}
    assert client.post(f"{page}values/new/", form).status_code == 302
    status = {"before": "in_progress", "status": "completed", "since": "2024-12-31"}
    assert client.post(f"{measure.get_absolute_url()}status/", status).status_code == 302
    assert "Quelle des Entwurfs" in client.get(page).content.decode()
    assert "Quelle des Entwurfs" not in Client().get(page).content.decode()
    value = ValueProposal.objects.get()
    address = f"{board}value/{value.pk}/"
    assert client.post(f"{address}release/").status_code == 403
    client.force_login(people["approver"])
    assert client.post(f"{address}send-back/", {"decision": ""}).status_code == 302
    assert "12,5" in client.get(board).content.decode()
    assert client.post(f"{address}withdraw/").status_code == 403
    assert client.post(f"{address}release/").status_code == 302
    assert "Quelle des Entwurfs" in Client().get(page).content.decode()
    client.force_login(person("nobody", "steering"))
    assert client.get(board).status_code == 403
