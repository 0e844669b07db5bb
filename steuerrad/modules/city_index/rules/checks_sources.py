"""Figures of the report against what other sources print."""

from __future__ import annotations

from collections.abc import Iterator

from steuerrad.engines.scoring import NotAFigureError, figures_agree
from steuerrad.modules.city_index.rules.cells import Cell
from steuerrad.modules.city_index.rules.findings import Evidence, Finding
from steuerrad.modules.city_index.rules.judgement import Judgement
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.typed import Quantity


def sources(judgement: Judgement) -> Iterator[Finding]:
    """Scores, ranks and indicators for which another source has a figure that rounding cannot reconcile.

    A figure already shown to be wrong is left out when the source agrees with its correction: then the
    source is part of that finding's evidence.
    """
    for cell in judgement.cells.all:
        if cell.column == "change":
            continue
        for figure in judgement.cells.known:
            if figure.city != judgement.cells.report.city or not _same_figure(figure, cell):
                continue
            finding = _compare(judgement, cell, figure)
            if finding is not None:
                yield finding


def _same_figure(figure: KnownFigure, cell: Cell) -> bool:
    quantity: Quantity = "indicator" if cell.kind in ("indicator", "pilot") else cell.kind
    name = cell.name if quantity == "indicator" else None
    return figure.matches(cell.edition, cell.category, quantity, name)


def _compare(judgement: Judgement, cell: Cell, figure: KnownFigure) -> Finding | None:
    try:
        read, interval, _ = judgement.cells.read(figure.value, cell.maximum, whole=cell.kind == "rank")
    except NotAFigureError:
        return None
    correction = judgement.correction(cell)
    if figures_agree(read, cell.figure) if correction is None else interval.meets(correction.interval):
        return None
    return Finding(
        "source_disagrees",
        cell.place,
        cell.text,
        judgement.follows(read.value, interval, whole=cell.kind == "rank"),
        "warning",
        "possible",
        "source",
        "source_disagrees",
        {"printed": cell.text, "other": figure.value, "source": figure.source},
        (
            *judgement.evidence(cell),
            Evidence(
                figure.edition,
                figure.category or "",
                figure.indicator or "",
                figure.quantity,
                figure.value,
                figure.source,
            ),
        ),
    )
