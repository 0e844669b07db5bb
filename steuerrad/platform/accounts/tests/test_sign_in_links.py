"""Sign-in links against those who would misuse them."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.platform.accounts import sign_in_links
from steuerrad.platform.accounts.models import Membership, SignInLink, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.accounts.sign_in_links import is_local, link_for, redeem, withdraw_links
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db
TASKS = "/organisations/?from=mail"


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    user = User.objects.create_user("alex@city.example", "a long password", first_name="Alex")
    office = Organisation.objects.create(key="office", name="Office")
    Membership.objects.create(user=user, role=Role.CONTRIBUTOR, organisation=office)
    return user


def address(user: User, path: str = TASKS, **options) -> str:
    return urlsplit(link_for(user, path, **options)).path


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_looking_at_a_link_changes_nothing_and_the_button_signs_in(person: User, client: Client) -> None:
    link = address(person, once=True)
    for _scanner in range(3):
        page = Client().get(link)
        assert page.status_code == 200
        assert "_auth_user_id" not in page.wsgi_request.session
        assert Client().head(link).status_code == 200
    assert SignInLink.objects.get().used_at is None
    answer = client.post(link)
    assert (answer.status_code, answer["Location"]) == (302, TASKS)
    assert who(client) == str(person.pk)
    assert AuditEntry.objects.get(action="accounts.sign_in_by_link").actor_id == person.pk


def test_the_address_is_told_to_nobody(person: User) -> None:
    page = Client().get(address(person))
    assert page["Referrer-Policy"] == "strict-origin"  # not to the own log either; the form keeps its Origin
    assert "no-store" in page["Cache-Control"]
    assert page["X-Robots-Tag"] == "noindex"


def test_the_database_does_not_hold_the_token(person: User) -> None:
    token = address(person).rstrip("/").rpartition("/")[2]
    row = SignInLink.objects.values().get()
    assert token not in map(str, row.values())
    assert len(row["digest"]) == 64


def test_a_link_for_one_use_cannot_be_replayed(person: User) -> None:
    link = address(person, once=True)
    assert Client().post(link).status_code == 302
    thief = Client()
    assert thief.post(link).status_code == thief.get(link).status_code == 410
    assert who(thief) is None


def test_a_link_of_a_task_list_works_until_it_expires(person: User, monkeypatch) -> None:
    link = address(person, days=14)
    assert Client().post(link).status_code == Client().post(link).status_code == 302
    later = clock.now() + timedelta(days=14, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert Client().get(link).status_code == Client().post(link).status_code == 410


@pytest.mark.parametrize("place", [0, 20, 42])
def test_a_changed_token_is_no_token(person: User, place: int) -> None:
    head, _slash, token = address(person).rstrip("/").rpartition("/")
    other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    client = Client()
    assert client.post(f"{head}/{other}/").status_code == 410
    assert client.get(f"{head}/{token[:-1]}/").status_code == 404
    assert who(client) is None


def test_old_used_and_invented_links_look_the_same(person: User) -> None:
    used, old = address(person, once=True), address(person, days=0)
    Client().post(used)
    links = (used, old, f"/sign-in/{'x' * 43}/")
    pages = {Client().get(item).content.replace(item.split("/")[2].encode(), b"") for item in links}
    bodies = {
        re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|value="/sign-in/[^"]+"', b"", page)
        for page in pages
    }
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1", "/\t/evil.example", "", "evil.example", "/ /evil.example", "/" + "a" * 300,
    ],
)  # fmt: skip
def test_a_link_leads_to_no_other_site(person: User, path: str) -> None:
    assert not is_local(path)
    with pytest.raises(ValueError):
        link_for(person, path)


def test_a_session_from_before_is_not_the_session_after(person: User) -> None:
    """Fixation: who planted a session cookie must not be signed in by the victim's click."""
    client = Client()
    session = client.session
    session["planted"] = "1"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted
    client.post(address(person))
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert who(thief) is None


def test_somebody_elses_session_is_emptied(person: User) -> None:
    other = User.objects.create_user("other@city.example")
    client = Client()
    client.force_login(other)
    session = client.session
    session["draft"] = "secret"
    session.save()
    assert (
        "Other" in client.get(address(person)).content.decode()
        or "other@" in client.get(address(person)).content.decode()
    )
    client.post(address(person))
    assert who(client) == str(person.pk)
    assert "draft" not in client.session


def test_another_site_cannot_press_the_button(person: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address(person)).status_code == 403
    assert who(strict) is None


