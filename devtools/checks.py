"""./dev test: every guard of the project, the cheapest reason to fail first."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from devtools.console import Fault, say
from devtools.places import PYTHON, ROOT, STEUERRAD, VAR, VENV, product_env
from devtools.preparing import prepare
from devtools.processes import call, spawn, stop

RESULTS = VAR / "test"
# Tests wait for servers, disks and browsers a third of their time: one worker more than there are cores uses it.
WORKERS = min(os.cpu_count() or 2, 7) + 1
PASSED, FAILED, EXCLUDED = "passed", "FAILED", "excluded"
NO_TESTS = 5  # pytest's exit code when it found nothing to run


@dataclass
class Result:
    """What one part came to; a part without tests of its own counts as one check."""

    name: str
    state: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One guard: its name, what it looks at, and the function that runs it (arguments of pytest -> result)."""

    name: str
    title: str
    run: Callable[[Sequence[str]], Result]
    narrows: bool = field(default=False)  # True: takes part in a run that names tests
    beside: bool = field(
        default=False
    )  # True: runs beside those after it; it needs one core at most, or mostly waits


def run_checks(
    without: Sequence[str] = (), pytest_arguments: Sequence[str] = (), only: Sequence[str] | None = None
) -> int:
    """Run the parts, all of them even after a failure; print a table and the total at the end.

    Parts run in order, one at a time, except those that may run beside the others.

    `without` names parts to leave out. With `pytest_arguments` only the parts made of tests run, narrowed
    down by these arguments. `only` names the parts to run. Exit code 0 when nothing failed.
    """
    names = [part.name for part in PARTS]
    unknown = [name for name in without if name not in names]
    if unknown:
        raise Fault(f"There is no part '{unknown[0]}' to leave out; parts are {', '.join(names)}.", code=2)
    prepare("dev")
    RESULTS.mkdir(parents=True, exist_ok=True)
    chosen = [
        part
        for part in PARTS
        if (only is None or part.name in only) and (part.narrows or not pytest_arguments)
    ]
    results: dict[str, Result] = {}
    with contextlib.ExitStack() as stack:
        running: list[Beside] = []
        for part in chosen:
            if part.name in without:
                results[part.name] = Result(part.name, EXCLUDED, note="left out by --without")
            elif part.beside:
                running.append(stack.enter_context(start_beside(part, pytest_arguments)))
            else:
                results[part.name] = _run(part, pytest_arguments)
                results |= _ended(running)
        results |= _ended(running, wait=True)
    return report([results[part.name] for part in chosen])


def run_part(name: str, pytest_arguments: Sequence[str]) -> int:
    """Run one part alone and leave what it came to in a file; a ./dev test that runs it beside others reads it."""
    part = next((part for part in PARTS if part.name == name), None)
    if part is None:
        raise Fault(f"There is no part '{name}'; parts are {', '.join(part.name for part in PARTS)}.", code=2)
    result = _run(part, pytest_arguments)
    (RESULTS / f"{name}.json").write_text(json.dumps(asdict(result)))
    return 1 if result.state == FAILED else 0


@dataclass(frozen=True)
class Beside:
    """A part that runs in a process of its own; its output is kept until it can be shown in one piece."""

    part: Part
    process: subprocess.Popen[bytes]
    log: Path
    outcome: Path

    def result(self) -> Result:
        """Wait for it, show its output and read what it came to."""
        code = self.process.wait()
        say(self.log.read_text(errors="replace").rstrip())
        try:
            return Result(**json.loads(self.outcome.read_text()))
        except (OSError, ValueError, TypeError):
            note = f"ended with exit code {code} and left no result"
            return Result(self.part.name, FAILED, failed=1, note=note)


