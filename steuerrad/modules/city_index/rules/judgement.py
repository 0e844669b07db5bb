"""What the checks of an audit share: figures, diagnosis and the corrections that are already established."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from steuerrad.engines.scoring import Interval
from steuerrad.modules.city_index.rules.cells import Cell, ReportCells
from steuerrad.modules.city_index.rules.diagnosis import Diagnosis
from steuerrad.modules.city_index.rules.findings import Column, Evidence, Finding, Follows


@dataclass(frozen=True, slots=True)
class Correction:
    """What stands in place of a printed figure that a finding has shown to be wrong."""

    nominal: Fraction
    interval: Interval
    finding: str


@dataclass(slots=True)
class Judgement:
    """State of an audit. Checks run in order; later ones see the corrections of earlier ones."""

    cells: ReportCells
    diagnosis: Diagnosis
    corrections: dict[tuple[int, Column], Correction] = field(
        default_factory=dict[tuple[int, Column], Correction]
    )

    @property
    def document(self) -> str:
        return self.cells.report.document

    @property
    def decimals(self) -> int:
        return self.cells.decimals

    def correct(self, cell: Cell, nominal: Fraction, interval: Interval, finding: Finding) -> None:
        self.corrections[cell.row, cell.column] = Correction(nominal, interval, finding.id)

    def correction(self, cell: Cell) -> Correction | None:
        return self.corrections.get((cell.row, cell.column))

    def right(self, cell: Cell) -> tuple[Fraction, Interval]:
        """The figure as corrected, else as printed."""
        found = self.correction(cell)
        return (cell.figure.value, cell.interval) if found is None else (found.nominal, found.interval)

    def evidence(self, *cells: Cell | None) -> tuple[Evidence, ...]:
        return tuple(cell.evidence(self.document) for cell in cells if cell is not None)

    def follows(self, nominal: Fraction, interval: Interval, *, whole: bool = False) -> Follows:
        return Follows.of(nominal, interval, 0 if whole else self.decimals)


def joined(names: Iterable[str]) -> str:
    """Names for a message, in the order given."""
    return ", ".join(names)
