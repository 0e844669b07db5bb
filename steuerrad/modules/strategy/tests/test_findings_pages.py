"""The page and the API of the strategy audit: reading, accepting, taking it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from steuerrad.modules.strategy.audit_queries import findings
from steuerrad.modules.strategy.models import AcceptedFinding, Kpi
from steuerrad.modules.strategy.queries import findings as queries
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.log import record
from steuerrad.platform.http_api.tokens import create_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
PAGE = reverse("strategy:findings")
API = "/api/v1/strategy/findings/"


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{role}@demo.invalid"))
    return client


@pytest.fixture
def fingerprint() -> str:
    return findings()[0].fingerprint


def test_the_page_shows_what_the_audit_finds(client: Client, django_assert_max_num_queries: Any) -> None:
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        answer = client.get(PAGE)
    assert answer.content.decode().count("<h1") == 1
    assert answer.context["page_obj"].paginator.count == len(findings())
    assert sum(number for _name, _label, number in answer.context["counts"]) == len(findings())


def test_filters(client: Client) -> None:
    for query in ("severity=error", "rule=kpi-measure-missing", "kind=kpi", "q=ZI-NI-K7.2"):
        found = client.get(f"{PAGE}?{query}").context["page_obj"].paginator.count
        assert 0 < found < len(findings()), query
    assert client.get(f"{PAGE}?accepted=only").context["page_obj"].paginator.count == 0


def test_findings_stand_on_the_page_of_their_object(client: Client) -> None:
    answer = client.get(reverse("strategy:kpi", args=["ZI-NI-K7.2"]))
    assert "kpi-measure-missing" in {item.finding.rule for item in answer.context["findings"]}
    assert "ZI-NI-7" in answer.content.decode()


@pytest.mark.parametrize("role", ["contributor", "steering"])
def test_not_everybody_may_accept(role: str, fingerprint: str) -> None:
    client = signed_in(role)
    assert client.get(reverse("strategy:accept_finding", args=[fingerprint])).status_code == 403
    assert (
        client.post(reverse("strategy:accept_finding", args=[fingerprint]), {"reason": "x"}).status_code
        == 403
    )
    assert client.post(reverse("strategy:withdraw_acceptance", args=[fingerprint])).status_code == 403
    assert reverse("strategy:accept_finding", args=[fingerprint]) not in client.get(PAGE).content.decode()
    assert not AcceptedFinding.objects.exists()


def test_visitors_are_asked_to_sign_in(client: Client, fingerprint: str) -> None:
    for name in ("accept_finding", "withdraw_acceptance"):
        assert client.post(reverse(f"strategy:{name}", args=[fingerprint])).status_code == 302


def test_accepting_and_taking_it_back(fingerprint: str) -> None:
    client, url = signed_in("coordinator"), reverse("strategy:accept_finding", args=[fingerprint])
    before = client.get(PAGE).context["page_obj"].paginator.count
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Zähler der nächsten Fassung"}).status_code == 302
    assert client.get(PAGE).context["page_obj"].paginator.count == before - 1
    assert "Zähler der nächsten Fassung" in client.get(f"{PAGE}?accepted=only").content.decode()
    assert client.post(url, {"reason": "noch einmal"}, follow=True).status_code == 200
    assert client.get(reverse("strategy:withdraw_acceptance", args=[fingerprint])).status_code == 405
    client.post(reverse("strategy:withdraw_acceptance", args=[fingerprint]))
    assert client.get(PAGE).context["page_obj"].paginator.count == before


def test_unknown_findings(client: Client) -> None:
    assert (
        signed_in("coordinator").get(reverse("strategy:accept_finding", args=["0" * 64])).status_code == 404
    )


def test_a_write_makes_the_audit_look_again() -> None:
    before = queries.raw_findings()
    assert queries.raw_findings() is before
    Kpi.objects.filter(code="ZI-NI-K1.1").update(unit="", direction="")
    record(None, "test.write", "strategy.kpi:ZI-NI-K1.1")
    after = queries.raw_findings()
    assert {item.fingerprint for item in after} != {item.fingerprint for item in before}


def test_api(client: Client, fingerprint: str) -> None:
    rows = client.get(f"{API}?severity=error").json()
    assert rows["total"] == len(rows["items"]) == sum(item.finding.severity == "error" for item in findings())
    assert client.get(f"{API}{'0' * 64}").status_code == 404
    assert client.get(f"{API}{fingerprint}").json()["accepted"] is False
    url, body = f"{API}{fingerprint}/acceptance", {"reason": "bekannt"}
    assert client.put(url, body, content_type="application/json").status_code == 401
    for role, status in (("steering", 403), ("coordinator", 200)):
        token = create_token(User.objects.get(email=f"{role}@demo.invalid"), "test")
        headers = {"authorization": f"Bearer {token}"}
        answer = client.put(url, body, content_type="application/json", headers=headers)
        assert answer.status_code == status
    assert answer.json()["accepted"] is True
    assert client.put(url, body, content_type="application/json", headers=headers).status_code == 409
    assert client.delete(url, headers=headers).json()["accepted"] is False
    assert client.delete(url, headers=headers).status_code == 409
