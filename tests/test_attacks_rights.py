"""Who may write what: every write address for every role, over pages and over the API; and no write without entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.test import Client

from steuerrad.config.urls import api
from steuerrad.kernel import clock
from steuerrad.modules.city_index.memo.actions import begin_memo
from steuerrad.modules.city_index.models import Edition, IndexCity, Memo
from steuerrad.modules.strategy.actions.proposals import propose_value, release
from steuerrad.modules.strategy.models import Kpi, KpiValue, MeasureOrganisation
from steuerrad.modules.strategy.queries import findings
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.http_api.tokens import create_token
from steuerrad.platform.organisations.models import Organisation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
EVERYBODY = ("contributor", "foreign", "coordinator", "approver", "steering", "administrator")
OWN = {"contributor", "coordinator", "administrator"}
OFFICE = {"coordinator", "administrator"}
BOTH = {"coordinator", "approver", "administrator"}
APPROVER = {"approver", "administrator"}
#: Written without an entry on purpose: counts, sessions and what Django notes about its own pages.
UNLOGGED = {"datasets.DownloadCount", "sessions.Session", "admin.LogEntry", "audit.AuditEntry"}


@dataclass(frozen=True)
class Write:
    """One address that writes: its route, who may, and what is sent. api: JSON; else a form."""

    route: str
    may: set[str]
    address: Callable[[dict[str, Any]], str]
    data: dict[str, Any]
    method: str = "post"
    api: bool = False


VALUE = {"value": "7", "quality": "measured", "source": "Bericht"}
WRITES = (
    Write("strategy/kpis/<str:code>/values/new/", OWN, lambda o: f"/strategy/kpis/{o['kpi'].code}/values/new/",
          {"date": "2024-01-01", **VALUE}),
    Write("strategy/kpis/<str:code>/values/<int:value_id>/correct/", OWN,
          lambda o: f"/strategy/kpis/{o['kpi'].code}/values/{o['value'].pk}/correct/", {**VALUE, "reason": "Tippfehler"}),
    Write("strategy/measures/<str:number>/status/", OWN, lambda o: f"/strategy/measures/{o['measure'].number}/status/",
          {"before": "in_progress", "status": "stopped", "since": "2026-01-02", "reason": "kein Geld"}),
    Write("strategy/proposals/<slug:kind>/<int:pk>/release/", BOTH,
          lambda o: f"/strategy/proposals/value/{o['waiting'].pk}/release/", {}),
    Write("strategy/proposals/<slug:kind>/<int:pk>/send-back/", BOTH,
          lambda o: f"/strategy/proposals/value/{o['waiting'].pk}/send-back/", {"decision": "Beleg fehlt"}),
    Write("api/v1/strategy/proposals/<kind>/<proposal_id>/release", BOTH,
          lambda o: f"/api/v1/strategy/proposals/value/{o['waiting'].pk}/release", {}, api=True),
    Write("api/v1/strategy/proposals/<kind>/<proposal_id>/withdraw", {"administrator"},
          lambda o: f"/api/v1/strategy/proposals/value/{o['own'].pk}/withdraw", {}, api=True),
    Write("strategy/proposals/<slug:kind>/<int:pk>/withdraw/", {"administrator"},
          lambda o: f"/strategy/proposals/value/{o['own'].pk}/withdraw/", {}),
    Write("api/v1/strategy/proposals/<kind>/<proposal_id>/send-back", BOTH,
          lambda o: f"/api/v1/strategy/proposals/value/{o['waiting'].pk}/send-back", {"reason": "Beleg fehlt"}, api=True),
    Write("strategy/audit/<slug:fingerprint>/accept/", BOTH, lambda o: f"/strategy/audit/{o['finding']}/accept/", {"reason": "so gewollt"}),
    Write("index/memo/<slug:city>/<int:year>/begin/", OFFICE, lambda o: "/index/memo/bochum/2020/begin/", {}),
    Write("index/memo/<slug:city>/<int:year>/release/", APPROVER, lambda o: "/index/memo/bochum/2021/release/", {}),
    Write("api/v1/strategy/kpis/<code>/values", OWN, lambda o: f"/api/v1/strategy/kpis/{o['kpi'].code}/values",
          {"date": "2024-01-01", **VALUE}, api=True),
    Write("api/v1/strategy/kpis/<code>/values/<value_id>/correction", OWN,
          lambda o: f"/api/v1/strategy/kpis/{o['kpi'].code}/values/{o['value'].pk}/correction", {**VALUE, "reason": "Tippfehler"}, api=True),
    Write("api/v1/strategy/measures/<number>/status", OWN, lambda o: f"/api/v1/strategy/measures/{o['measure'].number}/status",
          {"status": "stopped", "since": "2026-01-02", "reason": "kein Geld"}, api=True),
    Write("api/v1/strategy/findings/<fingerprint>/acceptance", BOTH, lambda o: f"/api/v1/strategy/findings/{o['finding']}/acceptance",
          {"reason": "so gewollt"}, "put", api=True),
)  # fmt: skip


def snapshot() -> dict[str, list[Any]]:
    """All rows of all tables that an entry of the log must answer for."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.label not in UNLOGGED
        and not model._meta.label.startswith(("contenttypes.", "auth."))
        and issubclass(model, models.Model)
    }


