"""Several workers at once: every mail is one worker's."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from steuerrad.kernel import clock
from steuerrad.platform.notifications import sending
from steuerrad.platform.notifications.actions import Message, notify
from steuerrad.platform.notifications.gather import gather
from steuerrad.platform.notifications.models import Mail
from steuerrad.platform.notifications.tests.conftest import TASK


def make(count: int, settings) -> None:
    settings.OPTIONS = {**settings.OPTIONS, "EMAIL_URL": "smtp://127.0.0.1:1"}
    for number in range(count):
        notify(f"p{number}@city.example", TASK, lambda: Message("x"), dedupe="a", urgent=True)
    gather()


@pytest.mark.django_db(transaction=True)
def test_no_mail_is_claimed_twice(settings) -> None:
    make(60, settings)
    claimed: list[list[int]] = []

    def work() -> None:
        own = []
        while True:
            try:
                mails = sending.claim()
            except OperationalError:  # the shared memory of these tests locks whole tables without waiting
                time.sleep(0.01)
                continue
            if not mails:
                break
            own += [mail.pk for mail in mails]
        claimed.append(own)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    everything = sorted(pk for own in claimed for pk in own)
    assert everything == sorted(Mail.objects.values_list("pk", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("server", ["", "smtp://127.0.0.1:1"])
@pytest.mark.parametrize("mails", [0, 3])
def test_the_job_only_asks_when_nothing_is_due(server: str, mails: int, settings, monkeypatch) -> None:
    make(mails, settings)
    Mail.objects.update(next_try_at=clock.now() + timedelta(hours=1))
    settings.OPTIONS = {**settings.OPTIONS, "EMAIL_URL": server}
    monkeypatch.setattr(sending, "be_durable", lambda: None)
    with CaptureQueriesContext(connection) as asked:
        sending.send_due()
    words = [query["sql"].split()[0] for query in asked.captured_queries]
    assert set(words) == {"SELECT"}, "SQLite lets one writer in at a time"


@pytest.mark.django_db(transaction=True)
def test_two_processes_make_one_daily_mail(settings, monkeypatch) -> None:
    settings.OPTIONS = {**settings.OPTIONS, "EMAIL_URL": "smtp://127.0.0.1:1"}
    settings.DIGEST_HOUR = 0
    yesterday = clock.now() - timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: yesterday)
        for number in range(10):
            notify(f"p{number}@city.example", TASK, lambda: Message("x"), dedupe="a")

    def work() -> None:
        for _ in range(2000):
            try:
                gather()
                break
            except OperationalError:  # as above: what it had made stays, the rest is made the next time
                time.sleep(0.01)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert Mail.objects.count() == 10
    assert Mail.objects.values("recipient").distinct().count() == 10


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.django_db(transaction=True)
def test_rows_that_another_worker_is_taking_are_skipped_without_waiting(settings) -> None:
    make(30, settings)
    found: list[int] = []

    def other() -> None:
        found.extend(mail.pk for mail in sending.claim())
        connections.close_all()

    with transaction.atomic():
        held = set(
            Mail.objects.select_for_update().order_by("next_try_at", "pk").values_list("pk", flat=True)[:20]
        )
        worker = threading.Thread(target=other)
        worker.start()
        worker.join(20)
        assert not worker.is_alive(), "it waited"
    assert len(found) == 10
    assert not held & set(found)


@pytest.mark.django_db
def test_a_dead_workers_mails_wait_again_and_what_it_was_handing_over_is_in_doubt(settings, at) -> None:
    make(3, settings)
    first, second, _third = sending.claim()
    sending.note_for(second)(True)
    sending.expire()
    assert not Mail.objects.filter(state=Mail.WAITING).exists(), "the lease still runs"
    at(clock.now() + sending.LEASE + timedelta(seconds=1))
    sending.expire()
    states = dict(Mail.objects.values_list("pk", "state"))
    assert states[second.pk] == Mail.UNCLEAR
    assert states[first.pk] == Mail.WAITING
    assert not sending.note_for(first)(True), "the dead worker, awake again, must not go on"
