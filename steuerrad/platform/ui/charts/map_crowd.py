"""What keeps a crowded map readable: points that would cover each other become one, labels stand where room is."""

from __future__ import annotations

import math
from collections.abc import Sequence

Box = tuple[float, float, float, float]
#: Units between the middles of two marks that do not touch.
APART = 20.0
#: Marks that a picture holds, by units of its width: some 110 on a wide one and 50 on a phone.
MARKS_A_UNIT = 0.15
#: By how much the distance grows at least until the marks are few enough.
GROWTH = 1.15


def together(points: Sequence[tuple[float, float, str]], width: float) -> list[list[int]]:
    """Points (x, y, shape) in groups of one shape that can be told apart on a picture `width` units wide.

    The first point of a group attracts those within the distance; the order of the points decides, so the same points
    always give the same groups.
    """
    most = max(40, int(width * MARKS_A_UNIT))
    distance = _start(points, most)
    while True:
        groups = _within(points, distance)
        if len(groups) <= most or distance > width:
            return groups
        distance *= max(GROWTH, math.sqrt(len(groups) / most))


def _start(points: Sequence[tuple[float, float, str]], most: int) -> float:
    """A distance at which the groups are hardly more than the most: squares of that size are counted, which is cheap."""
    distance = APART
    while len({(x // distance, y // distance, shape) for x, y, shape in points}) > 1.4 * most:
        distance *= GROWTH
    return distance


def _within(points: Sequence[tuple[float, float, str]], distance: float) -> list[list[int]]:
    groups: list[list[int]] = []
    seeds: dict[tuple[int, int, str], list[tuple[float, float, list[int]]]] = {}
    square = distance * distance
    for index, (x, y, shape) in enumerate(points):
        column, line = int(x // distance), int(y // distance)
        best, found = square, None
        for across in (column - 1, column, column + 1):
            for down in (line - 1, line, line + 1):
                for seed_x, seed_y, members in seeds.get((across, down, shape), ()):
                    away = (x - seed_x) ** 2 + (y - seed_y) ** 2
                    if away < best:
                        best, found = away, members
        if found is None:
            found = []
            groups.append(found)
            seeds.setdefault((column, line, shape), []).append((x, y, found))
        found.append(index)
    return groups


class Room:
    """Where nothing stands yet on a picture of this size."""

    CELL = 48.0

    def __init__(self, size: tuple[float, float]) -> None:
        self.size = size
        self._taken: dict[tuple[int, int], list[Box]] = {}

    def take(self, box: Box) -> None:
        for cell in self._cells(box):
            self._taken.setdefault(cell, []).append(box)

    def free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left <= 2 or right >= self.size[0] - 2 or top <= 2 or bottom >= self.size[1] - 2:
            return False
        return not any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for cell in self._cells(box) for other in self._taken.get(cell, ())
        )  # fmt: skip

    def _cells(self, box: Box) -> list[tuple[int, int]]:
        left, top, right, bottom = (int(edge // self.CELL) for edge in box)
        return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
