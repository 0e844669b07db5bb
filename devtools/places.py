"""Where things are, in one table."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "locks"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STEUERRAD = VENV / "bin" / "steuerrad"
UV = VENV / "bin" / "uv"
NODE_MODULES = ROOT / "node_modules"
VAR = ROOT / "var"
LOGS = VAR / "log"
TOOLS = VAR / "tools"
BYTECODE = VAR / "bytecode"


def data_dir() -> Path:
    """Where the running product keeps its own files (the product reads the same variable)."""
    return Path(os.environ.get("STEUERRAD_DATA_DIR") or VAR).absolute()


def product_env(**extra: str) -> dict[str, str]:
    """The environment of a product command: the person's own plus what ./dev decides."""
    env = dict(os.environ) | {"PYTHONUNBUFFERED": "1", "STEUERRAD_DATA_DIR": str(data_dir())}
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    env.pop("PYTHONHOME", None)
    # Without compiled files every start of the product compiles all of it anew, which more than doubles its time.
    # They lie in a folder of their own, so a wish to keep the sources free of them is still met.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    return env | extra
