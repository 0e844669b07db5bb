"""Where contents lie: a folder by default, or an S3-compatible object storage (STEUERRAD_S3_URL).

The folder's storage writes whole files only: beside the place first, to the disk, then renamed.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """A folder in which a name holds its whole content or does not exist; writing a name again replaces it."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name  # the name is the checksum: whatever lies there is the same content, or broken

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}.part")
        try:
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            os.replace(beside, target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        return name
