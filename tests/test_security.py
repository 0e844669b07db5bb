"""Secure by default: headers, cookies, passwords, limits."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher
from django.core.cache import cache
from django.test import Client

from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.accounts.models import User

ROOT = Path(settings.ROOT)
PASSWORD = "a long enough password"


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ada@city.example", PASSWORD)


def directives(header: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in header.split(";") if part.strip())


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/", "/account/login/", "/api/", "/no/such/page", "/api/v1/openapi.json"]
)
def test_every_answer_carries_the_policy(address: str) -> None:
    response = Client().get(address)
    policy = directives(response["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"


def manage(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, since settings are read once."""
    return subprocess.run(
        [sys.executable, "-m", "steuerrad.config.cli", "manage", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **options},
    )  # fmt: skip


def test_the_deployment_check_is_clean_behind_tls(tmp_path: Path) -> None:
    found = manage(
        "check", "--deploy", "--fail-level", "INFO",
        STEUERRAD_TLS="1", STEUERRAD_PROXIES="1", STEUERRAD_ALLOWED_HOSTS="steuerrad.city.example",
        STEUERRAD_DATA_DIR=str(tmp_path),
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    keys = {
        manage("shell", "-c", code, STEUERRAD_DATA_DIR=str(tmp_path)).stdout.split()[-1] for _ in range(2)
    }
    assert len(keys) == 1
    assert len(keys.pop()) > 60
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_passwords_are_hashed_with_argon2(person: User) -> None:
    assert identify_hasher(person.password).algorithm == "argon2"


@pytest.mark.django_db
def test_guessing_a_password_is_slowed_down(person: User) -> None:
    cache.clear()
    browser = Client()
    sign_in = {"login": person.email, "password": "wrong"}
    for _ in range(5):
        assert browser.post("/account/login/", sign_in).status_code == 200
    page = browser.post("/account/login/", {**sign_in, "password": PASSWORD})
    assert page.status_code in {200, 429}, "after five failures the right password must wait, too"
    assert "_auth_user_id" not in browser.session
    cache.clear()
    assert browser.post("/account/login/", {**sign_in, "password": PASSWORD}).status_code == 302


@pytest.mark.django_db
def test_forms_need_their_token(person: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person)
    assert browser.post("/api/keys/", {"name": "x"}).status_code == 403


@pytest.mark.django_db
def test_nobody_registers_by_themselves() -> None:
    before = User.objects.count()
    Client().post(
        "/account/signup/", {"email": "eve@city.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert User.objects.count() == before


@pytest.mark.django_db
def test_an_unknown_right_is_a_fault_of_the_program(person: User) -> None:
    with pytest.raises(LookupError):
        allowed(person, "strategy.no_such_right")
    with pytest.raises(LookupError):
        require(person, "strategy.no_such_right")


@pytest.mark.django_db
def test_an_inactive_account_may_nothing(person: User) -> None:
    person.is_superuser, person.is_active = True, False
    assert not allowed(person, "audit.read")


def test_no_secret_is_in_the_repository() -> None:
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    suspicious = re.compile(r"BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{30,}")
    assert not [
        name
        for name in names
        if (ROOT / name).is_file()
        and suspicious.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]
    assert not {"secret_key", ".env"} & {Path(name).name for name in names}
