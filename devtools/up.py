"""./dev up: from a bare clone to a running product."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from devtools.console import Fault, Step, run_steps, say
from devtools.environment import node_steps, python_steps, refuse_links
from devtools.places import (
    LOCKS,
    LOGS,
    NODE_MODULES,
    PYTHON,
    ROOT,
    STEUERRAD,
    VAR,
    VENV,
    data_dir,
    product_env,
)
from devtools.processes import cause, run_logged, spawn, stop, terminate_like_interrupt
from devtools.stamps import Stamps, files, fingerprint

HOST = "127.0.0.1"
THREADS = 16  # a slow connection holds one; in service a proxy stands before (docs/howto/operate.md)
JOBS_EVERY_SECONDS = 15
RUNTIME_LOCK = LOCKS / "runtime.txt"
PATIENCE_SECONDS = 90.0
# What runs beside the server and has ended is started again after so long.
AGAIN_SECONDS = 1.0
USUAL_CITY = "bochum"  # the default of STEUERRAD_CITY


def up(port: int, once: bool, city: str | None) -> int:
    """Set up what has changed, serve, print the address and the logins; Ctrl-C stops it."""
    started = time.monotonic()
    if city:
        choose(city)
    require_free_port(port)
    require_writable()
    with terminate_like_interrupt():
        with only_one_set_up():
            run_steps([*python_steps("runtime"), *node_steps("runtime"), *product_steps()])
        server = serve(port)
        try:
            wait_until_up(server, port)
            print_welcome(port, time.monotonic() - started)
            if once:
                return 0
            # What is due (mails, dossiers, computations, figures of the day) is done by itself.
            jobs = ("jobs", "--watch", str(JOBS_EVERY_SECONDS))
            with beside(port, "sensors", *data_server(port)), beside(port, "jobs", *jobs):
                server.wait()
        except KeyboardInterrupt:
            say("\nStopped.")
            return 0
        finally:
            stop(server)
    raise Fault(f"The server ended by itself: {cause(LOGS / 'server.log')} (its log: {LOGS / 'server.log'}).")


def choose(city: str) -> None:
    """Run this city; an installation runs one, so another city than the usual one gets a data folder of its own."""
    known = sorted(path.parent.name for path in folder_of("cities").glob("*/city.toml"))
    if city not in known:
        raise Fault(f"There is no city '{city}'; known are: {', '.join(known) or 'none'}.", code=2)
    if city != os.environ.get("STEUERRAD_CITY", USUAL_CITY):
        os.environ.setdefault("STEUERRAD_DATA_DIR", str(VAR / city))
    os.environ["STEUERRAD_CITY"] = city


def folder_of(kind: str) -> Path:
    """Where the cities or indexes are (the product reads the same variables)."""
    return Path(os.environ.get(f"STEUERRAD_{kind.upper()}_DIR") or ROOT / kind)


def require_free_port(port: int) -> None:
    """Refuse a port that something else listens on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as problem:
            if problem.errno == errno.EACCES:
                raise Fault(f"Port {port} is reserved for root; choose one from 1024 with --port.") from None
            other = f"./dev up --port {port + 1 if port < 65535 else 8000}"
            raise Fault(f"Port {port} is taken by another program; choose another, e.g. {other}.") from None


def require_writable() -> None:
    """Refuse a folder in which nothing can be written, and links in the place of what ./dev empties and fills."""
    refuse_links(VENV, NODE_MODULES)
    for folder in (VAR, data_dir()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):  # a name of its own: another ./dev may look just now
                pass
        except OSError as problem:
            reason = (problem.strerror or str(problem)).lower()
            raise Fault(f"Cannot write to {folder} ({reason}); ./dev needs a writable folder.") from None


