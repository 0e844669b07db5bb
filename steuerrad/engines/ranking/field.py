"""The field of an index: who takes part in an edition, and what is known of their scores."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Scale = Literal["points", "min_max", "percentile", "rank"]


@dataclass(frozen=True)
class FieldIndicator:
    """An indicator: group is an index into Field.groups; weight counts inside its group; scores run 0..maximum.

    changed: its method differs from that of the edition before (or it is new), so its change says little.
    scale: how raw values become scores, where that is known: "min_max" puts the lowest of the field at 0 and the
    highest at the maximum, "percentile" counts who is worse, "rank" who is not better (different only where values are
    equal); "points": not known, or not relative to the field. unit: of the raw values.
    """

    key: str
    title: str
    group: int
    weight: float = 1.0
    maximum: float = 100.0
    changed: bool = False
    scale: Scale = "points"
    higher_is_better: bool = True
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Field:
    """One edition with n cities, m indicators and g groups (categories). NaN and rank 0 mean "not known".

    scores (n, m) by indicator, group_scores (n, g) and totals (n,) as published, ranks (n,) of the total, 1 = best.
    group_weights (g,) need not add up to one. participants: how many cities were ranked, of which `cities` may be a
    part only. changed_groups (g,): method break of the whole group against the edition before; changed: of all.
    groups are keys, group_titles what people read. group_ranks (n, g) and raw (n, m), the values behind the scores,
    may be None. group_maxima: least and most attainable points of each group, different while the list of its
    indicators is not complete; default is the sum of weight * maximum of those listed.

    Group score = 100 * sum(weight * score) / attainable points; total = weighted mean of the groups.
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
    group_titles: tuple[str, ...] = ()
    group_ranks: Integers | None = None
    group_maxima: tuple[tuple[float, float], ...] = ()
    raw: Floats | None = None

    def __post_init__(self) -> None:
        n, m, g = len(self.cities), len(self.indicators), len(self.groups)
        self._check_shapes(n, m, g)
        if len(set(self.cities)) != n:
            raise ValueError("a city is listed twice")
        if len({item.key for item in self.indicators}) != m:
            raise ValueError("an indicator is listed twice")
        if any(not 0 <= item.group < g for item in self.indicators):
            raise ValueError("an indicator belongs to no group")
        if any(not low <= high for low, high in self.group_maxima):
            raise ValueError("attainable points of a group must be (least, most)")
        if self.participants < n:
            raise ValueError(f"{n} cities are known, but only {self.participants} took part")

    def _check_shapes(self, n: int, m: int, g: int) -> None:
        shapes = [
            ("titles", len(self.titles), n),
            ("scores", self.scores.shape, (n, m)),
            ("group_scores", self.group_scores.shape, (n, g)),
            ("totals", self.totals.shape, (n,)),
            ("ranks", self.ranks.shape, (n,)),
            ("group_weights", self.group_weights.shape, (g,)),
        ]
        optional = (("changed_groups", self.changed_groups), ("group_titles", self.group_titles),
                    ("group_maxima", self.group_maxima))  # fmt: skip
        shapes += [(name, len(value), g) for name, value in optional if value]
        if self.group_ranks is not None:
            shapes.append(("group_ranks", self.group_ranks.shape, (n, g)))
        if self.raw is not None:
            shapes.append(("raw", self.raw.shape, (n, m)))
        for name, found, wanted in shapes:
            if found != wanted:
                raise ValueError(f"{name} has shape {found}, not {wanted}")

    def attainable(self, group: int) -> tuple[float, float]:
        """Least and most attainable points of a group."""
        if self.group_maxima:
            return self.group_maxima[group]
        points = sum(item.weight * item.maximum for item in self.indicators if item.group == group)
        return points, points

    def of_group(self, key: str) -> Field:
        """The field of one group alone, its scores as totals. Raises KeyError for an unknown group."""
        if key not in self.groups:
            raise KeyError(key)
        at = self.groups.index(key)
        inside = [number for number, item in enumerate(self.indicators) if item.group == at]
        changed = bool(self.changed_groups and self.changed_groups[at])
        ranks = np.zeros(len(self.cities), np.int64) if self.group_ranks is None else self.group_ranks[:, at]
        return replace(
            self,
            groups=(key,),
            indicators=tuple(replace(self.indicators[number], group=0) for number in inside),
            scores=self.scores[:, inside],
            group_scores=self.group_scores[:, [at]],
            totals=self.group_scores[:, at],
            ranks=ranks,
            group_weights=np.ones(1),
            changed_groups=(changed,),
            changed=self.changed or changed,
            group_titles=self.group_titles[at : at + 1],
            group_ranks=None if self.group_ranks is None else self.group_ranks[:, [at]],
            group_maxima=(self.attainable(at),),
            raw=None if self.raw is None else self.raw[:, inside],
        )
