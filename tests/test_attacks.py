"""Attacks that once worked, or would be worth trying: doors beside the door, sizes, roles, races."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.core.mail import EmailMessage
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory
from django.urls import get_resolver
from django.utils.module_loading import import_string

from steuerrad.config.mail import settings as mail_settings
from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.city.loaders import documents_of
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.http_api.tokens import create_token, user_of
from steuerrad.portal.limits import BodyLimit

PASSWORD = "a long enough password"
pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> User:
    return User.objects.create_superuser("chief@city.example", PASSWORD)


@pytest.fixture
def browser(chief: User) -> Client:
    client = Client()
    client.force_login(chief)
    return client


class TestAdministration:
    def test_there_is_one_door(self) -> None:
        """A second sign-in page would know no limit of guesses."""
        answer = Client().post("/admin/login/", {"username": "chief@city.example", "password": PASSWORD})
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")

    def test_it_is_closed_for_others_than_staff(self) -> None:
        person = User.objects.create_user("ada@city.example", PASSWORD)
        client = Client()
        client.force_login(person)
        assert client.get("/admin/accounts/user/").status_code in {302, 403}
        assert client.get("/admin/login/").status_code == 403

    def test_every_write_has_its_entry(self, browser: Client) -> None:
        none = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
        new = {
            "email": "new@city.example",
            "password1": PASSWORD + "!",
            "password2": PASSWORD + "!",
            "usable_password": "true",
        }
        assert browser.post("/admin/accounts/user/add/", {**new, **none}).status_code == 302
        person = User.objects.get(email="new@city.example")
        page = f"/admin/accounts/user/{person.pk}/"
        given = {
            "email": person.email, "is_active": "on", "memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0,
            "memberships-0-role": "approver", "memberships-0-user": person.pk,
        }  # fmt: skip
        assert browser.post(f"{page}change/", given).status_code == 302
        again = {"password1": PASSWORD + "?", "password2": PASSWORD + "?", "usable_password": "true"}
        assert browser.post(f"/admin/accounts/user/{person.pk}/password/", again).status_code == 302
        chosen = {"action": "delete_selected", "_selected_action": person.pk, "post": "yes"}
        assert browser.post("/admin/accounts/user/", chosen).status_code == 302
        entries = AuditEntry.objects.filter(ref=f"accounts.user:{person.pk}").order_by("pk")
        assert [entry.action for entry in entries] == [
            "admin.add",
            "admin.change",
            "admin.change",
            "admin.delete",
        ]
        assert "Approver" in str(entries[1].changes) or "Freigabe" in str(entries[1].changes)
        assert PASSWORD not in str([entry.changes for entry in entries])

    def test_no_page_writes_past_the_log(self, chief: User) -> None:
        get_resolver().url_patterns  # noqa: B018 - the pages are arranged when addresses are read
        request = RequestFactory().get("/admin/")
        request.user = chief
        writable = {
            model._meta.label
            for model, page in admin.site._registry.items()
            if page.has_add_permission(request) or page.has_change_permission(request) or page.has_delete_permission(request)
        }  # fmt: skip
        assert writable == {"accounts.User"}

    def test_its_pages_keep_to_the_policy(self, browser: Client, chief: User) -> None:
        for address in ("/admin/", "/admin/accounts/user/", f"/admin/accounts/user/{chief.pk}/change/"):
            page = browser.get(address)
            assert page.status_code == 200
            assert "unsafe" not in page["Content-Security-Policy"]
            text = page.content.decode()
            assert "<style" not in text
            assert " style=" not in text
            assert "<script>" not in text


class TestLog:
    def test_an_entry_cannot_be_replaced(self) -> None:
        """SQLite's REPLACE deletes without asking the trigger against deletion."""
        kept = AuditEntry.objects.create(at=clock.now(), actor_name="Ada", action="x", ref="y")
        columns = "id, at, actor_name, action, ref, title, changes, reason"
        values = (kept.pk, clock.now().isoformat(), "Eve", "x", "y", "", "{}", "")
        if connection.vendor == "sqlite":
            sql = f"INSERT OR REPLACE INTO audit_auditentry ({columns}) VALUES ({', '.join(['%s'] * 8)})"
        else:
            sql = (
                f"INSERT INTO audit_auditentry ({columns}) VALUES ({', '.join(['%s'] * 8)})"
                " ON CONFLICT (id) DO UPDATE SET actor_name = excluded.actor_name"
            )
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, values)
        assert AuditEntry.objects.get(pk=kept.pk).actor_name == "Ada"


