"""Quality control on a real store: sparse flags, what is new, what came late, what others flagged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from steuerrad.engines.observations import FLAGS, batch
from steuerrad.engines.quality import HOUR, ParameterError
from steuerrad.modules.sensors.quality.episodes import episodes, findings
from steuerrad.modules.sensors.quality.models import QualityRun, QualityState
from steuerrad.modules.sensors.quality.parameter_sets import parameters_of
from steuerrad.modules.sensors.quality.running import check_new
from steuerrad.platform.observations import actions
from steuerrad.platform.observations.models import Datastream, ObservedProperty, Sensor, Thing
from steuerrad.platform.observations.store import owning
from steuerrad.platform.observations.vocabulary import properties

pytestmark = pytest.mark.django_db(transaction=True)
START = 1_700_000_000_000_000
STEP = HOUR // 6


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with owning(tmp_path / "store") as opened:
        yield opened


def station(*keys: str, name: str = "Station", **fields: Any) -> list[Datastream]:
    sensor = Sensor.objects.filter(name="S").first() or actions.save(
        None, Sensor(name="S", encoding_type="text/plain", metadata="x")
    )
    thing = actions.save(None, Thing(name=name, origin=Thing.CITY))
    made = []
    for key in keys:
        word = properties()[key]
        seen = ObservedProperty.objects.filter(definition=word.definition).first() or actions.save(
            None, ObservedProperty(name=word.name, definition=word.definition)
        )
        made.append(actions.save(None, Datastream(
            name=key, thing=thing, sensor=sensor, observed_property=seen, interval_s=600,
            **{"unit_code": "%" if key == "relative_humidity" else "Cel", "low": -40, "high": 110, **fields},
        )))  # fmt: skip
    return made


def course(count: int, seed: int = 0) -> Any:
    at = np.arange(count)
    return np.round(12 + 6 * np.sin(at / 23) + np.random.default_rng(seed).normal(0, 0.3, count), 1)


def send(store: Any, stream: Datastream, places: Any, values: Any) -> None:
    store.submit(batch(stream.pk, START + np.asarray(places) * STEP, np.asarray(values, float)))


def flags(store: Any, stream: Datastream, *, runs: bool = False) -> dict[int, Any]:
    rows = store.flags([stream.pk]).to_pylist()
    return {
        (row["time"] - START) // STEP: (row["flag"], row["tests"], *([row["run"]] if runs else []))
        for row in rows
    }


def test_only_what_is_doubtful_gets_a_flag(store) -> None:
    (air,) = station("air_temperature")
    values = course(400)
    values[100], values[200] = 25, 150
    send(store, air, np.delete(np.arange(400), [300, 301, 302]), np.delete(values, [300, 301, 302]))
    run = check_new()
    assert flags(store, air) == {
        100: (4, "rate_of_change=3 spike=4") if values[100] - max(values[99], values[101]) > 10 else
             (3, "rate_of_change=3 spike=3"),
        101: (3, "rate_of_change=3"),
        200: (4, "gross_range=4 rate_of_change=3 spike=4"),
        201: (3, "rate_of_change=3"),
        300: (9, "gap=9"),
    }  # fmt: skip
    assert (run.streams, run.rows, run.flagged) == (1, 397, 5)
    state = QualityState.objects.get(datastream=air)
    assert state.tests == {"gross_range": 1, "rate_of_change": 4, "spike": 2, "gap": 1}
    assert store.rows([air.pk], limit=400)["value"].to_pylist() == np.delete(values, [300, 301, 302]).tolist()


@pytest.mark.parametrize("seed", range(4))
def test_in_portions_it_comes_to_the_same_as_at_once(store, seed) -> None:
    first, second = station("air_temperature"), station("air_temperature", name="Other")
    rng = np.random.default_rng(seed)
    values = course(600, seed)
    for begin in rng.integers(5, 590, 4):
        values[begin : begin + rng.integers(1, 80)] = values[begin] + rng.choice([0, 0, 9])
    places = np.sort(rng.permutation(600)[:560])
    for part in np.array_split(places, 7):
        send(store, first[0], part, values[part])
        check_new()
    send(store, second[0], places, values[places])
    check_new()
    assert flags(store, first[0]) == flags(store, second[0])
    assert flags(store, first[0])


def test_nothing_new_means_nothing_done(store) -> None:
    (air,) = station("air_temperature")
    send(store, air, range(50), [5.0] * 50)
    check_new()
    before = flags(store, air, runs=True)
    run = check_new()
    assert (run.streams, run.rows, run.flagged) == (0, 0, 0)
    assert check_new(everything=True).flagged == 0
    assert before
    assert flags(store, air, runs=True) == before


def test_a_value_that_comes_late_takes_the_flag_of_the_gap_away(store) -> None:
    (air,) = station("air_temperature")
    values = course(100)
    missing = [40, 41, 42]
    send(store, air, np.delete(np.arange(100), missing), np.delete(values, missing))
    check_new()
    assert flags(store, air) == {40: (9, "gap=9")}
    send(store, air, missing, values[missing])
    check_new()
    assert flags(store, air) == {}


def test_other_parameters_check_again_from_the_beginning(store) -> None:
    (air,) = station("air_temperature")
    send(store, air, range(100), course(100))
    check_new()
    assert flags(store, air) == {}
    air.properties = {"quality": {"gross_range": {"high": 13}, "spike": False}}
    actions.save(None, air)
    run = check_new()
    assert run.rows == 100
    assert {row[1] for row in flags(store, air).values()} == {"gross_range=4"}
    assert {row[2] for row in flags(store, air, runs=True).values()} == {str(run)}


def test_what_people_flagged_stays(store) -> None:
    (air,) = station("air_temperature")
    values = course(60)
    values[30] = 150
    send(store, air, range(60), values)
    own = pa.table([[air.pk, air.pk], [START + 30 * STEP, START + 5 * STEP], [1, 4], ["seen", "seen"], ["by-hand"] * 2],
                   schema=FLAGS)  # fmt: skip
    store.flag(own)
    check_new()
    check_new(everything=True)
    found = flags(store, air, runs=True)
    assert found[30] == (1, "seen", "by-hand")
    assert found[5] == (4, "seen", "by-hand")
    assert found[31][1] == "rate_of_change=3"


def test_two_series_that_contradict_each_other_are_both_in_doubt(store) -> None:
    air, dew = station("air_temperature", "dew_point")
    values = course(80)
    send(store, air, range(80), values)
    check_new()
    wet = values - 2
    wet[50] = values[50] + 1
    send(store, dew, range(80), wet)
    check_new()
    assert flags(store, air)[50] == (3, "dew_point_above_temperature=3")
    assert "dew_point_above_temperature=3" in flags(store, dew)[50][1]


def test_drift_against_neighbours(store) -> None:
    every = [station("air_temperature", name=f"Station {number}")[0] for number in range(5)]
    count = 60 * 144
    weather = np.round(10 + 6 * np.sin(np.arange(count) * 2 * np.pi / 144), 1)
    for number, one in enumerate(every):
        noise = np.random.default_rng(number).normal(0, 0.3, count)
        ramp = np.clip((np.arange(count) - 40 * 144) / (20 * 144), 0, 1) * 6 if number == 2 else 0
        send(store, one, range(count), np.round(weather + number + noise + ramp, 1))
    check_new()
    drifting = {place for place, row in flags(store, every[2]).items() if "drift" in row[1]}
    assert min(drifting) > 40 * 144
    assert max(drifting) == count - 1
    assert all("drift" not in row[1] for one in (every[0], every[4]) for row in flags(store, one).values())


def test_a_wrong_override_is_told_and_stops_nobody_else(store) -> None:
    bad, good = station("air_temperature", "dew_point")
    Datastream.objects.filter(pk=bad.pk).update(properties={"quality": {"stuck": {"suspect_h": "long"}}})
    for one in (bad, good):
        send(store, one, range(40), [5.0] * 40)
    run = check_new()
    assert run.problems == [{"stream": bad.pk, "place": "stuck.suspect_h", "reason": "must be a number"}]
    assert flags(store, good)
    assert QualityRun.objects.get().ended_at is not None


def test_another_unit_is_tested_only_for_what_does_not_depend_on_it() -> None:
    (air,) = station("air_temperature", unit_code="[degF]", low=None, high=None)
    told = parameters_of(air)
    assert told.gap is not None
    assert (told.spike, told.stuck, told.gross_range) == (None, None, None)
    air.properties = {"quality": 5}
    with pytest.raises(ParameterError):
        parameters_of(air)


def test_episodes_say_from_when_to_when(store) -> None:
    (air,) = station("air_temperature")
    places = [*range(30), *range(50, 100)]
    values = course(100)
    values[60:100] = 7.0
    send(store, air, places, values[places])
    check_new()
    found = {one.test: one for one in findings()}
    assert set(found) == {"gap", "stuck"} | ({"rate_of_change"} & set(found))
    assert (found["stuck"].count, found["stuck"].values, found["stuck"].seen) == (1, 40, "7")
    assert (found["gap"].end - found["gap"].begin).total_seconds() == 20 * 600
    assert episodes([], None) == []
