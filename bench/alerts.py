"""Alerts while 5,000 observations/s arrive over 1,000 datastreams: how long from arrival to alert, and what the rules cost.

python bench/alerts.py [SECONDS]: each part takes so long (30). Parts alternate: no rule, 200 rules, and again. Senders, data server
and asker share the processors. Of the 200 rules 100 watch one datastream each, 60 a thing (10 datastreams), 40 a property
(all 1,000): 40,700 pairs of rule and datastream. Twice a second one value crosses the threshold of one rule. The delay is taken
from the sending of the request that has the value until another process sees the alert in the database (asked every 5 ms).
"""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import orjson

from bench import observations_http
from bench._installation import installation
from bench._observations import catalogue
from bench.observations_http import ARRAYS, ARRIVING, ROWS, server

#: Of its own, so that it may run beside the others.
PORT = observations_http.PORT = 8768
PATIENCE_S = 60.0
#: Requests between two values that cross a threshold.
EVERY = ARRIVING // ROWS // 2 + 1
LOUD = 95.0


@dataclass
class Sent:
    """What was sent in one part: rows, times of the requests (s), and when each loud datastream was sent (s)."""

    rows: int = 0
    took: list[float] = field(default_factory=list[float])
    loud: dict[int, float] = field(default_factory=dict[int, float])


def make_rules(numbers: Sequence[int]) -> list[int]:
    """200 rules; answers the datastreams that have one of their own."""
    from steuerrad.kernel import clock
    from steuerrad.modules.sensors.alerts.models import AlertRule
    from steuerrad.platform.observations.models import Datastream, ObservedProperty, Thing

    plain = {
        "kind": AlertRule.ABOVE,
        "threshold": 90.0,
        "enabled": True,
        "created_at": clock.now(),
        "changed_at": clock.now(),
    }
    far = plain | {"threshold": 1000.0}
    own = list(numbers[:: max(1, len(numbers) // 100)])[:100]
    seen = ObservedProperty.objects.get()
    rows = [AlertRule(name=f"one {at}", datastream=Datastream(pk=at), **plain) for at in own]
    rows += [AlertRule(name=f"thing {one.pk}", thing=one, **far) for one in Thing.objects.order_by("pk")[:60]]
    rows += [AlertRule(name=f"all {at}", observed_property=seen, **(far | {"for_s": at})) for at in range(40)]
    AlertRule.objects.bulk_create(rows)
    return own


def body(numbers: Sequence[int], loud: int | None, at: int) -> bytes:
    moment = datetime.now(UTC).isoformat(timespec="microseconds")
    return orjson.dumps([
        {"Datastream": {"@iot.id": number}, "components": ["phenomenonTime", "result"],
         "dataArray": [[moment, LOUD if number == loud else (number + at) % 50 / 2]]} for number in numbers
    ])  # fmt: skip


def send(numbers: Sequence[int], key: str, seconds: float, loud: Sequence[int], sent: Sent) -> None:
    """5,000 rows/s, a row of each datastream in every request."""
    link = http.client.HTTPConnection("127.0.0.1", PORT)
    begin = due = time.perf_counter()
    waiting, count = list(loud), 0
    while time.perf_counter() - begin < seconds:
        count += 1
        stream = waiting.pop(0) if waiting and count % EVERY == 0 else None
        message = body(numbers, stream, count)
        at = time.perf_counter()
        if stream is not None:
            sent.loud[stream] = at
        link.request("POST", ARRAYS, message, {"Authorization": f"Bearer {key}"})
        answer = link.getresponse()
        answer.read()
        assert answer.status == 201
        sent.took.append(time.perf_counter() - at)
        sent.rows += len(numbers)
        due += len(numbers) / ARRIVING
        time.sleep(max(0.0, due - time.perf_counter()))


def delays(sent: Sent, sender: threading.Thread) -> list[float]:
    """Seconds from the sending of each loud value until its alert is to be seen."""
    from steuerrad.modules.sensors.alerts.models import Alert

    seen: dict[int, float] = {}
    end = None
    while True:
        rows = set(Alert.objects.values_list("stream", flat=True))
        now = time.perf_counter()
        for stream in rows & sent.loud.keys() - seen.keys():
            seen[stream] = now
        if not sender.is_alive():
            end = end or now + PATIENCE_S
            if seen.keys() >= sent.loud.keys() or now > end:
                break
        time.sleep(0.005)
    lost = sent.loud.keys() - seen.keys()
    if lost:
        raise SystemExit(f"{len(lost)} alerts did not come within {PATIENCE_S:.0f} s")
    return [seen[stream] - at for stream, at in sent.loud.items()]


def processor(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time that the server has used."""
    told = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def ready(streams: int) -> None:
    """Wait until the server has read the rules and noted that it knows every series under them."""
    from steuerrad.modules.sensors.alerts.models import RuleSeen

    wanted = 100 + 60 * (streams // 100) + 40 * streams if streams else 0
    end = time.perf_counter() + PATIENCE_S
    while sum(len(times) for times in RuleSeen.objects.values_list("times", flat=True)) < wanted:
        if time.perf_counter() > end:
            raise SystemExit(f"the server did not read the rules within {PATIENCE_S:.0f} s")
        time.sleep(0.2)
    time.sleep(2)


def part(
    numbers: Sequence[int], key: str, seconds: float, loud: Sequence[int]
) -> tuple[float, Sent, list[float]]:
    """Processor seconds of the server for 100,000 rows, what was sent, and the delays."""
    with server() as process:
        ready(len(numbers) if loud else 0)
        before, sent = processor(process), Sent()
        sender = threading.Thread(target=send, args=(numbers, key, seconds, loud, sent))
        sender.start()
        found = delays(sent, sender) if loud else []
        sender.join()
        return (processor(process) - before) / sent.rows * 1e5, sent, found


def main() -> None:
    from steuerrad.modules.sensors.alerts.models import Alert, AlertRule

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
    numbers, key = catalogue()
    costs: dict[bool, list[float]] = {False: [], True: []}
    found: list[float] = []
    print(f"{'':10} {'rows/s':>8} {'answer ms, median':>18} {'p95':>8} {'processor s / 100,000 rows':>28}")
    for rules in (False, True, False, True):
        Alert.objects.all().delete()
        AlertRule.objects.all().delete()
        loud = make_rules(numbers) if rules else []
        cost, sent, late = part(numbers, key, seconds, loud)
        costs[rules].append(cost)
        found += late
        ms = np.array(sent.took) * 1000
        print(f"{'200 rules' if rules else 'no rule':10} {sent.rows / seconds:8,.0f} {np.median(ms):18.1f} "
              f"{np.percentile(ms, 95):8.1f} {cost:28.2f}", flush=True)  # fmt: skip
    ratio = statistics.mean(costs[True]) / statistics.mean(costs[False])
    print(f"processor time with 200 rules: {ratio:.2f} times that without")
    ms = np.array(found) * 1000
    print(f"from sending to alert, {len(found)} alerts: median {np.median(ms):.0f} ms, p95 {np.percentile(ms, 95):.0f} ms, "
          f"longest {ms.max():.0f} ms")  # fmt: skip


if __name__ == "__main__":
    with installation():
        os.environ["STEUERRAD_ALLOWED_HOSTS"] = "*"
        main()
