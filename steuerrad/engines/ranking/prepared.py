"""A simulated field, ready to answer what an own change brings."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from steuerrad.engines.ranking.field import Field
from steuerrad.engines.ranking.model import Model
from steuerrad.engines.ranking.movement import Movement
from steuerrad.engines.ranking.outcome import Estimate, Note, Outcome, Share, Split, Standing
from steuerrad.engines.ranking.own_change import Move, OwnChange, draw_moves
from steuerrad.engines.ranking.raw import known_column, recompute

Singles = NDArray[np.float32]
Doubles = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everybody's scores in the present and the next edition, drawn once; `outcome` only moves the own ones.

    rivals_now, rivals_next: (others, draws) or (others, 1) points of the total; own_now, own_next: (draws,) without a
    change. present_values: (indicators, draws) or (indicators, 1) own values; weights: points of the total for one
    point of the indicator, same shape. Memory: about 8 bytes * participants * draws.
    """

    field: Field
    own: str
    model: Model
    draws: int
    seed: int
    movement: Movement
    level: Literal["totals", "indicators"]
    notes: tuple[Note, ...]
    rivals_now: Singles
    rivals_next: Singles
    own_now: Singles
    own_next: Singles
    rank_now: int
    present_values: tuple[Singles, ...] = dataclass_field(repr=False)
    weights: tuple[Singles, ...] = dataclass_field(repr=False)
    group_weights: tuple[float, ...] = dataclass_field(repr=False)

    @cached_property
    def now(self) -> Standing:
        """The present edition; the rank is the published one where there is one."""
        return Standing.of(self.own_now, self._ranks_now, self.field.participants)

    @cached_property
    def before(self) -> Standing:
        """The next edition without any change."""
        return Standing.of(self.own_next, self._ranks_next, self.field.participants)

    @cached_property
    def _ranks_next(self) -> Counts:
        return ranks(self.own_next, self.rivals_next)

    @cached_property
    def _counted_now(self) -> Counts:
        return np.broadcast_to(ranks(self.own_now, self.rivals_now), (self.draws,))

    @cached_property
    def _ranks_now(self) -> Counts:
        return np.full(self.draws, self.rank_now) if self.rank_now else self._counted_now

    def at_score(self, total: float) -> Standing:
        """Where a total of so many points would stand in the next edition."""
        if not 0.0 <= total <= 100.0:
            raise ValueError(f"a total must lie between 0 and 100, not {total}")
        own = np.full(self.draws, total, np.float32)
        return Standing.of(own, ranks(own, self.rivals_next), self.field.participants)

    def present(self, key: str) -> Estimate:
        """The own value of an indicator in the present edition, as it is assumed. Raises ValueError."""
        return Estimate.of(self.present_values[self._indicator(key)])

    def worth(self, key: str) -> Estimate:
        """Points of the total for each point of an indicator. Raises ValueError for an unknown one."""
        return Estimate.of(self.weights[self._indicator(key)])

    def outcome(self, change: OwnChange) -> Outcome:
        """The next edition with the change against the next edition without, on the same random numbers.

        Raises ValueError, naming the figure, for an unknown key or a value outside its scale.
        """
        for item in change.moves:
            self._check(item)
        points, fallen, found = self._effect(change.moves)
        own_now = np.clip(self.own_now + points, 0.0, 100.0)
        own_next = np.clip(self.own_next + points, 0.0, 100.0)
        rivals_now, rivals_next = self.rivals_now, self.rivals_next
        if fallen is not None:
            rivals_now, rivals_next = rivals_now + fallen, rivals_next + fallen
        after = ranks(own_next, rivals_next) if change.moves else self._ranks_next
        moved = ranks(own_now, rivals_now) if change.moves else self._counted_now
        alone = self._ranks_now + (moved - self._counted_now)
        gained = self._ranks_next - after
        return Outcome(
            before=self.before,
            after=Standing.of(own_next, after, self.field.participants),
            points=Estimate.of(own_next - self.own_next),
            places=Estimate.of_whole(gained),
            one_better=Share.of(int((gained >= 1).sum()), self.draws),
            one_worse=Share.of(int((gained <= -1).sum()), self.draws),
            split_points=_split(self.own_now, own_now, own_next),
            split_places=Split(
                Estimate.of_whole(self._ranks_now - alone),
                Estimate.of_whole(alone - after),
                Estimate.of_whole(self._ranks_now - after),
            ),
            notes=(*self.notes, *found),
            draws=self.draws,
            seed=self.seed,
        )

    def _indicator(self, key: str) -> int:
        place = self._places.get(key)
        if place is None:
            raise ValueError(f"{key}: the edition {self.field.key} has no such indicator")
        return place

    @cached_property
    def _places(self) -> dict[str, int]:
        return {item.key: number for number, item in enumerate(self.field.indicators)}

    def _check(self, item: Move) -> None:
        high = 100.0
        if item.of == "indicator":
            place = self._indicator(item.key)
            high = self.field.indicators[place].maximum
            if item.kind == "raw":
                known_column(self.field, place)
                return
        elif item.of == "group" and item.key not in self.field.groups:
            raise ValueError(f"{item.key}: the edition {self.field.key} has no such group")
        low = 0.0 if item.kind == "value" else -high
        if item.low < low or item.high > high:
            raise ValueError(f"{item.name}: must lie between {low:g} and {high:g}")

    def _effect(self, moves: tuple[Move, ...]) -> tuple[Any, Singles | None, list[Note]]:
        """Points added to the own total by draw, to the rivals' totals (None = nothing), and what to note."""
        if not moves:
            return np.float32(0), None, []
        values, there = draw_moves(moves, self.draws, [self.seed, 3])
        points = np.zeros(self.draws)
        fallen: Singles | None = None
        notes: list[Note] = []
        together: dict[tuple[str, str], list[int]] = {}
        for number, item in enumerate(moves):
            together.setdefault((item.of, item.key), []).append(number)
        for (of, key), numbers in together.items():
            present, weight, high = self._scale(of, key)
            added = np.zeros(self.draws)
            for number in numbers:
                item = moves[number]
                if item.kind == "raw":
                    place = self._indicator(key)
                    own, others = recompute(self.field, self.own, place, values[number], there[number])
                    added += own
                    shift = weight * others
                    fallen = shift if fallen is None else fallen + shift
                    notes += self._raw_notes(key, values[number])
                else:
                    gain = values[number] - present if item.kind == "value" else values[number]
                    added += np.where(there[number], gain, 0.0)
            points += weight * (np.clip(present + added, 0.0, high) - present)
        return points.astype(np.float32), fallen, notes

    def _raw_notes(self, key: str, values: Doubles) -> list[Note]:
        """That the column was computed anew, and whether the own value may leave what the field has reached."""
        notes = [Note("raw_recomputed", {"key": key})]
        place = self._indicator(key)
        column = known_column(self.field, place)
        beyond = values.max() > column.max() or values.min() < column.min()
        if beyond and self.field.indicators[place].scale == "min_max":
            notes.append(Note("exceeds_scale", {"key": key}))
        return notes

    def _scale(self, of: str, key: str) -> tuple[Any, Any, float]:
        """Present value, points of the total for one point, and highest value of a figure."""
        if of == "indicator":
            place = self._indicator(key)
            return self.present_values[place], self.weights[place], self.field.indicators[place].maximum
        own = self.field.cities.index(self.own)
        if of == "group":
            at = self.field.groups.index(key)
            known = self.field.group_scores[own, at]
            return (known if np.isfinite(known) else self.own_now), self.group_weights[at], 100.0
        return self.own_now, 1.0, 100.0


def ranks(own: Singles, rivals: Singles) -> Counts:
    """(draws,): 1 + how many rivals have a higher score."""
    return 1 + np.count_nonzero(rivals > own[None, :], axis=0)


def _split(*scores: Singles) -> Split:
    now, alone, after = (item.astype(np.float64) for item in scores)
    return Split(Estimate.of(alone - now), Estimate.of(after - alone), Estimate.of(after - now))
