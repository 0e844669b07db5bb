"""Starting the data server: opens the store, answers the other processes on a socket and the world over HTTP."""

from __future__ import annotations

import logging
import threading

import uvicorn

from steuerrad.modules.sensors.server.app import DataServer
from steuerrad.platform.observations.flight import Server
from steuerrad.platform.observations.store import owning, socket_path

log = logging.getLogger(__name__)


def serve(host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; what was acknowledged is on the disk at any moment. Raises InUse."""
    with owning() as local:
        flight = Server(local.writer, socket_path())
        thread = threading.Thread(target=flight.serve, name="flight", daemon=True)
        thread.start()
        try:
            uvicorn.run(
                DataServer(local), host=host, port=port, loop="uvloop", http="httptools", ws="none",
                lifespan="off", access_log=False, log_level="warning", server_header=False, date_header=False,
                timeout_keep_alive=30, limit_concurrency=2_000, backlog=1024,
            )  # fmt: skip
        finally:
            flight.shutdown()
            socket_path().unlink(missing_ok=True)
