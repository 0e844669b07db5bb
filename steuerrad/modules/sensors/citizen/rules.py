"""What a citizen's sensor may say, and where it is said to stand. Pure functions.

The message is that of the airRohr firmware (Sensor.Community): {"esp8266id": "…", "software_version": "…",
"sensordatavalues": [{"value_type": "SDS_P1", "value": "12.3"}, …]}.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

MOST_BYTES = 16_384
MOST_VALUES = 100
#: A degree of latitude on the sphere of the Earth's mean radius (6 371 008.8 m).
METRES_A_DEGREE = 6_371_008.8 * math.pi / 180


class MessageRefusedError(ValueError):
    """A message that cannot be read; the text says why."""


def rounded(longitude: float, latitude: float, grid_m: int) -> tuple[float, float]:
    """The middle of the cell of a fixed grid of this width that the place lies in: everybody in it has the same place.

    The grid is fixed on the Earth, so that many roundings never tell more than one.
    """
    row = math.floor(latitude * METRES_A_DEGREE / grid_m)
    middle = max(-89.9999, min(89.9999, (row + 0.5) * grid_m / METRES_A_DEGREE))
    width = METRES_A_DEGREE * math.cos(math.radians(middle))
    column = math.floor(longitude * width / grid_m)
    return max(-180.0, min(180.0, (column + 0.5) * grid_m / width)), middle


def values_of(body: bytes) -> dict[str, float]:
    """{value_type: figure} of a message; what is no finite number is left out. Raises MessageRefusedError."""
    if len(body) > MOST_BYTES:
        raise MessageRefusedError("the message has more than 16 KB")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise MessageRefusedError("the message is no JSON") from None
    rows = found.get("sensordatavalues") if isinstance(found, Mapping) else None
    if not isinstance(rows, list) or len(rows) > MOST_VALUES:
        raise MessageRefusedError("sensordatavalues: a list of at most 100 values is expected")
    values: dict[str, float] = {}
    for row in rows:
        if not isinstance(row, Mapping) or not isinstance(row.get("value_type"), str):
            raise MessageRefusedError("sensordatavalues: each value needs value_type and value")
        number = figure(row.get("value"))
        if number is not None:
            values[row["value_type"]] = number
    return values


def figure(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
