"""Which sheets of a filled workbook are read, and what a file without any is told."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from steuerrad.modules.strategy.portfolio.output.columns import READ, SheetSpec
from steuerrad.platform.tables import filled
from steuerrad.platform.tables.limits import FILLED, MIB
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.read import Source

LIMITS = replace(FILLED, size=10 * MIB, columns=200, sheets=60, cell=10_000)
FilledRow = filled.FilledRow[SheetSpec]


def read_filled(source: Source, name: str) -> filled.Filled[SheetSpec]:
    """The rows of all sheets that can be imported. Raises TableProblem for a file that is no such workbook."""
    found = filled.read_filled(source, name, READ, limits=LIMITS, text=False)
    if not found.forms:
        names = ", ".join(str(spec.title) for spec in READ)
        raise TableProblem(
            name,
            _("has none of the sheets %(names)s; export the portfolio and fill that in") % {"names": names},
        )
    return found
