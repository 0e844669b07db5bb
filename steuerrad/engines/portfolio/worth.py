"""How shared targets enter the program without loss: every subset of the items that share one is a column.

A target shared by few items has few subsets. A column for each, tied to the items, describes the gain exactly,
whatever the number of scenarios, and it is the tightest description that there is (the concave envelope), so the
solver needs few branches. A target shared by many items gets one column for each scenario instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.portfolio.gains import Draws, Floats, saturating

MOST_MEMBERS = 8
"""Largest number of items whose subsets are listed: 255 columns."""


@dataclass(frozen=True)
class Plain:
    """Gains that cannot saturate: they add up. values (s, e) of the items (e,)."""

    items: NDArray[np.int64]
    values: Floats
    width: int = 0


@dataclass(frozen=True)
class Block:
    """A target with few members. member (w, e): which items each non-empty subset holds; values (s, w)."""

    items: NDArray[np.int64]
    member: NDArray[np.bool_]
    values: Floats

    @property
    def width(self) -> int:
        return self.member.shape[0]


@dataclass(frozen=True)
class Wide:
    """A target with many members: values (s, e), at most headroom together."""

    items: NDArray[np.int64]
    values: Floats
    headroom: float

    @property
    def width(self) -> int:
        return self.values.shape[0]


def blocks(gains: Draws) -> list[Plain | Block | Wide]:
    """One for each target that somebody gains on, all that cannot saturate together in one."""
    capped: NDArray[np.bool_] = saturating(gains).sum(axis=0) > 0
    free: NDArray[np.bool_] = ~capped[gains.targets]
    found: list[Plain | Block | Wide] = [Plain(gains.items[free], gains.values[:, free])]
    for target in np.flatnonzero(capped):
        here = gains.targets == target
        items, values, headroom = gains.items[here], gains.values[:, here], float(gains.headroom[target])
        found.append(
            Wide(items, values, headroom) if len(items) > MOST_MEMBERS else listed(items, values, headroom)
        )
    return found


def listed(items: NDArray[np.int64], values: Floats, headroom: float) -> Block:
    member = subsets(len(items))[1:]
    return Block(items, member, np.minimum(values @ member.T.astype(np.float64), headroom))


def subsets(members: int) -> NDArray[np.bool_]:
    """(2 ** members, members): which members each subset holds, the empty one first; bit i stands for member i."""
    numbers: NDArray[np.int64] = np.arange(2**members, dtype=np.int64)
    bits: NDArray[np.int64] = np.arange(members, dtype=np.int64)
    found: NDArray[np.bool_] = ((numbers[:, None] >> bits) & 1).astype(np.bool_)
    return found
