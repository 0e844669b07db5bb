"""From what is assumed to the engine and back, without a database."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.utils.translation import override

from steuerrad.modules.prioritisation.choice import charts, texts
from steuerrad.modules.prioritisation.choice.computing import compute
from steuerrad.modules.prioritisation.choice.inputs import (
    EffectData,
    Inputs,
    ItemData,
    ProgrammeData,
    RuleData,
    TargetData,
    from_data,
    late,
    problem_of,
    slack_months,
    to_data,
    uncovered,
)
from steuerrad.modules.prioritisation.choice.shown import result_rows


def effect(points: float, target: str = "index:a", success: float = 1.0) -> EffectData:
    return EffectData(target, points, points, points, success, (0.0, 0.0, 0.0), "test")


def item(ref: str, cost: float | None, points: float | None, **more: object) -> ItemData:
    own = None if cost is None else {"2027": cost}
    effects = () if points is None else (effect(points),)
    values = {"own": own, "effects": effects, "group": "g", "group_title": "Group", **more}
    return ItemData(ref, ref.upper(), f"Measure {ref}", "", **values)  # type: ignore[arg-type]


def hand() -> Inputs:
    """The hand check of the engine as a study: the best is the second and fourth with 18 points."""
    figures = zip("abcd", (5, 4, 3, 6), (10, 7, 5, 11), strict=True)
    return Inputs(
        items=tuple(item(ref, cost, points) for ref, cost, points in figures),
        targets=(TargetData("index:a", "Indicator", "index", weight=1.0, room=100.0, present=0.0),),
        rules=(RuleData("own", year=2027, amount=10.0),),
    )


def test_hand_check_through_the_whole_study() -> None:
    result = compute(hand())
    assert result["chosen"] == ["b", "d"]
    assert result["solution"]["mean"] == pytest.approx(18)
    assert result["items"]["a"]["loss"] == pytest.approx(1)
    assert result["items"]["a"]["leaves"] == ["d"]
    assert [round(one["mean"]) for one in result["runners"]] == [18, 17, 16, 15]
    assert {ref: round(reason["core"], 2) for ref, reason in result["items"].items()}["b"] > 0.5
    assert result["years"] == [
        {"year": 2027, "own": 10.0, "programmes": 0.0, "grants": 0.0, "staff": 0.0, "own_limit": 10.0,
         "grants_limit": None, "staff_limit": None}
    ]  # fmt: skip
    json.dumps(result, allow_nan=False)


def test_sentences_say_why() -> None:
    inputs = hand()
    result = compute(inputs)
    with override("en"):
        why = {row.item.ref: row.why for row in result_rows(result, inputs)}
        assert why["a"] == "Out: with it 1.00 points are lost, because D would have to go."
        assert why["d"] == "In: without it 1.00 points are lost, although A would come in."
        assert "18.00" in texts.headline(result)
        assert texts.proof(result).startswith("Proven")
        assert charts.frontier(result).table().rows
        assert charts.sensitivity(result, inputs).rows[3][0].startswith("100")


def test_unknown_is_never_free_and_never_zero() -> None:
    inputs = replace(
        hand(), items=(*hand().items, item("x", None, 99), item("y", 1, None), item("z", None, None))
    )
    assert [one.ref for one in inputs.undecided] == ["x", "y", "z"]
    assert [one.missing(inputs.counting) for one in inputs.undecided] == [
        ("cost",),
        ("effect",),
        ("cost", "effect"),
    ]
    assert compute(inputs)["chosen"] == ["b", "d"]


def test_a_stated_zero_is_known() -> None:
    assert not item("free", 0.0, 1).missing(("index:a",))


def test_an_effect_on_a_target_that_does_not_count_decides_nothing() -> None:
    shown = TargetData("own:kpi", "KPI", "own", weight=None, room=5.0)
    one = replace(item("k", 1, None), effects=(effect(3, "own:kpi"),))
    inputs = replace(hand(), targets=(*hand().targets, shown), items=(one,))
    assert inputs.undecided == (one,)


def test_what_requires_an_undecided_measure_cannot_be_chosen() -> None:
    inputs = replace(
        hand(),
        items=(item("b", 4, 7, requires=("x",)), item("d", 6, 11, requires=("ended",)), item("x", None, 1)),
    )
    problem = problem_of(inputs)
    assert problem.must_not == {"b"}
    assert compute(inputs)["chosen"] == ["d"]


def test_impossible_rules_are_named_with_the_least_change() -> None:
    inputs = replace(hand(), rules=(*hand().rules, *(RuleData("must", one=ref) for ref in "abcd")))
    result = compute(inputs)
    assert "chosen" not in result
    with override("en"):
        lines = [texts.rule_text(rule, inputs) for rule in result["infeasible"]["rules"]]
        assert any(line.startswith("own funds of 2027") for line in lines)
        (repair,) = (texts.repair_text(one, inputs) for one in result["infeasible"]["repairs"])
        assert repair.endswith("must give way by 8\xa0EUR")


def test_programmes_widen_own_funds() -> None:
    programme = ProgrammeData("p", "Programme", 0.5, 3.0, 2027, 2027, "", ("a", "b", "c", "d"))
    result = compute(replace(hand(), programmes=(programme,)))
    assert result["solution"]["mean"] == pytest.approx(23)  # b, c and d cost 13, of which 3 are paid
    assert result["years"][0]["programmes"] == pytest.approx(3)
    assert result["years"][0]["own"] == pytest.approx(10)


def test_delay_past_the_survey_counts() -> None:
    one = replace(item("a", 1, 4), ends="2026-12-31", effects=(replace(effect(4), delay=(0.0, 6.0, 12.0)),))
    assert slack_months("2026-12-31", "2027-07-01") == pytest.approx(5.98, abs=0.01)
    assert late(one.effects[0], one, "2027-07-01") == pytest.approx(0.503, abs=0.005)
    assert late(one.effects[0], one, "") == 0.0
    assert late(one.effects[0], replace(one, ends="2028-12-31"), "2027-07-01") == 1.0


def test_costs_under_no_budget_are_named() -> None:
    inputs = replace(
        hand(), items=(replace(hand().items[0], own={"2027": 1.0, "2028": 2.0}, staff={"2027": 3.0}),)
    )
    assert uncovered(inputs) == [("own", 2028)]
    assert uncovered(replace(inputs, rules=(RuleData("own", amount=5.0),))) == []


def test_inputs_survive_json() -> None:
    programme = ProgrammeData("p", "Programme", 0.5, 3.0, 2027, 2027, "2027-06-30", ("a",))
    inputs = replace(hand(), programmes=(programme,), survey_day="2027-09-01")
    assert from_data(json.loads(json.dumps(to_data(inputs)))) == inputs


def test_caution_is_computed_beside_the_mean() -> None:
    result = compute(replace(hand(), caution=0.5))
    assert [one["caution"] for one in result["cautions"]] == [0.0, 0.5, 1.0]
    assert result["solution"]["objective"] == pytest.approx(18)
