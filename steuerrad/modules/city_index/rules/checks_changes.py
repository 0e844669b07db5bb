"""Every printed change against its two values, within the rounding of all three."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from steuerrad.engines.scoring import Interval, required_value, shown
from steuerrad.modules.city_index.rules.cells import Cell
from steuerrad.modules.city_index.rules.findings import Certainty, Finding, Param, Place
from steuerrad.modules.city_index.rules.judgement import Judgement
from steuerrad.modules.city_index.rules.slips import slip_of


@dataclass(frozen=True, slots=True)
class Triple:
    """Value, change and previous value of one row."""

    value: Cell
    change: Cell
    previous: Cell

    @property
    def implied(self) -> Interval:
        """The change that the printed values give; for ranks, places gained are positive."""
        if self.value.kind == "rank":
            return self.previous.interval - self.value.interval
        return self.value.interval - self.previous.interval

    @property
    def fits(self) -> bool:
        return self.change.interval.meets(self.implied)


def triples(judgement: Judgement) -> Iterator[Triple]:
    """All rows that print value, change and previous value."""
    cells = judgement.cells
    for number in range(len(cells.report.rows)):
        value, change, previous = (cells.cell(number, c) for c in ("value", "change", "previous"))
        if value is not None and change is not None and previous is not None:
            yield Triple(value, change, previous)


def changes(judgement: Judgement) -> Iterator[Finding]:
    """Changes that their values contradict, and changes that only follow from a figure shown to be wrong."""
    rows = list(triples(judgement))
    for triple in rows:
        nominal, right = _right_change(judgement, triple)
        if triple.change.interval.meets(right):
            continue
        cause = judgement.correction(triple.value) or judgement.correction(triple.previous)
        if cause is not None and triple.fits:
            finding = _consequence(judgement, triple, cause.finding, nominal, right)
        else:
            finding = _wrong(judgement, triple, rows, nominal, right)
        yield finding
        judgement.correct(triple.change, nominal, right, finding)


def missing_changes(judgement: Judgement) -> Iterator[Finding]:
    """Rows that print both values but not the change between them."""
    cells = judgement.cells
    for number in range(len(cells.report.rows)):
        value, change, previous = (cells.cell(number, c) for c in ("value", "change", "previous"))
        if value is None or previous is None or change is not None or cells.report.rows[number].change:
            continue
        nominal, right = _right_change(judgement, Triple(value, value, previous))
        whole = value.kind == "rank"
        place = value.place
        yield Finding(
            "change_missing",
            Place(place.edition, place.category, place.row, "change", place.line),
            None,
            judgement.follows(nominal, right, whole=whole),
            "note",
            "certain",
            "values",
            "change_missing",
            {"right": shown(nominal, 0 if whole else judgement.decimals)},
            judgement.evidence(value, previous),
        )


def _right_change(judgement: Judgement, triple: Triple) -> tuple[Fraction, Interval]:
    """The change that the values give, as corrected where a finding has shown one of them to be wrong."""
    first, second = judgement.right(triple.value), judgement.right(triple.previous)
    if triple.value.kind == "rank":
        first, second = second, first
    return first[0] - second[0], first[1] - second[1]


def _places(judgement: Judgement, triple: Triple) -> int:
    return 0 if triple.value.kind == "rank" else judgement.decimals


def _consequence(
    judgement: Judgement, triple: Triple, cause: str, nominal: Fraction, right: Interval
) -> Finding:
    return Finding(
        "follows_from_error",
        triple.change.place,
        triple.change.text,
        judgement.follows(nominal, right, whole=triple.value.kind == "rank"),
        "error",
        "certain",
        "consequence",
        "change_follows_from_error",
        {"printed": triple.change.text, "right": shown(nominal, _places(judgement, triple))},
        judgement.evidence(triple.value, triple.change, triple.previous),
        cause,
    )


def _wrong(
    judgement: Judgement, triple: Triple, rows: list[Triple], nominal: Fraction, right: Interval
) -> Finding:
    alternatives = [
        cell for cell in (triple.value, triple.previous) if _may_be_wrong(judgement, triple, cell)
    ]
    params: dict[str, Param] = {
        "printed": triple.change.text,
        "right": shown(nominal, _places(judgement, triple)),
        "value": triple.value.text,
        "previous": triple.previous.text,
        "alternatives": ", ".join(cell.text for cell in alternatives),
        "copied_from": "",
    }
    evidence = judgement.evidence(triple.change, triple.value, triple.previous)
    key, certainty = "change_wrong", _certainty(alternatives)
    slip = slip_of(triple.change.figure, right)
    original = _copied_from(triple, rows)
    if slip == "sign":
        key = "change_wrong_sign"
    elif original is not None:
        key = "change_copied"
        params["copied_from"] = original.change.category
        if original.change.name:
            params["copied_from"] = f"{original.change.category}: {original.change.name}"
        evidence = (*evidence, *judgement.evidence(original.change))
    elif slip is not None:
        key = f"change_wrong_{slip}"
    if alternatives and key != "change_wrong":
        certainty = "very likely"  # a named slip speaks for the change, not for its values
    basis = "values" if alternatives else "values confirmed by their categories"
    return Finding(
        "change_wrong",
        triple.change.place,
        triple.change.text,
        judgement.follows(nominal, right, whole=triple.value.kind == "rank"),
        "error",
        certainty,
        basis,
        key,
        params,
        evidence,
    )


def _certainty(alternatives: list[Cell]) -> Certainty:
    return "likely" if alternatives else "certain"


def _may_be_wrong(judgement: Judgement, triple: Triple, cell: Cell) -> bool:
    """Whether the change could be right and ``cell`` wrong instead: its category score must allow that."""
    if cell.kind == "rank":
        return True
    other = triple.previous if cell is triple.value else triple.value
    sign = 1 if cell is triple.value else -1
    wanted = other.interval + triple.change.interval * sign
    if cell.maximum is not None and not wanted.meets(Interval.of(0, cell.maximum)):
        return False
    check = judgement.diagnosis.check(cell.edition, cell.category)
    if check is None or judgement.diagnosis.state(cell.edition, cell.category) != "reproduced":
        return True
    assert check.score is not None
    assert check.implied is not None
    if cell.kind == "score":
        return wanted.meets(check.implied)
    rule = judgement.cells.rule(cell.edition)
    for index, part in enumerate(check.parts):
        if part.name == cell.name and part.value == cell.interval:
            return required_value(check.score.interval, check.parts, rule, index).meets(wanted)
    return True


def _copied_from(triple: Triple, rows: list[Triple]) -> Triple | None:
    """Another row of the same kind whose own figures give exactly this change; none for plain zeros."""
    if triple.change.figure.value == 0:
        return None
    for other in rows:
        if (
            other is not triple
            and other.value.kind == triple.value.kind
            and other.change.figure.value == triple.change.figure.value
            and other.fits
        ):
            return other
    return None
