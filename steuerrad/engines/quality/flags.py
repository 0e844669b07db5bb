"""Primary flags of QARTOD (Integrated Ocean Observing System, Manual for the Use of Real-Time Oceanographic Data Quality
Control Flags, version 1.2, 2020): one number a value, and the order in which the worst of several tests counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Flags: TypeAlias = NDArray[np.uint8]
Times: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]


class Flag(IntEnum):
    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


#: What is worse comes later: a test that could not run says nothing against one that did.
ORDER = (Flag.NOT_EVALUATED, Flag.GOOD, Flag.SUSPECT, Flag.FAIL, Flag.MISSING)
_RANK = np.zeros(10, np.uint8)
for _place, _flag in enumerate(ORDER):
    _RANK[_flag] = _place


def worst(verdicts: Iterable[Flags], size: int) -> Flags:
    """The flag that counts of several tests of the same `size` values; NOT_EVALUATED without any."""
    found = np.full(size, Flag.NOT_EVALUATED, np.uint8)
    for one in verdicts:
        np.copyto(found, one, where=_RANK[one] > _RANK[found])
    return found


def bad(flags: Flags) -> NDArray[np.bool_]:
    """Suspect, failed or missing."""
    return flags > Flag.NOT_EVALUATED


def named(verdicts: Mapping[str, Flags], at: NDArray[np.int64]) -> list[str]:
    """For each of the places, the tests that object and their flags: "spike=3 rate_of_change=3"."""
    parts = [
        np.where(bad(one[at]), np.char.add(f"{name}=", one[at].astype("U1")), "")
        for name, one in verdicts.items()
        if bad(one[at]).any()
    ]
    return [" ".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else [""] * len(at)
