"""Child processes: each in a group of its own, so that stopping one stops all that it started."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from devtools.console import Fault

GRACE_SECONDS = 8.0

# What a tool prints when it fails -> what the person should be told.
KNOWN_CAUSES = (
    (r"name resolution|Name or service not known|nodename nor servname|dns error|ENOTFOUND|EAI_AGAIN"
     r"|ECONNREFUSED|ETIMEDOUT|Connection refused|Network is unreachable|Failed to fetch|timed out"
     r"|NewConnectionError|Temporary failure|tunnel connection failed|ECONNRESET|proxy",
     "the package registry cannot be reached; is there a network, or a mirror to set up?"),
    (r"No space left|ENOSPC", "the disk is full"),
    (r"Read-only file system|EROFS|Permission denied|EACCES", "this folder cannot be written to"),
    (r"(?i)hash(es)? mismatch|do not match the hashes|EINTEGRITY", "a downloaded package is not the locked one"),
    (r"command '?(gcc|cc|clang)'? failed|gcc: not found|xcrun: error|no C compiler",
     "a compiler is missing: install build-essential (Debian) or run xcode-select --install (macOS)"),
)  # fmt: skip


def spawn(command: Sequence[str | Path], **options: object) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own."""
    return subprocess.Popen(
        [str(part) for part in command],
        start_new_session=True,
        **options,  # type: ignore[call-overload]
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process and everything in its group: first politely, then for certain."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def call(command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None) -> int:
    """Run a command with its output on the terminal; answer its exit code."""
    process = spawn(command, env=env, cwd=cwd)
    try:
        return process.wait()
    finally:
        stop(process)


def run_logged(
    what: str,
    command: Sequence[str | Path],
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a command, keep its output in a file, and answer what it printed on stdout.

    Raises a Fault of one sentence (what failed, why, where the output is) when the command fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as errors:
        try:
            process = spawn(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
            )
        except FileNotFoundError:
            raise Fault(f"{what} failed: {command[0]} is not installed.") from None
        try:
            output, _ = process.communicate()
        finally:
            stop(process)
        errors.write(output)
    if process.returncode:
        raise Fault(f"{what} failed: {cause(log)} (all of its output: {log}).")
    return output.decode(errors="replace")


def cause(log: Path) -> str:
    """Why a command failed, as a clause: a known cause, else the last line that it printed."""
    text = log.read_text(errors="replace").strip()
    for pattern, reason in KNOWN_CAUSES:
        if re.search(pattern, text):
            return reason
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it gave no reason"


@contextlib.contextmanager
def terminate_like_interrupt() -> Iterator[None]:
    """Treat a polite kill and a closed terminal like Ctrl-C, so that children are stopped in one place."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    # A shell starts background jobs with SIGINT ignored; ./dev is stopped by it all the same.
    previous[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
