"""Figures in running text against the table, and where that is silent against other sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from steuerrad.engines.scoring import Figure, Interval, NotAFigureError, figures_agree, parse_figure
from steuerrad.modules.city_index.rules.cells import Cell
from steuerrad.modules.city_index.rules.findings import Certainty, Evidence, Finding, Place
from steuerrad.modules.city_index.rules.judgement import Judgement
from steuerrad.modules.city_index.rules.names import closest_name, name_key
from steuerrad.modules.city_index.rules.typed import Quantity, TypedStatement

_WHOLE: frozenset[Quantity] = frozenset(
    {"rank", "rank_change", "top", "cities", "indicators", "parameters", "data_points"}
)
_OF_EDITION: frozenset[Quantity] = frozenset({"cities", "indicators", "parameters", "data_points"})


@dataclass(frozen=True, slots=True)
class Fact:
    """What a statement should say. ``cause`` = finding that shows the printed figure to be wrong."""

    printed: Interval
    right: Interval
    nominal: Fraction
    evidence: tuple[Evidence, ...]
    cause: str | None = None
    of_report: bool = True
    figure: Figure | None = None

    def allows(self, claim: Interval, figure: Figure | None) -> bool:
        """Whether the claim can be true; two prints of the very same figure are compared as prints."""
        if figure is not None and self.figure is not None:
            return figures_agree(figure, self.figure)
        return claim.meets(self.right)


def statements(judgement: Judgement) -> Iterator[Finding]:
    """Each statement of the text against the figures of the table, else against those of other sources."""
    for statement in judgement.cells.report.statements:
        yield from _check(judgement, statement)


def _check(judgement: Judgement, statement: TypedStatement) -> Iterator[Finding]:
    place = Place(statement.edition, statement.category, statement.name, "text", statement.line)
    try:
        if statement.quantity == "pilot_of_maximum":
            yield from _pilot(judgement, statement, place)
            return
        claim = _claim(judgement, statement)
    except NotAFigureError:
        yield Finding(
            "unreadable_figure",
            place,
            statement.value,
            None,
            "error",
            "certain",
            "form",
            "unreadable_figure",
            {"printed": statement.value},
        )
        return
    facts = _table_facts(judgement, statement) or _outside_facts(judgement, statement)
    repeated = _figure(statement)
    if not facts or any(fact.allows(claim, repeated) for fact in facts):
        return
    yield _finding(judgement, statement, place, facts, claim)


def _figure(statement: TypedStatement) -> Figure | None:
    """The figure itself where the statement repeats one, None for bounds and differences."""
    return parse_figure(statement.value) if statement.quantity in ("score", "indicator") else None


def _claim(judgement: Judgement, statement: TypedStatement) -> Interval:
    """The values that the statement allows."""
    text = statement.value.strip()
    if text.startswith(">"):
        return Interval.of(parse_figure(text[1:]).value, 10**9)
    if statement.quantity == "top":
        return Interval.of(1, parse_figure(text).value)
    if statement.quantity in ("rank_change", "score_change"):
        return judgement.cells.read_change(text, whole=statement.quantity == "rank_change")[1]
    return judgement.cells.read(text, None, whole=statement.quantity in _WHOLE)[1]


def _finding(
    judgement: Judgement, statement: TypedStatement, place: Place, facts: list[Fact], claim: Interval
) -> Finding:
    fact = facts[0]
    repeated = fact.cause is not None and claim.meets(fact.printed)
    certainty: Certainty = "certain" if fact.of_report else "likely"
    if repeated:
        rule, key, basis = "follows_from_error", "statement_repeats_error", "consequence"
    elif fact.of_report:
        rule, key, basis = "statement_wrong", "statement_against_table", "table"
    else:
        rule, key, basis = "statement_wrong", "statement_against_sources", "source"
    whole = statement.quantity in _WHOLE
    follows = judgement.follows(fact.nominal, fact.right, whole=whole)
    source = ", ".join(dict.fromkeys(item.source for one in facts for item in one.evidence))
    return Finding(
        rule,
        place,
        statement.value,
        follows,
        "error" if fact.of_report else "warning",
        certainty,
        basis,
        key,
        {
            "printed": statement.value,
            "right": follows.value,
            "quantity": statement.quantity,
            "edition": statement.edition,
            "source": source,
        },
        tuple(item for one in facts for item in one.evidence),
        fact.cause if repeated else None,
    )


def _pilot(judgement: Judgement, statement: TypedStatement, place: Place) -> Iterator[Finding]:
    """A claim like "35/35": points and maximum of the pilots of a category."""
    points, slash, maximum = statement.value.partition("/")
    if not slash:
        raise NotAFigureError(f"not points of a maximum: {statement.value!r}")
    cell = judgement.cells.find(statement.edition, statement.category, "pilot")
    if cell is None:
        return
    _, claimed, _ = judgement.cells.read(points, cell.maximum)
    claimed_maximum = parse_figure(maximum).value
    if claimed.meets(cell.interval) and cell.maximum in (None, claimed_maximum):
        return
    yield Finding(
        "statement_wrong",
        place,
        statement.value,
        judgement.follows(cell.figure.value, cell.interval),
        "error",
        "certain",
        "table",
        "pilot_statement_wrong",
        {"printed": statement.value, "right": f"{cell.text}/{cell.maximum}"},
        judgement.evidence(cell),
    )


def _table_facts(judgement: Judgement, statement: TypedStatement) -> list[Fact]:
    cells = judgement.cells
    if statement.edition not in cells.editions:
        return []
    if statement.quantity in ("rank", "top", "score", "indicator"):
        kind = "rank" if statement.quantity == "top" else statement.quantity
        name = statement.name if kind == "indicator" else None
        cell = cells.find(statement.edition, statement.category, kind, name)
        if cell is None and kind == "indicator":
            cell = _part_named(judgement, statement)
        if cell is None:
            return []
        nominal, right = judgement.right(cell)
        correction = judgement.correction(cell)
        cause = None if correction is None else correction.finding
        return [
            Fact(
                cell.interval,
                right,
                nominal,
                judgement.evidence(cell),
                cause,
                figure=cell.figure if cause is None else None,
            )
        ]
    if statement.quantity in ("rank_change", "score_change") and statement.edition == cells.report.edition:
        return _table_change(judgement, statement)
    return []


def _part_named(judgement: Judgement, statement: TypedStatement) -> Cell | None:
    """The indicator or pilot row that running text means, even where it spells the name a little differently."""
    parts = judgement.cells.parts(statement.edition, statement.category)
    by_name = {name_key(cell.name): cell for cell in parts}
    if name_key(statement.name) in by_name:
        return by_name[name_key(statement.name)]
    close = closest_name(statement.name, [cell.name for cell in parts])
    return None if close is None else by_name[name_key(close)]


def _table_change(judgement: Judgement, statement: TypedStatement) -> list[Fact]:
    cells = judgement.cells
    kind = "rank" if statement.quantity == "rank_change" else "score"
    value = cells.find(statement.edition, statement.category, kind)
    previous = None if value is None else cells.cell(value.row, "previous")
    if value is None or previous is None:
        return []
    change = cells.cell(value.row, "change")
    new, old = judgement.right(value), judgement.right(previous)
    if kind == "rank":
        new, old = old, new
    nominal, right = new[0] - old[0], new[1] - old[1]
    printed = right if change is None else change.interval
    correction = None if change is None else judgement.correction(change)
    cause = None if correction is None else correction.finding
    fact = Fact(printed, right, nominal, judgement.evidence(value, previous, change), cause)
    if parse_figure(statement.value).signed:
        return [fact]
    return [fact, Fact(-printed, -right, -nominal, fact.evidence, cause)]  # "26 places" has no direction


def _outside_facts(judgement: Judgement, statement: TypedStatement) -> list[Fact]:
    quantity: Quantity = "rank" if statement.quantity == "top" else statement.quantity
    cells = judgement.cells
    city = "" if quantity in _OF_EDITION else cells.report.city
    facts: list[Fact] = []
    for figure in cells.known:
        name = statement.name if quantity == "indicator" else None
        if figure.city != city or not figure.matches(statement.edition, statement.category, quantity, name):
            continue
        try:
            whole = quantity in _WHOLE
            change = quantity in ("rank_change", "score_change")
            read, interval = (
                cells.read_change(figure.value, whole=whole)
                if change
                else cells.read(figure.value, None, whole=whole)[:2]
            )
        except NotAFigureError:
            continue
        evidence = Evidence(
            statement.edition, statement.category, statement.name, quantity, figure.value, figure.source
        )
        facts.append(Fact(interval, interval, read.value, (evidence,), of_report=False, figure=read))
    if not facts and quantity == "rank_change":
        facts = _rank_change_of_sources(judgement, statement)
    if quantity in ("rank_change", "score_change") and not parse_figure(statement.value).signed:
        facts += [Fact(-f.printed, -f.right, -f.nominal, f.evidence, of_report=False) for f in facts]
    return facts


def _rank_change_of_sources(judgement: Judgement, statement: TypedStatement) -> list[Fact]:
    """The places gained that the ranks of other sources for both years give."""
    ranks: list[list[tuple[Fraction, Evidence]]] = []
    for edition in (statement.edition - 1, statement.edition):
        found = [
            (
                Fraction(int(figure.value)),
                Evidence(edition, statement.category, "", "rank", figure.value, figure.source),
            )
            for figure in judgement.cells.known
            if figure.city == judgement.cells.report.city
            and figure.matches(edition, statement.category, "rank")
            and figure.value.isdecimal()
        ]
        ranks.append(found)
    return [
        Fact(Interval.of(old - new), Interval.of(old - new), old - new, (first, second), of_report=False)
        for old, first in ranks[0]
        for new, second in ranks[1]
    ]
