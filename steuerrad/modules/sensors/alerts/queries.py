"""What a rule would have done on what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np

from steuerrad.engines.observations import moment
from steuerrad.modules.sensors.alerts.rules import Change, Rule, Watch, watch
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.store import observations

#: So many values of the newest ones are looked at; at five-minute steps, almost two years.
MOST_VALUES = 200_000
POINTS = 600


@dataclass(frozen=True)
class Fired:
    """An alert that would have been: told at `opened` (aware), about a condition that held since `begin`. closed: None while
    it goes on. quiet: it would have fallen into quiet hours.
    """

    begin: datetime
    opened: datetime
    closed: datetime | None
    worst: float | None
    quiet: bool


@dataclass(frozen=True)
class History:
    """fired: oldest first. values: how many were looked at. rows: of the chart."""

    fired: list[Fired]
    values: int
    rows: list[dict[str, Any]]
    first: int
    last: int


def history(stream: Datastream, told: Rule | None) -> History | None:
    """None without values."""
    with observations() as store:
        table = store.rows([stream.pk], newest_first=True, limit=MOST_VALUES)
        if not table.num_rows:
            return None
        times = table["time"].to_numpy()[::-1]
        first, last = int(times[0]), int(times[-1])
        rows = store.downsample(stream.pk, first, last + 1, POINTS).to_pylist()
    values = np.array(table["value"].to_numpy(), np.float64)[::-1]
    changes: list[Change] = []
    if told is not None:
        _state, changes = watch(told, Watch(), zip(times.tolist(), values.tolist(), strict=True))
    return History(episodes(told, changes), len(times), rows, first, last)


def episodes(told: Rule | None, changes: list[Change]) -> list[Fired]:
    found = []
    closed = {one.begin: one for one in changes if one.kind == "closed"}
    for one in changes:
        if one.kind == "opened":
            end = closed.get(one.begin)
            at = moment(one.at)
            found.append(Fired(moment(one.begin), at, moment(end.at) if end else None, (end or one).worst,
                               cast(Rule, told).quiet(at)))  # fmt: skip
    return found