class TestDemoAccounts:
    @pytest.fixture
    def demo(self) -> User:
        return User.objects.create_superuser("demo@demo.invalid", PASSWORD, is_demo=True)

    def test_they_do_not_exist_behind_tls(self, demo: User, settings: Any) -> None:
        """Their password is public; an installation that moves from a trial to service must not keep them."""
        token, client = create_token(demo, "x"), Client()
        assert client.login(email=demo.email, password=PASSWORD)
        assert user_of(token) == demo
        settings.TLS = True
        assert user_of(token) is None
        assert "_auth_user_id" in client.session
        assert client.get("/api/keys/").status_code == 302
        assert not Client().login(email=demo.email, password=PASSWORD)
        Client().post("/account/login/", {"login": demo.email, "password": PASSWORD})
        signing_in = Client()
        signing_in.post("/account/login/", {"login": demo.email, "password": PASSWORD})
        assert "_auth_user_id" not in signing_in.session


class TestSizes:
    def test_a_large_form_is_refused_unread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def read(*args: Any, **options: Any) -> None:
            pytest.fail("the body was read")

        monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", read)
        size = settings.LARGEST_BODY + 1
        answer = Client(enforce_csrf_checks=True).generic(
            "POST",
            "/index/import/",
            b"",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(size),
        )
        assert answer.status_code == 413
        assert "Content-Security-Policy" in answer.headers

    @pytest.mark.parametrize("length", ["", "-1", "x", "9" * 5000, "²"])
    def test_nonsense_in_the_length(self, length: str) -> None:
        request = SimpleNamespace(META={"CONTENT_LENGTH": length})
        answer = BodyLimit(lambda _request: SimpleNamespace(status_code=200))(request)  # type: ignore[arg-type,return-value]
        assert answer.status_code == (413 if length.startswith("9") else 200)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", " https://a.example", "ftp://a.example", "//a.example"]
)
def test_documents_link_to_web_pages_only(url: str, tmp_path: Path) -> None:
    context = LoadContext(folder=tmp_path, city_slug="x")
    documents_of(context, {"documents": [{"id": "a", "title": "A", "url": url}]})
    assert len(context.problems) == 1
    context = LoadContext(folder=tmp_path, city_slug="x")
    documents_of(context, {"documents": [{"id": "a", "title": "A", "url": "https://a.example/b"}]})
    assert not context.problems


def test_a_key_of_a_deactivated_account_opens_nothing(chief: User) -> None:
    token = create_token(chief, "x")
    User.objects.filter(pk=chief.pk).update(is_active=False)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    answer = Client().post(
        "/api/v1/strategy/measures/1/status", "{}", content_type="application/json", **bearer
    )
    assert answer.status_code == 401
    assert io.BytesIO(answer.content).read()


class TestSecretsAndAccounts:
    def test_a_link_to_a_new_password_is_in_no_log(
        self, chief: User, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Without a mail server; whoever reads the log could take over any account."""
        send = import_string(mail_settings("")["EMAIL_BACKEND"])()
        message = EmailMessage("New password", "https://x/password/reset/key/1-secret/", to=[chief.email])
        with caplog.at_level("INFO"):
            assert send.send_messages([message]) == 0
        captured = capfd.readouterr()
        told = captured.out + captured.err + caplog.text
        assert "New password" in told
        assert "secret" not in told

    def test_nobody_takes_the_address_of_another(self, browser: Client, chief: User) -> None:
        answer = browser.post("/account/email/", {"action_add": "", "email": "mayor@city.example"})
        assert answer.status_code == 404
        assert User.objects.get(pk=chief.pk).email == "chief@city.example"

    def test_a_new_password_has_its_entry(self, browser: Client, chief: User) -> None:
        new = PASSWORD + " indeed"
        given = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert browser.post("/account/password/change/", given).status_code == 302
        entry = AuditEntry.objects.get(action="accounts.new_password")
        assert entry.actor == chief
        assert PASSWORD not in str((entry.title, entry.changes, entry.reason))

    def test_what_a_person_sees_is_kept_by_no_cache(self, browser: Client) -> None:
        assert browser.get("/audit/")["Cache-Control"] == "private, no-cache"
        assert "no-store" in browser.get("/api/keys/")["Cache-Control"]
        assert "Cache-Control" not in Client().get("/imprint/").headers


def test_a_database_that_refuses_gives_one_sentence(tmp_path: Path) -> None:
    """Here: tables that were never made; a full disk raises the same."""
    found = subprocess.run(
        [sys.executable, "-m", "steuerrad.config.cli", "load"],
        cwd=settings.ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "STEUERRAD_DATA_DIR": str(tmp_path), "STEUERRAD_DATABASE_URL": "", "DATABASE_URL": ""},
    )  # fmt: skip
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert "no such table" in found.stderr
