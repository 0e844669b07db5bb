"""A round under load: N people sign in over HTTP and answer at once, several of them the same questions.

Run: .venv/bin/python bench/campaign_load.py [--people 60] [--postgres] [--workers 2]. The server is set up as `./dev up`
does it, with as many processes as asked for; the invented city is loaded, and nothing else runs beside.
Everyone signs in with the link of a mail, then all begin in the same moment: read the questions of the own organisation,
of which four people know, answer each on the revision that was read, half of them from the last to the first, and on a
conflict look at the other's answer and give the own again. Prints answers given and answers stored, conflicts shown and
what became of them, medians with the 95 % bound, and whose processor time it took: a server that takes all of one
processor is what the rest waited for.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 1800.0
GIVE_UP = 500  # attempts at one answer
PER_ORGANISATION, QUESTIONS_EACH = 4, 2  # so that every question has four people who answer it
THREADS = 8  # of a server process, as ./dev up has it
START_SECONDS = 120.0


@dataclass
class Outcome:
    """What the clients saw. given: tokens of the answers that the server took; failures: anything unexpected."""

    given: list[str] = field(default_factory=list)
    conflicts: int = 0
    unexplained: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class Browser:
    """One person's cookies over HTTP/1.0: a connection a request, so that nothing is shared between people."""

    def __init__(self, port: int, number: int, outcome: Outcome) -> None:
        self.port, self.outcome, self.cookies = port, outcome, dict[str, str]()
        # Everybody comes from an address of their own, as they do through a city's proxy.
        self.address = f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250 + 1}"

    async def ask(
        self, kind: str, method: str, path: str, body: bytes = b"", content: str = ""
    ) -> tuple[int, bytes]:
        """Status and body; the time counts under `kind`."""
        start = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._head(method, path, len(body), content) + body)
            await writer.drain()
            answer = await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        finally:
            writer.close()
        self.outcome.seconds[kind].append(time.perf_counter() - start)
        head, _, rest = answer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                key, _, rest_of_it = value.strip().partition("=")
                self.cookies[key] = rest_of_it.partition(";")[0]
        return int(lines[0].split()[1]), rest

    def _head(self, method: str, path: str, length: int, content: str) -> bytes:
        fields = {
            "Host": "127.0.0.1", "X-Forwarded-For": self.address, "Accept-Language": "de",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        if method == "POST":
            fields |= {
                "Content-Type": content, "Content-Length": str(length),
                "X-CSRFToken": self.cookies.get("csrftoken", ""),
            }  # fmt: skip
        lines = [f"{method} {path} HTTP/1.0", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        return "\r\n".join(lines).encode()

    async def sign_in(self, path: str) -> None:
        """By the link of a mail, as contributors do: a page with a button, then the button."""
        await self.ask("link of the mail", "GET", path)
        form = urlencode({"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}).encode()
        status, _ = await self.ask("sign-in", "POST", path, form, "application/x-www-form-urlencoded")
        if status != 302:
            raise RuntimeError(f"signing in answers {status}")

    async def questions(self, round_id: int) -> list[dict[str, Any]]:
        status, body = await self.ask("own questions", "GET", f"/api/v1/campaign/rounds/{round_id}/questions")
        if status != 200:
            raise RuntimeError(f"the list of questions answers {status}")
        return json.loads(body)["items"]

    async def answer(self, question: dict[str, Any], value: int, token: str) -> None:
        """Give one answer; after a conflict, again on top of what it showed."""
        based_on = question["newest"]
        for _ in range(GIVE_UP):
            given = {
                "based_on": based_on, "value": str(value), "comment": token, "source": "Bench", "quality": "estimated",
                "waivers": {"jump": "bench"},
            }  # fmt: skip
            status, body = await self.ask(
                "answer", "POST", f"/api/v1/campaign/questions/{question['id']}/answer",
                json.dumps(given).encode(), "application/json",
            )  # fmt: skip
            if status == 200:
                self.outcome.given.append(token)
                return
            if status != 409:
                self.outcome.failures[f"{status} {body[:200]!r}"] += 1
                return
            self.outcome.conflicts += 1
            theirs = json.loads(body)["theirs"]
            self.outcome.unexplained += not (theirs and theirs["comment"] and theirs["author"])
            based_on = theirs["revision"]
        self.outcome.failures["gave up"] += 1


async def everyone(port: int, stage: dict[str, Any]) -> tuple[Outcome, float, float]:
    """All clients; answers what they saw, and the seconds for signing in and for answering."""
    outcome = Outcome()
    browsers = [Browser(port, number, outcome) for number in range(len(stage["people"]))]
    start = time.perf_counter()
    await asyncio.gather(
        *(browser.sign_in(path) for browser, path in zip(browsers, stage["people"], strict=True))
    )
    signed_in = time.perf_counter()

    async def work(number: int, browser: Browser) -> None:
        own = await browser.questions(stage["round"])
        for place, question in enumerate(own if number // stage["organisations"] % 2 else own[::-1]):
            await browser.answer(question, number * 1000 + place, f"{number}:{place}")

    await asyncio.gather(*(work(number, browser) for number, browser in enumerate(browsers)))
    return outcome, signed_in - start, time.perf_counter() - signed_in


def prepare(count: int) -> None:
    """In a process of its own, with the server's database: people with their links and an open round, told as JSON."""
    from django.core.management import call_command

    from bench._campaign_stage import make_draft, people, register
    from steuerrad.modules.campaign.actions.rounds import open_round
    from steuerrad.platform.accounts.sign_in_links import link_for
    from steuerrad.platform.city.loading import load_city

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    load_city("musterstadt")
    organisations = max(1, count // PER_ORGANISATION)
    questions = organisations * QUESTIONS_EACH
    register(questions, organisations)
    boss, users = people(count, organisations)
    round_ = open_round(boss, make_draft(boss).pk)
    links = [urlsplit(link_for(user, f"/campaign/{round_.pk}/")).path for user in users]
    print(
        json.dumps(
            {"round": round_.pk, "people": links, "organisations": organisations, "questions": questions}
        )
    )


def stored(round_id: int) -> None:
    """In a process of its own: what the database holds, told as JSON."""
    from django.db.models import Count, Max

    from steuerrad.modules.campaign.models import Answer, Assignment, Shelved
    from steuerrad.platform.audit.models import AuditEntry

    answers = Answer.objects.filter(question__round=round_id)
    per_question = answers.values("question").annotate(rows=Count("pk"), newest=Max("revision"))
    refs = [f"campaign.question:{key}" for key in answers.values_list("question", flat=True).distinct()]
    log = AuditEntry.objects.filter(ref__in=refs)
    last = dict(answers.order_by("revision").values_list("question", "pk"))
    current = dict(Assignment.objects.filter(question__round=round_id).values_list("question", "current"))
    print(
        json.dumps(
            {
                "tokens": list(answers.values_list("comment", flat=True)),
                "gaps": sum(row["rows"] != row["newest"] for row in per_question),
                "wrong_current": sum(current[key] != pk for key, pk in last.items()),
                "shelve_entries": log.filter(action="campaign.shelve").count(),
                "left_aside": Shelved.objects.filter(question__round=round_id).count(),
                "entries": log.filter(action="campaign.submitted").count(),
            }
        )
    )


def aside(arguments: list[str]) -> dict[str, Any]:
    """Run a part of this file in another process; answers the JSON of its last line."""
    result = subprocess.run(
        [sys.executable, __file__, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if result.returncode:
        raise RuntimeError(result.stderr[-2000:])
    return json.loads(result.stdout.splitlines()[-1])


def line(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    bound = ordered[max(0, round(len(ordered) * 0.95) - 1)]
    return f"{name:16} {len(seconds):7} {statistics.median(seconds):9.3f} {bound:9.3f} {ordered[-1]:9.3f}"


def report(outcome: Outcome, held: dict[str, Any], sign_in: float, answering: float) -> bool:
    """Print; answers whether nothing was lost."""
    given, kept = Counter(outcome.given), Counter(held["tokens"])
    lost, surplus = sum((given - kept).values()), sum((kept - given).values())
    print(f"{'request':16} {'number':>7} {'median s':>9} {'95 % s':>9} {'worst s':>9}")
    for name, seconds in outcome.seconds.items():
        print(line(name, seconds))
    print(f"signing in took {sign_in:.1f} s, answering {answering:.1f} s: "
          f"{len(outcome.given) / answering:.0f} accepted answers a second")  # fmt: skip
    print(f"answers given {sum(given.values())}, answers stored {sum(kept.values())}, lost {lost}, "
          f"stored without having been confirmed {surplus}")  # fmt: skip
    print(f"conflicts shown {outcome.conflicts}, of these without the other's answer {outcome.unexplained}; in the log "
          f"{held['shelve_entries']}; still put aside {held['left_aside']}")  # fmt: skip
    print(f"revisions with gaps {held['gaps']}, questions that show another than the last {held['wrong_current']}, "
          f"answers in the log {held['entries']}")  # fmt: skip
    print(f"failures: {dict(outcome.failures) or 'none'}")
    return not (
        lost or surplus or outcome.failures or outcome.unexplained or held["gaps"] or held["wrong_current"]
        or outcome.conflicts != held["shelve_entries"] or held["left_aside"] or held["entries"] != len(held["tokens"])
    )  # fmt: skip


@contextlib.contextmanager
def served(port: int, workers: int, log: Path) -> Iterator[None]:
    """The web server while the block runs."""
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "steuerrad.config.wsgi:application",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += [
        "--workers",
        str(workers),
        "--threads",
        str(THREADS),
        "--timeout",
        "120",
        "--log-level",
        "warning",
    ]
    with log.open("wb") as stream:
        server = subprocess.Popen([*command, "--no-control-socket"], cwd=ROOT, stdout=stream, stderr=stream)
    try:
        wait_for(port, server, log)
        yield
    finally:
        server.terminate()
        server.wait(30)


async def warmed_up(port: int, workers: int) -> None:
    """Every process has read the program and answered once: what a server has behind it when people come."""
    ask = [
        Browser(port, 0, Outcome()).ask("imprint", "GET", "/imprint/") for _ in range(workers * THREADS * 2)
    ]
    for status, body in await asyncio.gather(*ask):
        if status != 200:
            raise RuntimeError(f"the imprint answers {status}: {body[:200]!r}")


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it accepts connections. Raises RuntimeError when it ends or takes too long."""
    end = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def run(people: int, port: int, workers: int) -> bool:
    from tests.support.product import free_port

    port = port or free_port()
    with tempfile.TemporaryDirectory(prefix="steuerrad-bench-") as folder:
        os.environ |= {"STEUERRAD_DATA_DIR": folder, "STEUERRAD_PROXIES": "1"}
        start = time.perf_counter()
        stage = aside(["--prepare", str(people)])
        print(
            f"{people} people of {stage['organisations']} organisations, {stage['questions']} questions; "
            f"prepared in {time.perf_counter() - start:.0f} s",
            flush=True,
        )
        with served(port, workers, Path(folder) / "server.log"):
            asyncio.run(warmed_up(port, workers))
            own, began = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
            outcome, sign_in, answering = asyncio.run(everyone(port, stage))
            own = time.process_time() - own
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        server = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
        sound = report(outcome, aside(["--stored", str(stage["round"])]), sign_in, answering)
        asked = sum(map(len, outcome.seconds.values()))
        print(
            f"processor time: server {server:.0f} s in {workers} process(es), {server / asked * 1000:.0f} ms a request; "
            f"the people {own:.0f} s in one; {sign_in + answering:.0f} s in all on {os.cpu_count()} processors"
        )
        return sound


@contextlib.contextmanager
def database(postgres: bool) -> Iterator[None]:
    """SQLite in the data folder, or a PostgreSQL server that is thrown away."""
    os.environ.pop("STEUERRAD_DATABASE_URL", None)
    if not postgres:
        yield
        return
    from tests.support.postgres import server

    with server() as url:
        os.environ["STEUERRAD_DATABASE_URL"] = url
        yield


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--workers", type=int, help="server processes; 2 with PostgreSQL, 1 with SQLite")
    parser.add_argument("--prepare", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--stored", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.prepare or options.stored:
        os.environ["DJANGO_SETTINGS_MODULE"] = "steuerrad.config.settings"
        import django

        django.setup()
        prepare(options.prepare) if options.prepare else stored(options.stored)
        return 0
    workers = options.workers or (2 if options.postgres else 1)
    with database(options.postgres):
        print(
            f"{options.people} people at once, {'PostgreSQL' if options.postgres else 'SQLite'}, "
            f"{workers} server process(es) with {THREADS} threads each",
            flush=True,
        )
        sound = run(options.people, options.port, workers)
    print("nothing lost" if sound else "FAILED: see the counts above")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
