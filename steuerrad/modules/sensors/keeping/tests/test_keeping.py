"""Rules of retention, and copies of everything while it runs."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from steuerrad.engines.observations import Period, batch, micros
from steuerrad.kernel import clock
from steuerrad.modules.sensors.keeping import actions
from steuerrad.modules.sensors.keeping.commands import COMMANDS
from steuerrad.modules.sensors.keeping.models import KeepRule, KeepRun
from steuerrad.modules.sensors.keeping.rules import Rule, Subject, chosen, days_kept, network_of
from steuerrad.modules.sensors.onboarding.actions import register
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import observations, owning


def test_the_rule_that_says_most_counts() -> None:
    rules = [Rule(1, "", "", "", 24), Rule(2, "lora", "", "", 12), Rule(3, "", "pm10", "", 6), Rule(4, "", "", "citizen", 3),
             Rule(5, "lora", "pm10", "", None)]  # fmt: skip
    for subject, number in [
        (Subject(1, "x", "o3", "city"), 1), (Subject(1, "lora", "o3", "city"), 2), (Subject(1, "x", "pm10", "citizen"), 3),
        (Subject(1, "x", "o3", "citizen"), 4), (Subject(1, "lora", "pm10", "citizen"), 5),
    ]:  # fmt: skip
        found = chosen(rules, subject)
        assert found is not None
        assert found.number == number
    assert chosen(rules[1:2], Subject(1, "x", "", "")) is None
    assert [network_of(key) for key in ("lora:1:2", "plain", None, ":x")] == ["lora", "", "", ""]


@given(
    st.integers(0, 32_000).map(lambda days: datetime(2001, 1, 1, 13, tzinfo=UTC) + timedelta(days=days)), st.integers(1, 240)
)  # fmt: skip
def test_months_are_those_of_the_calendar(now: datetime, months: int) -> None:
    then = now - timedelta(days=days_kept(now, months))
    assert (now.year * 12 + now.month) - (then.year * 12 + then.month) == months
    assert then.day == now.day or (then + timedelta(days=1)).day == 1


def test_days_of_short_months() -> None:
    assert days_kept(datetime(2024, 3, 31, tzinfo=UTC), 1) == 31
    assert days_kept(datetime(2023, 3, 31, 23, 59, tzinfo=UTC), 1) == 31
    assert days_kept(datetime(2024, 12, 15, tzinfo=UTC), 12) == 366


@pytest.fixture
def office(db: None, tmp_path: Path) -> Any:
    user = User.objects.create_user(email="c@demo.invalid", password="x")
    Membership.objects.create(user=user, role="coordinator")
    with owning(tmp_path / "observations"):
        yield user


def filled() -> tuple[Datastream, Datastream]:
    """A year of figures, one every six hours, of two networks."""
    found = []
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    for key in ("a:1", "b:1"):
        stream = register(None, "level_logger", name=key, key=key).datastreams.get(properties__column="level")
        times = [now - timedelta(hours=6 * place) for place in range(4 * 365)]
        with observations() as store:
            store.submit(batch(stream.pk, times, [float(place) for place in range(len(times))]))
        found.append(stream)
    return found[0], found[1]


def give(user: Any, **more: Any) -> KeepRule:
    values = {
        "network": "",
        "property_key": "",
        "origin": "",
        "raw_months": 3,
        "reason": "Concept 5.4",
        "enabled": True,
    }
    return actions.save(user, **(values | more))


def daily(stream: Datastream) -> pa.Table:
    now = micros(clock.now())
    with observations() as store:
        return store.aggregate(
            [stream.pk], now - 400 * actions.DAY, now, Period.calendar("day"), ("mean", "min", "max")
        )


def test_the_plan_is_what_goes_and_sums_stay(office: Any) -> None:
    first, second = filled()
    give(office)
    give(office, network="b", raw_months=None)
    before = daily(first)
    plan = {str(part.rule): part.rows for part in actions.planned()}
    assert plan["b"] == 0
    assert 1000 < plan["*"] < 1200
    assert KeepRun.objects.count() == 0
    run = actions.apply(office)
    assert run is not None
    assert run.removed == plan["*"]
    with observations() as store:
        assert store.count([first.pk]) == 1460 - plan["*"]
        assert store.count([second.pk]) == 1460
    whole = daily(first)
    assert whole.column("mean").to_pylist() == pytest.approx(before.column("mean").to_pylist())
    assert whole.num_rows == before.num_rows
    assert actions.apply(office) is None, "a second time there is nothing to do"
    assert AuditEntry.objects.filter(action="sensors.keep_run").count() == 1


def test_rules_that_are_not_in_force_are_only_shown(office: Any) -> None:
    filled()
    give(office, enabled=False)
    assert actions.planned() == []
    assert actions.planned(everything=True)[0].rows > 1000
    assert actions.apply() is None


def test_wrong_rules_and_rights(office: Any) -> None:
    for change in ({"raw_months": 0}, {"property_key": "nonsense"}, {"reason": " "}, {"origin": "mars"}):
        with pytest.raises(ValidationError):
            give(office, **change)
    other = User.objects.create_user(email="o@demo.invalid", password="x")
    with pytest.raises(PermissionDenied):
        give(other)


def test_the_page(office: Any) -> None:
    filled()
    browser = Client()
    browser.force_login(office)
    given = {"network": "a", "raw_months": "6", "reason": "Konzept", "enabled": "on"}
    assert browser.post("/sensors/retention/", given).status_code == 302
    assert browser.post("/sensors/retention/", given | {"raw_months": "500"}).status_code == 422
    page = browser.get("/sensors/retention/")
    assert page.context["parts"][0][0].rows > 600
    assert browser.post(f"/sensors/retention/{KeepRule.objects.get().pk}/remove/").status_code == 302
    assert not KeepRule.objects.exists()


def main(words: list[str]) -> int:
    """As `steuerrad sensors` with these words."""
    command = next(one for one in COMMANDS if one.name == words[0])
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words[1:]))


def rows(folder: Path) -> list[dict[str, Any]]:
    with owning(folder) as store:
        return store.rows(None, limit=1_000_000).to_pylist()


@pytest.mark.django_db
def test_a_copy_restored_into_an_empty_folder_is_the_same(tmp_path: Path, settings: Any, capsys: Any) -> None:
    settings.DATA_DIR = tmp_path / "one"
    stamps = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=place) for place in range(5000)]
    with observations() as store:
        store.submit(batch(1, stamps, [float(place) for place in range(5000)]))
        store.submit(batch(1, stamps[:5], [-1.0] * 5))
    assert main(["backup", str(tmp_path / "copy")]) == 0
    assert main(["backup", str(tmp_path / "copy")]) == 1, "a copy is never written over"
    assert main(["restore", str(tmp_path / "copy")]) == 1, "nor a store that is there"
    settings.DATA_DIR = tmp_path / "two"
    assert main(["restore", str(tmp_path / "copy")]) == 0
    with owning(tmp_path / "two" / "observations") as store:
        assert store.revisions(1).num_rows == 5
    assert rows(tmp_path / "one" / "observations") == rows(tmp_path / "two" / "observations")
    settings.DATA_DIR = tmp_path / "three"
    damaged = tmp_path / "copy" / "journal.sqlite"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    assert main(["restore", str(tmp_path / "copy")]) == 1
    assert "damaged" in capsys.readouterr().err


OWNER = """
import sys, threading
from pathlib import Path
import django
django.setup()
from steuerrad.platform.observations.flight import Server
from steuerrad.platform.observations.store import owning, socket_path
with owning() as local:
    server = Server(local.writer, socket_path())
    threading.Thread(target=server.serve, daemon=True).start()
    print("up", flush=True)
    sys.stdin.read()