@contextlib.contextmanager
def only_one_set_up() -> Iterator[None]:
    """Two ./dev at the same time: the second waits until the first has set everything up."""
    with (VAR / "dev.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another ./dev is setting up this folder; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def product_steps() -> list[Step]:
    """Steps that bring translations, static files, database, city data and logins up to date."""
    stamps = Stamps(data_dir() / "dev-stamps.json")
    source = ROOT / "steuerrad"
    data = [path for kind in ("cities", "indexes") for path in files(folder_of(kind), "*")]
    code = files(source, "*.py")
    migrations = [path for path in code if path.parent.name == "migrations"]
    database = database_identity()
    city = os.environ.get("STEUERRAD_CITY", USUAL_CITY)

    def stamped(name: str, title: str, parts: Sequence[Path | str], *commands: Sequence[str]) -> Step:
        wanted = fingerprint(parts)

        def run() -> None:
            output = [product(title, *command) for command in commands]
            # The database file exists only now: its identity is part of what the stamp stands for.
            stamps.write(
                **{name: wanted, f"{name}_output": output[-1], f"{name}_database": database_identity()}
            )

        def is_done() -> bool:
            held = stamps.read()
            if name == "static":
                return held.get(name) == wanted and (data_dir() / "static").is_dir()
            return held.get(name) == wanted and database != "" and held.get(f"{name}_database") == database

        return Step(title, is_done, run)

    return [
        Step("Translations", translations_compiled, _compile),
        stamped("static", "Static files", _static_sources(), ["manage", "collectstatic", "--noinput", "-v0"]),
        stamped(
            "database",
            "Database",
            [*migrations, RUNTIME_LOCK],
            ["manage", "migrate", "-v0"],
            ["manage", "createcachetable"],
        ),
        stamped("cities", "City data", [*data, *code, city], ["load"], ["jobs", "--force"]),
        stamped("demo", "Demo logins", [*code, *data], ["demo"]),
    ]


def _compile() -> None:
    product("Translations", "manage", "compile_translations")


def product(title: str, *command: str) -> str:
    """Run a command of the product and answer what it printed; a Fault with the reason when it fails."""
    log = LOGS / f"{title.lower().replace(' ', '-')}.log"
    return run_logged(
        f"{title}: steuerrad {' '.join(command)}", [STEUERRAD, *command], log, env=product_env()
    )


def translations_compiled() -> bool:
    """True when every message catalogue has a compiled one that is not older."""
    return all(
        compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime
        for source, compiled in (
            (path, path.with_suffix(".mo")) for path in files(ROOT / "steuerrad", "*.po")
        )
    )


def _static_sources() -> list[Path | str]:
    own = [path for path in files(ROOT / "steuerrad", "*") if "static" in path.parts]
    return [*own, ROOT / "package-lock.json", RUNTIME_LOCK]  # packages bring static files, too


def database_identity() -> str:
    """What tells the default database file from a new one; empty for a server, whose state is not known here."""
    if os.environ.get("STEUERRAD_DATABASE_URL") or os.environ.get("DATABASE_URL"):
        return ""
    try:
        state = (data_dir() / "db.sqlite3").stat()
    except OSError:
        return ""
    return f"{state.st_dev}:{state.st_ino}"


def service_env(port: int) -> dict[str, str]:
    """Of what runs: links in mails lead here, unless the person has said where else."""
    url = os.environ.get("STEUERRAD_URL") or f"http://{HOST}:{port}"
    return product_env(STEUERRAD_URL=url)


def serve(port: int) -> subprocess.Popen[bytes]:
    """Start the web server: one process (SQLite has one writer), several threads."""
    LOGS.mkdir(parents=True, exist_ok=True)
    command = [PYTHON, "-m", "gunicorn", "steuerrad.config.wsgi:application"]
    command += ["--bind", f"{HOST}:{port}", "--workers", "1", "--threads", str(THREADS)]
    command += [
        "--no-control-socket",
        "--graceful-timeout",
        "3",
        "--timeout",
        "120",
        "--log-level",
        "warning",
    ]
    with (LOGS / "server.log").open("wb") as log:
        return spawn(
            command, env=service_env(port), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )  # fmt: skip


@contextlib.contextmanager
def beside(port: int, name: str, *command: str) -> Iterator[None]:
    """Run a command of the product beside the web server; its log has its name. What ends by itself is started again."""
    log, ending = LOGS / f"{name}.log", threading.Event()
    log.unlink(missing_ok=True)

    def start() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return spawn(
                [STEUERRAD, *command], env=service_env(port), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output,
            )  # fmt: skip

    def keep() -> None:
        process = start()
        while not ending.wait(AGAIN_SECONDS):
            code = process.poll()
            if code is not None:
                say(f"{name} ended with exit code {code} and is started again (its log: {log}).")
                stop(process)  # and what it may have left
                process = start()
        stop(process)

    # Ctrl-C reaches the main thread only: in this one it cannot fall between the start of a process and the note of it.
    keeper = threading.Thread(target=keep)
    try:
        keeper.start()
        yield
    finally:
        ending.set()
        if keeper.ident is not None:
            keeper.join()


def data_server(port: int) -> list[str]:
    """The owner of the observations, on the next port that is free."""
    free = next((other for other in range(port + 1, min(port + 50, 65536)) if is_free(other)), 0)
    say(
        f"Sensors: http://{HOST}:{free}/sta/v1.1 is the fast way in; /sta/v1.1 of the address above answers the same."
    )
    return ["sensors", "serve", "--bind", f"{HOST}:{free}"]


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wait_until_up(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait until the home page answers 200; a Fault when the server ends or answers something else."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    log = LOGS / "server.log"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Fault(f"The server did not start: {cause(log)} (its log: {log}).")
        status = home_page_status(port)
        if status == 200:
            return
        if status:
            raise Fault(f"The home page answers {status} instead of 200 (the server's log: {log}).")
        time.sleep(0.05)
    raise Fault(f"The server did not answer within {PATIENCE_SECONDS:.0f} s (its log: {log}).")


def home_page_status(port: int) -> int:
    """The status of GET /, after at most three redirects on this machine; 0 while nothing answers."""
    path, status = "/", 0
    for _ in range(4):
        connection = http.client.HTTPConnection(HOST, port, timeout=60)
        try:
            connection.request("GET", path, headers={"Accept-Language": "de"})
            answer = connection.getresponse()
        except OSError:
            return 0
        finally:
            connection.close()
        status, target = answer.status, answer.getheader("Location", "")
        if status not in (301, 302, 307, 308) or not target.startswith("/"):
            break
        path = target
    return status


def print_welcome(port: int, seconds: float) -> None:
    logins = str(Stamps(data_dir() / "dev-stamps.json").read().get("demo_output", "")).strip()
    say(f"\nSteuerrad is up at http://{HOST}:{port}/ after {seconds:.1f} s. Ctrl-C stops it.\n")
    if logins:
        say(logins + "\n")
