"""What measures wait for: dependencies and milestones of others, as far as a person may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from steuerrad.modules.strategy.models import Dependency, Measure, Milestone
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.timeline import Moment, finished, first_step, order_broken


@dataclass(frozen=True)
class Link:
    """`after` begins when `before` is finished. milestone: of `after`, when only that one waits."""

    before: str
    after: str
    finished: Moment
    begins: Moment
    milestone: str = ""

    @property
    def broken(self) -> bool:
        return order_broken(self.finished, self.begins)


@dataclass
class Order:
    """depends: number → its dependencies of all kinds. waits: number → what single milestones wait for, in words.

    links: those whose days are known, for the picture. demo: numbers with an invented dependency.
    """

    depends: dict[str, list[Dependency]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    links: list[Link] = field(default_factory=list[Link])


def relations(user: Any, numbers: Sequence[str] | None = None) -> list[Dependency]:
    """Dependencies between standing measures; invented ones only for those who read the measure. Three queries."""
    rows = Dependency.objects.select_related("source", "target").filter(
        source__retired=False, target__retired=False
    )
    if numbers is not None:
        rows = rows.filter(source__number__in=numbers)
    readable = readable_ids(user)
    return [row for row in rows if not row.demo or readable is None or row.source.pk in readable]


def order_of(user: Any, states: Sequence[MeasureState]) -> Order:
    """The order among these measures. Six queries whatever their number."""
    order, known = Order(), {state.measure.number: state for state in states}
    for row in relations(user, list(known)):
        order.depends[row.source.number].append(row)
        target = known.get(row.target.number)
        if row.kind == Kind.FINISH_TO_START and target is not None:
            source = known[row.source.number]
            _link(order, end_of(target), first_step_of(source), row.target, row.source)
    points = {item.pk: item for state in states for item in state.milestones}
    for one, other in Milestone.after.through.objects.filter(from_milestone__in=points).values_list(
        "from_milestone_id", "to_milestone_id"
    ):
        before, after = points.get(other), points[one]
        if before is not None and before.measure_id != after.measure_id:
            order.waits[after.measure.number].append(f"{before.title} ({before.measure.number})")
            day = before.point.expected
            _link(
                order,
                Moment(day) if day else None,
                _moment(after),
                before.measure,
                after.measure,
                after.title,
            )
    for one, number in Milestone.after_measures.through.objects.filter(milestone__in=points).values_list(
        "milestone_id", "measure__number"
    ):
        after, state = points[one], known.get(number)
        order.waits[after.measure.number].append(str(state.measure) if state else number)
        if state is not None:
            _link(order, end_of(state), _moment(after), state.measure, after.measure, after.title)
    return order


def end_of(state: MeasureState) -> Moment | None:
    return finished([item.point for item in state.milestones], state.measure.end_year)


def first_step_of(state: MeasureState) -> Moment | None:
    return first_step([item.point for item in state.milestones], state.measure.start_year)


def _moment(milestone: Milestone) -> Moment | None:
    day = milestone.point.expected
    return Moment(day) if day is not None else None


def _link(
    order: Order, end: Moment | None, start: Moment | None, before: Measure, after: Measure, milestone: str = ""
) -> None:  # fmt: skip
    if end is not None and start is not None:
        order.links.append(Link(before.number, after.number, end, start, milestone))
