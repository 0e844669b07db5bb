"""No chatter of the solver: some versions of HiGHS print a line with C's printf, whatever its options say."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

_lock = threading.Lock()
_inside = 0
_kept: int | None = None
_sink: int | None = None  # stream that swallows, opened once


def _library() -> Any:
    """C's library with its variable `stdout`, None where it is called otherwise (then nothing is silenced)."""
    try:
        library = ctypes.CDLL(None)
        ctypes.c_void_p.in_dll(library, "stdout")
    except (OSError, TypeError, ValueError):
        return None
    library.fopen.restype = ctypes.c_void_p
    library.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    return library


@contextmanager
def silent() -> Generator[None, None, None]:
    """While inside, what C code prints to its standard output is lost. Python's own output is not touched, nor is the
    file behind it, so other threads keep writing; they may be inside, too.
    """
    library = _library()
    if library is None:
        yield
        return
    _enter(library)
    try:
        yield
    finally:
        _leave(library)


def _enter(library: Any) -> None:
    global _inside, _kept, _sink
    with _lock:
        if _sink is None:
            _sink = library.fopen(os.devnull.encode(), b"w")
        if _inside == 0 and _sink is not None:
            stream = ctypes.c_void_p.in_dll(library, "stdout")
            _kept, stream.value = stream.value, _sink
        _inside += 1


def _leave(library: Any) -> None:
    global _inside, _kept
    with _lock:
        _inside -= 1
        if _inside == 0 and _kept is not None:
            ctypes.c_void_p.in_dll(library, "stdout").value = _kept
            _kept = None
