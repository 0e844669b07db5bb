"""The person's own list and preferences."""

from __future__ import annotations

import pytest
from django.test import Client

from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.notifications.actions import Message, notify
from steuerrad.platform.notifications.models import Notification, Recipient
from steuerrad.platform.notifications.tests.conftest import NEWS, TASK

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def test_visitors_are_asked_to_sign_in(client: Client, db: None) -> None:
    for page in ("/notifications/", "/notifications/preferences/"):
        assert client.get(page)["Location"] == f"/account/login/?next={page}"
    assert client.post("/notifications/read/").status_code == 302


def test_the_list_shows_ones_own_and_counts_what_is_new(signed_in: Client, person: User) -> None:
    other = User.objects.create_user("other@city.example")
    notify(person, TASK, lambda: Message("For <b>Alex</b>", ("One line",)), dedupe="a", url="/organisations/")
    notify(other, TASK, lambda: Message("For somebody else"), dedupe="a")
    page = signed_in.get("/notifications/")
    text = page.content.decode()
    assert "For &lt;b&gt;Alex&lt;/b&gt;" in text
    assert "somebody else" not in text
    assert page.context["unread_notifications"] == 1
    row = Notification.objects.get(recipient__user=person)
    assert signed_in.post(f"/notifications/{row.pk}/")["Location"] == "/organisations/"
    assert signed_in.get("/notifications/").context["unread_notifications"] == 0


def test_nobody_reads_for_somebody_else(signed_in: Client) -> None:
    other = User.objects.create_user("other@city.example")
    row = notify(other, TASK, lambda: Message("Private"), dedupe="a")
    assert row is not None
    assert signed_in.post(f"/notifications/{row.pk}/").status_code == 404
    for given in ({"pk": row.pk}, {}, {"pk": "x"}, {"pk": "9" * 40}):
        assert signed_in.post("/notifications/read/", given).status_code == 302
    assert Notification.objects.get().read_at is None


def test_preferences_are_kept_and_logged(signed_in: Client, person: User) -> None:
    page = signed_in.get("/notifications/preferences/")
    assert "Tasks" in page.content.decode(), "obligatory topics are named"
    signed_in.post("/notifications/preferences/", {"language": "en"})
    recipient = Recipient.objects.get(user=person)
    assert recipient.language == "en"
    assert NEWS in recipient.muted.values_list("topic", flat=True)
    assert not recipient.muted.filter(topic=TASK).exists()
    signed_in.post("/notifications/preferences/", {"language": "en", "topics": [NEWS]})
    assert not recipient.muted.filter(topic=NEWS).exists()
    assert AuditEntry.objects.filter(action="notifications.set_preferences").count() == 2
    assert signed_in.post("/notifications/preferences/", {"language": "xx"}).status_code == 200
    assert (
        signed_in.post("/notifications/preferences/", {"language": "", "topics": [TASK]}).status_code == 200
    )


def test_a_long_list_costs_no_more_queries(
    signed_in: Client, person: User, django_assert_max_num_queries
) -> None:
    for number in range(40):
        notify(person, TASK, lambda: Message("Again"), dedupe=str(number))
    with django_assert_max_num_queries(14):
        assert signed_in.get("/notifications/").status_code == 200
