"""Rules and statements on minimal facts, without Django."""

from __future__ import annotations

import ast
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.modules.city_index.memo import rules
from steuerrad.modules.city_index.memo.facts import (
    CategoryFacts,
    Counterpart,
    FieldFact,
    MeasureFact,
    MemoFacts,
    Place,
    RawFact,
    Row,
    Score,
    Standing,
    digest,
    from_data,
    to_data,
)
from steuerrad.modules.city_index.memo.parameters import Change, Items, Ref, Statement
from steuerrad.modules.city_index.memo.statements import statements

D = Decimal


def row(name: str = "Glasfaser", value: str | None = "4.5", **fields: object) -> Row:
    number = None if value is None else D(value)
    return replace(Row(name.lower(), name, "normal", number, D(100)), **fields)  # type: ignore[arg-type]


def before(value: str | None = "3.4", *, comparable: bool = True, maximum: str = "100") -> Counterpart:
    return Counterpart("Glasfaser", None if value is None else D(value), D(maximum), "same", comparable)


def standing(
    key: str = "it", score: str | None = None, rank: int | None = None, **fields: object
) -> Standing:
    value = None if score is None else D(score)
    empty = Standing(key, "IT", Score(value), Place(rank), Score(None), Place(None))
    return replace(empty, **fields)  # type: ignore[arg-type]


def facts(*rows: Row, **fields: object) -> MemoFacts:
    category = CategoryFacts(standing("it", "50.0"), rows, (), len(rows), 0, True)
    made = MemoFacts(
        "Index", "Publisher", "Musterstadt", "musterstadt", 2020, 2019, 81, 81, D("0.05"), "sum_over_max",
        standing(""), (category,),
    )  # fmt: skip
    return replace(made, **fields)  # type: ignore[arg-type]


def said(made: MemoFacts) -> dict[str, Statement]:
    return {item.rule: item for item in statements(made)}


