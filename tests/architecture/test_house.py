"""The arrangement of the house: what import-linter does not see."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from steuerrad.config.modules import PLATFORM

ROOT = Path(settings.ROOT)
PACKAGE = ROOT / "steuerrad"
LONGEST_FILE = 450


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows, and new ones that it does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_every_platform_app_is_installed() -> None:
    folders = {f"steuerrad.platform.{path.parent.name}" for path in (PACKAGE / "platform").glob("*/apps.py")}
    assert folders == set(PLATFORM)


def test_files_stay_small() -> None:
    sources = [path for path in tracked("*.py", "*.js", "*.css") if "migrations" not in path.parts]
    long = {
        str(path.relative_to(ROOT)): n
        for path in sources
        if (n := path.read_text().count("\n")) > LONGEST_FILE
    }
    assert not long


def test_nothing_of_a_city_is_in_the_code() -> None:
    cities = {path.parent.name for path in (ROOT / "cities").glob("*/city.toml")}
    word = re.compile(r"\b(" + "|".join(sorted(cities)) + r")\b", re.IGNORECASE)
    allowed = {PACKAGE / "config" / "options.py"}  # the default of STEUERRAD_CITY
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("steuerrad/*.py", "steuerrad/*.html", "steuerrad/*.js")
        if "tests" not in path.parts and path not in allowed
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if word.search(line)
    ]
    assert not found


def test_no_third_party_files_and_no_large_ones() -> None:
    large = [path for path in tracked() if path.stat().st_size > 1_000_000]
    assert not large
    assert not [
        path
        for path in tracked()
        if "node_modules" in path.parts or path.suffix in {".whl", ".ttf", ".woff2"}
    ]


@pytest.mark.parametrize(
    "pattern", [r"(?<!\w)style=\"", r"<script(?![^>]*\bsrc=)", r"\son[a-z]+=\"", r"<style"]
)
def test_templates_obey_the_content_security_policy(pattern: str) -> None:
    templates = [path for path in tracked("*.html") if "documents" not in path.parts]
    found = [str(path.relative_to(ROOT)) for path in templates if re.search(pattern, path.read_text())]
    assert not found


def test_the_product_starts_without_what_is_slow_to_load() -> None:
    """Every command loads the whole product once; parts of SciPy would make that half as long again."""
    code = "import django, sys; django.setup(); print([name for name in sys.modules if name in %r])"
    slow = ["scipy.optimize", "scipy.signal", "scipy.special", "scipy.stats"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "steuerrad.config.settings"}
    told = subprocess.run(
        [sys.executable, "-c", code % slow],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
