"""Stamps: a hash of what a step was made from, kept beside what the step made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def fingerprint(parts: Iterable[Path | str]) -> str:
    """One hash over texts and files; a file counts with its path and its content, a missing one as missing."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            total.update(f"file {part}\0".encode())
            total.update(hashlib.sha256(part.read_bytes()).digest() if part.is_file() else b"missing")
        else:
            total.update(f"text {part}\0".encode())
    return total.hexdigest()


def files(folder: Path, *patterns: str) -> list[Path]:
    """The files below a folder that match one of the patterns, sorted, without caches."""
    found = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts)


class Stamps:
    """A small JSON file of stamps; an unreadable one counts as empty, the step is simply done again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        try:
            content = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def write(self, **values: Any) -> None:
        content = self.read() | values
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)  # the demo logins are kept in one of them
        self.path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
