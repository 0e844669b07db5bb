"""Which part is at fault when a score is right and its parts do not give it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from steuerrad.engines.scoring import Fault, Interval, NotAFigureError, required_value, shown
from steuerrad.modules.city_index.rules.cells import Cell
from steuerrad.modules.city_index.rules.diagnosis import CategoryCheck
from steuerrad.modules.city_index.rules.findings import Certainty, Evidence, Finding
from steuerrad.modules.city_index.rules.judgement import Judgement

Standing = Literal["culprit", "supported", "derivable", "unsupported"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A part that alone could explain the contradiction, and what else is known of its figure.

    ``culprit``: another figure asks for the value that would fit. ``supported``: a printed change that was
    not computed from the printed values agrees with it. ``derivable``: the printed change agrees but may
    just have been computed from the wrong figure. ``unsupported``: nothing else speaks of it.
    """

    cell: Cell
    required: Interval
    nominal: Fraction
    standing: Standing
    evidence: tuple[Evidence, ...]


def suspects(judgement: Judgement, check: CategoryCheck, fault: Fault) -> tuple[Suspect, ...]:
    """The parts that could be at fault, most likely first."""
    found: list[Suspect] = []
    for part in fault.parts:
        cell = next((cell for cell in check.cells if cell.name == part.name), None)
        if cell is not None:
            nominal = _nominal(judgement, check, cell, part.required)
            standing, evidence = _standing(judgement, cell, part.required)
            found.append(Suspect(cell, part.required, nominal, standing, evidence))
    order: tuple[Standing, ...] = ("culprit", "unsupported", "derivable", "supported")
    return tuple(sorted(found, key=lambda one: order.index(one.standing)))


def _nominal(judgement: Judgement, check: CategoryCheck, cell: Cell, required: Interval) -> Fraction:
    """The value that would fit if every other figure were exactly as printed."""
    if check.score is None or check.nominal is None:
        return required.middle
    rule = judgement.cells.rule(check.edition)
    wanted = required_value(
        Interval.of(check.score.figure.value),
        [
            replace(part, value=Interval.of(one.figure.value))
            for part, one in zip(check.parts, check.cells, strict=True)
        ],
        rule,
        check.cells.index(cell),
    )
    return min(max(wanted.lo, required.lo), required.hi)


def _standing(judgement: Judgement, cell: Cell, required: Interval) -> tuple[Standing, tuple[Evidence, ...]]:
    """What other figures say of a part that could be at fault."""
    by_source = _by_source(judgement, cell, required)
    if by_source is not None:
        return by_source
    change = judgement.cells.cell(cell.row, "change")
    other = judgement.cells.cell(cell.row, "previous" if cell.column == "value" else "value")
    if change is None or other is None:
        return "unsupported", ()
    sign = 1 if cell.column == "value" else -1
    asked = other.interval + change.interval * sign
    evidence = judgement.evidence(change, other)
    if asked.meets(cell.interval):
        by_print = other.figure.value + change.figure.value * sign == cell.figure.value
        return "derivable" if by_print else "supported", evidence
    return "culprit" if asked.meets(required) else "unsupported", evidence


def _by_source(
    judgement: Judgement, cell: Cell, required: Interval
) -> tuple[Standing, tuple[Evidence, ...]] | None:
    cells = judgement.cells
    for figure in cells.known:
        if figure.city != cells.report.city or not figure.matches(
            cell.edition, cell.category, "indicator", cell.name
        ):
            continue
        try:
            _, interval, _ = cells.read(figure.value, cell.maximum)
        except NotAFigureError:
            continue
        source = Evidence(cell.edition, cell.category, cell.name, "indicator", figure.value, figure.source)
        if interval.meets(cell.interval):
            return "supported", (source,)
        if interval.meets(required):
            return "culprit", (source,)
    return None


def suspect_findings(judgement: Judgement, found: tuple[Suspect, ...], cause: Finding) -> list[Finding]:
    """One warning per suspect, led back to the contradiction; a culprit is also corrected for later checks."""
    open_ones = [one for one in found if one.standing in ("culprit", "unsupported", "derivable")]
    culprits = [one for one in found if one.standing == "culprit"]
    favourite = culprits[0] if len(culprits) == 1 else open_ones[0] if len(open_ones) == 1 else None
    findings: list[Finding] = []
    for one in found:
        certainty: Certainty = "possible"
        if one is favourite:
            certainty = "very likely" if one.standing == "culprit" else "likely"
        findings.append(_finding(judgement, one, certainty, cause))
    if len(culprits) == 1:
        judgement.correct(culprits[0].cell, culprits[0].nominal, culprits[0].required, findings[0])
    return findings


def _finding(judgement: Judgement, suspect: Suspect, certainty: Certainty, cause: Finding) -> Finding:
    required, cell = suspect.required, suspect.cell
    return Finding(
        "suspect_part",
        cell.place,
        cell.text,
        judgement.follows(suspect.nominal, required),
        "warning",
        certainty,
        suspect.standing,
        f"suspect_part_{suspect.standing}",
        {
            "name": cell.name,
            "printed": cell.text,
            "low": shown(required.lo, judgement.decimals),
            "high": shown(required.hi, judgement.decimals),
        },
        (*judgement.evidence(cell), *suspect.evidence),
        cause.id,
    )
