"""Random reports: a consistent one is never condemned, a wrong figure is always found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.scoring import printed_interval
from steuerrad.modules.city_index.rules.audit import audit_report
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.known import KnownFigure
from steuerrad.modules.city_index.rules.structure import CategoryStructure, EditionStructure, IndicatorSpec
from steuerrad.modules.city_index.rules.typed import TypedReport, TypedRow, TypedStatement

CITIES = 81


@dataclass(frozen=True)
class World:
    """A consistent report, the structures of its editions and the figures of another source."""

    report: TypedReport
    structure: EditionStructure
    previous: EditionStructure
    known: tuple[KnownFigure, ...]

    def audit(self, report: TypedReport | None = None) -> tuple[Finding, ...]:
        return audit_report(report or self.report, self.structure, self.previous, self.known)


@st.composite
def worlds(draw: st.DrawFn, *, sources: bool = True) -> World:
    mode = draw(st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
    short = draw(st.booleans())

    def text(value: Fraction, *, sign: bool = False) -> str:
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        number = exact.quantize(Decimal("0.1"), mode)
        shown = f"{number:+}" if sign else f"{number}"
        if short and number in (0, 100):
            shown = shown.removesuffix(".0")
        return shown.replace(".", ",")

    points = st.one_of(
        st.sampled_from([Fraction(0), Fraction(100)]),
        st.integers(0, 100_000).map(lambda x: Fraction(x, 1000)),
    )
    rows: list[TypedRow] = []
    totals: list[tuple[Fraction, Fraction]] = []
    structures: list[list[CategoryStructure]] = [[], []]
    known: list[KnownFigure] = []
    statements: list[TypedStatement] = []
    for c in range(draw(st.integers(1, 3))):
        category = f"Category {c}"
        kinds = draw(st.lists(st.sampled_from(["both", "new", "old"]), min_size=1, max_size=7))
        kinds += ["both"]
        sums = [Fraction(0), Fraction(0)]
        specs: list[list[IndicatorSpec]] = [[], []]
        for i, kind in enumerate(kinds):
            now, before = draw(points), draw(points)
            name = f"Indicator {i}"
            row = TypedRow(category, "indicator")
            if kind != "old":
                row = replace(row, name=name, value=text(now))
                sums[0] += now
                specs[0].append(IndicatorSpec(name))
            if kind != "new":
                row = replace(row, previous_name=name, previous_value=text(before))
                sums[1] += before
                specs[1].append(IndicatorSpec(name))
            if kind == "both" and draw(st.booleans()):
                row = replace(row, change=text(now - before, sign=True))
            rows.append(row)
        pilots: list[Fraction] = []
        for side in (0, 1):
            most = 5 * len(specs[side])
            pilots.append(draw(st.integers(0, 1000)) * Fraction(most, 1000))
            sums[side] += pilots[side]
            specs[side].append(IndicatorSpec("Pilots", "pilot"))
            structures[side].append(CategoryStructure(category, tuple(specs[side])))
        change = text(pilots[0] - pilots[1], sign=True)
        rows.append(TypedRow(category, "pilot", "Pilots", text(pilots[0]), change, "Pilots", text(pilots[1])))
        scores = [sums[side] / (len(specs[side]) - 1) / Fraction("1.05") for side in (0, 1)]
        totals.append((scores[0], scores[1]))
        rows.append(
            TypedRow(
                category,
                "score",
                "Score",
                text(scores[0]),
                text(scores[0] - scores[1], sign=True),
                "Score",
                text(scores[1]),
            )
        )
        rank, rank_before = draw(st.integers(1, CITIES)), draw(st.integers(1, CITIES))
        rows.append(
            TypedRow(category, "rank", "Rank", str(rank), f"{rank_before - rank:+}", "Rank", str(rank_before))
        )
        statements += [
            TypedStatement(None, category, "score", "", 2019, text(scores[1])),
            TypedStatement(None, category, "rank_change", "", 2020, str(abs(rank_before - rank))),
            TypedStatement(None, category, "top", "", 2020, str(rank)),
        ]
        known.append(KnownFigure(2019, "Own", category, None, "score", text(scores[1]), "paper"))
    for side, edition in ((0, 2020), (1, 2019)):
        total = sum((score[side] for score in totals), Fraction(0)) / len(totals)
        known.append(KnownFigure(edition, "Own", None, None, "score", text(total), "paper"))
    return World(
        TypedReport("Own", 2020, 2019, tuple(rows), tuple(statements), "memo"),
        EditionStructure(2020, tuple(structures[0]), cities=CITIES),
        EditionStructure(2019, tuple(structures[1]), cities=CITIES),
        tuple(known) if sources else (),
    )


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_a_consistent_report_is_never_condemned(world: World) -> None:
    assert [f for f in world.audit() if f.severity != "note"] == []


@settings(max_examples=150, deadline=None)
@given(worlds(sources=False))
def test_nor_without_structures_and_sources(world: World) -> None:
    assert [f for f in audit_report(world.report) if f.severity != "note"] == []


@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_a_single_wrong_figure_is_found(world: World, data: st.DataObject) -> None:
    rows = list(world.report.rows)
    columns = [
        (i, column)
        for i, row in enumerate(rows)
        for column in ("value", "change", "previous_value")
        if getattr(row, column)
    ]
    index, column = data.draw(st.sampled_from(columns))
    row = rows[index]
    old = Decimal(getattr(row, column).replace(",", "."))
    if row.kind == "rank":
        by = Decimal(data.draw(st.integers(1, 9)))
        new, sign = old + by, "+" if column == "change" else ""
        wrong = f"{int(new):{sign}}"
    else:
        by = Decimal(data.draw(st.integers(15, 300))) / 10  # beyond what rounding of nine figures can hide
        sign = "+" if column == "change" else ""
        wrong = f"{old + by:{sign}.1f}".replace(".", ",")
    rows[index] = replace(row, **{column: wrong})
    report = replace(world.report, rows=tuple(rows), statements=())
    found = [f for f in world.audit(report) if f.severity == "error"]
    assert found
    category = row.category
    assert category in {f.place.category for f in found}


@settings(max_examples=100, deadline=None)
@given(worlds(), st.data())
def test_a_corrected_score_is_the_true_one(world: World, data: st.DataObject) -> None:
    """A wrong score of last year is put right by its parts, and the right value lies in the interval."""
    rows = list(world.report.rows)
    index = data.draw(st.sampled_from([i for i, row in enumerate(rows) if row.kind == "score"]))
    true = printed_interval(rows[index].previous_value)
    wrong = f"{Decimal(rows[index].previous_value.replace(',', '.')) + 7:.1f}".replace(".", ",")
    rows[index] = replace(rows[index], previous_value=wrong)
    found = world.audit(replace(world.report, rows=tuple(rows), statements=()))
    scores = [f for f in found if f.rule in ("score_wrong", "rank_as_score", "outside_scale")]
    assert scores
    for finding in scores:
        if finding.follows is not None:
            assert Fraction(finding.follows.low) - Fraction(1, 1000) <= true.hi
            assert true.lo <= Fraction(finding.follows.high) + Fraction(1, 1000)
