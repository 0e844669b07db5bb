"""What everybody may read: the feed of alerts of public rules about public things, and its signed documents."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from steuerrad.modules.sensors.alerts import signing
from steuerrad.modules.sensors.alerts.cap import Entry, Message, feed
from steuerrad.modules.sensors.alerts.models import Delivery
from steuerrad.modules.sensors.alerts.queries import documents
from steuerrad.modules.sensors.alerts.telling import sender
from steuerrad.modules.sensors.alerts.words import condition, title_of
from steuerrad.platform.city.queries import current_city

MOST_ENTRIES = 100
#: Warnings must not be old, and feed readers must not ask all the time.
MAX_AGE_S = 60
#: When an empty feed changed last: a moment that stays the same.
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """The newest documents, in the language of the installation: an address says the same to everybody."""
    rows = list(documents()[:MOST_ENTRIES])
    address = settings.SITE_URL + reverse("sensors:alert_feed")
    city = current_city()
    with translation.override(settings.LANGUAGE_CODE):
        entries = [_entry(row) for row in rows]
        body = feed(address, _("Alerts of the sensors"), city.name if city else "Steuerrad",
                    rows[0].created_at if rows else FIRST, entries)  # fmt: skip
    return _answer(body, "application/atom+xml; charset=utf-8", rows[0] if rows else None)


def _entry(row: Delivery) -> Entry:
    alert, sent = row.alert, row.sent_at or row.created_at
    name, _dot, part = row.target.partition(".")
    url = settings.SITE_URL + reverse("sensors:alert_cap", args=[name, part])
    return Entry(Message(row.target, sender(), sent, alert.rule.name, title_of(alert, row.event), condition(alert.rule),
                         alert.stream_name, alert.level), url)  # fmt: skip


@require_safe
def document(request: HttpRequest, alert: str, message: str) -> HttpResponse:
    """One document, byte by byte as it was signed."""
    row = documents().filter(target=f"{alert}.{message}").first()
    if row is None:
        raise Http404("no such document")
    return _answer(row.body.encode(), "application/cap+xml; charset=utf-8", row)


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """By which the signatures can be checked."""
    return _answer(signing.certificate(), "application/x-pem-file", None)


def _answer(body: bytes, kind: str, newest: Delivery | None) -> HttpResponse:
    headers = {"Cache-Control": f"public, max-age={MAX_AGE_S}"}
    if newest is not None:
        headers["Last-Modified"] = http_date(newest.created_at.timestamp())
    return HttpResponse(body, content_type=kind, headers=headers)
