"""Figures that cannot be right whatever the others say."""

from __future__ import annotations

from collections.abc import Iterator

from steuerrad.engines.scoring import shown
from steuerrad.modules.city_index.rules.cells import Cell
from steuerrad.modules.city_index.rules.findings import Finding, Place
from steuerrad.modules.city_index.rules.judgement import Judgement
from steuerrad.modules.city_index.rules.names import category_key, closest_name, name_key


def unreadable_figures(judgement: Judgement) -> Iterator[Finding]:
    """Cells whose text is no figure."""
    for found in judgement.cells.unreadable:
        yield Finding(
            "unreadable_figure",
            found.place,
            found.text,
            None,
            "error",
            "certain",
            "form",
            "unreadable_figure",
            {"printed": found.text},
        )


def outside_scale(judgement: Judgement) -> Iterator[Finding]:
    """Values that their scale does not hold: above the maximum, below zero, a rank beyond the last city."""
    for cell in judgement.cells.all:
        if not cell.on_scale:
            yield _outside(judgement, cell)


def _outside(judgement: Judgement, cell: Cell) -> Finding:
    rule = "pilot_above_maximum" if cell.kind == "pilot" and cell.figure.value > 0 else "outside_scale"
    maximum = "?" if cell.maximum is None else shown(cell.maximum, 0)
    return Finding(
        rule,
        cell.place,
        cell.text,
        None,
        "error",
        "certain",
        "scale",
        rule,
        {"printed": cell.text, "low": 1 if cell.kind == "rank" else 0, "high": maximum},
        judgement.evidence(cell),
    )


def duplicate_names(judgement: Judgement) -> Iterator[Finding]:
    """The same indicator twice in one category of one edition; in the older one only with different figures."""
    seen: dict[tuple[int, str, str], Cell] = {}
    for cell in judgement.cells.all:
        if cell.kind not in ("indicator", "pilot") or cell.column == "change" or not cell.name:
            continue
        key = (cell.edition, category_key(cell.category), name_key(cell.name))
        first = seen.setdefault(key, cell)
        if first is cell:
            continue
        if cell.column == "previous" and cell.text == first.text:
            continue  # an indicator that was split stands beside each of its successors
        yield Finding(
            "duplicate_name",
            cell.place,
            cell.text,
            None,
            "error",
            "certain",
            "form",
            "duplicate_name",
            {"name": cell.name, "first": first.text, "second": cell.text},
            judgement.evidence(first, cell),
        )


def names_against_structure(judgement: Judgement) -> Iterator[Finding]:
    """Names that the edition does not have, and indicators of the edition that the report leaves out."""
    cells = judgement.cells
    for edition in cells.editions:
        for category in cells.categories():
            structure = cells.category_structure(edition, category)
            printed = cells.parts(edition, category)
            if structure is None or not printed:
                continue
            strange = [cell for cell in printed if structure.find(cell.name) is None]
            present = {name_key(cell.name) for cell in printed}
            absent = [one.name for one in structure.indicators if name_key(one.name) not in present]
            for cell in strange:
                close = closest_name(cell.name, absent)
                if close is not None:
                    absent.remove(close)
                yield _unknown_name(judgement, cell, close)
            check = judgement.diagnosis.check(edition, category)
            if check is not None and check.missing:
                yield _missing(judgement, check.edition, category, check.missing)


def _unknown_name(judgement: Judgement, cell: Cell, close: str | None) -> Finding:
    key = "unknown_name" if close is None else "misspelt_name"
    place = cell.place
    return Finding(
        key,
        Place(place.edition, place.category, place.row, "name", place.line),
        cell.name,
        None,
        "warning" if close is None else "note",
        "likely" if close is None else "very likely",
        "structure",
        key,
        {"name": cell.name, "proposal": close or "", "edition": cell.edition},
        judgement.evidence(cell),
    )


def _missing(judgement: Judgement, edition: int, category: str, missing: tuple[str, ...]) -> Finding:
    return Finding(
        "indicator_missing",
        Place(edition, category, "", judgement.cells.column_of(edition)),
        None,
        None,
        "warning",
        "certain",
        "structure",
        "indicator_missing",
        {"names": ", ".join(missing), "edition": edition},
    )
