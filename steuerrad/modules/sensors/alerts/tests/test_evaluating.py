"""Rules held against a real store: one alert an episode, whatever comes late, twice, old or from the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache

from steuerrad.engines.observations import Follower, batch, micros
from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts import evaluating
from steuerrad.modules.sensors.alerts.evaluating import Evaluator
from steuerrad.modules.sensors.alerts.models import (
    Alert,
    AlertReader,
    AlertRule,
    Delivery,
    RuleSeen,
    RuleState,
)
from steuerrad.modules.sensors.quality.tests.test_running import station
from steuerrad.platform.accounts.models import User
from steuerrad.platform.notifications.models import Notification
from steuerrad.platform.observations.models import Thing

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The clock stands at NOW; the fixture sets it."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    monkeypatch.setattr(evaluating, "REFRESH_S", 0.0)
    monkeypatch.setattr(evaluating, "LAZY_S", 0.0)
    at(NOW)
    return at


def make_rule(stream: Any, **fields: Any) -> AlertRule:
    told = {"kind": "above", "threshold": 30.0, "level": "Severe", "name": f"Heat {stream.pk}"} | fields
    made = NOW - timedelta(days=400)
    found = AlertRule.objects.create(datastream=stream, created_at=made, changed_at=made, **told)
    found.people.add(User.objects.get_or_create(email="a@city.example")[0])
    return found


def send(store: Any, stream: Any, *rows: tuple[float, float]) -> None:
    """Rows of (minutes after NOW, value)."""
    times = [micros(NOW + minutes * MINUTE) for minutes, _value in rows]
    store.submit(batch(stream.pk, times, [float(value) for _minutes, value in rows]))
    store.barrier()


def told() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("pk").values_list("event", "channel"))


def test_an_episode_is_one_alert_and_everybody_is_told_once(store, noon) -> None:
    (air,) = station("air_temperature")
    make_rule(air, clear=28.0)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-9, 20), (-8, 31), (-7, 35), (-6, 29))
    assert watch.step() == 4
    [alert] = Alert.objects.all()
    assert (alert.state, alert.value, alert.worst, alert.began_at) == ("open", 31.0, 31.0, NOW - 8 * MINUTE)
    assert told() == [("raised", "notice")]
    send(store, air, (-5, 28))
    watch.step()
    alert.refresh_from_db()
    assert (alert.state, alert.worst, alert.ended_at) == ("closed", 35.0, NOW - 5 * MINUTE)
    assert told() == [("raised", "notice"), ("cleared", "notice")]
    assert Notification.objects.filter(urgent=True).count() == 2
    assert list(alert.steps.values_list("verb", flat=True)) == ["raise", "close"]


def test_killed_before_the_commit_nothing_has_happened_and_after_it_nothing_happens_again(
    store, monkeypatch
) -> None:
    """The position of the follower moves last."""
    (air,) = station("air_temperature")
    make_rule(air)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-9, 20), (-8, 31))

    class KilledError(BaseException):
        pass

    def killed(*_args: Any) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Evaluator, "_write", killed)
        with pytest.raises(KilledError):
            watch.step()
    assert not Alert.objects.exists()
    assert not Notification.objects.exists()
    second = Evaluator(store)
    with monkeypatch.context() as patch:
        patch.setattr(Follower, "done", killed)
        with pytest.raises(KilledError):
            second.step()
    assert Alert.objects.count() == 1
    third = Evaluator(store)
    assert third.step() == 2, "the batch comes again"
    assert third.step() == 0
    assert (Alert.objects.count(), Notification.objects.count()) == (1, 1)


def test_what_the_follower_lost_is_taken_from_the_store(store) -> None:
    (air,) = station("air_temperature")
    make_rule(air)
    watch = Evaluator(store)
    watch.step()
    assert watch.follower is not None
    watch.follower.forget()
    send(store, air, (-8, 31))
    again = Evaluator(store)  # its follower begins behind the value
    assert again.step() == 0
    assert Alert.objects.count() == 1


def test_a_year_of_backlog_is_noted_and_not_sent_unless_it_goes_on_now(store) -> None:
    (air, wet) = station("air_temperature", "relative_humidity")
    make_rule(air, clear=25.0)
    make_rule(wet, clear=25.0)
    watch = Evaluator(store)
    watch.step()
    days = np.arange(-365 * 24 * 60, -120, 240.0)  # in minutes
    send(store, air, *((day, 35 if place % 2 else 20) for place, day in enumerate(days)), (-1, 20))
    send(store, wet, (-2000, 35), *((minutes, 36) for minutes in range(-1990, 0, 30)))
    watch.step()
    watch.tend()
    assert (
        Alert.objects.filter(stream=air.pk, held="old").count()
        == Alert.objects.filter(stream=air.pk).count()
        > 1000
    )
    [one] = Alert.objects.filter(stream=wet.pk)
    assert (one.held, one.told_at) == ("", NOW)
    assert told() == [("raised", "notice")]
    assert list(one.steps.values_list("verb", flat=True)) == ["raise", "tell"]


def test_values_that_come_late_still_alert_once(store) -> None:
    (air,) = station("air_temperature")
    make_rule(air)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-30, 20), (-10, 20))
    watch.step()
    assert not Alert.objects.exists()
    send(store, air, (-20, 33))
    watch.step()
    [alert] = Alert.objects.all()
    assert (alert.state, alert.began_at, alert.ended_at) == ("closed", NOW - 20 * MINUTE, NOW - 10 * MINUTE)
    send(store, air, (-20, 33), (-19, 34))
    watch.step()
    assert Alert.objects.count() == 1
    assert told() == [("raised", "notice"), ("cleared", "notice")]


def test_a_late_value_closes_the_gap_of_a_duration(store) -> None:
    (air,) = station("air_temperature")
    make_rule(air, for_s=3600, most_gap_s=1800)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-70, 33), (-45, 33), (-5, 33))  # a pause of 40 minutes breaks it
    watch.step()
    assert not Alert.objects.exists()
    send(store, air, (-25, 33))
    watch.step()
    [alert] = Alert.objects.all()
    assert (alert.state, alert.began_at) == ("open", NOW - 70 * MINUTE)
    send(store, air, (-1, 20))
    watch.step()
    alert.refresh_from_db()
    assert alert.state == "closed"


def test_a_clock_that_goes_wrong_does_not_blind_the_rule(store) -> None:
    (air,) = station("air_temperature")
    make_rule(air)
    make_rule(air, kind="silent", threshold=None, for_s=1800, name="Silence")
    watch = Evaluator(store)
    watch.step()
    send(store, air, (60 * 24 * 365, 20), (-3, 20))
    watch.step()
    send(store, air, (-1, 35))
    watch.step()
    watch.tend()
    assert list(Alert.objects.values_list("value", flat=True)) == [35.0]


def test_values_that_cannot_be_are_no_alert(store) -> None:
    (air,) = station("air_temperature")  # possible are -40 to 110
    make_rule(air)
    make_rule(air, name="All", plausible_only=False)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-1, 999))
    watch.step()
    assert list(Alert.objects.values_list("rule__name", flat=True)) == ["All"]


def test_silence_and_its_end(store, noon) -> None:
    (air, never) = station("air_temperature", "relative_humidity")
    for stream in (air, never):
        make_rule(stream, kind="silent", threshold=None, for_s=1800, max_age_s=60)
    watch = Evaluator(store)
    AlertReader.objects.create(pk=1, beat_at=NOW, awake_since=NOW - timedelta(days=1))
    send(store, air, (-40, 20))
    watch.tend()
    [alert] = Alert.objects.filter(stream=air.pk)
    assert (alert.began_at, alert.value, alert.held) == (NOW - 40 * MINUTE, None, "")
    watch.tend()
    Evaluator(store).tend()
    assert Alert.objects.filter(stream=air.pk).count() == 1
    noon(NOW + 5 * MINUTE)
    send(store, air, (3, 20))
    watch.tend()
    alert.refresh_from_db()
    assert (alert.state, alert.ended_at) == ("closed", NOW + 3 * MINUTE)
    for minutes in (12, 20, 25):
        noon(NOW + minutes * MINUTE)
        watch.tend()
    assert not Alert.objects.filter(stream=never.pk).exists(), "nobody had waited for it for long enough"
    for minutes in (30, 35):
        noon(NOW + minutes * MINUTE)
        watch.tend()
    assert Alert.objects.filter(stream=never.pk).count() == 1


def test_while_nobody_watched_silence_does_not_count(store, noon) -> None:
    (air,) = station("air_temperature")
    make_rule(air, kind="silent", threshold=None, for_s=1800)
    AlertReader.objects.create(pk=1, beat_at=NOW - timedelta(hours=5), awake_since=NOW - timedelta(days=9))
    send(store, air, (-300, 20))
    watch = Evaluator(store)
    watch.tend()
    assert not Alert.objects.exists()
    for minutes in (9, 18, 27, 31):
        noon(NOW + minutes * MINUTE)
        watch.tend()
    assert Alert.objects.count() == 1


def test_quiet_hours_hold_back_and_tell_afterwards_what_goes_on(store, noon) -> None:
    (air, wet) = station("air_temperature", "relative_humidity")
    quiet = {"level": "Minor", "quiet_from": "13:00", "quiet_to": "15:00"}  # local; NOW is 14:00
    for stream in (air, wet):
        make_rule(stream, **quiet)
    watch = Evaluator(store)
    watch.step()
    send(store, air, (-2, 35), (-1, 20))
    send(store, wet, (-2, 35))
    watch.step()
    watch.tend()
    assert told() == []
    noon(NOW + 61 * MINUTE)
    send(store, wet, (60, 35))
    watch.step()
    watch.tend()
    assert told() == [("raised", "notice")]
    assert set(Alert.objects.values_list("stream", "held", "state")) == {
        (air.pk, "quiet", "closed"),
        (wet.pk, "", "open"),
    }


def test_escalation_once_and_not_after_somebody_took_it(store, noon) -> None:
    (air, wet) = station("air_temperature", "relative_humidity")
    for stream in (air, wet):
        one = make_rule(stream, escalate_s=600)
        one.escalate_people.add(User.objects.get_or_create(email="b@city.example")[0])
    watch = Evaluator(store)
    watch.step()
    for stream in (air, wet):
        send(store, stream, (-1, 35))
    watch.step()
    Alert.objects.filter(stream=wet.pk).update(state="acknowledged")
    for minutes in (9, 11, 12):
        noon(NOW + minutes * MINUTE)
        watch.tend()
    assert list(Alert.objects.order_by("stream").values_list("state", flat=True)) == [
        "escalated",
        "acknowledged",
    ]
    assert Notification.objects.filter(recipient__user__email="b@city.example").count() == 1


def test_a_rule_for_a_property_follows_new_things_and_lets_go_of_closed_ones(store) -> None:
    (air,) = station("air_temperature")
    one = make_rule(air)
    AlertRule.objects.filter(pk=one.pk).update(
        datastream=None, observed_property=air.observed_property, origin="city"
    )
    watch = Evaluator(store)
    watch.step()
    (other,) = station("air_temperature", name="Second")
    send(store, other, (-1, 35))
    watch.step()
    [alert] = Alert.objects.all()
    assert alert.stream == other.pk
    Thing.objects.filter(pk=other.thing_id).update(origin="citizen")
    watch.tend()
    alert.refresh_from_db()
    assert alert.state == "closed"
    assert told() == [("raised", "notice"), ("cleared", "notice")]


def test_states_are_written_only_where_more_than_the_time_changed(store, monkeypatch) -> None:
    (air,) = station("air_temperature")
    make_rule(air)
    watch = Evaluator(store)
    watch.step()
    monkeypatch.setattr(evaluating, "LAZY_S", 3600.0)
    before = RuleSeen.objects.get().times
    send(store, air, (-3, 20))
    watch.step()
    assert RuleSeen.objects.get().times == before
    assert not RuleState.objects.exists()
    send(store, air, (-2, 35))
    watch.step()
    assert RuleState.objects.get().watch["open"] == micros(NOW - 2 * MINUTE)


def test_what_was_seen_is_known_to_the_next_process(store) -> None:
    (air,) = station("air_temperature")
    make_rule(air)
    watch = Evaluator(store)
    send(store, air, (-3, 20))
    while watch.step():
        pass
    assert RuleSeen.objects.get().times == [[air.pk, micros(NOW - 3 * MINUTE)]]
    asked = []
    rows = store.rows
    store.rows = lambda *given, **named: asked.append(named["start"]) or rows(*given, **named)
    Evaluator(store).step()
    assert asked == [micros(NOW - 3 * MINUTE) + 1]


def test_without_rules_about_values_nobody_reads_the_journal(store) -> None:
    (air,) = station("air_temperature")
    watch = Evaluator(store)
    send(store, air, (-3, 35))
    assert watch.step() == 0
    assert evaluating.FOLLOWER not in store.writer.followers.positions
    one = make_rule(air)
    watch.step()
    assert evaluating.FOLLOWER in store.writer.followers.positions
    assert Alert.objects.count() == 1
    AlertRule.objects.filter(pk=one.pk).update(enabled=False)
    watch.step()
    assert evaluating.FOLLOWER not in store.writer.followers.positions


def test_of_several_machines_one_evaluates_also_what_others_took_in(store) -> None:
    (air,) = station("air_temperature")
    make_rule(air)
    first, second = Evaluator(store), Evaluator(store)
    first.leader, second.leader = evaluating.Leader(), evaluating.Leader()
    first.step()
    second.step()
    assert (first.held != {}, second.held) == (True, {})
    send(store, air, (-3, 35))
    assert first.follower is not None
    first.follower.read()  # as if it had come to the journal of another machine
    assert (first.step(), second.step()) == (1, 0)
    cache.delete(evaluating.LEASE)  # the first machine is gone
    first.leader.until = evaluating.NEVER
    send(store, air, (-2, 20))
    second.step()
    assert list(Alert.objects.values_list("state", flat=True)) == ["closed"]
    assert not first.leader.leads()
