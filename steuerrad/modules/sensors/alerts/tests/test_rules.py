"""Episodes: the same however values are cut into batches, repeated or told twice; hysteresis, durations, quiet hours."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.modules.sensors.alerts.rules import Rule, RuleError, Watch, rule, watch

SECOND = 1_000_000
HOT = Rule("hot", "Severe", above=30, clear=28, for_s=600, clear_s=300, most_gap_s=1200)
ROWS = st.lists(
    st.tuples(st.integers(1, 1500), st.sampled_from([20.0, 28.0, 28.5, 29.0, 30.0, 31.0, 35.0])), max_size=80
)


def timed(rows):
    at, found = 0, []
    for seconds, value in rows:
        at += seconds * SECOND
        found.append((at, value))
    return found


@given(ROWS, st.integers(0, 2**31))
@settings(max_examples=200, deadline=None)
def test_batches_and_repeats_change_nothing(rows, seed) -> None:
    """A worker that dies between two batches sees the last batch again."""
    rows = timed(rows)
    whole, expected = watch(HOT, Watch(), rows)
    rng, now, found, place = random.Random(seed), Watch(), [], 0
    while place < len(rows):
        step = rng.randint(1, 9)
        batch = rows[max(0, place - rng.randint(0, 5)) : place + step]
        rng.shuffle(batch)
        now, changes = watch(HOT, Watch(**now.as_json()), batch)
        found += changes
        place += step
    assert found == expected
    assert now == whole


@given(ROWS)
@settings(max_examples=200, deadline=None)
def test_episodes_open_and_close_in_turn_and_each_has_its_own_begin(rows) -> None:
    now, found = watch(HOT, Watch(), timed(rows))
    assert [one.kind for one in found] == ["opened", "closed"] * (len(found) // 2) + ["opened"] * (
        len(found) % 2
    )
    assert (now.open is not None) == bool(len(found) % 2)
    opened = [one for one in found if one.kind == "opened"]
    assert len({one.begin for one in opened}) == len(opened)
    assert all(one.at - one.begin >= 600 * SECOND and one.worst > 30 for one in opened)
    values = dict(timed(rows))
    assert all(values[one.begin] > 30 for one in opened)


def test_duration_and_hysteresis() -> None:
    values = [31, 31, 29, 31, 31, 31, 33, 29, 28.5, 31, 28, 27, 27]
    now, found = watch(HOT, Watch(), [(place * 300 * SECOND, value) for place, value in enumerate(values)])
    assert [(one.kind, one.begin // SECOND, one.at // SECOND, one.worst) for one in found] == [
        ("opened", 900, 1500, 31), ("closed", 900, 3300, 33),
    ]  # fmt: skip
    assert now.open is None


def test_a_gap_interrupts_what_was_about_to_begin_but_not_what_is_open() -> None:
    far = 2000 * SECOND
    assert watch(HOT, Watch(), [(0, 31), (far, 31)])[1] == []
    now, found = watch(HOT, Watch(), [(0, 31), (600 * SECOND, 31), (600 * SECOND + far, 31)])
    assert len(found) == 1
    assert now.open == 0


def test_below() -> None:
    dry = Rule("dry", "Minor", below=10, clear=15)
    _now, found = watch(dry, Watch(), [(1, 12), (2, 9), (3, 4), (4, 14), (5, 15)])
    assert [(one.kind, one.begin, one.at, one.worst) for one in found] == [
        ("opened", 2, 2, 9),
        ("closed", 2, 5, 4),
    ]


@pytest.mark.parametrize(
    ("hour", "level", "quiet"),
    [
        (23, "Minor", True),
        (2, "Minor", True),
        (12, "Minor", False),
        (23, "Severe", False),
        (20, "Minor", False),
    ],
)
def test_quiet_hours_are_local_and_not_for_what_is_severe(hour, level, quiet) -> None:
    told = rule({"key": "a", "level": level, "above": 1, "quiet_from": "22:00", "quiet_to": "06:00"})
    assert told.quiet(datetime(2026, 1, 5, hour - 1, tzinfo=UTC)) is quiet


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"key": "a", "level": "Severe"}, "above"),
        ({"key": "a", "level": "Severe", "above": 1, "below": 0}, "above"),
        ({"key": "a", "level": "red", "above": 1}, "level"),
        ({"level": "Severe", "above": 1}, "key"),
        ({"key": "a", "level": "Severe", "above": 1, "clear": 2}, "clear"),
        ({"key": "a", "level": "Severe", "above": "1"}, "above"),
        ({"key": "a", "level": "Severe", "above": float("nan")}, "above"),
        ({"key": "a", "level": "Severe", "above": 1, "quiet_from": "22:00"}, "quiet_to"),
        (
            {"key": "a", "level": "Severe", "above": 1, "quiet_from": "25:00", "quiet_to": "06:00"},
            "quiet_from",
        ),
        ({"key": "a", "level": "Severe", "above": 1, "zone": "Mars"}, "zone"),
        ({"key": "a", "level": "Severe", "above": 1, "for": 1}, "for"),
    ],
)
def test_wrong_rules_are_named(row, place) -> None:
    with pytest.raises(RuleError) as fault:
        rule(row)
    assert fault.value.place == place
