"""The tables of the memo. Their cells carry the ids that statements lead to."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from steuerrad.modules.city_index.memo import texts
from steuerrad.modules.city_index.memo.charts import LEVERS_SHOWN
from steuerrad.modules.city_index.memo.facts import (
    CategoryFacts,
    Counterpart,
    MeasureFact,
    MemoFacts,
    Row,
    Standing,
)
from steuerrad.modules.city_index.memo.parameters import (
    correction_anchor,
    lever_anchor,
    rank_anchor,
    row_anchor,
    score_anchor,
    table_anchor,
)
from steuerrad.modules.city_index.memo.rules import Lever, is_open, weak_reasons, weak_rows
from steuerrad.platform.documents.model import (
    Cell,
    Column,
    Emphasis,
    Link,
    Note,
    NoteRef,
    Run,
    Strong,
    Table,
    Text,
)

MEASURES_SHOWN = 3
NONE = "–"


def _cell(text: str, name: str = "", *marks: Run) -> Cell:
    return Cell((Text(text), *marks), name)


def _strong(text: str, name: str = "", *marks: Run) -> Cell:
    return Cell((Strong(text), *marks), name)


def has_figures(category: CategoryFacts) -> bool:
    standing = category.standing
    return (
        standing.score.best is not None
        or standing.place.rank is not None
        or any(row.value is not None for row in category.rows)
    )


def overview(facts: MemoFacts) -> Table:
    """Total and categories in both editions; holds the ids of all scores and ranks."""
    standings = [*(category.standing for category in facts.categories), facts.total]
    previous = facts.previous
    notes: list[Note] = []
    if any(one.score.value is None and one.score.best is not None for one in standings) or any(
        one.previous_score.value is None and one.previous_score.best is not None for one in standings
    ):
        notes.append(Note("implied", (Text(_("Not published; follows from the parts (within rounding).")),)))
    if any(
        one.previous_score.outcome == "contradicted" or one.score.outcome == "contradicted"
        for one in standings
    ):
        notes.append(
            Note("contradicted", (Text(_("Printed so, but its indicators give another score; see below.")),))
        )
    columns = [Column(_("Category")), Column(_("Points %(year)s") % {"year": facts.edition}, "right")]
    if previous:
        columns += [
            Column(_("Points %(year)s") % {"year": previous}, "right"),
            Column(_("Difference"), "right"),
        ]
    columns.append(Column(_("Rank %(year)s") % {"year": facts.edition}, "right"))
    if previous:
        columns += [
            Column(_("Rank %(year)s") % {"year": previous}, "right"),
            Column(_("Places won"), "right"),
        ]
    keys = {note.key for note in notes}
    return Table(
        _("Results at a glance"), tuple(columns),
        tuple(_standing(one, facts, keys, total=one is facts.total) for one in standings),
        "table-overview", footnotes=tuple(notes),
        note=_("Between the editions the list of indicators changed; differences compare only in part.")
        if previous and facts.breaks else "",
    )  # fmt: skip


def _standing(one: Standing, facts: MemoFacts, notes: set[str], *, total: bool) -> tuple[Cell, ...]:
    make = _strong if total else _cell

    def score(which: str) -> Cell:
        held = one.score if which == "" else one.previous_score
        mark: tuple[Run, ...] = ()
        if held.value is None and held.best is not None and "implied" in notes:
            mark = (NoteRef("implied"),)
        elif held.outcome == "contradicted" and "contradicted" in notes:
            mark = (NoteRef("contradicted"),)
        return make(texts.points(held.best), score_anchor(one.key, previous=bool(which)), *mark)

    def rank(which: str) -> Cell:
        held = one.place if which == "" else one.previous_place
        text = NONE if held.rank is None else str(held.rank)
        if held.rank is None and held.low is not None:
            text = _("%(low)s to %(high)s") % {"low": held.low, "high": held.high}
        return make(text, rank_anchor(one.key, previous=bool(which)))

    cells = [make(pgettext("index", "Total") if total else one.name), score("")]
    if facts.previous:
        cells += [score("previous"), make(texts.change(one.score_change))]
    cells.append(rank(""))
    if facts.previous:
        won = one.places_won
        cells += [rank("previous"), make(NONE if won is None else _whole(won))]
    return tuple(cells)


def _whole(value: int) -> str:
    return texts.numbers.signed(float(value), 0, texts.language())


# -- the table of a category -----------------------------------------------------------------------------


def category(facts: MemoFacts, category: CategoryFacts) -> Table:
    """Indicator, value, change, counterpart, value before; then score and rank."""
    notes: list[Note] = []
    rows = [_row(facts, category, row, notes) for row in category.rows]
    rows += [_dropped(category, one, notes) for one in category.dropped] if facts.previous else []
    rows += [_score_row(facts, category.standing), _rank_row(facts, category.standing)]
    columns = [Column(_("Indicator %(year)s") % {"year": facts.edition}), Column(str(facts.edition), "right")]
    if facts.previous:
        columns += [
            Column(pgettext("memo", "Change"), "right"), Column(_("Counterpart %(year)s") % {"year": facts.previous}),
            Column(str(facts.previous), "right"),
        ]  # fmt: skip
    return Table(
        _("%(category)s: indicators") % {"category": category.name}, tuple(columns), tuple(rows),
        table_anchor(category.key), footnotes=tuple(notes),
        note=_("Points of 100 unless another maximum is given; n/c: not comparable. Sources: %(sources)s.")
        % {"sources": _sources_of(facts, category)},
    )  # fmt: skip


def _value(value: Decimal | None, maximum: Decimal | None) -> str:
    if value is None:
        return NONE
    return texts.of_maximum(value, None if maximum == 100 else maximum)


def _row(facts: MemoFacts, category: CategoryFacts, row: Row, notes: list[Note]) -> tuple[Cell, ...]:
    value = _cell(_value(row.value, row.maximum), row_anchor(category.key, row.key))
    if not facts.previous:
        return (_cell(row.name), value)
    before = "; ".join(one.name for one in row.counterparts) or NONE
    then = "; ".join(_value(one.value, one.maximum) for one in row.counterparts) or NONE
    return (_cell(row.name), value, _change(row, notes), _cell(before), _cell(then))


def _change(row: Row, notes: list[Note]) -> Cell:
    if row.change is not None:
        return _cell(texts.change(row.change))
    if not row.counterparts:
        return Cell((Emphasis(pgettext("memo", "new")),)) if row.relation == "new" else _cell(NONE)
    if row.value is None or all(one.value is None for one in row.counterparts):
        return _cell(NONE)
    reason = _reason(row)
    key = f"n{len(notes)}"
    basis = "; ".join(dict.fromkeys(one.basis for one in row.counterparts if one.basis))
    text = f"{row.name}: {reason}" + (f" – {basis}." if basis else ".")
    notes.append(Note(key, (Text(text),)))
    return Cell((Emphasis(_("n/c")), NoteRef(key)))


def _reason(row: Row) -> str:
    """Why no change is stated."""
    one = row.counterparts[0]
    if len(row.counterparts) > 1:
        return texts.gettext(texts.RELATIONS["merged"])
    if one.maximum != row.maximum and one.relation in ("same", "renamed"):
        return _("other maximum (%(before)s, now %(now)s)") % {
            "before": NONE if one.maximum is None else texts.plain_number(one.maximum),
            "now": NONE if row.maximum is None else texts.plain_number(row.maximum),
        }  # fmt: skip
    return texts.gettext(texts.RELATIONS.get(one.relation, texts.RELATIONS["different"]))


def _dropped(category: CategoryFacts, one: Counterpart, notes: list[Note]) -> tuple[Cell, ...]:
    key = f"n{len(notes)}"
    reason = texts.gettext(texts.RELATIONS["dropped"])
    notes.append(Note(key, (Text(f"{one.name}: {reason}" + (f" – {one.basis}." if one.basis else ".")),)))
    return (
        Cell((Emphasis(_("(dropped)")), NoteRef(key))), _cell(NONE), _cell(NONE), _cell(one.name),
        _cell(_value(one.value, one.maximum)),
    )  # fmt: skip


def _score_row(facts: MemoFacts, one: Standing) -> tuple[Cell, ...]:
    cells = [_strong(_("Category score")), _strong(texts.score_text(one.score))]
    if facts.previous:
        cells += [
            _strong(texts.change(one.score_change)), _strong(_("Category score")),
            _strong(texts.score_text(one.previous_score)),
        ]  # fmt: skip
    return tuple(cells)


def _rank_row(facts: MemoFacts, one: Standing) -> tuple[Cell, ...]:
    def shown(rank: int | None) -> str:
        return NONE if rank is None else str(rank)

    cells = [_strong(_("Rank")), _strong(shown(one.place.rank))]
    if facts.previous:
        won = one.places_won
        cells += [
            _strong(NONE if won is None else _whole(won)), _strong(_("Rank")), _strong(shown(one.previous_place.rank)),
        ]  # fmt: skip
    return tuple(cells)


# -- weak indicators, levers, corrections --------------------------------------------------------------------


def measures_text(measures: Sequence[MeasureFact], most: int = MEASURES_SHOWN) -> str:
    """Numbers, titles and states of the measures; says so when there is none."""
    if not measures:
        return _("no measure on file")
    parts = [_measure(one) for one in measures[:most]]
    return "; ".join([*parts, *([f"+{len(measures) - most}"] if len(measures) > most else [])])


def _measure(one: MeasureFact) -> str:
    name = f"{one.number} {one.title}".strip()
    label = texts.gettext(texts.STATES[one.state]) if one.state in texts.STATES else one.state_label
    return f"{name} ({label})" if label else name


def answers(facts: MemoFacts, category: CategoryFacts, levers: Sequence[Lever]) -> Table:
    """The weak indicators, what they could bring, who does better, and what the city does about it."""
    gain = {one.row.key: one for one in levers if one.category == category.key}
    rows: list[tuple[Cell | str, ...]] = []
    for row in weak_rows(category):
        lever = gain.get(row.key)
        rows.append((
            row.name, texts.points(lever.category_points) if lever else NONE, _better(facts, row),
            measures_text(row.measures),
        ))  # fmt: skip
    return Table(
        _("%(category)s: weak indicators and what answers them") % {"category": category.name},
        (
            Column(_("Indicator")), Column(_("Lever"), "right"), Column(_("Better cities")),
            Column(_("Measures of the strategy (status)")),
        ),
        tuple(rows), f"answers-{category.key}",
        note=_("Lever: category points at full points of this indicator. Better cities: as far as published; another "
               "edition is given in brackets and may have been rated differently. Status: as last recorded, not as of "
               "the edition."),
    )  # fmt: skip


def _better(facts: MemoFacts, row: Row) -> Cell:
    """Other cities' values, each with the number of its source."""
    runs: list[Run] = []
    for one in row.others:
        year = "" if one.edition == facts.edition else f" ({one.edition})"
        runs += [
            Text(f"{'; ' if runs else ''}{one.city} {texts.points(one.value)}{year}\u00a0"),
            source_link(facts, one.source),
        ]
    return Cell(tuple(runs) or (Text(_("not known")),))