@contextlib.contextmanager
def start_beside(part: Part, pytest_arguments: Sequence[str]) -> Iterator[Beside]:
    """Start a part beside those that follow; it is stopped when the block is left early."""
    log, outcome = RESULTS / f"{part.name}.log", RESULTS / f"{part.name}.json"
    outcome.unlink(missing_ok=True)
    command = [sys.executable, ROOT / "dev", "test", "--part", part.name, *pytest_arguments]
    say(f"\n=== {part.name}: {part.title}; runs beside the next parts, its output follows ===")
    with log.open("wb") as output:
        process = spawn(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Beside(part, process, log, outcome)
    finally:
        stop(process)


def _ended(running: list[Beside], *, wait: bool = False) -> dict[str, Result]:
    """The results of those that have ended, or with `wait` of all; they are taken off the list."""
    ready = [one for one in running if wait or one.process.poll() is not None]
    for one in ready:
        running.remove(one)
    return {one.part.name: one.result() for one in ready}


def _run(part: Part, pytest_arguments: Sequence[str]) -> Result:
    say(f"\n=== {part.name}: {part.title} ===")
    started = time.monotonic()
    try:
        result = part.run(pytest_arguments)
    except Fault as fault:
        say(f"dev: {fault}")
        result = Result(part.name, FAILED, failed=1, note=str(fault))
    result.seconds = time.monotonic() - started
    say(f"=== {part.name}: {result.state}, {result.seconds:.1f} s ===")
    return result


def report(results: Sequence[Result]) -> int:
    """Print what each part came to and, alone on the last line, the sum of all."""
    say("\npart       result     passed  failed skipped  seconds")
    for result in results:
        counts = f"{result.passed:>7} {result.failed:>7} {result.skipped:>7} {result.seconds:>8.1f}"
        say(f"{result.name:<10} {result.state:<9}{counts}  {result.note}".rstrip())
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped for result in results)
    say()
    say(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or any(result.state == FAILED for result in results) else 0


def _commands(name: str, *commands: Sequence[str | Path], env: dict[str, str] | None = None) -> Result:
    """Run commands as one check: all of them, failed when one fails."""
    broken = [command for command in commands if call(command, env=env or product_env(), cwd=ROOT)]
    note = "; ".join(" ".join(Path(str(part)).name for part in command) for command in broken)
    return Result(name, FAILED if broken else PASSED, passed=not broken, failed=bool(broken), note=note)


def check_format(_: Sequence[str]) -> Result:
    return _commands("format", [VENV / "bin" / "ruff", "format", "--check", "."])


def check_lint(_: Sequence[str]) -> Result:
    return _commands("lint", [VENV / "bin" / "ruff", "check", "."])


def check_imports(_: Sequence[str]) -> Result:
    return _commands("imports", [VENV / "bin" / "lint-imports", "--no-logo"])


def check_types(_: Sequence[str]) -> Result:
    return _commands("types", [VENV / "bin" / "basedpyright"])


def check_django(_: Sequence[str]) -> Result:
    """Django's checks as in service behind TLS, and no model without its migration."""
    manage: list[str | Path] = [STEUERRAD, "manage"]
    with _own_data() as data:
        env = product_env(
            STEUERRAD_DATA_DIR=data,
            STEUERRAD_SECRET_KEY=secrets.token_urlsafe(64),
            STEUERRAD_ALLOWED_HOSTS="steuerrad.example",
            STEUERRAD_TLS="1",
            STEUERRAD_DEBUG="0",
        )
        return _commands(
            "django",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            [*manage, "makemigrations", "--check", "--dry-run"],
            [*manage, "compile_translations"],
            env=env,
        )


def check_sqlite(arguments: Sequence[str]) -> Result:
    from devtools.provision import ensure_mosquitto, ensure_postgres

    ensure_postgres()  # the store of observations is tested on a server of its own
    ensure_mosquitto()
    return _pytest("sqlite", "not browser and not start", arguments, workers=WORKERS)


def check_postgres(arguments: Sequence[str]) -> Result:
    from devtools.provision import ensure_mosquitto, ensure_postgres
    from tests.support.postgres import PostgresError, server

    ensure_postgres()
    ensure_mosquitto()
    try:
        with server() as url:
            database = {"STEUERRAD_DATABASE_URL": url, "DATABASE_URL": url}
            return _pytest("postgres", "not browser and not start", arguments, WORKERS, database)
    except PostgresError as problem:
        raise Fault(f"PostgreSQL: {problem}.") from None


def check_browser(arguments: Sequence[str]) -> Result:
    from devtools.provision import ensure_chromium

    ensure_chromium()
    return _pytest("browser", "browser", arguments, workers=WORKERS)


def check_start(arguments: Sequence[str]) -> Result:
    return _pytest("start", "start", arguments)


def _pytest(
    name: str,
    marker: str,
    arguments: Sequence[str],
    workers: int = 0,
    database: dict[str, str] | None = None,
) -> Result:
    """Run pytest on the tests with a marker; the counts come from its machine-readable report."""
    outcome = RESULTS / f"{name}.xml"
    outcome.unlink(missing_ok=True)
    command: list[str | Path] = [PYTHON, "-m", "pytest", "-q", "-m", marker, f"--junitxml={outcome}"]
    if workers:
        # whole files go to a worker, so that what a file loads once is loaded once; conftest.py has put them in order
        command += ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]
    with _own_data() as data:
        env = product_env(STEUERRAD_DATA_DIR=data, **(database or {}))
        if not database:
            for variable in ("DATABASE_URL", "STEUERRAD_DATABASE_URL"):
                env.pop(variable, None)
        code = call([*command, *arguments], env=env, cwd=ROOT)
    result = _read_outcome(name, outcome)
    if code == NO_TESTS and arguments:
        return Result(name, PASSED, note="none of the named tests belongs to this part")
    if code:
        result.state = FAILED
        result.failed = max(result.failed, 1)
        result.note = result.note or ("" if code == 1 else f"pytest ended with exit code {code}")
    return result


def _read_outcome(name: str, outcome: Path) -> Result:
    """Counts of a JUnit report; a report that is missing or broken is a failure."""
    try:
        suites = list(ElementTree.parse(outcome).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError):
        return Result(name, FAILED, failed=1, note="pytest left no report")
    count = {
        key: sum(int(suite.get(key, 0)) for suite in suites)
        for key in ("tests", "failures", "errors", "skipped")
    }
    failed = count["failures"] + count["errors"]
    passed = count["tests"] - failed - count["skipped"]
    return Result(name, FAILED if failed else PASSED, passed, failed, count["skipped"])


@contextlib.contextmanager
def _own_data() -> Iterator[str]:
    """A data folder of its own for one part: tests neither see nor change what ./dev up serves."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="data-", dir=RESULTS) as folder:
        yield folder


PARTS = (
    Part("types", "basedpyright", check_types, beside=True),
    Part("format", "ruff format", check_format),
    Part("lint", "ruff check", check_lint),
    Part("imports", "import rules", check_imports),
    Part("django", "Django's checks for service, migrations, message catalogues", check_django),
    Part("sqlite", "tests on SQLite", check_sqlite, narrows=True),
    Part("postgres", "tests on PostgreSQL", check_postgres, narrows=True),
    Part(
        "start",
        "./dev up from an empty data folder, mail through crashes",
        check_start,
        narrows=True,
        beside=True,
    ),
    Part("browser", "journeys in Chromium", check_browser, narrows=True),
)
