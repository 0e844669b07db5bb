"""The tree of a composite index as data: indicators at the bottom, one node at the top."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from steuerrad.engines.scoring.order import Floats, Integers

Aggregation = Literal["arithmetic", "geometric"]


class FrameworkError(ValueError):
    """The tree is not one. ``key`` names the element at fault, "" where it is none in particular."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}" if key else reason)
        self.key = key
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Indicator:
    """A leaf: a column of the data. direction: 1 where more is better, -1 where less is.

    target and posts (lower, upper) are in the unit of the indicator. weight counts among the same parent's children.
    """

    key: str
    parent: str
    weight: float = 1.0
    direction: int = 1
    title: str = ""
    unit: str = ""
    target: float | None = None
    posts: tuple[float, float] | None = None
    denominator: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An aggregate. The root has no parent. aggregation: None means that of the method."""

    key: str
    parent: str = ""
    weight: float = 1.0
    title: str = ""
    aggregation: Aggregation | None = None


@dataclass(frozen=True)
class Framework:
    """Indicators and nodes in the order in which results list them.

    Elements are numbered: 0..m-1 the indicators, m..m+g-1 the nodes. Raises FrameworkError unless the elements form
    one tree in which every node has children of a weight that can be divided by.
    """

    indicators: tuple[Indicator, ...]
    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for element in self.elements:
            if not element.key or element.key in seen:
                raise FrameworkError(element.key, "an element needs a key of its own")
            seen.add(element.key)
            if not (math.isfinite(element.weight) and element.weight >= 0):
                raise FrameworkError(element.key, "a weight is a number from 0 on")
        for indicator in self.indicators:
            if indicator.direction not in (1, -1):
                raise FrameworkError(indicator.key, "a direction is 1 or -1")
        self._check_tree()

    def _check_tree(self) -> None:
        nodes = {node.key for node in self.nodes}
        for element in self.elements:
            if element.parent and element.parent not in nodes:
                raise FrameworkError(element.key, f"its parent {element.parent} is no aggregate")
        orphans = [indicator.key for indicator in self.indicators if not indicator.parent]
        if orphans:
            raise FrameworkError(orphans[0], "an indicator needs a parent")
        roots = [node.key for node in self.nodes if not node.parent]
        if len(roots) != 1:
            raise FrameworkError("", f"one element at the top is needed, not {len(roots)}")
        self._check_reach()
        for node, members in zip(self.nodes, self.children, strict=True):
            if not members.size:
                raise FrameworkError(node.key, "has no parts")
            if not self.weights[members].any():
                raise FrameworkError(node.key, "all its parts have weight 0")

    def _check_reach(self) -> None:
        """Every element with a parent is below the root unless parents go in a circle."""
        parents = {node.key: node.parent for node in self.nodes}
        for node in self.nodes:
            key, steps = node.key, 0
            while key:
                key, steps = parents[key], steps + 1
                if steps > len(parents):
                    raise FrameworkError(node.key, "its parents go in a circle")

    @property
    def elements(self) -> tuple[Indicator | Node, ...]:
        return (*self.indicators, *self.nodes)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(element.key for element in self.elements)

    @cached_property
    def weights(self) -> Floats:
        """(m + g,) as given."""
        return np.array([element.weight for element in self.elements], dtype=np.float64)

    @cached_property
    def directions(self) -> Floats:
        return np.array([indicator.direction for indicator in self.indicators], dtype=np.float64)

    @cached_property
    def parents(self) -> Integers:
        """(m + g,) number of each element's parent, -1 for the root."""
        numbers = {key: number for number, key in enumerate(self.keys)}
        return np.array([numbers.get(element.parent, -1) for element in self.elements], dtype=np.int64)

    @cached_property
    def children(self) -> tuple[Integers, ...]:
        """For each node the numbers of its parts."""
        first = len(self.indicators)
        return tuple(
            np.flatnonzero(self.parents == number).astype(np.int64)
            for number in range(first, first + len(self.nodes))
        )

    @cached_property
    def levels(self) -> Integers:
        """(m + g,) 1 for indicators, for a node one more than its highest part."""
        levels = np.ones(len(self.keys), dtype=np.int64)
        for element in range(len(self.indicators)):
            number, level = int(self.parents[element]), 2
            while number >= 0:
                levels[number] = max(levels[number], level)
                number, level = int(self.parents[number]), level + 1
        return levels

    @cached_property
    def bottom_up(self) -> tuple[int, ...]:
        """Nodes, counted from 0, each after all of its parts."""
        return tuple(np.argsort(self.levels[len(self.indicators) :], kind="stable").tolist())

    @cached_property
    def root(self) -> int:
        """The root, counted among the nodes from 0."""
        return int(np.flatnonzero(self.parents < 0)[0]) - len(self.indicators)

    def targets(self) -> Floats | None:
        """(m,) or None when an indicator has none."""
        found = [indicator.target for indicator in self.indicators]
        return None if None in found else np.array(found, dtype=np.float64)

    def posts(self) -> Floats | None:
        """(m, 2) or None when an indicator has none."""
        found = [indicator.posts for indicator in self.indicators]
        return None if None in found else np.array(found, dtype=np.float64).reshape(-1, 2)

    def effective_weights(self) -> Floats:
        """(m + g,) share of each element in the whole: product of weight / sum of the siblings' weights up the tree.

        Those of the indicators add up to 1; with arithmetic means the total is exactly their weighted sum.
        """
        first = len(self.indicators)
        shares = np.ones(len(self.keys))
        for node in reversed(self.bottom_up):
            members = self.children[node]
            parts = self.weights[members]
            shares[members] = shares[first + node] * parts / parts.sum()
        return shares

    def weights_without(self, element: int) -> Floats | None:
        """Weights with an element, and every node that has then no part left, at 0. None when nothing is left."""
        weights = self.weights.copy()
        first = len(self.indicators)
        while element >= 0:
            weights[element] = 0
            element = int(self.parents[element])
            if element >= 0 and weights[self.children[element - first]].any():
                return weights
        return None
