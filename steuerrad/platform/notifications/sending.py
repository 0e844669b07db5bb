"""Sending the mails that wait: claimed by one worker, handed over once, and settled after a crash (ADR 0012)."""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction

from steuerrad.kernel import clock
from steuerrad.platform.audit.log import record
from steuerrad.platform.notifications import handover, journal
from steuerrad.platform.notifications.gather import gather, mail_is_on
from steuerrad.platform.notifications.letters import write
from steuerrad.platform.notifications.models import Mail, Recipient
from steuerrad.platform.notifications.rules import next_try

log = logging.getLogger(__name__)
#: A worker that has not finished with its mails by then is taken for dead.
LEASE = timedelta(minutes=5)
#: How long a mail may take into the journal. Longer than a server waits for a silent client (RFC 5321, 4.5.3.2), so
#: that a worker which only slept cannot send it after its absence was believed.
SETTLE = timedelta(minutes=15)
BATCH = 20


class MailServerError(Exception):
    """The mail server is not there, or does not take this installation's mail."""


def be_durable() -> None:
    """What is committed from here on survives a loss of power: SQLite in WAL mode syncs only at checkpoints else.

    (PostgreSQL does so by itself.) A note that is lost would look as if the dot had never gone.
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def send_due() -> None:
    """The job: settle what a crash left, make the mails that are due, send them. Raises MailServerError at the end
    when the server was not there; the mails wait."""
    be_durable()
    expire()
    settle()
    gather()
    if mail_is_on():
        counts = send_waiting()
        if counts:
            log.info("mail: %s", ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())))


def expire() -> None:
    """Mails of workers that are gone. Claimed ones were not sent: they wait again. Handing ones are unclear.

    Asks first, as everything here does: also an UPDATE of nothing keeps SQLite's other writers waiting.
    """
    now = clock.now()
    gone = Mail.objects.filter(lease_until__lt=now, state__in=[Mail.CLAIMED, Mail.HANDING])
    if not gone.exists():
        return
    gone.filter(state=Mail.CLAIMED).update(state=Mail.WAITING, claim="", lease_until=None)
    gone.filter(state=Mail.HANDING).update(
        state=Mail.UNCLEAR, claim="", lease_until=None, answer="the worker ended before the server's answer"
    )


def settle() -> None:
    """Ask the journal about unclear mails: there means sent; not there, after SETTLE, means not sent, so it waits
    again. Without a copy in the journal the operator has to say (`steuerrad mail resolve`)."""
    rows = list(Mail.objects.filter(state=Mail.UNCLEAR, journalled=True))
    if not rows:
        return
    try:
        found = journal.present(row.message_id for row in rows)
    except journal.JournalError as error:
        log.warning("the journal of mails cannot be read: %s", error)
        return
    for row in rows:
        if row.message_id in found:
            resolve(row, sent=True, reason="found in the journal")
        elif row.handed_at is not None and clock.now() - row.handed_at >= SETTLE:
            resolve(row, sent=False, reason="not in the journal")


def resolve(mail: Mail, *, sent: bool, reason: str, actor: object = None) -> bool:
    """Say what became of an unclear mail. False when it is no longer unclear."""
    with transaction.atomic():
        fields = (
            {"state": Mail.SENT, "sent_at": mail.handed_at or clock.now()}
            if sent
            else {"state": Mail.WAITING, "next_try_at": clock.now()}
        )
        if not Mail.objects.filter(pk=mail.pk, state=Mail.UNCLEAR).update(answer=reason[:500], **fields):
            return False
        record(
            actor, "notifications.resolve_mail", f"notifications.mail:{mail.pk}", title=str(mail),
            changes={"state": (Mail.UNCLEAR, fields["state"])}, reason=reason[:1000],
        )  # fmt: skip
    return True


def claim() -> list[Mail]:
    """Take mails that wait, for this worker alone: PostgreSQL skips rows that another worker is just taking; SQLite
    lets one writer in at a time."""
    name, now = uuid.uuid4().hex, clock.now()
    due = Mail.objects.filter(state=Mail.WAITING, next_try_at__lte=now).order_by("next_try_at", "pk")
    if not due.exists():
        return []
    with transaction.atomic():
        pks = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Mail.objects.filter(pk__in=pks).update(state=Mail.CLAIMED, claim=name, lease_until=now + LEASE)
    mails = Mail.objects.filter(claim=name).select_related("recipient__user")
    return list(mails.prefetch_related("notifications").order_by("next_try_at", "pk"))


def still_mine(mail: Mail) -> bool:
    """Begin the lease of the whole batch anew; False when it ran out and another worker took this mail."""
    until = clock.now() + LEASE
    Mail.objects.filter(claim=mail.claim, state=Mail.CLAIMED).update(lease_until=until)
    return Mail.objects.filter(pk=mail.pk, claim=mail.claim, state=Mail.CLAIMED).exists()


def note_for(mail: Mail) -> Callable[[bool], bool]:
    """Writes that the final dot is about to go; False when the lease is over or the mail is another worker's."""

    def note(journalled: bool) -> bool:
        now = clock.now()
        own = Mail.objects.filter(pk=mail.pk, claim=mail.claim, state=Mail.CLAIMED, lease_until__gt=now)
        return bool(own.update(state=Mail.HANDING, handed_at=now, journalled=journalled))

    return note


