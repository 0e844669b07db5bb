"""Which sheets and columns of a filled workbook or CSV answer questions; columns are found by their titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from steuerrad.modules.campaign.output.columns import COLUMNS, NEEDED, headers
from steuerrad.platform.tables import filled
from steuerrad.platform.tables.limits import FILLED
from steuerrad.platform.tables.problems import TableProblem
from steuerrad.platform.tables.read import Source

LIMITS = FILLED


@dataclass(frozen=True)
class Answers:
    """The form for answers: every sheet that has the columns, whatever its title."""

    needed: tuple[str, ...] = NEEDED

    def headers(self) -> Mapping[str, str]:
        return headers()

    def titles(self) -> tuple[str, ...]:
        return ()

    def title_of(self, key: str) -> str:
        return next(str(column.title) for column in COLUMNS if column.key == key)


FilledRow = filled.FilledRow[Answers]


def read_filled(source: Source, name: str) -> filled.Filled[Answers]:
    """All rows of all sheets that ask for answers. Raises TableProblem for what is no such file."""
    found = filled.read_filled(source, name, (Answers(),), limits=LIMITS)
    if not found.forms:
        raise TableProblem(
            name, _("has no table with the columns “Code” and “Value”; export the round and fill that in")
        )
    return found