def source_number(facts: MemoFacts, key: str) -> int:
    return next(number for number, one in enumerate(facts.sources, 1) if one.key == key)


def source_link(facts: MemoFacts, key: str) -> Link:
    number = source_number(facts, key)
    return Link(f"[{number}]", f"#source-{number}")


def _sources_of(facts: MemoFacts, category: CategoryFacts) -> str:
    """ "[1], [4]": where the category's own figures come from."""
    one = category.standing
    keys = [row.source for row in category.rows]
    keys += [one.score.source, one.place.source, one.previous_score.source, one.previous_place.source]
    numbers = sorted({source_number(facts, key) for key in keys if key})
    return ", ".join(f"[{number}]" for number in numbers)


def shown_levers(levers: Sequence[Lever]) -> list[Lever]:
    """The largest, and weak ones that no measure answers, since statements lead there."""
    return [
        one for number, one in enumerate(levers)
        if number < LEVERS_SHOWN or (weak_reasons(one.row) and not one.row.measures)
    ]  # fmt: skip


def lever_table(levers: Sequence[Lever]) -> Table | None:
    if not levers:
        return None
    rows = tuple(
        (
            _cell(one.row.name), one.category_name, _value(one.row.value, one.row.maximum),
            _cell(texts.points(one.category_points), lever_anchor(one)), texts.points(one.total_points),
            ", ".join(measure.number for measure in one.row.measures) or _("none on file"),
        )
        for one in shown_levers(levers)
    )  # fmt: skip
    return Table(
        _("Largest attainable gains"),
        (
            Column(_("Indicator")), Column(_("Category")), Column(_("Points"), "right"),
            Column(_("Category gain"), "right"), Column(_("Total gain"), "right"), Column(_("Measures")),
        ),
        rows, "table-levers",
        note=_("All other things equal: 100 points are what the best city reached, and other cities move as well. The "
               "places that a gain brings are not stated, because the scores of the field are known only in part."),
    )  # fmt: skip


