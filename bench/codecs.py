"""How many payloads a second go through the codecs, against the same engine without a process around it."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

import quickjs

from steuerrad.modules.sensors.codecs.decoding import decode
from steuerrad.modules.sensors.codecs.pool import HERE
from steuerrad.modules.sensors.codecs.profiles import Profile, library
from steuerrad.modules.sensors.codecs.worker import call

CALLS = 200
ROUNDS = 5


def per_call(work: Callable[[], object]) -> float:
    """Median of milliseconds a call."""
    work()
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            work()
        found.append((time.perf_counter() - start) / CALLS * 1000)
    return statistics.median(found)


def kept_context(profile: Profile, given: str) -> Callable[[], object]:
    """The codec loaded once: what a sandbox that keeps state would reach."""
    context = quickjs.Context()
    context.eval(profile.codec)
    function = context.eval("(given) => JSON.stringify(decodeUplink(JSON.parse(given)))")
    return lambda: function(given)


def main() -> None:
    prelude = (HERE / "prelude.js").read_text(encoding="utf-8")
    print(f"{'codec':22}{'confined':>12}{'fresh, bare':>14}{'kept, bare':>14}{'calls/s':>10}{'ratio':>8}")
    for key, profile in library().items():
        vector = profile.vectors[0]
        given = json.dumps({"bytes": list(vector.payload), "fPort": vector.f_port})
        confined = per_call(lambda p=profile, v=vector: decode(p.codec, v.payload, v.f_port))
        fresh = per_call(lambda p=profile, g=given: call(prelude, p.codec, g))
        kept = per_call(kept_context(profile, given))
        print(
            f"{key:22}{confined:9.3f} ms{fresh:11.3f} ms{kept:11.3f} ms{1000 / confined:10.0f}{confined / fresh:8.2f}"
        )


if __name__ == "__main__":
    main()
