"""Fetching what is due."""

from __future__ import annotations

import time

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.pulling.actions import fetch
from steuerrad.modules.sensors.pulling.models import PullSource

#: After this time the other jobs have their turn; the rest is fetched at the next minute, longest due first.
A_TURN_S = 240.0


def pull() -> None:
    now, begun = clock.now(), time.monotonic()
    due = PullSource.objects.filter(Q(due_at=None) | Q(due_at__lte=now), enabled=True).order_by(
        "due_at", "pk"
    )
    for source in list(due):
        if time.monotonic() - begun > A_TURN_S:
            return
        fetch(source)


PULL = Job("sensors.pull", _("Fetch figures that others publish"), pull, 1)
