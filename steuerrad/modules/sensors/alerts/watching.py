"""The threads that watch: in the data server all the time, in `steuerrad jobs` where no data server runs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connections

from steuerrad.modules.sensors.alerts import webhooks
from steuerrad.modules.sensors.alerts.evaluating import TEND_S, Evaluator
from steuerrad.platform.observations.store import Local, UnavailableError, observations

log = logging.getLogger(__name__)
#: After a fault (a database that is away) the same values are looked at again, so nothing is lost by waiting.
REST_S = 2.0
SEND_EVERY_S = 2.0
WAIT_S = 0.5


def follow(store: Local, ended: threading.Event) -> None:
    """Evaluate until told to end."""
    watch, tended = Evaluator(store), float("-inf")
    while not ended.is_set():
        close_old_connections()
        try:
            if time.monotonic() - tended >= TEND_S:
                watch.tend()
                tended = time.monotonic()
            watch.step(WAIT_S)
        except Exception:
            log.exception("alerts: this pass is done again")
            ended.wait(REST_S)
    connections.close_all()


def send(ended: threading.Event) -> None:
    """Send webhooks until told to end."""
    while not ended.is_set():
        close_old_connections()
        try:
            webhooks.send_due()
        except Exception:
            log.exception("alerts: webhooks are sent later")
            ended.wait(REST_S)
        ended.wait(SEND_EVERY_S)
    connections.close_all()


@contextmanager
def watching(store: Local) -> Iterator[None]:
    """Watch and send while the block runs."""
    ended = threading.Event()
    threads = [
        threading.Thread(target=follow, args=(store, ended), name="alerts", daemon=True),
        threading.Thread(target=send, args=(ended,), name="alerts-sending", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join(30)


def watch_once() -> None:
    """The job: what a data server does all the time. Where one runs, it has done it; webhooks are sent in any case."""
    try:
        with observations() as store:
            if isinstance(store, Local):
                watch = Evaluator(store)
                while watch.step():
                    pass
                watch.tend()
    except UnavailableError:
        log.info("alerts: another process holds the observations; the next run looks")
    webhooks.send_due()
