"""API keys: shown once, good for their person only, gone when withdrawn or expired."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import User
from steuerrad.platform.http_api.models import ApiToken
from steuerrad.platform.http_api.tokens import create_token, user_of, withdraw_token


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ada@city.example", "a long enough password")


@pytest.mark.django_db
def test_a_key_names_its_person_and_is_not_stored(person) -> None:
    token = create_token(person, "export")
    assert user_of(token) == person
    assert user_of(token + "x") is None
    assert token not in str(ApiToken.objects.values())


@pytest.mark.django_db
def test_expired_withdrawn_and_inactive_keys_are_dead(person) -> None:
    expired, withdrawn = create_token(person, "old"), create_token(person, "lost")
    ApiToken.objects.filter(name="old").update(expires_at=clock.now() - timedelta(seconds=1))
    other = User.objects.create_user("eve@city.example", "a long enough password")
    assert not withdraw_token(other, ApiToken.objects.get(name="lost").pk)
    assert user_of(withdrawn) == person
    assert withdraw_token(person, ApiToken.objects.get(name="lost").pk)
    assert user_of(expired) is None
    assert user_of(withdrawn) is None
    live = create_token(person, "live")
    User.objects.update(is_active=False)
    assert user_of(live) is None


@pytest.mark.django_db
def test_a_key_is_made_and_withdrawn_on_the_page(person) -> None:
    browser = Client()
    assert browser.get("/api/keys/").status_code == 302
    browser.force_login(person)
    page = browser.post("/api/keys/", {"name": "export"})
    assert b"str_" in page.content
    assert b"str_" not in browser.get("/api/keys/").content
    browser.post(f"/api/keys/{ApiToken.objects.get().pk}/withdraw/")
    assert not ApiToken.objects.exists()


def test_the_reference_lists_every_operation(db) -> None:
    browser = Client()
    schema = browser.get("/api/v1/openapi.json").json()
    page = browser.get("/api/").content.decode()
    missing = [path for path in schema["paths"] if path not in page]
    assert schema["paths"]
    assert not missing
