"""Links in mails whose holder is believed: what leaks them, who else can use them, how long they reach."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory

from steuerrad.config.logs import HideTokens
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.accounts.sign_in_links import link_for
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    user = User.objects.create_user("alex@city.example", PASSWORD, first_name="Alex")
    office = Organisation.objects.create(key="office", name="Office")
    Membership.objects.create(user=user, role=Role.CONTRIBUTOR, organisation=office)
    return user


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product's own handlers write."""
    text = io.StringIO()
    ours = [item for item in logging.getLogger().handlers if item.get_name() == "console"]
    assert len(ours) == 1
    handler: Any = ours[0]
    before = handler.setStream(text)
    yield text
    handler.setStream(before or handler.stream)


def address(user: User) -> str:
    return urlsplit(link_for(user, "/organisations/")).path


@pytest.mark.parametrize("method", ["options", "put", "delete", "patch", "trace"])
def test_a_refused_method_leaves_no_good_link_in_the_log(method: str, person: User, log: io.StringIO) -> None:
    """Scanners of mail servers ask with all kinds of methods, and Django notes what it refuses."""
    link = address(person)
    assert getattr(Client(), method)(link).status_code == 405
    token = link.rstrip("/").rpartition("/")[2]
    assert "/sign-in/…" in log.getvalue()
    assert token not in log.getvalue()
    assert Client().get(link).status_code == 200


def test_a_form_without_its_token_leaves_no_good_link_in_the_log(person: User, log: io.StringIO) -> None:
    link = address(person)
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403
    assert "/sign-in/…" in log.getvalue()
    assert link.rstrip("/").rpartition("/")[2] not in log.getvalue()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Not Found: /notifications/mail/abc.def:ghi/", "Not Found: /notifications/mail/…/"),
        ("/account/password/reset/key/1-abc-def/?x=1", "/account/password/reset/key/…/?x=1"),
        ('"GET /sign-in/AAAA HTTP/1.1" 301', '"GET /sign-in/… HTTP/1.1" 301'),
        ("Bad Request: /sign-in/new/", "Bad Request: /sign-in/new/"),
        ("%d of two", "%d of two"),
    ],
)
def test_every_secret_of_an_address_is_hidden(line: str, told: str) -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, line, (), None)
    assert HideTokens().filter(record)
    assert record.getMessage() == told
    assert HideTokens().filter(logging.LogRecord("x", 30, "", 0, "%d of two", ("a",), None))


def test_more_rights_end_a_session_that_began_with_a_link(person: User) -> None:
    """Otherwise who read the mail of a contributor would release figures when the person is promoted."""
    client = Client()
    assert client.post(address(person)).status_code == 302
    assert client.get("/notifications/").status_code == 200
    Membership.objects.create(user=person, role=Role.APPROVER)
    answer = client.get("/notifications/")
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session
    full = Client()
    assert full.login(email=person.email, password=PASSWORD)
    assert full.get("/notifications/").status_code == 200


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": True}, {"is_superuser": True}])
def test_a_changed_account_ends_it_too(change: dict[str, bool], person: User) -> None:
    client = Client()
    client.post(address(person))
    User.objects.filter(pk=person.pk).update(**change)
    assert client.get("/notifications/").status_code == 302
    assert client.post("/notifications/read/").status_code == 302
    assert client.get("/admin/").status_code == 302


def test_signing_out_ends_the_session_not_the_link(person: User) -> None:
    """A list of tasks is opened for two weeks; the session of a borrowed computer is over."""
    client, link = Client(), address(person)
    client.post(link)
    held = client.cookies["sessionid"].value
    client.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = held
    assert thief.get("/notifications/").status_code == 302
    assert client.get(link).status_code == 200


def test_who_asks_does_not_choose_where_a_mail_leads(person: User, settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.SITE_URL = ["*"], "https://steuerrad.city.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for headers in ({"HTTP_HOST": "evil.example"}, {"HTTP_X_FORWARDED_HOST": "evil.example"}):
        cache.clear()
        Client().post("/account/password/reset/", {"email": person.email}, **headers)
    assert len(mail.outbox) == 2
    for letter in mail.outbox:
        links = re.findall(r"https?://\S+", letter.body)
        assert links
        assert {urlsplit(link).netloc for link in links} == {"steuerrad.city.example"}
    path = urlsplit(links[0]).path
    assert Client().get(path).status_code == 302, "the link is a good one"


def test_a_link_for_a_new_password_works_with_the_address_of_the_installation(settings: Any) -> None:
    settings.SITE_URL = "https://steuerrad.city.example"
    request = RequestFactory().get("/", HTTP_HOST="localhost")
    with context.request_context(request):
        made = get_adapter().get_reset_password_from_key_url("1-a-b")
    assert made == "https://steuerrad.city.example/account/password/reset/key/1-a-b/"
