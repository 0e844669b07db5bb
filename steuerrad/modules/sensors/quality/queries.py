"""What the pages of quality control show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext as _

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.quality import flag_store
from steuerrad.modules.sensors.quality.episodes import Episode, with_gaps
from steuerrad.modules.sensors.quality.models import QualityRun, QualityState
from steuerrad.modules.sensors.quality.texts import flag_title, test_title
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.queries import visible_streams
from steuerrad.platform.observations.store import observations
from steuerrad.platform.ui.charts.specs_time import Limit, Reading, Readings, TimeChart

POINTS = 600
#: So many of the longest episodes are listed.
MOST_EPISODES = 200


@dataclass(frozen=True)
class Row:
    """A datastream with what its values are blamed for. share: of its values that are suspect or wrong."""

    stream: Datastream
    state: QualityState
    share: float
    gaps: int
    tests: list[tuple[str, int]]


def overview(user: Any) -> list[Row]:
    """Datastreams that the person may see and that were checked, the worst first."""
    states = QualityState.objects.filter(datastream__in=visible_streams(user).values("pk"))
    found = []
    for state in states.select_related("datastream__thing", "datastream__observed_property", "run"):
        blamed = state.flags.get("3", 0) + state.flags.get("4", 0)
        tests = sorted(
            ((test_title(name), count) for name, count in state.tests.items() if name != "gap"),
            key=lambda one: -one[1],
        )
        found.append(
            Row(state.datastream, state, 100 * blamed / max(1, state.rows), state.tests.get("gap", 0), tests)
        )
    return sorted(found, key=lambda row: (-row.share, -row.gaps, row.stream.thing.name, row.stream.pk))


def last_run() -> QualityRun | None:
    return QualityRun.objects.exclude(ended_at=None).first()


@dataclass(frozen=True)
class Shown:
    """An episode in words."""

    title: str
    flag: str
    begin: Any
    end: Any
    values: int


def detail(stream: Datastream) -> tuple[list[Shown], int, dict[str, Any] | None]:
    """The longest episodes by time, how many there are, and what the chart needs; None without values."""
    with observations() as opened:
        store = cast(flag_store.Store, opened)
        extent = store.extents([stream.pk]).to_pylist()
        found = with_gaps(store, stream)
        drawn = None
        if extent and extent[0]["n"]:
            first, last = extent[0]["first"], extent[0]["last"]
            drawn = {"first": first, "last": last,
                     "rows": opened.downsample(stream.pk, first, last + 1, POINTS).to_pylist()}  # fmt: skip
    longest = sorted(found, key=lambda one: one.begin - one.end)[:MOST_EPISODES]
    return [_shown(one) for one in sorted(longest, key=lambda one: one.begin)], len(found), drawn


def _shown(one: Episode) -> Shown:
    return Shown(test_title(one.test), flag_title(one.flag), moment(one.begin), moment(one.end), one.values)


def chart(
    stream: Datastream, drawn: dict[str, Any], told: Any, words: dict[str, str], language: str
) -> TimeChart:
    """The values thinned out, and the bounds of the gross range that lie near them."""
    rows = drawn["rows"]
    points = tuple(Reading(moment(row["time"]), row["mean"], row["min"], row["max"]) for row in rows)
    low = min((row["min"] for row in rows if row["min"] is not None), default=0.0)
    high = max((row["max"] for row in rows if row["max"] is not None), default=0.0)
    room = (high - low) or 1.0
    bounds = told.gross_range if told else None
    limits = tuple(
        Limit(value, words[name])
        for name in ("low", "high", "suspect_low", "suspect_high")
        if (value := getattr(bounds, name, None)) is not None and low - room / 2 <= value <= high + room / 2
    )
    # A point stands for a stretch of the series: only what is longer than that can be seen as a gap.
    stretch = (drawn["last"] - drawn["first"]) / 1e6 / max(1, len(rows))
    return TimeChart(
        title=words["title"], unit=stream.unit_symbol or "", language=language, limits=limits,
        lines=(Readings(_(stream.observed_property.name), points, gap_s=max(3 * stretch, 3 * (stream.interval_s or 0))),),
        start=moment(drawn["first"]), end=moment(drawn["last"]),
    )  # fmt: skip
