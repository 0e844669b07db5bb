"""Taking the observations of removed datastreams from the store."""

from __future__ import annotations

from steuerrad.engines.observations import HIGHEST, LOWEST
from steuerrad.kernel import clock
from steuerrad.platform.observations.models import RemovedStream
from steuerrad.platform.observations.store import observations


def sweep() -> None:
    """The job. Safe to repeat: a stream that was swept already has nothing to delete."""
    waiting = list(RemovedStream.objects.filter(done_at__isnull=True))
    if not waiting:
        return
    with observations() as store:
        for removed in waiting:
            store.delete(removed.number, LOWEST, HIGHEST, by="Steuerrad", reason="datastream removed")
            removed.done_at = clock.now()
            removed.save(update_fields=["done_at"])
