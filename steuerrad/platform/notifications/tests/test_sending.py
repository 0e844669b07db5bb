"""Mail over a real SMTP server in a process of its own."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.notifications import handover, sending
from steuerrad.platform.notifications.actions import Message, notify
from steuerrad.platform.notifications.journal import JournalError, address, present
from steuerrad.platform.notifications.models import Mail, Recipient
from steuerrad.platform.notifications.tests.conftest import NEWS, TASK, Post
from steuerrad.platform.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def tell(to, *, topic: str = TASK, dedupe: str = "a", url: str = "/organisations/") -> None:
    message = Message("Straße “A” ist fällig", (".Punkt am Anfang", "Zweite Zeile äöü €"))
    notify(to, topic, lambda: message, dedupe=dedupe, url=url, urgent=True)


def test_a_mail_arrives_whole(person: User, post: Post, settings) -> None:
    settings.EMAIL_BOUNCE = "bounces@city.example"
    tell(person)
    sending.send_due()
    mail, sent = Mail.objects.get(), post.received()[0]
    assert mail.state == Mail.SENT
    assert mail.answer == "250 2.0.0 taken"
    assert sent["Message-ID"] == mail.message_id
    assert sent["Subject"] == "Steuerrad: Straße “A” ist fällig"
    assert sent["To"] == "alex@city.example"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["List-Unsubscribe"] is None, "an obligatory topic"
    plain = sent.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "  .Punkt am Anfang\n" in plain
    assert "Zweite Zeile äöü €" in plain
    assert f"{settings.SITE_URL}/organisations/" in plain
    assert "<strong>" in sent.get_body(("html",)).get_content()
    assert len(post.received("journal")) == 1
    sending.send_due()
    assert len(post.received()) == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_are(post: Post) -> None:
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = "<dots@city.example>"
    message.set_content(".\n..two\n.\nafter\n")
    answer = handover.hand_over(
        handover.connect(), message, "a@city.example", journal="", note=lambda journalled: True
    )
    assert answer.outcome == "sent"
    assert post.received()[0].get_content().split() == [".", "..two", ".", "after"]


def test_the_link_in_the_mail_signs_a_contributor_in(person: User, post: Post, client: Client) -> None:
    office = Organisation.objects.create(key="office", name="Office")
    Membership.objects.create(user=person, role=Role.CONTRIBUTOR, organisation=office)
    tell(person)
    sending.send_due()
    plain = post.received()[0].get_body(("plain",)).get_content()
    link = re.search(r"https?://[^/]+(/sign-in/\S+)", plain)
    assert link is not None
    assert client.post(link[1])["Location"] == "/organisations/"


def test_one_click_ends_mail_about_an_optional_topic(
    person: User, post: Post, client: Client, settings
) -> None:
    tell(person, topic=NEWS)
    sending.send_due()
    sent = post.received()[0]
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = sent["List-Unsubscribe"].strip("<>").removeprefix(settings.SITE_URL)
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(path).status_code == 200
    assert not Recipient.objects.get().muted.exists(), "looking changes nothing"
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    muted = set(Recipient.objects.get().muted.values_list("topic", flat=True))
    assert NEWS in muted
    assert TASK not in muted, "obligatory"
    assert client.get(path[:-4] + "xxx/").status_code == 404


def test_an_address_that_does_not_exist_is_given_up_with_its_reason(post: Post) -> None:
    tell("never@city.example")
    sending.send_due()
    mail = Mail.objects.get()
    assert (mail.state, mail.answer) == (Mail.FAILED, "550 5.1.1 no such mailbox")
    assert Recipient.objects.get().refused == mail.answer
    tell("never@city.example", dedupe="b")
    sending.send_due()
    assert Mail.objects.count() == 1, "no more mail to a refused address"


def test_a_mail_that_is_not_wanted_does_not_condemn_the_address(post: Post) -> None:
    tell("dot-never@city.example")
    sending.send_due()
    assert Mail.objects.get().state == Mail.FAILED
    assert Recipient.objects.get().refused == ""


def test_a_refusal_for_now_is_tried_again_and_later_given_up(post: Post, at) -> None:
    now = clock.now()
    tell("later@city.example")
    waits = []
    for _ in range(13):
        sending.send_due()
        mail = Mail.objects.get()
        waits.append(mail.next_try_at - now)
        now = mail.next_try_at
        at(now)
    assert mail.state == Mail.FAILED
    assert mail.tries == 13
    assert waits[0] < waits[4] < waits[8]
    assert not post.received()


def test_a_server_that_is_not_there_costs_no_mail(person: User, post: Post, settings, at) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    tell(person)
    with pytest.raises(sending.MailServerError):
        sending.send_due()
    mail = Mail.objects.get()
    assert (mail.state, mail.tries) == (Mail.WAITING, 0)
    settings.EMAIL_PORT = port
    at(clock.now() + timedelta(minutes=6))
    sending.send_due()
    assert len(post.received()) == 1


def test_one_bad_address_does_not_stop_the_others(person: User, post: Post) -> None:
    for to in ("never@city.example", "later@city.example", person, "b@städte.example"):
        tell(to)
    sending.send_due()
    assert {mail["X-Rcpt-To"] for mail in post.received()} == {"alex@city.example", "b@xn--stdte-hra.example"}


def unclear(person: User, monkeypatch, *, sent: bool) -> Mail:
    """A mail whose hand-over ended between the note and the answer, with or without the dot."""
    whole = handover._final_dot

    def broken(session) -> handover.Answer:
        if sent:
            whole(session)
        session.close()
        return handover.Answer("unclear", "the connection was lost")

    tell(person)
    with monkeypatch.context() as patch:
        patch.setattr(handover, "_final_dot", broken)
        sending.send_due()
    return Mail.objects.get()


def test_the_journal_tells_that_an_unclear_mail_was_sent(person: User, post: Post, monkeypatch) -> None:
    mail = unclear(person, monkeypatch, sent=True)
    assert (mail.state, mail.journalled) == (Mail.UNCLEAR, True)
    sending.send_due()
    mail.refresh_from_db()
    assert mail.state == Mail.SENT
    assert len(post.received()) == 1


def test_the_journal_tells_that_an_unclear_mail_was_not_sent(
    person: User, post: Post, monkeypatch, at
) -> None:
    mail = unclear(person, monkeypatch, sent=False)
    sending.send_due()
    mail.refresh_from_db()
    assert mail.state == Mail.UNCLEAR, "it could still be on its way"
    at(clock.now() + sending.SETTLE)
    sending.send_due()
    mail.refresh_from_db()
    assert mail.state == Mail.SENT
    assert [sent["Message-ID"] for sent in post.received()] == [mail.message_id]


def test_without_a_journal_the_operator_has_the_last_word(
    person: User, post: Post, monkeypatch, settings, at
) -> None:
    settings.EMAIL_JOURNAL = ""
    mail = unclear(person, monkeypatch, sent=False)
    at(clock.now() + timedelta(days=30))
    sending.send_due()
    mail.refresh_from_db()
    assert mail.state == Mail.UNCLEAR
    assert sending.resolve(mail, sent=False, reason="not in the log")
    assert not sending.resolve(mail, sent=True, reason="twice")
    sending.send_due()
    assert len(post.received()) == 1


def test_a_journal_that_cannot_be_read_decides_nothing(
    person: User, post: Post, monkeypatch, settings, at
) -> None:
    mail = unclear(person, monkeypatch, sent=True)
    settings.EMAIL_JOURNAL = "maildir:///no/such/folder?to=journal@city.example"
    at(clock.now() + timedelta(days=1))
    sending.send_due()
    mail.refresh_from_db()
    assert mail.state == Mail.UNCLEAR


def test_a_worker_whose_lease_is_over_does_not_send_the_dot(
    person: User, post: Post, monkeypatch, at
) -> None:
    tell(person)
    sending.gather()
    mail = sending.claim()[0]
    Mail.objects.update(claim="another worker's")
    session = handover.connect()
    answer = handover.hand_over(
        session, sending.write(mail), mail.to, journal="", note=sending.note_for(mail)
    )
    assert answer.outcome == "overtaken"
    assert not post.received()


@pytest.mark.parametrize(
    "option", ["https://x/?to=a@b.example", "imaps://u:p@h/INBOX", "imap://u:p@mail.example/?to=a@b.example"]
)
def test_a_journal_that_cannot_work_is_a_fault(settings, option: str) -> None:
    settings.EMAIL_JOURNAL = option
    with pytest.raises(JournalError):
        (address(), present(["<a@b>"]))