@pytest.mark.parametrize(
    "change", ["role", "staff", "superuser", "inactive", "address", "withdrawn", "no role"]
)
def test_a_link_dies_with_what_it_was_made_for(person: User, change: str) -> None:
    link = address(person)
    if change == "role":
        Membership.objects.create(user=person, role=Role.APPROVER)
    elif change == "no role":
        person.memberships.all().delete()
    elif change == "withdrawn":
        assert withdraw_links(None, person) == 1
    else:
        fields = {"staff": {"is_staff": True}, "superuser": {"is_superuser": True}, "inactive": {"is_active": False},
                  "address": {"email": "new@city.example"}}[change]  # fmt: skip
        User.objects.filter(pk=person.pk).update(**fields)
    client = Client()
    assert client.get(link).status_code == client.post(link).status_code == 410
    assert who(client) is None


def test_withdrawn_links_end_the_sessions_that_began_with_one(person: User) -> None:
    client, full = Client(), Client()
    client.post(address(person))
    full.force_login(person)
    assert who(client) == who(full) == str(person.pk)
    with pytest.raises(PermissionDenied):
        withdraw_links(person, person)
    withdraw_links(None, person)
    assert client.get("/notifications/").status_code == 302
    assert who(client) is None
    assert who(full) == str(person.pk)
    again = Client()
    again.post(address(person))
    assert again.get("/notifications/").status_code == 200, "a new link is good"


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.APPROVER, Role.STEERING, Role.ADMINISTRATOR])
def test_accounts_with_more_rights_get_the_plain_address(role: Role, settings) -> None:
    user = User.objects.create_user("boss@city.example")
    Membership.objects.create(user=user, role=role)
    assert link_for(user, TASKS) == settings.SITE_URL + TASKS
    assert not SignInLink.objects.exists()
    settings.LINK_ROLES = ["contributor", role.value]
    del user._steuerrad_memberships
    assert "/sign-in/" in link_for(user, TASKS)


@pytest.mark.parametrize(
    "page", ["/account/password/change/", "/account/password/set/", "/api/keys/", "/admin/"]
)
def test_a_session_of_a_link_cannot_keep_the_account(person: User, page: str) -> None:
    client = Client()
    client.post(address(person))
    answer = client.get(page)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.post("/api/keys/", {"name": "mine"})["Location"] == "/"
    assert not person.api_tokens.exists()
    assert client.session.get_expiry_age() <= sign_in_links.SESSION_HOURS * 3600


def test_a_full_sign_in_afterwards_is_a_full_one(person: User) -> None:
    client = Client()
    client.post(address(person))
    client.post("/account/logout/")
    client.post("/account/login/", {"login": person.email, "password": "a long password"})
    assert who(client) == str(person.pk)
    assert client.get("/api/keys/").status_code == 200


def test_asking_for_a_link_does_not_tell_who_has_an_account(
    person: User, django_capture_on_commit_callbacks
) -> None:
    pages = []
    for email in (person.email, "nobody@city.example"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = Client().post("/sign-in/new/", {"email": email, "path": TASKS})
        pages.append((answer.status_code, answer.content.replace(email.encode(), b"")))
    strip = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
    assert strip.sub(b"", pages[0][1]) == strip.sub(b"", pages[1][1])
    assert pages[0][0] == pages[1][0] == 200


def test_asking_again_and_again_is_limited(person: User) -> None:
    client = Client()
    codes = [client.post("/sign-in/new/", {"email": f"a{n}@city.example"}).status_code for n in range(61)]
    assert codes == [200] * 60 + [429]
    tries = [client.post(f"/sign-in/{'x' * 43}/").status_code for _ in range(31)]
    assert tries == [410] * 30 + [429]
    assert client.post(address(person)).status_code == 302, (
        "a good link is not held up by others behind the proxy"
    )


def test_one_address_gets_at_most_three_links_an_hour(person: User, monkeypatch) -> None:
    told = []
    monkeypatch.setattr("steuerrad.platform.accounts.views.publish", lambda name, **data: told.append(data))
    codes = [Client().post("/sign-in/new/", {"email": person.email.upper()}).status_code for _ in range(5)]
    assert codes == [200] * 5
    assert told == [{"email": person.email, "path": "/"}] * 3


def test_two_clicks_at_once_on_a_link_for_one_use(person: User) -> None:
    token = address(person, once=True).rstrip("/").rpartition("/")[2]
    assert redeem(token) is not None
    assert redeem(token) is None


def test_dead_links_are_taken_away_after_a_month(person: User, monkeypatch) -> None:
    address(person, days=1)
    sign_in_links.drop_old()
    assert SignInLink.objects.count() == 1
    later = clock.now() + timedelta(days=32)
    monkeypatch.setattr(clock, "now", lambda: later)
    sign_in_links.drop_old()
    assert not SignInLink.objects.exists()
