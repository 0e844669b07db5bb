"""The tables of docs/explanation/sensor-quality.md, made from what is stored; nothing in them is typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from steuerrad.engines.quality import ENGINE_VERSION
from steuerrad.engines.quality.planting import FAULTS
from steuerrad.engines.quality.scoring import Share
from steuerrad.modules.sensors.quality.episodes import Finding, findings, repeats, silent
from steuerrad.modules.sensors.quality.trial import ANY, PROPERTIES, Scores, pooled, scores

BEGIN, END = "<!-- begin: steuerrad sensors score -->", "<!-- end: steuerrad sensors score -->"


def report(seeds: int) -> str:
    found = scores(seeds)
    parts = [
        f"Version {ENGINE_VERSION} of the tests, {seeds} plantings of each fault into "
        f"{sum(found.series.values())} series ("
        + ", ".join(f"{key} {found.series[key]}" for key in PROPERTIES if found.series[key]) + ").",
        "### What is found of each fault", *_by_fault(found),
        "### The same by property", *_by_property(found),
        "### How often an alarm is right", *_by_test(found),
        "### What is wrong in the stored series", *_real(findings()),
        "### What fell silent", *_silent(),
        "### Times that came more than once", *_repeats(),
    ]  # fmt: skip
    return "\n\n".join(parts)


def written_into(path: Path, text: str) -> None:
    """Replace what stands between the marks. Raises ValueError without them."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the marks {BEGIN} and {END} are missing")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in row) + " |" for row in lines)


def shown(share: Share) -> str:
    if share.value is None:
        return "–"
    low, high = share.interval
    return f"{share.value:.2f} ({low:.2f}–{high:.2f})"


def _tests(found: Scores) -> list[str]:
    return sorted(found.untouched)


def _by_fault(found: Scores) -> list[str]:
    rows = []
    for fault in FAULTS:

        def of(test: str, fault: str = fault) -> Share:
            return pooled(
                [found.found[key, fault, test] for key in PROPERTIES if (key, fault, test) in found.found]
            )

        by_test = {test: share for test in _tests(found) if (share := of(test)).hits}
        best = max(by_test, key=lambda test: by_test[test].hits, default="")
        rows.append(
            (fault, of(ANY).total, shown(of(ANY)), f"{best} {shown(by_test[best])}" if best else "none")
        )
    return [
        table(
            (
                "fault",
                "planted",
                "recall, any test (95 %)",
                "test that finds most, with its recall where it runs",
            ),
            rows,
        )
    ]


def _by_property(found: Scores) -> list[str]:
    keys = [key for key in PROPERTIES if found.series[key]]
    rows = []
    for fault in FAULTS:
        shares = [found.found[key, fault, ANY] for key in keys]
        rows.append((fault, *(f"{one.value:.2f}" if one.value is not None else "–" for one in shares)))
    return [table(("fault", *keys), rows)]


def _by_test(found: Scores) -> list[str]:
    rows = [
        (test, found.hits[test].total, shown(found.hits[test]),
         f"{100 * found.untouched[test] / found.days[test]:.1f}")
        for test in _tests(found)
    ]  # fmt: skip
    return [
        table(
            (
                "test",
                "alarms with planted faults",
                "right (95 %)",
                "alarms in 100 days of the untouched series",
            ),
            rows,
        )
    ]


def _real(found: Sequence[Finding]) -> list[str]:
    rows = [
        (one.thing, ", ".join(one.properties) if len(one.properties) < 4 else f"{len(one.properties)} series",
         one.test, one.count, one.values, f"{one.begin:%Y-%m-%d %H:%M}", f"{one.end:%Y-%m-%d %H:%M}", one.seen)
        for one in found
    ]  # fmt: skip
    head = (
        "thing",
        "observed",
        "test",
        "episodes",
        "values",
        "longest from (UTC)",
        "until",
        "what was measured in it",
    )
    return [table(head, rows)] if rows else ["Nothing was found."]


def _silent() -> list[str]:
    rows = [(name, f"{last:%Y-%m-%d %H:%M}", f"{newest:%Y-%m-%d %H:%M}") for name, last, newest in silent()]
    head = ("thing", "last value (UTC)", "last value of others with this sensor")
    return [table(head, rows)] if rows else ["Nothing."]


def _repeats() -> list[str]:
    rows = repeats()
    if not rows:
        return ["None."]
    return [
        table(("thing", "values imported", "of these at a time already there", "with another value"), rows)
    ]
