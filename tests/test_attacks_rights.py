"""Who may write what: every write address for every role, over pages and over the API; and no write without entry."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from steuerrad.config.urls import api
from steuerrad.kernel import clock
from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.tests.stage import Stage
from steuerrad.modules.city_index.models import Memo
from steuerrad.modules.strategy.models import Kpi, KpiValue
from steuerrad.platform.accounts.models import User
from steuerrad.platform.http_api.tokens import create_token
from tests.support.writes import CALCULATE, ELSEWHERE, WRITES, Objects, Write, prepared
from tests.support.writes.campaign import QUESTIONS
from tests.support.writes.kinds import EVERYBODY

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("bochum")]
#: Written without an entry on purpose: counts, sessions, last sign-in and last use, what Django notes for itself.
UNLOGGED = {
    "datasets_downloadcount", "django_session", "django_admin_log", "accounts_user", "steuerrad_cache", "http_api_apitoken",
}  # fmt: skip
ENTRY = "audit_auditentry"
WRITING = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?', re.IGNORECASE)


class Watch:
    """The tables that are written to."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITING.match(sql)
        if found:
            self.tables.add(found[1].lower())
        return execute(sql, params, many, context)


@pytest.fixture(scope="module")
def objects(bochum: str, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Objects]:
    """Made once; what a test does to them is undone with the test."""
    registry.add(Stage(questions=QUESTIONS, checks=()).module())
    uploads = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("uploads"))
    with uploads, django_db_blocker.unblock(), transaction.atomic():
        yield prepared()
        transaction.set_rollback(True)
    del registry._modules["stage"]


def send(write: Write, role: str, objects: Objects) -> tuple[int, set[str]]:
    """The status of the answer, and the tables that the request wrote to."""
    client, headers = Client(), {}
    here = objects | {"role": role if role in EVERYBODY else "administrator"}
    if role != "anonymous":
        user = User.objects.get(email=f"{role}@city.example")
        if write.api:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {create_token(user, 'x')}"
        else:
            client.force_login(user)
    if write.before:
        write.before(client, here)
    kind = {"content_type": "application/json"} if write.api else {}
    watch = Watch()
    with connection.execute_wrapper(watch):
        answer = getattr(client, write.method)(write.address(here), write.sent(here), **kind, **headers)
    return answer.status_code, watch.tables


def undone(write: Write, role: str, objects: Objects) -> tuple[int, set[str]]:
    """The same, and nothing of it stays."""
    cache.clear()
    with transaction.atomic():
        found = send(write, role, objects)
        transaction.set_rollback(True)
    return found


def name(write: Write) -> str:
    return f"{write.method} {write.route}"


def faults_of(write: Write, role: str, code: int, tables: set[str]) -> list[str]:
    logged = tables - UNLOGGED
    if role in write.may:
        expected = {write.code} if write.code else {200, 201, 202, 204} if write.api else {302}
        kept = tables - {ENTRY, "django_session"}
        return [
            text
            for text, wrong in (
                (f"{role}: answered {code}", code not in expected),
                (f"{role}: nothing is written", not kept),
                (f"{role}: {sorted(kept)} without an entry of the log", write.logged and ENTRY not in tables),
            )
            if wrong
        ]
    expected = ({401} if write.api else {302}) if role == "anonymous" else {403, 404}
    return [
        text
        for text, wrong in (
            (f"{role}: answered {code}", code not in expected),
            (f"{role}: {sorted(logged)} written", bool(logged)),
        )
        if wrong
    ]


@pytest.mark.parametrize("write", WRITES, ids=name)
def test_rights(write: Write, objects: Objects) -> None:
    faults = []
    for role in ("anonymous", *EVERYBODY):
        faults += faults_of(write, role, *undone(write, role, objects))
    assert not faults


