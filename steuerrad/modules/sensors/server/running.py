"""Starting the data server: opens the store, answers the other processes on a socket and the world over HTTP."""

from __future__ import annotations

import contextlib
import gc
import logging
import resource
import signal
import threading
import time
from types import FrameType

import uvicorn
from django.db import connections

from steuerrad.engines.observations import InUse
from steuerrad.modules.sensors.alerts.watching import watching
from steuerrad.modules.sensors.broker.endpoint import listening
from steuerrad.modules.sensors.server.app import DataServer
from steuerrad.modules.sensors.server.connections import Patient
from steuerrad.platform.observations.flight import Server, reachable
from steuerrad.platform.observations.store import Local, folder, owning, socket_path

log = logging.getLogger(__name__)
#: Seconds that requests under way may still take when the server is to end; open live streams would take minutes.
GRACE_S = 3
PATIENCE_S = 60.0


def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; what was acknowledged is on the disk at any moment. Raises InUse."""
    _prepare()
    with contextlib.ExitStack() as opened:
        local = _opened(opened)
        flight = Server(local.writer, socket_path())
        thread = threading.Thread(target=flight.serve, name="flight", daemon=True)
        thread.start()
        try:
            with listening(local, folder()), watching(local):
                _end_in_order()
                uvicorn.run(
                    DataServer(local), host=host, port=port, loop="uvloop", http=Patient, ws="none",
                    lifespan="off", access_log=False, log_level="warning", server_header=False, date_header=False,
                    timeout_keep_alive=30, timeout_graceful_shutdown=GRACE_S, backlog=1024,
                )  # fmt: skip
        finally:
            flight.shutdown()
            socket_path().unlink(missing_ok=True)
            gc.unfreeze()  # or DuckDB complains at the end about what nobody could collect


def _opened(stack: contextlib.ExitStack) -> Local:
    """The store. Jobs and commands hold the folder for a while where no data server runs yet; another data server for good."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return stack.enter_context(owning())
        except InUse:
            if reachable(socket_path()) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _end_in_order() -> None:
    """Let SIGTERM end the server as the end of its block does: journal written, store closed, socket gone.

    uvicorn ends by raising the signal again, and by default that ends the process on the spot.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not break off the closing
        raise SystemExit(0)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)


def _prepare() -> None:
    """Keep connections to the catalogue: opening one costs more than what is asked. Allow as many sockets as may be.

    What was imported is never garbage, and JSON makes no cycles: looking through all of it after every 700 new objects took
    four fifths of the time in which a data array of a thousand parts is decoded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    for alias in connections:
        connections.settings[alias].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
