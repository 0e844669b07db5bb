"""What neither the linter nor an import graph can see about the arrangement of the project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from devtools.new_module import FORBIDDEN
from steuerrad.config.modules import MODULES
from steuerrad.kernel.registry import registry

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "steuerrad"
LOCKS = sorted((ROOT / "locks").glob("*.txt"))


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    named = [path for path in SOURCE.rglob("*") if path.suffix == ".py" or path.is_dir()]
    assert [str(path.relative_to(ROOT)) for path in named if path.stem in FORBIDDEN] == []


def test_every_module_folder_is_in_the_table_and_in_the_registry() -> None:
    folders = {path.parent.name for path in (SOURCE / "modules").glob("*/apps.py")}
    assert folders == {name.rsplit(".", 1)[1] for name in MODULES}
    assert folders <= {module.slug for module in registry}


def test_every_python_folder_is_a_package() -> None:
    """A folder without __init__.py is invisible to the import rules."""
    folders = {path.parent for path in SOURCE.rglob("*.py") if "tests" not in path.parts}
    bare = {folder for folder in folders if not (folder / "__init__.py").exists()}
    assert {str(path.relative_to(ROOT)) for path in bare} == set()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_file_pins_everything_with_hashes_and_names_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    stanzas = re.split(r"\n(?=\S)", text.strip())
    assert stanzas
    assert [
        stanza for stanza in stanzas if not re.match(r"[\w.\-\[\],]+==\S+ .*\n? *--hash=sha256:", stanza)
    ] == []


def test_runtime_and_development_lock_the_same_versions() -> None:
    def versions(name: str) -> dict[str, str]:
        return dict(
            re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / "locks" / name).read_text(), re.MULTILINE)
        )

    dev = versions("dev.txt")
    for name in ("runtime.txt", "build.txt", "node.txt"):
        assert {key: value for key, value in versions(name).items() if dev.get(key, value) != value} == {}


def test_front_end_lock_names_no_address() -> None:
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text()


def test_continuous_integration_runs_what_developers_run() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")][-1] == "exec ./dev test"
