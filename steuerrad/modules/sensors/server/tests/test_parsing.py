"""Data arrays: what the fast way reads is what the bodies say, and whatever else is left to the long way."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.server.parsing import NotPlainError, data_arrays
from tests.support.effort import tries

ORDERS = (
    ["phenomenonTime", "result"],
    ["result", "phenomenonTime"],
    ["resultTime", "result", "phenomenonTime"],
)
ROWS = st.lists(st.tuples(st.integers(0, 10**15), st.integers(-100, 100)), min_size=1, max_size=4)
PARTS = st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(ORDERS), ROWS), min_size=1, max_size=6)


def part(stream: Any = 1, rows: Any = (("2024-01-01T00:00:00Z", 1),), **more: Any) -> dict[str, Any]:
    names = more.pop("components", ["phenomenonTime", "result"])
    return {"Datastream": {"@iot.id": stream}, "components": names, "dataArray": rows, **more}


@settings(max_examples=tries(50), deadline=None)
@given(given=PARTS)
def test_parts_of_all_kinds_in_one_body(given: list[tuple[int, list[str], list[tuple[int, int]]]]) -> None:
    body = []
    for stream, order, rows in given:
        texts = [{"phenomenonTime": moment(time).isoformat(), "result": value / 4, "resultTime": moment(time).isoformat()}
                 for time, value in rows]  # fmt: skip
        body.append(part(stream, [[text[name] for name in order] for text in texts], components=order))
    table = data_arrays(orjson.dumps(body))
    told = table.select(["stream", "time", "value", "result_time"]).to_pylist()
    assert [tuple(row.values()) for row in told] == [
        (stream, time, value / 4, time if "resultTime" in order else None)
        for stream, order, rows in given for time, value in rows
    ]  # fmt: skip


@pytest.mark.parametrize("body", [
    [], {}, None, "x", [None], ["x"], [[]], [{}], [part(), None], [part(), {}], [part("1")], [part(1.0)], [part(True)],
    [part(None)], [part(-1)], [part(2**40)], [part(2**70)], [part(rows=[])], [part(), part(rows=[])], [part(rows={})],
    [part(rows=[[]])], [part(rows=["ab"])], [part(rows=[["2024-01-01T00:00:00Z"]])], [part(rows=[["2024-01-01T00:00:00Z", 1, 2]])],
    [part(rows=[["2024-01-01T00:00:00Z", 1], ["2024-01-01T00:00:00Z"]])], [part(rows=[[None, 1]])], [part(rows=[[1, 1]])],
    [part(rows=[["2024-01-01T00:00:00Z", "1"]])], [part(rows=[["2024-01-01T00:00:00Z", None]])],
    [part(rows=[["2024-01-01T00:00:00Z", True]])], [part(rows=[["2024-01-01T00:00:00Z", 2**60]])],
    [part(rows=[["2024-01-01", 1]])], [part(rows=[["2024-01-01T00:00:00Z/2024-01-02T00:00:00Z", 1]])],
    [part(components=None)], [part(components="phenomenonTime,result")], [part(components=["phenomenonTime", "phenomenonTime"])],
    [part(components=[["phenomenonTime"], "result"])], [part(components=["phenomenonTime", "parameters"])], [part(more=1)],
    [part(), part(Datastream={"@iot.id": 1, "name": "x"})], [part(Datastream={"name": "x"})], [part(Datastream={})],
    [part(Datastream=[1])],
])  # fmt: skip
def test_what_is_not_plain_goes_the_long_way(body: Any) -> None:
    with pytest.raises(NotPlainError):
        data_arrays(orjson.dumps(body, default=str) if body != [part(2**70)] else b'[{"Datastream":{"@iot.id":1180591620717411303424}}]')  # fmt: skip
