"""Files that were sent in and wait until somebody has said what their columns mean."""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings

KEPT_S = 24 * 3600
TOKEN = re.compile(r"[0-9a-f]{32}")
SESSION = "sensor_tables"


def folder() -> Path:
    return Path(settings.DATA_DIR) / "incoming"


def keep(session: Any, name: str, chunks: Any) -> str:
    """Put a file by; only the session that sent it finds it again. Returns its token."""
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    token = secrets.token_hex(16)
    with (folder() / token).open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    held = dict(session.get(SESSION, {}))
    held[token] = name[:200]
    session[SESSION] = dict(list(held.items())[-10:])
    return token


def found(session: Any, token: str) -> tuple[Path, str] | None:
    """Path and name of a file of this session."""
    name = session.get(SESSION, {}).get(token)
    path = folder() / token
    if name is None or not TOKEN.fullmatch(token) or not path.is_file():
        return None
    return path, name


def drop(session: Any, token: str) -> None:
    if TOKEN.fullmatch(token):
        (folder() / token).unlink(missing_ok=True)
    held = dict(session.get(SESSION, {}))
    held.pop(token, None)
    session[SESSION] = held


def sweep() -> None:
    """Delete what nobody came back for."""
    if not folder().is_dir():
        return
    for path in folder().iterdir():
        ours = TOKEN.fullmatch(path.name) or path.name.startswith("door-")  # of a data server that was killed
        if ours and time.time() - path.stat().st_mtime > KEPT_S:
            path.unlink(missing_ok=True)