def corrections(facts: MemoFacts) -> Table | None:
    """Every error with what is right; consequences and suspects stand below their cause."""
    if not facts.corrections:
        return None
    order = {item.id: number for number, item in enumerate(facts.corrections)}
    ordered = sorted(
        enumerate(facts.corrections),
        key=lambda pair: (order.get(pair[1].caused_by, pair[0]), bool(pair[1].caused_by), pair[0]),
    )
    rows: list[tuple[Cell | str, ...]] = []
    for number, item in ordered:
        where = ", ".join(part for part in (f"{item.category} {item.edition}", item.row) if part)
        if item.line is not None:
            where += _(" (line %(line)s)") % {"line": item.line}
        if item.caused_by:
            where = f"– {where}"
        open_ = is_open(item) or item.severity != "error"  # a suspect: what would fit is not what is right
        follows = NONE if open_ or not item.follows else texts.corrected(item.follows, item.printed)
        rows.append((
            _cell(where, correction_anchor(number)), item.printed or NONE, follows,
            texts.gettext(texts.CERTAINTIES.get(item.certainty, item.certainty)), texts.message(item),
        ))  # fmt: skip
    return Table(
        _("Corrections"),
        (
            Column(_("Where it stands")), Column(_("Printed"), "right"), Column(_("Right figure"), "right"), Column(_("Certainty")),
            Column(_("Explanation")),
        ),
        tuple(rows), "table-corrections",
        note=_("A dash before the place: only a consequence of the error above. A dash as the right figure: the "
               "contradiction is certain, which side is wrong is not."),
    )  # fmt: skip
