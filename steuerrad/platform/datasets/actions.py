"""Counting downloads."""

from __future__ import annotations

from django.db.models import F

from steuerrad.kernel import clock
from steuerrad.platform.datasets.models import DownloadCount


def count_download(dataset_id: str, kind: str) -> None:
    """Add one to today's count; nothing about the person is kept."""
    today = clock.today()
    known = {"dataset": dataset_id, "day": today, "format": kind}
    if not DownloadCount.objects.filter(**known).update(count=F("count") + 1):
        row, created = DownloadCount.objects.get_or_create(**known, defaults={"count": 1})
        if not created:
            DownloadCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
