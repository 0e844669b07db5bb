"""The watch over alerts killed with SIGKILL at random moments, under load; what arrived is counted.

A process owns the store, takes values in, evaluates rules and sends mails and webhooks; it is killed again and again and begun
anew. Mail goes to a real SMTP server, webhooks to a real receiver on loopback. Used by the tests (small) and by the bench (in
full). Every series has an address of its own, so "twice" is seen by what arrived, not by what the sender believes.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.smtp_server import JOURNAL, mails, smtp_server

ROOT = Path(__file__).resolve().parent.parent.parent
MODULE = "tests.support.alert_crash"
SECOND = 1_000_000
#: Seconds between two values: the mails name the beginning of an episode by its minute.
STEP_S = 60
WAVE = (20.0, 33.0, 36.0, 20.0)
#: How long a worker lives on average after it has begun.
MIDDLE_S = 0.5
#: How long it lives altogether, roughly.
LIFE_S = 1.0
ITEM = re.compile(r"^\* (?P<event>Alert|Over): (?:.*\n)+?  When: since (?P<since>[\d: -]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """Counts. episodes: in the values that were acknowledged; alerts_lost, alerts_twice: against the database. Mails by what
    arrived at the server. hooks_again: webhooks that arrived more than once under the same key; hooks_twice: under different
    keys; hooks_unsigned: with a wrong signature; hooks_disordered: the end before the beginning.
    """

    kills: int
    kills_amid_messages: int
    episodes: int
    alerts_lost: int
    alerts_twice: int
    mails_wanted: int
    mails_lost: int
    mails_twice: int
    mails_unclear: int
    hooks_wanted: int
    hooks_lost: int
    hooks_again: int
    hooks_twice: int
    hooks_unsigned: int
    hooks_disordered: int
    seconds: float


class Receiver:
    """A webhook receiver that is slow and sometimes answers 503 after it has taken the message."""

    def __init__(self, seed: int) -> None:
        self.taken: list[tuple[str, str, dict[str, Any], bytes]] = []
        chance, taken = random.Random(seed), self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(chance.random() * 0.1)
                taken.append(
                    (
                        self.headers["Idempotency-Key"],
                        self.headers["Steuerrad-Signature"],
                        json.loads(body),
                        body,
                    )
                )
                self.send_response(503 if chance.random() < 0.05 else 204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]


@contextmanager
def environment(folder: Path, smtp_port: int, database_url: str) -> Iterator[dict[str, str]]:
    yield {
        **os.environ,
        "STEUERRAD_DATA_DIR": str(folder / "data"), "STEUERRAD_EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "STEUERRAD_EMAIL_JOURNAL": f"maildir://{folder}/journal?to={JOURNAL}", "STEUERRAD_DATABASE_URL": database_url,
        "STEUERRAD_EGRESS_HOSTS": "private:127.0.0.1:1", "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings",
        "STEUERRAD_SECRET_KEY": "a key of the test that is long enough to be one",
    }  # fmt: skip


def run(*, kills: int, streams: int, waves: int, database_url: str = "", seed: int = 1) -> Result:
    """Send `waves` episodes into each of `streams` series while the process is killed `kills` times, then let it finish."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="alerts-") as name:
        folder = Path(name)
        (folder / "delay").write_text("0.06")
        (folder / "data").mkdir()
        receiver = Receiver(seed)
        with smtp_server(folder) as port, environment(folder, port, database_url) as env:
            env["STEUERRAD_EGRESS_HOSTS"] = f"private:127.0.0.1:{receiver.port}"
            plan = {"kills": kills, "streams": streams, "waves": waves, "seed": seed, "port": receiver.port}
            answer = subprocess.run(
                [sys.executable, "-m", MODULE, json.dumps(plan)], cwd=ROOT, env=env, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            if answer.returncode:
                raise RuntimeError(answer.stderr[-4000:])
            said = json.loads(answer.stdout.strip().splitlines()[-1])
            arrived = Counter(told for mail in mails(folder) for told in _told(mail))
        receiver.server.shutdown()
        return _counted(said, arrived, receiver.taken, kills, time.monotonic() - started)


def _told(mail: Any) -> Iterator[tuple[str, str, str]]:
    """Of each item of a mail: recipient, "Alert" or "Over", and the minute since which the condition held."""
    text = mail.get_body(preferencelist=("plain",)).get_content().replace("\r\n", "\n")
    for found in ITEM.finditer(text):
        yield str(mail["X-Rcpt-To"]), found["event"], found["since"]


def _counted(
    said: dict[str, Any], arrived: Counter[Any], taken: list[Any], kills: int, seconds: float
) -> Result:
    from steuerrad.modules.sensors.alerts.sending import signature

    wanted_mails = [tuple(one) for one in said["mails"]]
    wanted_hooks = {tuple(one) for one in said["hooks"]}
    keys: dict[tuple[str, str], set[str]] = {}
    bodies: dict[str, set[bytes]] = {}
    first: dict[tuple[str, str], int] = {}
    unsigned = 0
    for place, (key, told, body, raw) in enumerate(taken):
        what = (body["alert"], body["event"])
        keys.setdefault(what, set()).add(key)
        bodies.setdefault(key, set()).add(raw)
        first.setdefault(what, place)
        at = int(told.partition(",")[0].removeprefix("t="))
        unsigned += signature(said["secret"].encode(), at, raw) != told
    return Result(
        kills=kills, kills_amid_messages=said["busy"], episodes=said["episodes"], alerts_lost=said["lost"], alerts_twice=said["twice"],
        mails_wanted=len(wanted_mails),
        mails_lost=sum(not arrived[one] for one in wanted_mails),
        mails_twice=sum(arrived[one] > 1 for one in set(wanted_mails)), mails_unclear=len(said["unclear"]),
        hooks_wanted=len(wanted_hooks), hooks_lost=len(wanted_hooks - keys.keys()),
        hooks_again=len(taken) - len({one[0] for one in taken}),
        hooks_twice=sum(len(one) > 1 for one in keys.values()) + sum(len(one) > 1 for one in bodies.values()),
        hooks_unsigned=unsigned,
        hooks_disordered=sum(first[(alert, "cleared")] < first.get((alert, "raised"), 0)
                             for alert, event in first if event == "cleared"),
        seconds=seconds,
    )  # fmt: skip


def campaign(plan: dict[str, int]) -> dict[str, Any]:
    """In a process of its own: describe series and rules, start the worker, kill it, finish, count."""
    _set_up()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    streams, target = _described(plan)
    _warm()
    connection.close()
    chance = random.Random(plan["seed"])
    ready = Path(settings.DATA_DIR) / "ready"
    worker = _fork(plan, streams)
    killed = busy = 0
    while killed < plan["kills"]:
        _wait_for(ready)  # kills are to hit the work and not the start
        time.sleep(chance.uniform(0, 2 * MIDDLE_S))
        busy += _busy()
        os.kill(worker, signal.SIGKILL)
        _pid, status = os.waitpid(worker, 0)
        assert os.WIFSIGNALED(status), f"the worker ended by itself: {status}"
        killed += 1
        ready.unlink()
        worker = _fork(plan, streams)
    ready.with_name("finish").touch()
    _pid, status = os.waitpid(worker, 0)  # the last one goes on until all is done
    assert os.WIFEXITED(status), f"the worker ended with {status}"
    assert os.WEXITSTATUS(status) == 0, f"the worker ended with {status}"
    return _outcome(plan, streams, target) | {"busy": busy}


def _warm() -> None:
    """What a worker reads at its first message is read before it is forked, so that kills hit the sending."""
    from django.template.loader import render_to_string
    from django.urls import reverse
    from django.utils import translation

    from steuerrad.modules.sensors.alerts import signing, watching
    from steuerrad.platform.notifications.letters import Item

    reverse("sensors:alert", args=[1])  # imports the views of the whole product
    signing.signed(b"<alert/>")
    for language in ("de", "en"):
        with translation.override(language):
            for name in ("letter.txt", "letter.html"):
                render_to_string(
                    f"notifications/{name}", {"sections": [("A", [Item("a", ("b",), "")])], "site": "s"}
                )
    assert watching.follow


def _wait_for(ready: Path) -> None:
    deadline = time.monotonic() + 60
    while not ready.exists():
        if time.monotonic() > deadline:
            raise RuntimeError("the worker did not begin")
        time.sleep(0.005)


def _busy() -> bool:
    """Whether messages are under way at this moment."""
    from django.db import connection

    from steuerrad.modules.sensors.alerts.models import Delivery
    from steuerrad.platform.notifications.models import Mail, Notification

    found = (
        Delivery.objects.filter(state__in=("waiting", "claimed")).exists()
        or Mail.objects.exclude(state=Mail.SENT).exists()
        or Notification.objects.filter(mail=None).exists()
    )
    connection.close()
    return found


def _set_up() -> None:
    import django

    django.setup()
    from datetime import timedelta

    from steuerrad.modules.sensors.alerts import evaluating, sending, watching, webhooks
    from steuerrad.platform.notifications import sending as mail

    mail.LEASE, mail.SETTLE, mail.BATCH = timedelta(seconds=1), timedelta(seconds=8), 5
    webhooks.LEASE, sending.BACK_OFF_S = timedelta(seconds=2), (0, 0, 1, 1, 1, 1, 1, 1, 1, 1)  # type: ignore[assignment]
    evaluating.LAZY_S, watching.SEND_EVERY_S = 1.0, 0.2


def _described(plan: dict[str, int]) -> tuple[list[int], int]:
    from steuerrad.kernel import clock
    from steuerrad.modules.sensors.alerts.models import AlertRule, WebhookTarget
    from steuerrad.modules.sensors.describing import stream_of
    from steuerrad.platform.accounts.models import User
    from steuerrad.platform.notifications.models import Recipient
    from steuerrad.platform.observations import actions
    from steuerrad.platform.observations.models import Thing

    now = clock.now()
    target = WebhookTarget.objects.create(
        name="Receiver", url=f"http://127.0.0.1:{plan['port']}/", created_at=now
    )
    thing = actions.save(None, Thing(name="Station", public=True))
    sensor = {"name": "S", "encoding_type": "text/plain", "metadata": "x"}
    streams = []
    for number in range(plan["streams"]):
        stream = stream_of(None, thing, "air_temperature", "Cel", sensor, label=f"Series {number}")
        streams.append(stream.pk)
        rule = AlertRule.objects.create(
            name=f"Rule {number}", kind="above", threshold=30.0, clear=25.0, level="Severe", datastream=stream,
            webhook=target, public=True, created_at=now, changed_at=now, max_age_s=7 * 24 * 3600,
        )  # fmt: skip
        person = User.objects.create_user(f"person{number}@city.example")
        Recipient.objects.create(user=person, language="en")
        rule.people.add(person)
    return streams, target.pk


def rows_of(plan: dict[str, int]) -> Iterator[tuple[int, float]]:
    """Seconds after the start and value of each observation of a series: calm, hot, hot, calm, again and again."""
    for wave in range(plan["waves"]):
        for place, value in enumerate(WAVE):
            yield STEP_S * (len(WAVE) * wave + place), value


def start_of(plan: dict[str, int]) -> int:
    """Time of the first value (µs): as long ago as the values last, on a whole minute."""
    from steuerrad.engines.observations import micros
    from steuerrad.modules.sensors.alerts.models import AlertRule

    begun = AlertRule.objects.order_by("pk").values_list("created_at", flat=True)[0]
    lasts = (len(WAVE) * plan["waves"] + 5) * STEP_S
    return (micros(begun) // SECOND - lasts) // 60 * 60 * SECOND


def _fork(plan: dict[str, int], streams: list[int]) -> int:
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        _work(plan, streams)
        code = 0
    except BaseException:  # noqa: BLE001 - told, and the process ends with an error
        import traceback

        traceback.print_exc()
    finally:  # the parent's own code behind this is not the child's
        os._exit(code)
    return 0


def _work(plan: dict[str, int], streams: list[int]) -> None:
    """Own the store; take in what is not there yet, evaluate, send; return when nothing is left to do."""
    from django.conf import settings

    from steuerrad.modules.sensors.alerts.models import Delivery
    from steuerrad.modules.sensors.alerts.watching import watching
    from steuerrad.platform.notifications import sending as mail
    from steuerrad.platform.notifications.models import Mail, Notification
    from steuerrad.platform.observations.store import owning

    start = start_of(plan)
    with owning() as local, watching(local):
        feeder = threading.Thread(target=_feed, args=(local, streams, plan, start), daemon=True)
        feeder.start()
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            mail.send_due()
            (Path(settings.DATA_DIR) / "ready").touch()
            busy = (
                feeder.is_alive()
                or local.writer.followers.positions.get("alerts", 0) < local.writer.journal.last
            )
            done = (Path(settings.DATA_DIR) / "finish").exists()
            if done and not busy and not Delivery.objects.filter(state__in=("waiting", "claimed")).exists():
                waiting = Mail.objects.exclude(state=Mail.SENT).exists()
                if not waiting and not Notification.objects.filter(mail=None, no_mail="").exists():
                    return
            time.sleep(0.2)
        raise RuntimeError("not done after three minutes")


def _feed(local: Any, streams: list[int], plan: dict[str, int], start: int) -> None:
    """A value after the other into all series; begins where the store says that it left off (a sender repeats the last)."""
    from steuerrad.engines.observations import batch

    extents = local.extents(streams).to_pylist()
    last = min((row["last"] for row in extents), default=0) if len(extents) == len(streams) else 0
    pace = (
        0.9 * plan["kills"] * MIDDLE_S / (len(WAVE) * plan["waves"])
    )  # there is work as long as there are kills
    for seconds, value in rows_of(plan):
        at = start + seconds * SECOND
        if at < last:
            continue
        local.submit(batch(streams, [at] * len(streams), [value] * len(streams)))
        time.sleep(pace)


def _outcome(plan: dict[str, int], streams: list[int], target: int) -> dict[str, Any]:
    from steuerrad.engines.observations import moment
    from steuerrad.kernel import clock
    from steuerrad.modules.sensors.alerts.models import Alert, Delivery, WebhookTarget
    from steuerrad.modules.sensors.alerts.webhooks import secret_of
    from steuerrad.platform.notifications.models import Mail

    started = start_of(plan)
    begins = [started + STEP_S * SECOND * (len(WAVE) * wave + 1) for wave in range(plan["waves"])]
    found = Counter(Alert.objects.values_list("stream", "begin"))
    wanted = {(stream, begin) for stream in streams for begin in begins}
    assert set(Alert.objects.values_list("state", flat=True)) <= {"closed"}
    assert not Delivery.objects.filter(state="failed").exists()
    assert Delivery.objects.filter(channel="cap").count() == 2 * len(found)
    minutes = [moment(begin).astimezone(clock.LOCAL).strftime("%Y-%m-%d %H:%M") for begin in begins]
    return {
        "episodes": len(wanted), "lost": len(wanted - found.keys()),
        "twice": sum(times > 1 for times in found.values()) + len(found.keys() - wanted),
        "mails": [
            [f"person{number}@city.example", event, minute]
            for number in range(len(streams)) for minute in minutes for event in ("Alert", "Over")
        ],
        "unclear": list(Mail.objects.exclude(state=Mail.SENT).values_list("to", flat=True)),
        "hooks": [[str(uid), event] for uid in Alert.objects.values_list("uid", flat=True) for event in ("raised", "cleared")],
        "secret": secret_of(WebhookTarget.objects.get(pk=target)),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(campaign(json.loads(sys.argv[1]))))  # noqa: T201
