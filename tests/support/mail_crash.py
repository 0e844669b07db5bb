"""Workers that send mail are killed with SIGKILL at random moments; what arrived is counted.

Used by the tests (small) and by the bench (in full). Every mail goes to an address of its own, so "twice" is seen by
recipient, whatever the mail's Message-ID says.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.support.smtp_server import JOURNAL, mails, smtp_server

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Result:
    """Counts of mails. in_doubt: hand-overs that a kill left unclear; flagged: of these, left for the operator."""

    kills: int
    wanted: int
    received: int
    lost: int
    twice: int
    in_doubt: int
    flagged: int
    flagged_received: int
    seconds: float


def run(
    *, kills: int, count: int, journal: bool, database_url: str = "", workers: int = 2, seed: int = 1
) -> Result:
    """Send `count` mails with workers that are killed `kills` times, then let one finish."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mail-crash-") as name:
        folder = Path(name)
        (folder / "delay").write_text("0.02")
        with smtp_server(folder) as port:
            env = {
                **os.environ,
                "STEUERRAD_DATA_DIR": str(folder / "data"),
                "STEUERRAD_EMAIL_URL": f"smtp://127.0.0.1:{port}",
                "STEUERRAD_EMAIL_JOURNAL": f"maildir://{folder}/journal?to={JOURNAL}" if journal else "",
                "STEUERRAD_DATABASE_URL": database_url,
                "DJANGO_SETTINGS_MODULE": "steuerrad.config.settings",
            }
            (folder / "data").mkdir()
            plan = {"kills": kills, "count": count, "workers": workers, "seed": seed, "journal": journal}
            answer = subprocess.run(
                [sys.executable, "-m", "tests.support.mail_crash", json.dumps(plan)],
                cwd=ROOT, env=env, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if answer.returncode:
                raise RuntimeError(answer.stderr[-3000:])
            said = json.loads(answer.stdout.strip().splitlines()[-1])
            arrived = Counter(str(mail["X-Rcpt-To"]) for mail in mails(folder))
    wanted = {f"person{number}@city.example" for number in range(count)}
    flagged = set(said["flagged"])
    return Result(
        kills=said["kills"], wanted=count, received=len(arrived), lost=len(wanted - arrived.keys() - flagged),
        twice=sum(1 for times in arrived.values() if times > 1), in_doubt=said["in_doubt"], flagged=len(flagged),
        flagged_received=len(flagged & arrived.keys()), seconds=time.monotonic() - started,
    )  # fmt: skip


def campaign(plan: dict[str, int]) -> dict[str, object]:
    """In a process of its own: make the mails, fork workers, kill them, finish."""
    import django

    django.setup()
    from datetime import timedelta

    from django.core.management import call_command
    from django.db import connection

    from steuerrad.kernel.contributions import Module, Topic
    from steuerrad.kernel.registry import registry
    from steuerrad.platform.audit.models import AuditEntry
    from steuerrad.platform.notifications import sending
    from steuerrad.platform.notifications.actions import Message, notify
    from steuerrad.platform.notifications.gather import gather
    from steuerrad.platform.notifications.letters import write
    from steuerrad.platform.notifications.models import Mail

    registry.add(Module("crash", "", "", topics=(Topic("crash.task", "Task", obligatory=True),)))
    sending.LEASE, sending.SETTLE, sending.BATCH = timedelta(seconds=1), timedelta(seconds=8), 5
    call_command("migrate", verbosity=0)
    for number in range(plan["count"]):
        notify(
            f"person{number}@city.example", "crash.task", lambda number=number: Message(f"Task {number}"),
            dedupe=f"crash:{number}", urgent=True,
        )  # fmt: skip
    gather()
    write(Mail.objects.select_related("recipient__user").first())  # the first letter reads the templates
    connection.close()
    chance = random.Random(plan["seed"])
    killed, doubtful = 0, set()
    # On a busy machine kills hit less often: then some more, so that the run shows something.
    while killed < plan["kills"] or (len(doubtful) < 3 and killed < 4 * plan["kills"]):
        children = [_fork(sending) for _ in range(plan["workers"])]
        for child in children:
            time.sleep(chance.uniform(0.02, 0.4))
            os.kill(child, 9)
            killed += 1
        for child in children:
            _pid, status = os.waitpid(child, 0)
            assert os.WIFSIGNALED(status), "a worker ended by itself"
        doubtful |= set(
            Mail.objects.filter(state__in=[Mail.HANDING, Mail.UNCLEAR]).values_list("pk", flat=True)
        )
        connection.close()
    _finish(sending, Mail, journal=bool(plan["journal"]))
    flagged = list(Mail.objects.filter(state=Mail.UNCLEAR).values_list("to", flat=True))
    resolved = AuditEntry.objects.filter(action="notifications.resolve_mail").count()
    states = Counter(Mail.objects.values_list("state", flat=True))
    assert set(states) <= {Mail.SENT, Mail.UNCLEAR}, states
    return {"kills": killed, "flagged": flagged, "in_doubt": resolved + len(flagged)}


def _fork(sending: object) -> int:
    """A worker that sends until it is killed. It was forked from a program that has started already, so that kills hit
    the sending and not the start."""
    child = os.fork()
    if child:
        return child
    try:
        while True:
            sending.send_due()
            time.sleep(0.01)
    finally:  # only an error leads here; the parent's own code behind this is not the child's
        traceback.print_exc()
        os._exit(1)


def _finish(sending: object, mail: object, *, journal: bool) -> None:
    """Let one worker go on until nothing waits, or only the operator could go on."""
    open_states = [mail.WAITING, mail.CLAIMED, mail.HANDING, *([mail.UNCLEAR] if journal else [])]
    deadline = time.monotonic() + 120
    while True:
        sending.send_due()
        if not mail.objects.filter(state__in=open_states).exists() and mail.objects.exists():
            return
        if time.monotonic() > deadline:
            raise RuntimeError("mails still wait after two minutes")
        time.sleep(0.2)


if __name__ == "__main__":
    print(json.dumps(campaign(json.loads(sys.argv[1]))))  # noqa: T201