@pytest.mark.parametrize("write", CALCULATE, ids=name)
def test_what_only_computes_writes_nothing(write: Write, objects: Objects) -> None:
    for role in ("anonymous", *EVERYBODY):
        code, tables = undone(write, role, objects)
        assert not tables - UNLOGGED, role
        assert (code in {200, 302} and code < 400) if role in write.may else code in {302, 401, 403, 404}, (
            role,
            code,
        )


@pytest.mark.parametrize("write", WRITES, ids=name)
def test_nothing_is_written_by_get(write: Write, objects: Objects) -> None:
    client = Client()
    client.force_login(objects["people"]["administrator"])
    watch = Watch()
    with connection.execute_wrapper(watch):
        client.get(write.address(objects | {"role": "administrator"}))
    assert not watch.tables - UNLOGGED


def test_a_value_is_reached_by_its_own_kpi_only(objects: Objects) -> None:
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
                assert send(write, role, crossed)[0] == 404
    assert not KpiValue.objects.get(pk=foreign.pk).superseded


def test_drafts_are_seen_by_those_who_work_on_them(objects: Objects) -> None:
    memo = Memo.objects.get(state=Memo.DRAFT)
    for role, sees in (
        ("contributor", False),
        ("steering", True),
        ("coordinator", True),
        ("approver", True),
    ):
        client = Client()
        client.force_login(objects["people"][role])
        address = f"/index/memo/bochum/2021/v{memo.version}.html"
        assert client.get(address).status_code == (200 if sees else 404)
        assert client.get("/index/memo/bochum/2021/", {"version": memo.version}).status_code == (
            200 if sees else 404
        )
    assert Client().get(f"/index/memo/bochum/2021/v{memo.version}.html").status_code == 404


def test_the_table_of_the_api_is_complete() -> None:
    described = {
        (method, path.removeprefix("/").replace("{", "<").replace("}", ">"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
        if method != "get"
    }
    assert described == {(write.method, write.route) for write in (*WRITES, *CALCULATE) if write.api}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for item in patterns:
        route = prefix + str(item.pattern)
        if route.startswith(("admin/", "api/v1/")):
            continue
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, route)
        else:
            yield route, item.callback


def takes_post(view: Any) -> bool:
    """What its decorators let through; without such a decorator, what its own text speaks of."""
    restricted, inner = None, view
    while inner is not None:
        held = inspect.getclosurevars(inner).nonlocals if inspect.isfunction(inner) else {}
        restricted = held.get("request_method_list", restricted)
        view, inner = inner, getattr(inner, "__wrapped__", None)
    return "POST" in restricted if restricted is not None else "POST" in inspect.getsource(view)


def test_the_table_of_the_forms_is_complete() -> None:
    found = {
        route
        for route, view in routes(get_resolver().url_patterns)
        if not route.startswith(ELSEWHERE) and takes_post(view)
    }
    assert found == {write.route for write in (*WRITES, *CALCULATE) if not write.api}


def test_the_database_itself_wants_four_eyes(objects: Objects) -> None:
    """Whatever a program forgets: nobody is both who began a memo and who released it."""
    memo = objects["memo"]
    Memo.objects.filter(pk=memo.pk).update(released_by=objects["second"])
    with pytest.raises(IntegrityError, match="memo_four_eyes"), transaction.atomic():
        Memo.objects.filter(pk=memo.pk).update(released_by=objects["office"])


@pytest.mark.parametrize("role", [role for role in EVERYBODY if role != "approver"])
def test_what_belongs_to_one_person_is_nobody_elses(role: str, objects: Objects) -> None:
    """Not even an administrator's: filters, notices, keys, and files that wait for their confirmation."""
    client = Client()
    client.force_login(objects["people"][role])
    for write in WRITES:
        if "o['role']" in inspect.getsource(write.address):
            watch = Watch()
            with connection.execute_wrapper(watch):
                answer = client.post(write.address(objects | {"role": "approver"}), {"do": "drop"})
            assert not watch.tables - UNLOGGED, write.route
            assert answer.status_code in {302, 403, 404}
    for files in (objects["files"], objects["workbooks"]):
        assert client.get(f"/files/{files['approver'].key}/").status_code == 404
