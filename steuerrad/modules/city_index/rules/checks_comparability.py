"""Changes that compare two different things: other indicators, other scales."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from steuerrad.engines.scoring import shown
from steuerrad.modules.city_index.rules.cells import Cell
from steuerrad.modules.city_index.rules.findings import Finding, Place
from steuerrad.modules.city_index.rules.judgement import Judgement, joined
from steuerrad.modules.city_index.rules.names import category_key, name_key
from steuerrad.modules.city_index.rules.structure import COMPARABLE, IndicatorMapping


def comparability(judgement: Judgement) -> Iterator[Finding]:
    """Rows whose two indicators are not the same thing according to the mappings."""
    cells = judgement.cells
    for number, row in enumerate(cells.report.rows):
        value, previous = cells.cell(number, "value"), cells.cell(number, "previous")
        if row.kind != "indicator" or value is None:
            continue
        lines = [one for one in cells.mappings if _is_from(one, judgement, value)]
        if previous is None:
            yield from _not_compared(judgement, value, lines)
            continue
        merged = [one for one in lines if one.relation == "merged"]
        if len(merged) > 1:
            yield from _merged(judgement, value, previous, merged)
            continue
        line = next((one for one in lines if name_key(one.previous_name) == name_key(previous.name)), None)
        if line is not None and line.relation not in COMPARABLE:
            yield _different(judgement, value, previous, line)


def _is_from(line: IndicatorMapping, judgement: Judgement, value: Cell) -> bool:
    return (
        line.edition == value.edition
        and line.previous_edition == judgement.cells.report.previous_edition
        and category_key(line.category) == category_key(value.category)
        and name_key(line.name) == name_key(value.name)
    )


def _change_place(value: Cell) -> Place:
    return Place(value.edition, value.category, value.name, "change", value.line)


def _change_text(judgement: Judgement, value: Cell) -> str | None:
    change = judgement.cells.cell(value.row, "change")
    return None if change is None else change.text


def _different(judgement: Judgement, value: Cell, previous: Cell, line: IndicatorMapping) -> Finding:
    return Finding(
        "not_comparable",
        _change_place(value),
        _change_text(judgement, value),
        None,
        "note",
        "likely",
        "mapping",
        "not_comparable_same"
        if name_key(value.name) == name_key(previous.name)
        else f"not_comparable_{line.relation}",
        {"name": value.name, "previous_name": previous.name, "relation": line.relation},
        judgement.evidence(value, previous),
    )


def _merged(
    judgement: Judgement, value: Cell, previous: Cell, lines: list[IndicatorMapping]
) -> Iterator[Finding]:
    """An indicator made of several, compared with one of them; the mean of all shows how much that matters."""
    cells = judgement.cells
    olds = [cells.find(previous.edition, value.category, "indicator", line.previous_name) for line in lines]
    present = [cell for cell in olds if cell is not None]
    mean: str | Decimal = ""
    against: str | Decimal = ""
    if len(present) == len(lines):
        middle = sum((cell.figure.value for cell in present), Fraction(0)) / len(present)
        mean, against = (
            shown(middle, judgement.decimals),
            shown(value.figure.value - middle, judgement.decimals),
        )
    yield Finding(
        "not_comparable",
        _change_place(value),
        _change_text(judgement, value),
        None,
        "note",
        "likely",
        "mapping",
        "compared_with_one_of_several" if mean != "" else "compared_with_one_of_several_unknown",
        {
            "name": value.name,
            "previous_name": previous.name,
            "all_previous": joined(line.previous_name for line in lines),
            "mean": mean,
            "against_mean": against,
        },
        judgement.evidence(value, *present),
    )


def _not_compared(judgement: Judgement, value: Cell, lines: list[IndicatorMapping]) -> Iterator[Finding]:
    """A value without counterpart although the mappings know one that the report prints elsewhere."""
    previous_edition = judgement.cells.report.previous_edition
    if previous_edition is None:
        return
    for line in lines:
        if line.relation == "different":
            continue
        old = judgement.cells.find(previous_edition, value.category, "indicator", line.previous_name)
        if old is not None:
            yield Finding(
                "counterpart_not_compared",
                _change_place(value),
                None,
                None,
                "note",
                "likely",
                "mapping",
                "counterpart_not_compared",
                {
                    "name": value.name,
                    "previous_name": old.name,
                    "previous": old.text,
                    "relation": line.relation,
                },
                judgement.evidence(value, old),
            )


def changed_maxima(judgement: Judgement) -> Iterator[Finding]:
    """Values on scales that grew or shrank between the editions: points are not shares."""
    cells = judgement.cells
    for number, row in enumerate(cells.report.rows):
        value, previous = cells.cell(number, "value"), cells.cell(number, "previous")
        if row.kind not in ("indicator", "pilot") or value is None or previous is None:
            continue
        new, old = value.maximum, previous.maximum
        if new is None or old is None or new == old or not new or not old:
            continue
        share, share_before = value.interval * 100 / new, previous.interval * 100 / old
        yield Finding(
            "maximum_changed",
            _change_place(value),
            _change_text(judgement, value),
            None,
            "note",
            "certain",
            "scale",
            "maximum_changed_same_share" if share.meets(share_before) else "maximum_changed",
            {
                "value": value.text,
                "maximum": shown(new, 0),
                "previous": previous.text,
                "previous_maximum": shown(old, 0),
                "share": shown(value.figure.value * 100 / new, 1),
                "previous_share": shown(previous.figure.value * 100 / old, 1),
            },
            judgement.evidence(value, previous),
        )
