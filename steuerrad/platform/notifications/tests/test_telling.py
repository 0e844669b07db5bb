"""What people are told is told once, in their language, in the writer's transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import User
from steuerrad.platform.notifications.actions import (
    Message,
    UnknownTopicError,
    mark_read,
    notify,
    recipient_of,
    set_preferences,
)
from steuerrad.platform.notifications.gather import gather
from steuerrad.platform.notifications.models import Mail, Notification
from steuerrad.platform.notifications.rules import BACK_OFF, cutoff, next_try
from steuerrad.platform.notifications.tests.conftest import NEWS, TASK

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # a Monday, 4 o'clock local time
MORNING = NIGHT + timedelta(hours=3, minutes=5)


def say(text: str = "Something"):
    return lambda: Message(text, ("A line.",))


@pytest.fixture
def mail_on(settings) -> None:
    settings.OPTIONS = {**settings.OPTIONS, "EMAIL_URL": "smtp://127.0.0.1:1"}


def test_the_same_thing_is_told_once(person: User) -> None:
    assert notify(person, TASK, say(), dedupe="a") is not None
    assert notify(person, TASK, say("Other words"), dedupe="a") is None
    assert notify("Alex@City.example", TASK, say(), dedupe="a") is None, "the address is that account's"
    assert notify("somebody@else.example", TASK, say(), dedupe="a") is not None
    assert Notification.objects.count() == 2


def test_what_is_undone_is_not_told(person: User) -> None:
    with transaction.atomic():
        notify(person, TASK, say(), dedupe="a")
        transaction.set_rollback(True)
    assert not Notification.objects.exists()
    assert notify(person, TASK, say(), dedupe="a") is not None


def test_it_is_told_in_the_recipients_language(person: User) -> None:
    set_preferences(recipient_of(person), language="en", muted=set(), actor=person)
    notify(person, TASK, lambda: Message(get_language()), dedupe="a")
    notify("x@y.example", TASK, lambda: Message(get_language()), dedupe="a")
    assert set(Notification.objects.values_list("title", flat=True)) == {"en", "de"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"topic": "no.such"}, UnknownTopicError),
        ({"url": "https://evil.example/"}, ValueError),
        ({"url": "//evil.example/"}, ValueError),
        ({"dedupe": ""}, ValueError),
        ({"dedupe": "x" * 201}, ValueError),
        ({"to": "no address"}, ValidationError),
    ],
)
def test_faults_of_the_caller_are_told(person: User, fields: dict, error: type[Exception]) -> None:
    given = {"to": person, "topic": TASK, "dedupe": "a", "url": "/"} | fields
    with pytest.raises(error):
        notify(given.pop("to"), given.pop("topic"), say(), **given)


def test_a_title_cannot_become_a_header(person: User) -> None:
    row = notify(person, TASK, lambda: Message("Hello\r\nBcc: all@city.example"), dedupe="a")
    assert row is not None
    assert row.title == "Hello Bcc: all@city.example"


@pytest.mark.usefixtures("mail_on")
def test_one_daily_mail_holds_what_was_told_before_its_hour(person: User, at) -> None:
    at(NIGHT)
    notify(person, TASK, say(), dedupe="a")
    notify(person, NEWS, say(), dedupe="b")
    assert gather() == 0, "before the hour"
    at(MORNING)
    notify(person, NEWS, say(), dedupe="c")
    assert (gather(), gather()) == (1, 0)
    assert Mail.objects.get().notifications.count() == 2
    at(MORNING + timedelta(hours=5))
    assert gather() == 0, "today's is made; the third goes tomorrow"
    at(MORNING + timedelta(days=1))
    assert gather() == 1
    assert not Notification.objects.filter(mail=None).exists()


@pytest.mark.usefixtures("mail_on")
def test_urgent_ones_go_at_once_and_later_ones_when_their_time_comes(person: User, at) -> None:
    at(NIGHT)
    notify(person, TASK, say(), dedupe="a", urgent=True)
    notify(person, TASK, say(), dedupe="b", not_before=NIGHT + timedelta(days=1))
    assert gather() == 1
    assert Mail.objects.get().kind == Mail.URGENT
    at(MORNING)
    assert gather() == 0
    at(MORNING + timedelta(days=1))
    assert gather() == 1


@pytest.mark.usefixtures("mail_on")
def test_who_does_not_want_mail_gets_none_but_what_is_obligatory(person: User, at) -> None:
    at(NIGHT)
    set_preferences(recipient_of(person), language="", muted={TASK, NEWS, "no.such"}, actor=person)
    for topic, key in ((TASK, "a"), (NEWS, "b"), (TASK, "c")):
        notify(person, topic, say(), dedupe=key)
    mark_read(person, [Notification.objects.get(dedupe="c").pk])
    at(MORNING)
    assert gather() == 1
    assert dict(Notification.objects.values_list("dedupe", "no_mail")) == {"a": "", "b": "muted", "c": "read"}


def test_without_a_mail_server_nothing_piles_up(person: User, at, settings) -> None:
    at(NIGHT)
    notify(person, TASK, say(), dedupe="a")
    gather()
    settings.OPTIONS = {**settings.OPTIONS, "EMAIL_URL": "smtp://127.0.0.1:1"}
    at(MORNING)
    assert gather() == 0
    assert Notification.objects.get().no_mail == "off"


@pytest.mark.usefixtures("mail_on")
@pytest.mark.parametrize("field", ["is_active", "is_demo"])
def test_accounts_that_nobody_reads_get_no_mail(person: User, at, field: str) -> None:
    at(NIGHT)
    User.objects.filter(pk=person.pk).update(**{field: field == "is_demo"})
    notify(User.objects.get(pk=person.pk), TASK, say(), dedupe="a", urgent=True)
    assert gather() == 0
    assert Notification.objects.get().no_mail == "inactive"


@given(st.integers(0, 20 * 365 * 24 * 60), st.integers(0, 23))
def test_the_daily_mail_never_holds_the_future(minutes: int, hour: int) -> None:
    now = NIGHT + timedelta(minutes=minutes)
    todays = cutoff(now, hour, clock.LOCAL)
    local = now.astimezone(clock.LOCAL)
    assert (todays is None) == (local.hour < hour)
    if todays is not None:
        assert todays[0] == local.date()
        assert todays[1] <= now


def test_trying_again_waits_longer_and_ends() -> None:
    waits = [next_try(NIGHT, tries) for tries in range(1, len(BACK_OFF) + 2)]
    assert waits[-1] is None
    assert waits[:-1] == sorted(waits[:-1])
    assert timedelta(days=2) < sum(BACK_OFF, timedelta()) < timedelta(days=5)
