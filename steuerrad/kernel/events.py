"""What modules tell each other: named events, sent after commit, to listeners that cannot break the writer.

Delivery is in-process and not durable: a crash between commit and listener loses the event. A listener that
must not miss one writes its own outbox row in the same transaction instead.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from steuerrad.kernel.registry import Registry, registry

log = logging.getLogger(__name__)


class UnknownEventError(LookupError):
    """Nobody declares this event in `publishes`."""


def publish(name: str, *, to: Registry = registry, **payload: Any) -> None:
    """Tell every listener of `name`, once the running transaction is committed.

    Raises UnknownEventError at once when no module declares the event: a misspelt name must not be silent.
    """
    if not any(name in module.publishes for module in to):
        raise UnknownEventError(f"no module publishes {name!r}")
    transaction.on_commit(lambda: deliver(name, to, payload))


def deliver(name: str, to: Registry, payload: dict[str, Any]) -> None:
    for module in to:
        listener = module.listens.get(name)
        if listener is None:
            continue
        try:
            listener(**payload)
        except Exception:
            log.exception("listener of %s in %s failed", name, module.slug)
