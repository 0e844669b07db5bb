"""Fetching what is due: by two jobs, so that a source that lets everybody wait does not hold up the others."""

from __future__ import annotations

import time

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job
from steuerrad.modules.sensors.pulling.actions import due, fetch

#: After this time other jobs have their turn; the rest is fetched at the next minute, longest due first.
A_TURN_S = 240.0


def pull() -> None:
    """Fetch one source after the other, each once; both jobs take what the other has not."""
    begun, seen = time.monotonic(), set[int]()
    while time.monotonic() - begun <= A_TURN_S:
        source = due().exclude(pk__in=seen).first()
        if source is None:
            return
        seen.add(source.pk)
        fetch(source, only_due=True)


PULL = (
    Job("sensors.pull", _("Fetch figures that others publish"), pull, 1),
    Job("sensors.pull_beside", _("Fetch figures that others publish, beside a slow source"), pull, 1),
)
