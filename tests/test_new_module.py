"""./dev new-module writes a module that is registered, answers, and passes its own tests and the import rules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.console import Fault
from devtools.new_module import MODULES_FILE, with_module, write_module

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = """from importlinter.cli import lint_imports_command as lint
lint(["--no-cache", "--contract", "layers", "--contract", "independence"])"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project's code, without what was installed or made."""
    for name in ("steuerrad",):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_new_module_passes_its_tests_lint_and_import_rules(copy: Path) -> None:
    assert write_module("tree_register", None, copy) == 0
    assert (copy / "steuerrad/modules/tree_register/templates/tree_register/index.html").exists()
    # pytest and lint-imports must see the copy, not the installed project.
    env = os.environ | {
        "PYTHONPATH": str(copy),
        "STEUERRAD_DATA_DIR": str(copy / "var"),
        "PYTEST_ADDOPTS": "",
    }
    for command in (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "steuerrad/modules/tree_register"],
        ["-m", "ruff", "check", "steuerrad/modules/tree_register", MODULES_FILE],
        ["-m", "ruff", "format", "--check", "steuerrad/modules/tree_register", MODULES_FILE],
        ["-c", LINT_IMPORTS],
    ):
        answer = subprocess.run(
            [sys.executable, *command], cwd=copy, env=env, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("name", ["Trees", "tree-register", "1trees", "utils", "class", "trees_", "", "../x"])
def test_name_that_is_no_domain_noun_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Fault):
        write_module(name, None, tmp_path)
    assert not list(tmp_path.iterdir())


def test_module_that_exists_is_left_alone(copy: Path) -> None:
    before = (copy / "steuerrad/config/modules.py").read_text()
    with pytest.raises(Fault):
        write_module("strategy", None, copy)
    assert (copy / "steuerrad/config/modules.py").read_text() == before


def test_table_of_modules_gains_one_line() -> None:
    table = 'MODULES = (\n    "a.b",\n)\n\nPLATFORM = (\n    "c",\n)\n'
    expected = 'MODULES = (\n    "a.b",\n    "steuerrad.modules.trees",\n)\n\nPLATFORM = (\n    "c",\n)\n'
    assert with_module(table, "trees") == expected
