"""campaign/steps.csv of the city's folder: days,to. Without the file the usual steps hold."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from steuerrad.modules.campaign.rules.steps import ADDRESSEES, USUAL, Step
from steuerrad.platform.tables.fields import parse_choice, parse_int
from steuerrad.platform.tables.problems import Problems, TableProblem
from steuerrad.platform.tables.read import open_table

FURTHEST_DAYS = 365


class StepsError(ValueError):
    """The file cannot be used; the text says where and why. Nobody is told anything until it is mended."""


def steps() -> tuple[Step, ...]:
    """The steps of the city that runs here. Raises StepsError."""
    path = settings.CITIES_DIR / settings.CITY / "campaign" / "steps.csv"
    return read_steps(path) if path.exists() else USUAL


def read_steps(path: Path) -> tuple[Step, ...]:
    problems, found = Problems(), []
    try:
        for row in open_table(path, required=("days", "to")):
            days = row.parse("days", parse_int, problems)
            to = row.parse("to", lambda text: parse_choice(text, ADDRESSEES), problems)
            if days is not None and abs(days) > FURTHEST_DAYS:
                problems.add(row.problem("days", f"is more than {FURTHEST_DAYS} days from the due date"))
            elif days is not None and to is not None:
                found.append(Step(days, to))
    except TableProblem as error:
        raise StepsError(str(error)) from error
    if problems:
        raise StepsError(str(problems))
    if len(set(found)) < len(found):
        raise StepsError(f"{path.name}: a step stands there twice")
    return tuple(found)
