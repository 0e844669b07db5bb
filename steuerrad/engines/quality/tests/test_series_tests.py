"""The tests of one series against plain loops and by their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.quality import HOUR, Flag, check, named, parameters, worst
from steuerrad.engines.quality.parameters import ParameterError

MINUTE = HOUR // 60
SETS = parameters({
    "gross_range": {"low": -20, "high": 40, "suspect_low": -10, "suspect_high": 30},
    "rate_of_change": {"per_hour": 6, "at_least": 2},
    "spike": {"suspect": 3, "fail": 8, "width": 2},
    "stuck": {"suspect_h": 2, "fail_h": 4, "resting_low": 29.9},
    "attenuated": {"span": 0.5, "window_h": 3},
    "gap": {"interval_s": 600, "factor": 2.5},
})  # fmt: skip
SERIES = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([0.0, 0.0, 0.0, 0.2, 1.0, 5.0, 9.0, 20.0, 30.0, 35.0, 50.0, -15.0])),
    min_size=1, max_size=120,
)  # fmt: skip


def arrays(rows):
    return np.cumsum([minutes for minutes, _value in rows]) * MINUTE, np.array([value for _m, value in rows])


def plain_spike(times, values):
    """The definition, one group after the other."""
    found = [1] * len(values)
    for width in (1, 2):
        for start in range(1, len(values) - width):
            group, left, right = values[start : start + width], values[start - 1], values[start + width]
            if (np.diff(times[start - 1 : start + width + 1]) > 3 * HOUR).any():
                continue
            off = max(min(group) - max(left, right), min(left, right) - max(group))
            for place in range(start, start + width):
                found[place] = max(found[place], 4 if off > 8 else 3 if off > 3 else 1)
    return found


def plain_stuck(times, values):
    found = []
    for place, value in enumerate(values):
        first = last = place
        while first and values[first - 1] == value:
            first -= 1
        while last + 1 < len(values) and values[last + 1] == value:
            last += 1
        hours = (times[last] - times[first]) / HOUR
        long = last - first > 1 and value < 29.9
        found.append(4 if long and hours >= 4 else 3 if long and hours >= 2 else 1)
    return found


@given(SERIES)
@settings(max_examples=150, deadline=None)
def test_spike_and_stuck_agree_with_the_definition(rows) -> None:
    times, values = arrays(rows)
    found = check(times, values, SETS).verdicts
    inner = slice(1, -1)
    assert np.maximum(found["spike"][inner], 0).tolist() == [
        flag if found["spike"][1:-1][place] != 2 else 2
        for place, flag in enumerate(plain_spike(times, values)[inner])
    ]
    assert found["stuck"].tolist() == plain_stuck(times, values)


@given(SERIES)
@settings(max_examples=150, deadline=None)
def test_attenuated_agrees_with_all_windows(rows) -> None:
    times, values = arrays(rows)
    width, size = 19, len(values)
    expected = np.full(size, 2)
    for start in range(size - width + 1):
        hours = (times[start + width - 1] - times[start]) / HOUR
        if not 2.25 <= hours <= 4.5:
            continue
        part = slice(start, start + width)
        flag = 3 if np.ptp(values[part]) < 0.5 else 1
        expected[part] = np.where(expected[part] == 3, 3, flag)
    assert check(times, values, SETS).verdicts["attenuated"].tolist() == expected.tolist()


@given(SERIES, st.data())
@settings(max_examples=150, deadline=None)
def test_a_window_with_its_reach_says_the_same_as_the_whole(rows, data) -> None:
    """What incremental checking rests on: twice the reach before what is new, and flags from one reach before."""
    times, values = arrays(rows)
    since = times[data.draw(st.integers(0, len(rows) - 1))]
    whole = check(times, values, SETS).verdicts
    part = times >= since - 2 * SETS.reach
    window = check(times[part], values[part], SETS).verdicts
    before = check(times[times < since], values[times < since], SETS).verdicts
    for name, flags in whole.items():
        new = times[part] >= since - SETS.reach
        objecting = flags[part][new] > 2
        assert (window[name][new] > 2).tolist() == objecting.tolist(), name
        old = times < since - SETS.reach
        assert before[name][old[times < since]].tolist() == flags[old].tolist(), name


def test_each_test_finds_its_fault_and_says_which() -> None:
    times = np.arange(200) * 10 * MINUTE
    values = 10 + np.sin(np.arange(200) / 7.0) * 3
    values[20], values[50:80], values[120], values[150] = 16.0, 9.0, 55.0, np.nan
    found = check(np.delete(times, [170, 171, 172]), np.delete(values, [170, 171, 172]), SETS)
    total = found.worst(197)
    assert total[20] == Flag.SUSPECT
    assert set(total[50:80]) == {Flag.FAIL}
    assert total[120] == Flag.FAIL
    assert total[150] == Flag.MISSING
    assert total[100] == Flag.GOOD
    assert named(found.verdicts, np.array([20, 60, 150])) == [
        "rate_of_change=3 spike=3", "stuck=4 attenuated=3", "missing=9",
    ]  # fmt: skip
    assert found.gaps is not None
    assert found.gaps.missed.tolist() == [3]
    assert found.gaps.expected(600).tolist() == [170 * 10 * MINUTE]


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_short_series(size) -> None:
    found = check(np.arange(size) * HOUR, np.zeros(size), SETS)
    assert all(len(one) == size for one in found.verdicts.values())


def test_two_equal_values_far_apart_are_not_stuck() -> None:
    found = check(np.array([0, 9 * HOUR]), np.array([5.0, 5.0]), SETS)
    assert found.verdicts["stuck"].tolist() == [1, 1]
    assert found.gaps is not None
    assert found.gaps.missed.tolist() == [53]


def test_without_parameters_nothing_is_good() -> None:
    found = check(np.arange(3) * HOUR, np.zeros(3), parameters({}))
    assert found.worst(3).tolist() == [2, 2, 2]


def test_worst_order() -> None:
    flags = [np.array([one], np.uint8) for one in (2, 1, 3, 4, 9)]
    for place in range(5):
        assert worst(flags[: place + 1], 1)[0] == flags[place][0]
        assert worst(reversed(flags[: place + 1]), 1)[0] == flags[place][0]


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"stuk": {}}, "stuk"),
        ({"stuck": 5}, "stuck"),
        ({"stuck": {}}, "stuck"),
        ({"stuck": {"suspect_h": "6"}}, "stuck.suspect_h"),
        ({"stuck": {"suspect_h": True}}, "stuck.suspect_h"),
        ({"stuck": {"suspect_h": -1}}, "stuck.suspect_h"),
        ({"stuck": {"suspect_h": 6, "fail_h": 2}}, "stuck.fail_h"),
        ({"stuck": {"suspect_h": 6, "hours": 2}}, "stuck.hours"),
        ({"gross_range": {"low": 5, "high": 1}}, "gross_range.high"),
        ({"gross_range": {"low": float("nan")}}, "gross_range.low"),
        ({"spike": {"suspect": 1, "width": 1.5}}, "spike.width"),
        ({"spike": {"suspect": 1, "width": 500}}, "spike.width"),
    ],
)
def test_wrong_parameters_are_named(told, place) -> None:
    with pytest.raises(ParameterError) as fault:
        parameters(told)
    assert fault.value.place == place
