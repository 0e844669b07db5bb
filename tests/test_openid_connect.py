"""Sign-in over OpenID Connect against a real provider on loopback: authorisation code with PKCE, all redirects."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from django.conf import settings as django_settings

from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry

HERE = Path(__file__).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def provider(live_server, settings) -> Iterator[str]:
    """The address of a running provider that knows this installation as a client."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    redirect = f"{live_server.url}/account/oidc/city/login/callback/"
    process = subprocess.Popen(
        ["node", str(HERE / "support" / "oidc_provider.mjs"), str(port), redirect],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=django_settings.ROOT,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "ready" in line:
            break
    assert "ready" in "".join(lines), "the provider did not start:\n" + "".join(lines)
    settings.OIDC_ROLES_CLAIM = "groups"
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "city",
                    "name": "Testamt",
                    "client_id": "steuerrad",
                    "secret": "only-for-tests-on-loopback",
                    "settings": {"server_url": issuer},
                }
            ],
        }
    }
    yield issuer
    process.terminate()
    process.wait(10)


def submit(browser: requests.Session, page: requests.Response, **fields: str) -> requests.Response:
    """Fill in the page's (first) form and send it, as a browser would."""
    form = re.search(r"<form(?P<head>[^>]*)>(?P<body>.*?)</form>", page.text, re.DOTALL)
    assert form is not None, page.text[:2000]
    action = re.search(r'action="([^"]*)"', form["head"])
    hidden = dict(
        re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form["body"])
    )
    return browser.post(
        urljoin(page.url, action[1] if action else ""),
        data={**hidden, **fields},
        headers={"Referer": page.url},
    )


def sign_in(live_server, name: str) -> tuple[requests.Session, requests.Response]:
    browser = requests.Session()
    page = browser.get(f"{live_server.url}/account/login/")
    assert "Testamt" in page.text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    login_url = f"{live_server.url}/account/oidc/city/login/"
    page = browser.post(login_url, data={"csrfmiddlewaretoken": token[1]}, headers={"Referer": page.url})
    page = submit(browser, page, login=name, password="any")
    page = submit(browser, page)  # consent
    return browser, page


@pytest.mark.django_db(transaction=True)
def test_first_sign_in_makes_an_account_without_rights(live_server, provider) -> None:
    browser, page = sign_in(live_server, "ada")
    assert page.status_code == 200
    assert page.url.startswith(live_server.url)
    user = User.objects.get(email="ada@city.example")
    assert not user.has_usable_password()
    assert not user.is_staff
    assert not Membership.objects.filter(user=user).exists()
    assert browser.get(f"{live_server.url}/audit/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_roles_come_from_the_provider_and_are_logged(live_server, provider) -> None:
    browser, _page = sign_in(live_server, "coordinator-grace")
    user = User.objects.get(email="coordinator-grace@city.example")
    assert [item.role for item in user.memberships.all()] == ["coordinator"]
    assert AuditEntry.objects.filter(action="accounts.roles_from_provider", ref=f"account:{user.pk}").exists()
    assert browser.get(f"{live_server.url}/audit/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_verified_address_signs_in_to_the_existing_account(live_server, provider) -> None:
    known = User.objects.create_user("ada@city.example", "a long enough password")
    sign_in(live_server, "ada")
    assert [user.email for user in User.objects.all()] == ["ada@city.example"]
    assert known.socialaccount_set.count() == 1  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_an_unverified_address_does_not_take_over_an_account(live_server, provider) -> None:
    known = User.objects.create_user("unverified-eve@city.example", "a long enough password")
    browser, _page = sign_in(live_server, "unverified-eve")
    assert known.socialaccount_set.count() == 0  # type: ignore[attr-defined]
    session = browser.get(f"{live_server.url}/api/keys/", allow_redirects=False)
    assert session.status_code == 302, "nobody must be signed in"
