"""What leaves the house for an alert, written in the transaction of the alert itself: a message exists if and only if its
reason does, and its key keeps it from being written twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts import cap, signing
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, Delivery
from steuerrad.modules.sensors.alerts.words import condition, title_of, value_text
from steuerrad.platform.accounts.models import User
from steuerrad.platform.notifications.actions import Message, language_of, notify, recipient_of
from steuerrad.platform.observations.models import Thing

TOPIC = "sensors.alert"
RAISED, ACKNOWLEDGED, ESCALATED, RENEWED, CLEARED = (
    "raised",
    "acknowledged",
    "escalated",
    "renewed",
    "cleared",
)
#: A document in the public feed says that it holds for so long; before it ends it is renewed while the alert goes on.
CAP_VALID, CAP_RENEW = timedelta(hours=24), timedelta(hours=12)
RADIUS_KM = 0.5


def people_of(rule: AlertRule, *, escalated: bool = False) -> list[User]:
    """Active accounts that are told: those named, and the holders of the named roles (of the rule's organisation, if any)."""
    named = rule.escalate_people if escalated else rule.people
    roles = rule.escalate_roles if escalated else rule.roles
    found = {person.pk: person for person in named.filter(is_active=True)}
    if roles:
        holders = User.objects.filter(is_active=True, memberships__role__in=roles)
        if rule.organisation_id:
            holders = holders.filter(memberships__organisation__in=[rule.organisation_id]) | holders.filter(
                memberships__organisation=None
            )
        found |= {person.pk: person for person in holders.distinct()}
    return [found[pk] for pk in sorted(found)]


def tell(alert: Alert, event: str, *, note: str = "", number: int = 0) -> list[Delivery]:
    """Write all messages of an event; returns the new ones. In the caller's transaction."""
    rule = alert.rule
    written: list[Delivery | None] = []
    if event in (RAISED, ESCALATED, CLEARED):
        people = people_of(rule, escalated=event == ESCALATED)
        if event == CLEARED:  # whoever was told that it began is told that it is over
            people = _told_before(alert)
        written += [_notice(alert, event, person, note) for person in people]
    if rule.webhook_id and event != RENEWED and (event != CLEARED or _sent(alert, Delivery.WEBHOOK)):
        written.append(_webhook(alert, event, note))
    if event in (RAISED, RENEWED, CLEARED) and _is_public(alert, event):
        written.append(_document(alert, event, number))
    return [one for one in written if one is not None]


def _told_before(alert: Alert) -> list[User]:
    told = Delivery.objects.filter(alert=alert, channel=Delivery.NOTICE).exclude(notification=None)
    numbers = set(told.values_list("notification__recipient__user", flat=True))
    return list(User.objects.filter(pk__in=numbers, is_active=True).order_by("pk"))


def _sent(alert: Alert, channel: str) -> bool:
    return Delivery.objects.filter(alert=alert, channel=channel).exists()


def _is_public(alert: Alert, event: str) -> bool:
    """Only what everybody may see; what was published is also called off publicly, whatever became of the rule."""
    if event != RAISED:
        return _sent(alert, Delivery.CAP)
    return bool(alert.rule.public and alert.datastream and alert.datastream.thing.public)


def _new(alert: Alert, event: str, channel: str, target: str, mark: str, **fields: Any) -> Delivery | None:
    """The row, or None when it is there: a sequence that was broken off goes on without saying anything twice."""
    key = f"{alert.uid}:{mark}"
    if Delivery.objects.filter(key=key).exists():
        return None
    try:
        with transaction.atomic():
            return Delivery.objects.create(
                alert=alert,
                event=event,
                channel=channel,
                target=target[:200],
                key=key,
                created_at=clock.now(),
                **fields,
            )
    except IntegrityError:  # another process has written it at the same moment
        return None


def _notice(alert: Alert, event: str, person: User, note: str) -> Delivery | None:
    mark = f"{event}:{person.pk}"
    recipient = recipient_of(person)
    with translation.override(language_of(recipient)):
        target = str(person)
    row = _new(alert, event, Delivery.NOTICE, target, mark, state=Delivery.SENT, sent_at=clock.now())
    if row is None:
        return None
    row.notification = notify(
        person, TOPIC, lambda: _message(alert, event, note), dedupe=f"alert:{alert.uid}:{mark}",
        url=reverse("sensors:alert", args=[alert.pk]), urgent=True,
    )  # fmt: skip
    row.save(update_fields=["notification"])
    return row


def _message(alert: Alert, event: str, note: str) -> Message:
    """In the language of now, which is the recipient's."""
    lines = [
        _("Where: %(name)s") % {"name": alert.stream_name},
        _("When: since %(time)s") % {"time": _local(alert.began_at)},
        _("Condition: %(text)s") % {"text": condition(alert.rule)},
    ]
    if alert.worst is not None:
        lines.append(_("Furthest value: %(value)s") % {"value": value_text(alert.worst, alert.unit)})
    if event == CLEARED and alert.ended_at is not None:
        lines.append(_("Over since: %(time)s") % {"time": _local(alert.ended_at)})
    if alert.rule.note and event != CLEARED:
        lines.append(_("What to do: %(text)s") % {"text": alert.rule.note})
    if note:
        lines.append(note)
    if is_simulated(alert):
        lines.append(_("This is a simulated station for demonstration, not a real alert."))
    return Message(title_of(alert, event), tuple(lines))


def _local(at: Any) -> str:
    local = at.astimezone(clock.LOCAL)
    return local.strftime("%d.%m.%Y %H:%M" if translation.get_language() == "de" else "%Y-%m-%d %H:%M")


def is_simulated(alert: Alert) -> bool:
    return alert.rule.is_demo or bool(alert.datastream and alert.datastream.thing.origin == Thing.SIMULATED)


def _webhook(alert: Alert, event: str, note: str) -> Delivery | None:
    target = alert.rule.webhook
    if target is None or not target.active:
        return None
    body = json.dumps(payload(alert, event, note), ensure_ascii=False, sort_keys=True)
    return _new(alert, event, Delivery.WEBHOOK, target.name, f"{event}:webhook:{target.pk}", webhook=target, body=body,
                state=Delivery.WAITING, next_try_at=clock.now())  # fmt: skip


def payload(alert: Alert, event: str, note: str = "") -> dict[str, Any]:
    """What a webhook and the API say of an alert; times ISO 8601 in UTC."""
    return {
        "event": event, "alert": str(alert.uid), "rule": alert.rule.name, "level": alert.level, "state": alert.state,
        "condition": {"kind": alert.rule.kind, "threshold": alert.rule.threshold, "clear": alert.rule.clear,
                      "for_s": alert.rule.for_s},
        "datastream": alert.stream, "name": alert.stream_name, "unit": alert.unit, "value": alert.value,
        "worst": alert.worst, "began": alert.began_at.isoformat(), "raised": alert.raised_at.isoformat(),
        "ended": alert.ended_at.isoformat() if alert.ended_at else None, "note": note, "simulated": is_simulated(alert),
        "url": settings.SITE_URL + reverse("sensors:alert", args=[alert.pk]),
    }  # fmt: skip


def sender() -> str:
    """The host of this installation: what CAP calls the sender."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _document(alert: Alert, event: str, number: int) -> Delivery | None:
    """The CAP document, in the language of the installation, signed."""
    mark = f"cap.{number or event}" if event == RENEWED else f"cap.{event}"
    with translation.override(settings.LANGUAGE_CODE):
        told = cap_message(alert, event, f"{alert.uid}.{mark.removeprefix('cap.')}", _earlier(alert))
    document = signing.signed(cap.cap(told)).decode()
    return _new(
        alert,
        event,
        Delivery.CAP,
        told.identifier,
        mark,
        body=document,
        state=Delivery.SENT,
        sent_at=told.sent,
    )


def _earlier(alert: Alert) -> tuple[cap.Reference, ...]:
    rows = Delivery.objects.filter(alert=alert, channel=Delivery.CAP).order_by("pk")
    return tuple(cap.Reference(sender(), row.target, row.sent_at) for row in rows if row.sent_at is not None)


def cap_message(alert: Alert, event: str, identifier: str, earlier: tuple[cap.Reference, ...]) -> cap.Message:
    """Raised is an Alert, renewed an Update, cleared a Cancel of all that was said before."""
    stream = alert.datastream
    now = clock.now().replace(microsecond=0)
    where = stream.thing.name if stream else alert.stream_name
    over = event == CLEARED
    text = condition(alert.rule)
    if alert.worst is not None:
        text += " " + _("Furthest value so far: %(value)s.") % {"value": value_text(alert.worst, alert.unit)}
    simulated = is_simulated(alert)
    if simulated:
        text = _("This is a simulated station for demonstration, not a real alert.") + " " + text
    return cap.Message(
        identifier=identifier, sender=sender(), sent=now, event=alert.rule.name, headline=title_of(alert, event),
        description=text, area=where, severity=alert.level, category=alert.rule.category,
        kind={RAISED: "Alert", RENEWED: "Update", CLEARED: "Cancel"}[event], status="Test" if simulated else "Actual",
        urgency="Past" if over else "Immediate", certainty="Observed",
        language="de-DE" if settings.LANGUAGE_CODE == "de" else "en-GB", onset=alert.began_at,
        expires=None if over else now + CAP_VALID, circle=_circle(stream.thing) if stream else None,
        references=earlier,
    )  # fmt: skip


def _circle(thing: Thing) -> cap.Circle | None:
    points: Iterable[Any] = (place.geometry for place in thing.locations.all())
    for one in points:
        if isinstance(one, dict) and one.get("type") == "Point" and -90 <= one["coordinates"][1] <= 90:
            return cap.Circle(one["coordinates"][1], one["coordinates"][0], RADIUS_KM)
    return None
