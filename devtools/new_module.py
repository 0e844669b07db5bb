"""./dev new-module: the files that every module has, with a test that passes, and its line in config."""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

from devtools.console import Fault, say
from devtools.places import ROOT

TEMPLATES = Path(__file__).resolve().parent / "templates" / "module"
FORBIDDEN = ("utils", "helpers", "common", "misc", "manager", "core", "base")  # they say nothing
MODULES_FILE = Path("steuerrad") / "config" / "modules.py"


def write_module(name: str, title: str | None = None, root: Path = ROOT) -> int:
    """Write steuerrad/modules/<name>/ and enter it in the table of modules. Raises Fault, then nothing is written.

    name: a Python name in snake_case; title: what people read, in English.
    """
    require_name(name)
    shown = title or name.replace("_", " ").capitalize()
    if not shown.isprintable() or re.search(r"[\"\\{}%<>]", shown):
        raise Fault(
            f"The title must be plain text without quotation marks or brackets, not '{shown}'.", code=2
        )
    target = root / "steuerrad" / "modules" / name
    if target.exists():
        raise Fault(f"There is already {target.relative_to(root)}; choose another name.", code=2)
    table = root / MODULES_FILE
    entered = with_module(table.read_text(encoding="utf-8"), name)
    words = {"slug": name, "title": shown, "class_name": "".join(part.title() for part in name.split("_"))}
    for source in sorted(TEMPLATES.rglob("*.txt")):
        path = target / place_of(source.relative_to(TEMPLATES), name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        say(str(path.relative_to(root)))
    table.write_text(entered, encoding="utf-8")
    say(str(MODULES_FILE))
    say(f"\nRun its tests: ./dev test steuerrad/modules/{name}")
    return 0


def require_name(name: str) -> None:
    """A module is a domain noun in snake_case; a word that says nothing is refused."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise Fault(f"A module's name is a noun in snake_case, e.g. citizen_reports, not '{name}'.", code=2)
    if name in FORBIDDEN:
        raise Fault(f"'{name}' does not say what the module is about; choose a domain noun.", code=2)


def place_of(source: Path, name: str) -> Path:
    """Where a template goes in the module: Django wants HTML in templates/<slug>/."""
    plain = source.with_suffix("")
    return Path("templates", name, plain.name) if plain.parts[0] == "templates" else plain


def with_module(table: str, name: str) -> str:
    """The text of config/modules.py with one more line at the end of MODULES."""
    changed, count = re.subn(
        r"(^MODULES\b[^=\n]*= \(\n(?:.*\n)*?)(\))",
        rf'\1    "steuerrad.modules.{name}",\n\2',
        table,
        count=1,
        flags=re.M,
    )
    if not count:
        raise Fault(f"{MODULES_FILE} holds no table MODULES to enter the module in.")
    return changed
