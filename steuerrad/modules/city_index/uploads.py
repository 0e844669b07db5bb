"""Uploaded files between preview and confirmation: kept under a random name that only the person's session knows."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from steuerrad.modules.city_index.reading import Given

KEPT_SECONDS = 24 * 3600
SESSION_KEY = "city_index_upload"


@dataclass(frozen=True)
class Upload:
    """A waiting file. name: as the person called it."""

    token: str
    name: str
    given: Given

    @property
    def path(self) -> Path:
        return folder() / self.token


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "index-imports"


def keep(session: Any, file: Any, given: Given) -> Upload:
    """Write the upload to disk and note it in the session; throws away what waited before."""
    forget(session)
    sweep()
    folder().mkdir(parents=True, exist_ok=True)
    upload = Upload(secrets.token_urlsafe(24), Path(str(file.name)).name[:255], given)
    with upload.path.open("wb") as target:
        _copy(file, target)
    session[SESSION_KEY] = {"token": upload.token, "name": upload.name, "given": asdict(given)}
    return upload


def _copy(file: Any, target: BinaryIO) -> None:
    for chunk in file.chunks():
        target.write(chunk)


def waiting(session: Any, token: str) -> Upload | None:
    """The upload of this session with this token, if it still waits."""
    data = session.get(SESSION_KEY)
    if not data or not secrets.compare_digest(str(data["token"]).encode(), token.encode()):
        return None
    upload = Upload(data["token"], data["name"], Given(**data["given"]))
    return upload if upload.path.is_file() else None


def forget(session: Any) -> None:
    """Throw the waiting file of this session away."""
    data = session.pop(SESSION_KEY, None)
    if data:
        (folder() / str(data["token"])).unlink(missing_ok=True)


def sweep() -> None:
    """Throw away what nobody confirmed within a day."""
    if folder().is_dir():
        for path in folder().iterdir():
            if path.is_file() and path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink(missing_ok=True)
