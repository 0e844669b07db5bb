"""The first observations of many datastreams by one reading, as far as it reaches.

Read across all of them in order of time, what has come of one datastream is its first part. Stations that send at like
intervals are all done with it; those that send rarely are read again, one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from steuerrad.modules.sensors.sta import portioning
from steuerrad.modules.sensors.sta.choosing import chosen_of, store_order
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.entities import BY_NAME
from steuerrad.modules.sensors.sta.observation_filter import Chosen
from steuerrad.modules.sensors.sta.options import Options

#: How much more is read than would do if all sent at the same times.
RESERVE = 2
MOST_ROWS = 50_000


def first_of_each(streams: Sequence[int], options: Options, context: Context) -> dict[int, pa.Table]:
    """For each datastream that is done: its rows after $skip, one more than $top. Nothing when the order is another."""
    observation = BY_NAME["Observation"]
    newest_first, columns = store_order(options.order, observation)
    wanted = options.skip + options.limit + 1
    limit = RESERVE * wanted * len(streams)
    if columns is not None or options.count or len(streams) < 2 or limit > MOST_ROWS:
        return {}
    chosen = chosen_of(Chosen(frozenset(streams)), options, observation, context)
    reading = portioning.Reading(
        context.store, sorted(chosen.among or ()), chosen.start, chosen.end, chosen.where, newest_first
    )
    table, more, _bytes = portioning.page(reading, limit)
    if more and table.num_rows < limit:  # long texts: each by itself, with a link where it ends early
        return {}
    numbers = table.column("stream").to_numpy()
    order = np.argsort(numbers, kind="stable")
    found, first, count = np.unique(numbers[order], return_index=True, return_counts=True)
    whole = table.num_rows < limit
    parts = {
        int(stream): table.take(order[start + options.skip : start + min(number, wanted)])
        for stream, start, number in zip(found, first, count, strict=True)
        if whole or number >= wanted
    }
    return {stream: parts.get(stream, table.slice(0, 0)) for stream in (streams if whole else parts)}
