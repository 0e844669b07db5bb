"""One process per folder: a file that is locked as long as its process lives, with its number inside."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType

from steuerrad.engines.observations.faults import InUse


class FolderLock:
    """Held from the making until `release`; the operating system lets go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Raises InUse when another process, or this one, has it."""
        self._handle = os.open(folder / "in-use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            text = os.read(self._handle, 20)
            os.close(self._handle)
            raise InUse(str(folder), int(text) if text.strip().isdigit() else None) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        if self._handle >= 0:
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
