"""Reads cross_checks.csv: rules over several answers of a data campaign, as data.

A side of a rule is a sum: terms between " + ", each a code, a number, or "number * code". Example:
left "A1 + A2", relation "<=", right "0.5 * B + 10".
"""

from __future__ import annotations

import contextlib
from decimal import Decimal
from pathlib import Path

from steuerrad.kernel.collecting import CrossCheck
from steuerrad.platform.city.csv_files import rows_of
from steuerrad.platform.city.loading import LoadContext, LoadError
from steuerrad.platform.tables.fields import parse_decimal

RELATIONS = ("<=", "<", "=", ">=", ">")
SEVERITIES = ("warning", "error")
COLUMNS = ("code", "left", "relation", "right", "text")


def parse_side(text: str) -> dict[str, Decimal]:
    """Coefficients by code, the constant under "". Raises ValueError for a term that is none."""
    found: dict[str, Decimal] = {}
    for term in text.split(" + "):
        factor, times, code = term.strip().rpartition("*")
        code = code.strip()
        if not code or (times and not factor.strip()):
            raise ValueError(f"'{term.strip()}' is no term; write a code, a number or number * code")
        number = parse_decimal(factor.strip(), decimal=".") if times else Decimal(1)
        if not times:
            with contextlib.suppress(ValueError):  # else it is a code
                number, code = parse_decimal(code, decimal="."), ""
        found[code] = found.get(code, Decimal(0)) + number
    return found


def cross_checks(
    context: LoadContext, name: str, *, known: frozenset[str], folder: Path | None = None
) -> list[CrossCheck]:
    """The rules of a file, an empty list where there is none. Faults go to context.problems.

    known: codes of all questions that can be asked; another one is a fault.
    """
    found: list[CrossCheck] = []
    for row in rows_of(context, name, required=COLUMNS, optional=("severity", "source"), key="code",
                       must_exist=False, folder=folder):  # fmt: skip
        sides = {side: row.read(side, parse_side) or {} for side in ("left", "right")}
        for side, terms in sides.items():
            row.needed(side)
            for code in terms:
                if code and code not in known:
                    row.fault(side, f"there is no question {code!r}")
        relation = row.choice("relation", RELATIONS)
        row.needed("relation")
        severity = row.choice("severity", SEVERITIES) or "warning"
        found.append(CrossCheck(
            row.needed("code"), sides["left"], relation, sides["right"], row.needed("text"), severity,  # type: ignore[arg-type]
            row.text("source"),
        ))  # fmt: skip
    return found


def checked_again(context: LoadContext, found: list[CrossCheck]) -> list[CrossCheck]:
    """The rules, for reading outside of loading. Raises LoadError when the file has been spoilt since."""
    if context.problems:
        raise LoadError(context.problems)
    return found