def send_waiting() -> Counter[str]:
    """Send everything that waits, over one session where the server allows; counts by outcome."""
    counts: Counter[str] = Counter()
    session: smtplib.SMTP | None = None
    copy_to = journal.address()
    try:
        while mails := claim():
            for position, mail in enumerate(mails):
                if not still_mine(mail):
                    continue
                if session is None or session.sock is None:
                    session = _connect_or_give_back(mails[position:])
                message = write(mail)
                answer = handover.hand_over(session, message, mail.to, journal=copy_to, note=note_for(mail))
                _book(mail, answer)
                counts[answer.outcome] += 1
                if answer.outcome == "fault":
                    _give_back(mails[position + 1 :], answer.text)
                    raise MailServerError(answer.text)
    finally:
        if session is not None and session.sock is not None:
            _quit(session)
    return counts


def _quit(session: smtplib.SMTP) -> None:
    try:
        session.quit()
    except (OSError, smtplib.SMTPException):
        session.close()


def _connect_or_give_back(mails: list[Mail]) -> smtplib.SMTP:
    try:
        return handover.connect()
    except (OSError, smtplib.SMTPException) as error:
        text = f"{type(error).__name__}: {error}"
        _give_back(mails, text)
        raise MailServerError(text) from error


def _give_back(mails: list[Mail], text: str) -> None:
    """Let mails wait that were not even tried: the server's fault costs them none of their tries."""
    wait = clock.now() + timedelta(minutes=5)
    Mail.objects.filter(pk__in=[mail.pk for mail in mails], state=Mail.CLAIMED, claim=mails[0].claim if mails else "").update(
        state=Mail.WAITING, claim="", lease_until=None, next_try_at=wait, answer=text[:500]
    )  # fmt: skip


def _book(mail: Mail, answer: handover.Answer) -> None:
    """Write down what became of a mail, unless it is another worker's by now."""
    now = clock.now()
    own = Mail.objects.filter(pk=mail.pk, claim=mail.claim, state__in=[Mail.CLAIMED, Mail.HANDING])
    free = {"claim": "", "lease_until": None, "answer": answer.text}
    if answer.outcome == "sent":
        own.update(state=Mail.SENT, sent_at=now, **free)
    elif answer.outcome == "unclear":
        own.update(state=Mail.UNCLEAR, **free)
        log.warning("mail %d to %s: unclear whether the server took it (%s)", mail.pk, mail.to, answer.text)
    elif answer.outcome == "never":
        with transaction.atomic():
            own.update(state=Mail.FAILED, **free)
            if answer.address:
                Recipient.objects.filter(pk=mail.recipient_id).update(refused=answer.text[:300])
        log.warning("mail %d to %s: not deliverable (%s)", mail.pk, mail.to, answer.text)
    elif answer.outcome in {"later", "fault"}:
        tries = mail.tries + (answer.outcome == "later")
        again = next_try(now, max(tries, 1))
        if again is None:
            own.update(state=Mail.FAILED, tries=tries, **free)
        else:
            own.update(state=Mail.WAITING, tries=tries, next_try_at=again, **free)
