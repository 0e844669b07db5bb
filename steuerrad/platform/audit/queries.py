"""Reading the audit log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from steuerrad.kernel import clock
from steuerrad.platform.audit.models import AuditEntry


def entries(
    *, text: str = "", action: str = "", ref: str = "", since: date | None = None, until: date | None = None
) -> QuerySet[AuditEntry]:
    """Entries, newest first, that fit all the filters; days are the city's days."""
    found = AuditEntry.objects.all()
    if text:
        found = found.filter(
            Q(actor_name__icontains=text) | Q(title__icontains=text) | Q(reason__icontains=text)
        )
    if action:
        found = found.filter(action=action)
    if ref:
        found = found.filter(ref=ref)
    if since:
        found = found.filter(at__gte=start_of(since))
    if until:
        found = found.filter(at__lt=start_of(until) + timedelta(days=1))
    return found


def start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.LOCAL)


def actions() -> list[str]:
    """The kinds of writes that occur."""
    return sorted(AuditEntry.objects.order_by().values_list("action", flat=True).distinct())
