"""Sending webhooks: claimed by one worker at a time, tried again with back-off, in the order of what happened.

At least once: a worker that is killed between the receiver's answer and its own note sends the message again, under the same
Idempotency-Key and with the same body, by which the receiver knows it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.crypto import salted_hmac

from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts.models import Delivery, WebhookTarget
from steuerrad.modules.sensors.alerts.sending import next_try, signature
from steuerrad.platform.egress.calling import CallError, call
from steuerrad.platform.egress.doors import RefusedError
from steuerrad.platform.notifications.sending import be_durable

LEASE = timedelta(minutes=2)
TIMEOUT_S = 10.0
MOST_ANSWER = 65_536
BATCH = 20
OPEN = (Delivery.WAITING, Delivery.CLAIMED)


def secret_of(target: WebhookTarget) -> str:
    """64 hexadecimal digits, derived from the installation's secret key; another generation has another one."""
    salt = f"sensors.webhook:{target.pk}:{target.generation}"
    digest = salted_hmac("steuerrad.alerts", salt, algorithm="sha256")  # pyright: ignore[reportCallIssue] - stubs of Django 3
    return digest.hexdigest()


def claim() -> list[Delivery]:
    """Take what is due, for this worker alone; nothing that has an older message of the same alert still before it."""
    name, now = uuid.uuid4().hex, clock.now()
    waits = Q(state=Delivery.WAITING, next_try_at__lte=now) | Q(state=Delivery.CLAIMED, lease_until__lt=now)
    if not Delivery.objects.filter(waits, channel=Delivery.WEBHOOK).exists():
        return []  # asked every few seconds: without taking the right to write
    older = Delivery.objects.filter(
        alert=OuterRef("alert"),
        webhook=OuterRef("webhook"),
        channel=Delivery.WEBHOOK,
        state__in=OPEN,
        pk__lt=OuterRef("pk"),
    )
    with transaction.atomic():
        Delivery.objects.filter(state=Delivery.CLAIMED, lease_until__lt=now).update(
            state=Delivery.WAITING, claim=""
        )
        due = Delivery.objects.filter(
            Q(next_try_at__lte=now), ~Exists(older), channel=Delivery.WEBHOOK, state=Delivery.WAITING
        ).order_by("next_try_at", "pk")
        pks = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Delivery.objects.filter(pk__in=pks).update(
            state=Delivery.CLAIMED, claim=name, lease_until=now + LEASE
        )
    return list(Delivery.objects.filter(claim=name).select_related("webhook").order_by("pk")) if pks else []


def send_due() -> Counter[str]:
    """Send everything that waits; counts by outcome ("sent", "again", "failed")."""
    be_durable()
    counts: Counter[str] = Counter()
    while rows := claim():
        for row in rows:
            counts[_send(row)] += 1
    return counts


def _send(row: Delivery) -> str:
    if not _still_mine(row):
        return "lost"
    target = row.webhook
    if target is None or not target.active:
        return _settle(row, Delivery.FAILED, "the receiver was taken out of use")
    body = row.body.encode()
    at = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json", "Idempotency-Key": row.key,
        "Steuerrad-Signature": signature(secret_of(target).encode(), at, body),
    }  # fmt: skip
    try:
        answer = call("POST", target.url, headers=headers, body=body, timeout_s=TIMEOUT_S, most_bytes=MOST_ANSWER,
                      anywhere=True, follow=False)  # fmt: skip
    except RefusedError as error:  # the operator's list may be mended: tried again like a server that is away
        return _again(row, str(error))
    except CallError as error:
        return _again(row, str(error))
    if 200 <= answer.status < 300:
        return _settle(row, Delivery.SENT, str(answer.status))
    if answer.status == 410:  # RFC 9110: gone for good
        return _settle(row, Delivery.FAILED, "410")
    return _again(row, str(answer.status), answer.retry_after_s or 0)


def _still_mine(row: Delivery) -> bool:
    mine = Delivery.objects.filter(pk=row.pk, claim=row.claim, state=Delivery.CLAIMED)
    return bool(mine.update(lease_until=clock.now() + LEASE))


def _settle(row: Delivery, state: str, answer: str) -> str:
    mine = Delivery.objects.filter(pk=row.pk, claim=row.claim, state=Delivery.CLAIMED)
    sent_at = clock.now() if state == Delivery.SENT else None
    mine.update(state=state, tries=row.tries + 1, answer=answer[:300], sent_at=sent_at, next_try_at=None)
    return state


def _again(row: Delivery, answer: str, at_least_s: int = 0) -> str:
    wait = next_try(row.tries + 1)
    if wait is None:
        return _settle(row, Delivery.FAILED, answer)
    mine = Delivery.objects.filter(pk=row.pk, claim=row.claim, state=Delivery.CLAIMED)
    due = clock.now() + timedelta(seconds=max(wait, at_least_s))
    mine.update(state=Delivery.WAITING, claim="", tries=row.tries + 1, answer=answer[:300], next_try_at=due)
    return "again"