def test_the_rules_know_no_django() -> None:
    folder = Path(rules.__file__).parent
    for name in ("rules.py", "facts.py", "parameters.py", "statements.py"):
        for node in ast.walk(ast.parse((folder / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = (
                    [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
                )
                assert not any(module.startswith("django") for module in modules), name


@pytest.mark.parametrize(
    ("value", "maximum", "weak", "strong"),
    [
        ("49.9", "100", True, False),
        ("50.0", "100", False, False),
        ("89.9", "100", False, False),
        ("90.0", "100", False, True),
        ("10.0", "30", True, False),
        ("30.0", "30", False, True),
    ],
)
def test_share_of_the_maximum(value: str, maximum: str, weak: bool, strong: bool) -> None:
    one = row(value=value, maximum=D(maximum))
    assert ("low" in rules.weak_reasons(one)) is weak
    assert ("high" in rules.strong_reasons(one)) is strong


@pytest.mark.parametrize(
    ("change", "weak", "strong"), [("-10", True, False), ("-9.9", False, False), ("10", False, True)]
)
def test_change_of_a_comparable_indicator(change: str, weak: bool, strong: bool) -> None:
    one = row(value="60", change=D(change))
    assert ("fall" in rules.weak_reasons(one)) is weak
    assert ("rise" in rules.strong_reasons(one)) is strong


def test_below_the_mean_of_all_cities() -> None:
    assert "below_mean" in rules.weak_reasons(row(value=None, raw=RawFact(D("0.12"), D("0.20"), "MW", "")))
    assert "below_mean" not in rules.weak_reasons(
        row(value=None, raw=RawFact(D("0.16"), D("0.20"), "MW", ""))
    )


def test_nothing_follows_from_what_is_not_known() -> None:
    unknown = row(value=None, maximum=None)
    assert rules.weak_reasons(unknown) == rules.strong_reasons(unknown) == ()
    assert rules.levers(facts(unknown)) == ()


def test_a_lever_is_the_rule_of_the_index_turned_around() -> None:
    (first, second) = rules.levers(facts(row("a", "4.5"), row("b", "79")))
    assert (first.row.name, first.category_points, first.total_points) == ("a", D("45.5"), D("45.5"))
    assert second.category_points == D("10.0")


def test_no_lever_without_the_complete_list() -> None:
    made = facts(row())
    category = replace(made.categories[0], list_complete=False)
    assert rules.levers(replace(made, categories=(category,))) == ()


def test_weak_indicators_without_a_measure_are_named() -> None:
    assert "levers_without_measure" in said(facts(row()))
    measure = MeasureFact("strategy.measure:X-1", "X-1", "Fibre", "planned", "", "", "")
    answered = said(facts(row(measures=(measure,))))
    assert "levers_all_answered" in answered
    assert isinstance(answered["todo"].params["measures"], Items)


def test_like_for_like_needs_two_and_leaves_pilots_out() -> None:
    one = row("a", "60", counterparts=(before("40"),), change=D(20))
    two = row("b", "50", counterparts=(before("50"),), change=D(0))
    pilot = row(
        "c", "35", kind="pilot", maximum=D(35), counterparts=(before("0", maximum="35"),), change=D(35)
    )
    assert rules.like_for_like(facts(one, pilot).categories[0]) is None
    found = rules.like_for_like(facts(one, two, pilot).categories[0])
    assert found is not None
    assert (found.count, found.before, found.now, found.change) == (2, D("45.0"), D("55.0"), D("10.0"))


def test_the_field_is_spoken_of_only_with_enough_other_cities() -> None:
    def total(others: int) -> Standing:
        return standing(
            "", "59.6", 18, previous_score=Score(D("48.8")), field=FieldFact(D("10.8"), others, D("0.7"))
        )

    assert said(facts(row(), total=total(5)))["field"].params["against"] == Change(D("10.1"))
    assert "field" not in said(facts(row(), total=total(4)))
    assert "field_unknown" in said(facts(row(), total=total(4)))


def test_an_unpublished_total_is_called_implied_with_its_range() -> None:
    score = Score(None, low=D("59.6"), nominal=D("59.6"), high=D("59.67"))
    found = said(facts(row(), total=replace(standing("", None, 18), score=score)))
    assert found["total_score_implied"].params["high"] == D("59.67")
    assert "total_score" not in found


def test_without_an_edition_before_no_change_is_stated() -> None:
    made = facts(row(), previous=None, total=standing("", "50", 3))
    found = said(made)
    assert {"no_previous", "total_rank"} <= set(found)
    assert not any(isinstance(param, Change) for item in found.values() for param in item.params.values())


def test_ids_are_unique_and_facts_survive_json() -> None:
    made = facts(row("a"), row("b", "95", counterparts=(before(),)))
    ids = [item.id for item in statements(made)]
    assert len(ids) == len(set(ids))
    data = to_data(made)
    assert from_data(MemoFacts, data) == made
    assert digest({"facts": data}) == digest({"facts": to_data(from_data(MemoFacts, data))})


def changes_in(found: tuple[Statement, ...], name: str) -> list[Change]:
    """Changes that a statement states of the indicator."""
    items = [
        item
        for one in found
        for param in one.params.values()
        if isinstance(param, Items)
        for item in param.items
    ]
    return [item.detail for item in items if item.name == name and isinstance(item.detail, Change)]


@given(
    st.decimals(0, 100, places=1),
    st.decimals(0, 100, places=1),
    st.sampled_from(["same", "renamed", "merged", "split", "broader", "different"]),
)
def test_no_statement_gives_a_change_of_what_cannot_be_compared(
    now: Decimal, then: Decimal, relation: str
) -> None:
    other = Counterpart("Vorher", then, D(100), relation, False)
    one = row("Umbau", str(now), counterparts=(other,))
    assert changes_in(statements(facts(one, row("b"))), "Umbau") == []


@given(st.decimals(0, 100, places=1))
def test_every_statement_about_figures_leads_to_one(value: Decimal) -> None:
    for item in statements(facts(row("a", str(value)), total=standing("", "50.0", 3))):
        if any(isinstance(param, Ref | Items) for param in item.params.values()):
            assert item.anchors, item.id
