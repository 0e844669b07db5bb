"""What every command but ./dev up needs before it can run."""

from __future__ import annotations

from devtools.console import run_steps
from devtools.environment import node_steps, python_steps
from devtools.up import only_one_set_up, require_writable


def prepare(profile: str) -> None:
    """Bring environment and front-end packages up to date, silently when nothing has changed."""
    require_writable()
    with only_one_set_up():
        steps = [*python_steps(profile), *node_steps(profile)]
        if not all(step.is_done() for step in steps):
            run_steps(steps)