@pytest.fixture
def objects() -> dict[str, Any]:
    """A KPI and a measure of one organisation, with a value, a finding, and a draft that the chief author began."""
    lead = MeasureOrganisation.objects.filter(
        retired=False, measure__kpis__retired=False, measure__kpis__supplied_by="", measure__status="in_progress"
    ).select_related("organisation", "measure").order_by("pk").first()  # fmt: skip
    assert lead is not None
    kpi = Kpi.objects.filter(measure=lead.measure, retired=False, supplied_by="").first()
    assert kpi is not None
    office = User.objects.create_superuser("office@city.example", "a long enough password")
    reported: dict[str, Any] = {"value": Decimal(5), "quality": "measured", "source": "Bericht"}
    second = User.objects.create_superuser("second@city.example", "a long enough password")
    value = release(second, propose_value(office, kpi, day=date(2023, 1, 1), **reported))
    waiting = propose_value(office, kpi, day=date(2022, 1, 1), **reported)
    part = set(
        MeasureOrganisation.objects.filter(measure=lead.measure).values_list("organisation_id", flat=True)
    )
    other = Organisation.objects.filter(retired=False).exclude(pk__in=part).first()
    for name, organisation in (("contributor", lead.organisation), ("foreign", other)):
        user = User.objects.create_user(f"{name}@city.example")
        Membership.objects.create(user=user, role="contributor", organisation=organisation)
    for name in ("coordinator", "approver", "steering", "administrator"):
        Membership.objects.create(user=User.objects.create_user(f"{name}@city.example"), role=name)
    administrator = User.objects.get(email="administrator@city.example")
    own = propose_value(administrator, kpi, day=date(2021, 1, 1), **reported)
    draft(office)
    every = findings.shown()
    return {
        "kpi": kpi,
        "measure": lead.measure,
        "value": value,
        "waiting": waiting,
        "own": own,
        "finding": every[0].finding.fingerprint,
    }


def draft(author: User) -> None:
    begin_memo(author, IndexCity.objects.get(key="bochum"), Edition.objects.get(year=2021))


def send(write: Write, role: str, objects: dict[str, Any]) -> int:
    client, headers = Client(), {}
    if role != "anonymous":
        user = User.objects.get(email=f"{role}@city.example")
        if write.api:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {create_token(user, 'x')}"
        else:
            client.force_login(user)
    sending = getattr(client, write.method)
    kind = {"content_type": "application/json"} if write.api else {}
    return sending(write.address(objects), write.data, **kind, **headers).status_code


@pytest.mark.parametrize("role", ["anonymous", *EVERYBODY])
@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.route)
def test_rights(write: Write, role: str, objects: dict[str, Any]) -> None:
    keyed = write.api and role != "anonymous"  # making the key writes a row and an entry of its own
    before, entries = snapshot(), AuditEntry.objects.count() + keyed
    code = send(write, role, objects)
    after = snapshot()
    for state in (before, after):
        state.pop("http_api.ApiToken"), state.pop("accounts.User")  # last use, last sign-in
    changed = before != after
    if role in write.may:
        assert code in ({200, 201, 202} if write.api else {302}), code
        assert changed
        assert AuditEntry.objects.count() > entries
    else:
        assert code == (401 if write.api else 302) if role == "anonymous" else code in {403, 404}
        assert not changed
        assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.route)
def test_nothing_is_written_by_get(write: Write, objects: dict[str, Any]) -> None:
    client = Client()
    client.force_login(User.objects.get(email="administrator@city.example"))
    before = snapshot()
    client.get(write.address(objects), write.data)
    assert snapshot() == before


def test_a_value_is_reached_by_its_own_kpi_only(objects: dict[str, Any]) -> None:
    """A contributor must not reach a foreign value by the address of an own KPI, nor the other way round."""
    other = (
        Kpi.objects.exclude(pk=objects["kpi"].pk)
        .filter(retired=False, supplied_by="")
        .exclude(measure=objects["measure"])
        .first()
    )
    assert other is not None
    foreign = KpiValue.objects.create(
        kpi=other, date=date(2023, 1, 1), value=1, quality="measured", origin="collected", source="x",
        recorded_at=clock.now(),
    )  # fmt: skip
    crossed = {**objects, "value": foreign}
    for write in WRITES:
        if "value_id" in write.route:
            for role in ("contributor", "coordinator"):
                assert send(write, role, crossed) == 404
    assert not KpiValue.objects.get(pk=foreign.pk).superseded


def test_drafts_are_seen_by_those_who_work_on_them(objects: dict[str, Any]) -> None:
    memo = Memo.objects.get(state=Memo.DRAFT)
    for role, sees in (
        ("contributor", False),
        ("steering", True),
        ("coordinator", True),
        ("approver", True),
    ):
        client = Client()
        client.force_login(User.objects.get(email=f"{role}@city.example"))
        address = f"/index/memo/bochum/2021/v{memo.version}.html"
        assert client.get(address).status_code == (200 if sees else 404)
        assert client.get("/index/memo/bochum/2021/", {"version": memo.version}).status_code == (
            200 if sees else 404
        )
    assert Client().get(f"/index/memo/bochum/2021/v{memo.version}.html").status_code == 404


def test_the_table_of_the_api_is_complete() -> None:
    described = {
        path.removeprefix("/").replace("{", "<").replace("}", ">")
        for path, methods in api.get_openapi_schema()["paths"].items()
        if set(methods) - {"get"}
    }
    assert described == {write.route for write in WRITES if write.api}


def test_the_database_itself_wants_four_eyes() -> None:
    """Whatever a program forgets: nobody is both who began a memo and who released it."""
    one = User.objects.create_user("one@city.example")
    draft(User.objects.create_superuser("two@city.example"))
    memo = Memo.objects.get(state=Memo.DRAFT)
    Memo.objects.filter(pk=memo.pk).update(released_by=one)
    with pytest.raises(IntegrityError, match="memo_four_eyes"), transaction.atomic():
        Memo.objects.filter(pk=memo.pk).update(released_by=memo.created_by)
