"""Problems for the tests: the hand check, random small ones, and brute force as the yardstick."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from steuerrad.engines.portfolio import Budget, Gain, Grant, GroupLimit, Item, Problem, StaffLimit, Target
from steuerrad.engines.portfolio.funding import funding

YEARS = (2026, 2027)


def sure(target: str, points: float) -> Gain:
    return Gain(target, points, points, points)


def hand() -> Problem:
    """Costs 5, 4, 3, 6; gains 10, 7, 5, 11; budget 10: the best is 18 with the second and fourth."""
    rows = zip("abcd", (5, 4, 3, 6), (10, 7, 5, 11), strict=True)
    items = tuple(Item(key, {("own", 2026): cost}, (sure("total", gain),)) for key, cost, gain in rows)
    return Problem(items, (Target("total"),), (Budget("own", 2026, 10),))


def allowed(problem: Problem) -> Iterator[tuple[int, ...]]:
    """Every portfolio that keeps all rules, judged by funding() and by plain counting."""
    for bits in product((0, 1), repeat=len(problem.items)):
        chosen = tuple(i for i, bit in enumerate(bits) if bit)
        if keeps_rules(problem, chosen) and funding(problem, chosen) is not None:
            yield chosen


def keeps_rules(problem: Problem, chosen: tuple[int, ...]) -> bool:
    """The yes-or-no rules and staff, written a second time without matrices."""
    keys = {problem.items[i].key for i in chosen}
    groups = [problem.items[i].group for i in chosen]
    days = {}
    for i in chosen:
        for year, amount in problem.items[i].staff.items():
            days[year] = days.get(year, 0) + amount
    return (
        all(a not in keys or b in keys for a, b in problem.requires)
        and not any({a, b} <= keys for a, b in problem.excludes)
        and problem.must <= keys
        and not problem.must_not & keys
        and all((g.minimum or 0) <= groups.count(g.group) for g in problem.groups)
        and all(g.maximum is None or groups.count(g.group) <= g.maximum for g in problem.groups)
        and all(days.get(s.year, 0) <= s.days for s in problem.staff)
    )


@st.composite
def gain(draw: st.DrawFn, target: str) -> Gain:
    low, likely, high = sorted(draw(st.tuples(*[st.integers(-2, 12)] * 3)))
    chance = st.sampled_from([0.0, 0.4, 0.8, 1.0])
    return Gain(target, low, likely, high, draw(chance), draw(st.sampled_from([0.0, 0.3])))


@st.composite
def problems(draw: st.DrawFn, most: int = 6) -> Problem:
    """Small problems with every kind of rule; not all of them have a portfolio."""
    count = draw(st.integers(1, most))
    keys = [f"m{number}" for number in range(count)]
    targets = tuple(
        Target(f"t{number}", draw(st.sampled_from([0.0, 0.5, 1.0])), draw(st.sampled_from([None, 4.0, 15.0])))
        for number in range(2)
    )
    items = tuple(
        Item(
            key,
            {("own", year): float(draw(st.integers(0, 9))) for year in YEARS},
            tuple(draw(gain(target.key)) for target in targets if draw(st.booleans())),
            draw(st.sampled_from(["x", "y"])),
            {2026: float(draw(st.integers(0, 4)))},
            draw(st.sampled_from([(), ("g",)])),
        )
        for key in keys
    )
    pair = st.tuples(st.sampled_from(keys), st.sampled_from(keys)).filter(lambda two: two[0] != two[1])
    pairs = st.lists(pair, max_size=2).map(tuple) if count > 1 else st.just(())
    return Problem(
        items,
        targets,
        tuple(Budget("own", year, float(draw(st.integers(0, 25)))) for year in YEARS),
        (
            Grant(
                "g",
                "own",
                draw(st.sampled_from([0.0, 0.5, 0.9])),
                float(draw(st.integers(0, 12))),
                2026,
                2026,
            ),
        ),
        (StaffLimit(2026, float(draw(st.integers(0, 12)))),),
        (GroupLimit("x", draw(st.sampled_from([None, 0, 1])), draw(st.sampled_from([None, 2]))),),
        draw(pairs),
        draw(pairs),
        frozenset(draw(st.lists(st.sampled_from(keys), max_size=1))),
        frozenset(draw(st.lists(st.sampled_from(keys), max_size=1))),
    )
