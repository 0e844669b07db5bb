"""The field of an index: who takes part in an edition, and what is known of their scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class FieldIndicator:
    """An indicator: group is an index into Field.groups; weight counts inside its group; scores run 0..maximum.

    changed: its method differs from that of the edition before (or it is new), so its change says little.
    """

    key: str
    title: str
    group: int
    weight: float = 1.0
    maximum: float = 100.0
    changed: bool = False


@dataclass(frozen=True)
class Field:
    """One edition with n cities, m indicators and g groups (categories). NaN and rank 0 mean "not known".

    scores (n, m) by indicator, group_scores (n, g) and totals (n,) as published, ranks (n,) of the total, 1 = best.
    group_weights (g,) need not add up to one. participants: how many cities were ranked, of which `cities` may be a
    part only. changed_groups (g,): method break of the whole group against the edition before.
    """

    key: str
    year: int
    cities: tuple[str, ...]
    titles: tuple[str, ...]
    groups: tuple[str, ...]
    indicators: tuple[FieldIndicator, ...]
    scores: Floats
    group_scores: Floats
    totals: Floats
    ranks: Integers
    group_weights: Floats
    participants: int
    changed_groups: tuple[bool, ...] = ()
    changed: bool = False

    def __post_init__(self) -> None:
        n, m, g = len(self.cities), len(self.indicators), len(self.groups)
        shapes = (
            ("titles", len(self.titles), n),
            ("scores", self.scores.shape, (n, m)),
            ("group_scores", self.group_scores.shape, (n, g)),
            ("totals", self.totals.shape, (n,)),
            ("ranks", self.ranks.shape, (n,)),
            ("group_weights", self.group_weights.shape, (g,)),
        )
        for name, found, wanted in shapes:
            if found != wanted:
                raise ValueError(f"{name} has shape {found}, not {wanted}")
        if self.participants < n:
            raise ValueError(f"{n} cities are known, but only {self.participants} took part")
