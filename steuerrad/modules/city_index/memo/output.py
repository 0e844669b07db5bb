"""A memo as a file, written in one step."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from steuerrad.platform.documents.files import FORMATS, html_page

__all__ = ["FORMATS", "html_page", "write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Write the file in one step: it is there whole or as it was before. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
