# pyright: basic
"""Backup while everything runs, and the way back. A backup is a folder with store, journal and a manifest of both.

The store is copied in one transaction and says up to which number of the journal it goes; the journal is copied after
it and has all that follows. Restored, the rest is applied when the folder is opened.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from steuerrad.engines.observations.faults import StoreFault
from steuerrad.engines.observations.journal import Journal
from steuerrad.engines.observations.locking import FolderLock
from steuerrad.engines.observations.room import Room
from steuerrad.engines.observations.tables import UPGRADES, number, upgraded

STORE, JOURNAL, MANIFEST = "observations.duckdb", "journal.sqlite", "manifest.json"
READ_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Manifest:
    """made: ISO 8601; applied: number of the journal that the store goes up to; files: name -> SHA-256."""

    made: str
    version: int
    applied: int
    rows: int
    files: dict[str, str]


def back_up(room: Room, journal: Journal, folder: Path) -> Manifest:
    """Nothing may leave the journal meanwhile. Raises FileExistsError, OSError; then no manifest is left behind."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    applied, rows = copy_store(room, folder / STORE)
    journal.copy(folder / JOURNAL)
    files = {name: digest(folder / name) for name in (STORE, JOURNAL)}
    made = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(made, UPGRADES[-1].version, applied, rows, files)
    part = folder / f".{MANIFEST}"
    part.write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    for name in (STORE, JOURNAL, part.name):
        synced(folder / name)
    os.replace(part, folder / MANIFEST)
    synced(folder)
    return manifest


def copy_store(room: Room, path: Path) -> tuple[int, int]:
    """All tables of the store as they are at one moment, in a new file. Returns (applied, rows)."""
    cursor = room.connection.cursor()
    name = f"backup_{abs(hash(str(path)))}"
    try:
        cursor.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {name}")
        other = room.connection.cursor()
        other.execute(f"USE {name}")
        upgraded(other)
        other.execute("DELETE FROM meta")
        other.close()
        cursor.execute("BEGIN")
        tables = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal "
            "AND NOT temporary"
        ).fetchall()
        for (table,) in tables:
            cursor.execute(f'INSERT INTO {name}."{table}" SELECT * FROM "{table}"')
        applied = number(cursor, "applied") or 0
        ((rows,),) = cursor.execute("SELECT count(*) FROM observation").fetchall()
        cursor.execute("COMMIT")
        cursor.execute(f"DETACH {name}")
        return applied, int(rows)
    except BaseException:
        cursor.close()
        cursor = room.connection.cursor()
        cursor.execute(f"DETACH DATABASE IF EXISTS {name}")
        raise
    finally:
        cursor.close()


def restore(backup: Path, folder: Path) -> Manifest:
    """Put a backup in place of nothing: the folder must not have a store. Returns when it is whole and on the disk.

    Raises StoreFault for a backup that is not whole or damaged, FileExistsError, InUse, OSError.
    """
    manifest = read_manifest(backup)
    for name, wanted in manifest.files.items():
        if not (backup / name).is_file() or digest(backup / name) != wanted:
            raise StoreFault(f"{backup / name} is missing or damaged")
    folder.mkdir(parents=True, exist_ok=True)
    with FolderLock(folder):
        for name in (STORE, JOURNAL):
            if (folder / name).exists():
                raise FileExistsError(f"{folder / name} exists; restore into another folder")
        for name in (JOURNAL, STORE):  # without the store the folder counts as not restored
            part = folder / f".{name}.part"
            shutil.copyfile(backup / name, part)
            synced(part)
            os.replace(part, folder / name)
        synced(folder)
    return manifest


def read_manifest(backup: Path) -> Manifest:
    """Raises StoreFault."""
    try:
        return Manifest(**json.loads((backup / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise StoreFault(f"{backup} is no complete backup: {error}") from error


def digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            found.update(block)
    return found.hexdigest()


def synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
