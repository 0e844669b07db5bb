"""The audit of a typed report: a table of checks, run in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from steuerrad.modules.city_index.rules.cells import ReportCells
from steuerrad.modules.city_index.rules.checks_changes import changes, missing_changes
from steuerrad.modules.city_index.rules.checks_comparability import changed_maxima, comparability
from steuerrad.modules.city_index.rules.checks_scores import category_scores, scores_in_ranking, totals
from steuerrad.modules.city_index.rules.checks_sources import sources
from steuerrad.modules.city_index.rules.checks_statements import statements
from steuerrad.modules.city_index.rules.checks_values import (
    duplicate_names,
    names_against_structure,
    outside_scale,
    unreadable_figures,
)
from steuerrad.modules.city_index.rules.diagnosis import Diagnosis
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.judgement import Judgement
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.structure import EditionStructure, IndicatorMapping
from steuerrad.modules.city_index.rules.typed import TypedReport

Check = Callable[[Judgement], Iterable[Finding]]

# Order matters: scores establish corrections that changes build on, and statements build on both.
CHECKS: tuple[Check, ...] = (
    unreadable_figures,
    outside_scale,
    duplicate_names,
    names_against_structure,
    category_scores,
    changes,
    missing_changes,
    totals,
    scores_in_ranking,
    sources,
    comparability,
    changed_maxima,
    statements,
)


def audit_report(
    report: TypedReport,
    structure: EditionStructure | None = None,
    previous_structure: EditionStructure | None = None,
    known: Sequence[KnownFigure] = (),
    mappings: Sequence[IndicatorMapping] = (),
) -> tuple[Finding, ...]:
    """Check a typed report against itself, its editions' structure and what other sources say.

    ``structure`` and ``previous_structure`` describe the two editions; without them the rows of the report
    count as all indicators of their category, and totals cannot be checked. ``known`` may hold figures of any
    city: those of other cities bound scores by rank. Figures whose source is the report's own document are
    not used. Findings come in the order of the checks; a consequence names its cause in ``caused_by``.
    """
    cells = ReportCells(report, structure, previous_structure, known, mappings)
    judgement = Judgement(cells, Diagnosis(cells))
    return tuple(finding for check in CHECKS for finding in check(judgement))
