"""Findings about answers: thresholds, needs of the classes, rules over several answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from steuerrad.modules.campaign.rules.checks import (
    NEEDS,
    Asked,
    Given,
    Rule,
    cross_findings,
    findings,
    holds,
    unwaived,
)
from steuerrad.modules.campaign.rules.periods import default_as_of
from steuerrad.modules.campaign.rules.states import DECISIONS, KINDS, ROUND_STATES, STATES, after, may_step

TODAY = date(2026, 3, 1)
NUMBER = Asked("a", "decimal", previous="100", previous_period="2024")
SHARE = Asked("s", "share", previous="40", previous_period="2024")
FULL = Given("100", comment="c", source="s", quality="measured", evidence=1)
whole = st.integers(min_value=-(10**9), max_value=10**9).map(Decimal)


def codes(asked: Asked, given: Given, **more: object) -> list[str]:
    return [item.code for item in findings(asked, given, today=TODAY, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "value", "expected"),
    [
        (NUMBER, "150", []),  # exactly 50 percent
        (NUMBER, "150.01", ["jump"]),
        (NUMBER, "49.99", ["jump"]),
        (replace(NUMBER, previous="0"), "1", ["jump_from_zero"]),
        (replace(NUMBER, previous="0"), "0", []),
        (replace(NUMBER, previous="-100"), "-149", []),
        (replace(NUMBER, previous=""), "9999", []),
        (SHARE, "60", []),
        (SHARE, "60.1", ["jump_points"]),
        (SHARE, "101", ["above", "jump_points"]),
        (SHARE, "-1", ["below", "jump_points"]),
        (replace(NUMBER, minimum=Decimal(99), maximum=Decimal(101)), "99", []),
        (replace(NUMBER, minimum=Decimal(99)), "98.9", ["below"]),
        (Asked("y", "yes_no", previous="yes"), "no", ["no_longer"]),
        (Asked("y", "yes_no", previous="no"), "yes", []),
        (replace(NUMBER, live="100"), "100", []),
        (replace(NUMBER, live="100"), "101", ["differs_from_live"]),
    ],
)
def test_values(asked: Asked, value: str, expected: list[str]) -> None:
    assert codes(asked, Given(value)) == expected


def test_the_figures_are_in_the_finding() -> None:
    [found] = findings(NUMBER, Given("160"), today=TODAY)
    assert found.figures == {
        "value": Decimal(160), "before": Decimal(100), "period": "2024", "change": Decimal(60), "percent": Decimal(60),
        "limit": Decimal(50),
    }  # fmt: skip


def test_what_cannot_be_read_says_nothing_else() -> None:
    assert codes(NUMBER, Given(fault="is no number")) == ["type"]


def test_while_typing_nothing_is_missing_yet() -> None:
    assert codes(NUMBER, Given()) == []
    assert codes(NUMBER, Given(), submit=True) == ["no_value", "no_quality"]


@pytest.mark.parametrize("quality", NEEDS)
def test_a_class_needs_what_its_table_says(quality: str) -> None:
    bare = Given("100", quality=quality)
    expected = {f"needs_{what}" for what in NEEDS[quality]} | (
        {"quality_unknown"} if quality == "unknown" else set()
    )
    assert set(codes(NUMBER, bare, submit=True)) == expected
    assert set(codes(NUMBER, replace(FULL, quality=quality), submit=True)) <= {"quality_unknown"}


def test_an_unknown_class_and_a_day_to_come() -> None:
    given = replace(FULL, quality="perfect", as_of=date(2026, 3, 2))
    assert codes(NUMBER, given, submit=True) == ["unknown_quality", "future"]


def rule(relation: str, severity: str = "error", constant: int = 0) -> Rule:
    return Rule(
        "r", {"a": Decimal(1), "": Decimal(constant)}, relation, {"b": Decimal(1)}, "a und b", severity
    )  # type: ignore[arg-type]


@over(whole, whole, st.sampled_from(["<=", "<", "=", ">=", ">"]))
def test_a_rule_speaks_exactly_when_it_does_not_hold(a: Decimal, b: Decimal, relation: str) -> None:
    found = cross_findings((rule(relation),), {"a": a, "b": b})
    assert bool(found) is not holds(a, relation, b)


@over(whole, whole)
def test_relations_come_in_opposites(a: Decimal, b: Decimal) -> None:
    assert holds(a, "<=", b) is not holds(a, ">", b)
    assert holds(a, ">=", b) is not holds(a, "<", b)
    assert holds(a, "=", b) is (holds(a, "<=", b) and holds(a, ">=", b))


def test_a_rule_is_judged_once_all_are_answered_and_counts_its_constant() -> None:
    asked = Asked("a", "decimal")
    assert codes(asked, Given("5"), rules=(rule("<="),)) == []
    assert codes(asked, Given("5"), rules=(rule("<="),), others={"b": Decimal(5)}) == []
    assert codes(asked, Given("5"), rules=(rule("<=", constant=1),), others={"b": Decimal(5)}) == ["cross"]
    assert (
        codes(
            Asked("z", "decimal"), Given("5"), rules=(rule("<"),), others={"a": Decimal(9), "b": Decimal(1)}
        )
        == []
    )


def test_yes_counts_as_one() -> None:
    only_with_app = Rule("app", {"a": Decimal(1)}, "<=", {"b": Decimal(1000)}, "x", "warning")
    asked = Asked("b", "yes_no")
    assert codes(asked, Given("no"), rules=(only_with_app,), others={"a": Decimal(5)}) == ["cross"]
    assert codes(asked, Given("yes"), rules=(only_with_app,), others={"a": Decimal(5)}) == []


def test_errors_come_first_and_no_comment_overrides_them() -> None:
    asked = replace(NUMBER, maximum=Decimal(120))
    found = findings(asked, Given("200"), today=TODAY)
    assert [item.severity for item in found] == ["error", "warning"]
    left = unwaived(found, {"range": "doch", "jump": "neu gezählt"})
    assert [item.key for item in left] == ["range"]
    assert len(unwaived(found, {"jump": " \n"})) == 2


@over(whole, whole)
def test_a_larger_threshold_never_finds_more(before: Decimal, value: Decimal) -> None:
    asked = replace(NUMBER, previous=str(before))
    strict = codes(replace(asked, jump_percent=Decimal(10)), Given(str(value)))
    mild = codes(replace(asked, jump_percent=Decimal(90)), Given(str(value)))
    assert set(mild) <= set(strict)


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2025", date(2025, 12, 31)),
        ("2026", TODAY),
        ("2027", TODAY),
        ("", TODAY),
        ("Q1", TODAY),
        ("٢٠٢٥", TODAY),
    ],
)
def test_the_day_an_answer_is_true_for(period: str, day: date) -> None:
    assert default_as_of(period, TODAY) == day


def test_states_lead_where_the_table_says() -> None:
    for kind, (allowed, result) in DECISIONS.items():
        assert kind in KINDS
        for state in STATES:
            assert after(kind, state) == (result if state in allowed else None)
    assert after("released", "answered") is None


def test_a_closed_round_goes_nowhere() -> None:
    assert not any(may_step("closed", state) for state in ROUND_STATES)
    assert may_step("frozen", "open")
    assert not may_step("draft", "frozen")
