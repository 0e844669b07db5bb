"""Finds a Chromium to drive: the system's, else the one that Playwright downloaded.

Debian has the same browser without windows as a package of its own; a test takes two fifths less time in it, so it comes first.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
DOWNLOADS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
DOWNLOADED = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
)
# Quiet: a test browser talks to the server under test and to nobody else.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def find() -> Path | None:
    """The browser's program; STEUERRAD_CHROMIUM overrides the search."""
    chosen = os.environ.get("STEUERRAD_CHROMIUM")
    if chosen:
        return Path(chosen)
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    if on_path:
        return Path(on_path)
    folders = [Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "/nonexistent")]
    folders += [Path(name).expanduser() for name in DOWNLOADS]
    downloaded = [path for folder in folders for pattern in DOWNLOADED for path in folder.glob(pattern)]
    installed = [path for path in map(Path, MAC_APPLICATIONS) if path.exists()]
    return next(iter([*installed, *sorted(downloaded, reverse=True)]), None)