"""


def test_a_copy_through_the_owner_while_it_takes_figures(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "d"
    environment = {
        **os.environ,
        "STEUERRAD_DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings",
    }
    (settings.DATA_DIR / "observations").mkdir(parents=True)
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    try:
        assert owner.stdout.readline() == b"up\n"
        start = datetime(2024, 1, 1, tzinfo=UTC)
        with observations() as store:
            for place in range(20):
                times = [start + timedelta(seconds=1000 * place + second) for second in range(1000)]
                store.submit(batch(7, times, [1.0] * 1000))
                if place == 10:
                    begun = time.monotonic()
                    assert main(["backup", str(tmp_path / "copy")]) == 0
                    assert time.monotonic() - begun < 60
            now = micros(datetime(2024, 3, 1, tzinfo=UTC))
            assert store.retain([([7], 30)], now) == 20_000
            with pytest.raises(ValueError, match="not empty"):
                store.backup(str(tmp_path / "copy"))
        assert main(["restore", str(tmp_path / "copy")]) == 1, "never under a running server"
    finally:
        owner.communicate(b"", timeout=30)
    settings.DATA_DIR = tmp_path / "e"
    assert main(["restore", str(tmp_path / "copy")]) == 0
    assert len(rows(tmp_path / "e" / "observations")) == 11_000
