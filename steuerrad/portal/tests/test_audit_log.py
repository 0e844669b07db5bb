"""The audit log: complete, and only ever longer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.log import record
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.audit.queries import entries


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ada@city.example", "a long enough password", first_name="Ada")


@pytest.mark.django_db
def test_an_entry_keeps_who_what_and_why(person) -> None:
    record(
        person,
        "kpi.correct",
        "strategy.kpi:X",
        changes={"value": (Decimal("1.50"), None)},
        reason="typing error",
    )
    entry = AuditEntry.objects.get()
    assert entry.changes == {"value": ["1.5", None]}
    assert (entry.actor_name, entry.reason) == ("Ada", "typing error")


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["update", "delete", "save"])
def test_the_database_refuses_to_change_an_entry(person, how) -> None:
    entry = record(person, "kpi.correct", "strategy.kpi:X")
    entry.reason = "nothing happened"
    ways = {
        "update": lambda: AuditEntry.objects.filter(pk=entry.pk).update(reason="nothing happened"),
        "delete": lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        "save": entry.save,
    }
    with pytest.raises(DatabaseError, match="append-only"):
        transaction.atomic(ways[how])()
    assert AuditEntry.objects.get().reason == ""


@pytest.mark.django_db
def test_the_entry_outlives_the_account(person) -> None:
    record(person, "kpi.correct", "strategy.kpi:X")
    person.delete()
    assert AuditEntry.objects.get().actor_name == "Ada"


@pytest.mark.django_db
def test_filters_narrow_and_combine(person) -> None:
    record(person, "kpi.correct", "strategy.kpi:X", reason="typing error")
    record(None, "city.load", "city:y")
    assert entries().count() == 2
    assert [entry.action for entry in entries(text="typing")] == ["kpi.correct"]
    assert [entry.action for entry in entries(action="city.load")] == ["city.load"]
    assert not entries(action="city.load", text="typing").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"), [(None, 403), ("steering", 403), ("coordinator", 200), ("administrator", 200)]
)
def test_only_some_roles_read_the_log(person, role, status) -> None:
    if role:
        Membership.objects.create(user=person, role=role)
    browser = Client()
    assert browser.get("/audit/").status_code == 302
    browser.force_login(person)
    assert browser.get("/audit/").status_code == status


@pytest.mark.django_db
def test_broken_filters_do_not_break_the_page(person) -> None:
    Membership.objects.create(user=person, role="coordinator")
    browser = Client()
    browser.force_login(person)
    for query in (
        "since=yesterday",
        "until=9999-12-31",
        "since=0001-01-01",
        "page=x",
        "action=nonsense",
        "q=%00",
    ):
        assert browser.get(f"/audit/?{query}").status_code == 200, query


@pytest.mark.django_db
def test_the_log_leaves_the_house_only_with_those_who_may_read_it(person) -> None:
    record(person, "kpi.correct", "strategy.kpi:X", reason="typing error")
    browser = Client()
    assert browser.get("/data/audit.entries.csv").status_code == 404
    browser.force_login(person)
    assert browser.get("/data/audit.entries.csv").status_code == 404
    Membership.objects.create(user=person, role="coordinator")
    browser.force_login(User.objects.get(pk=person.pk))
    text = b"".join(browser.get("/data/audit.entries.csv").streaming_content).decode()
    assert "typing error" in text
