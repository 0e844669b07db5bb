"""All that the steering part of one measure shows, as far as the person may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, prefetch_related_objects

from steuerrad.modules.strategy.models import (
    BudgetLine,
    Decision,
    Dependency,
    Measure,
    Milestone,
    Risk,
    StaffDays,
    StatusReport,
    Succession,
)
from steuerrad.modules.strategy.portfolio.queries.access import may_read
from steuerrad.modules.strategy.portfolio.queries.order import names_of, network
from steuerrad.modules.strategy.portfolio.queries.steering import MeasureState, published, state
from steuerrad.modules.strategy.portfolio.queries.succession import predecessors
from steuerrad.modules.strategy.portfolio.rules.dependencies import Clash, Kind, clashes


@dataclass(frozen=True)
class SteeringPart:
    """reads: the person sees everything; otherwise only what is published is in here.

    depends, awaited: dependencies from and to the measure. clashes: (what, what it needs) whose dates contradict.
    """

    state: MeasureState
    reads: bool
    milestones: list[Milestone]
    decisions: list[Decision]
    reports: list[StatusReport]
    drafts: list[StatusReport]
    lines: list[BudgetLine]
    revisions: list[BudgetLine]
    staff: list[StaffDays]
    risks: list[Risk]
    depends: list[Dependency]
    awaited: list[Dependency]
    predecessors: list[Succession]
    clashes: list[tuple[str, str]]

    @property
    def newest(self) -> StatusReport | None:
        return self.reports[0] if self.reports else None

    @property
    def known(self) -> bool:
        """Whether there is anything to show beside the light."""
        return any(
            (
                self.milestones,
                self.decisions,
                self.reports,
                self.depends,
                self.awaited,
                self.predecessors,
                self.reads,
            )
        )


def steering_part(measure: Measure, user: Any) -> SteeringPart:
    """About 25 queries for those who read everything, 15 for visitors."""
    reads = may_read(user, measure)
    now = state(measure) if reads else state(measure, public=True, demo=False)
    found = sorted(
        now.milestones, key=lambda item: (item.planned_on or item.point.expected or date.max, item.pk)
    )
    prefetch_related_objects(found, "after", "after_measures")
    relations = Dependency.objects.select_related("source", "target").filter(
        source__retired=False, target__retired=False
    )
    if not reads:
        relations = relations.filter(demo=False)
    decisions = Decision.objects.filter(measure=measure, retired=False)
    depends, awaited = list(relations.filter(source=measure)), list(relations.filter(target=measure))
    if not reads:  # what they note is theirs
        for item in (*depends, *awaited):
            item.note = ""
    reports = published() if not reads else StatusReport.objects.filter(state="released")
    return SteeringPart(
        now, reads, found,
        list(decisions if reads else decisions.exclude(document="")),
        list(reports.filter(measure=measure).select_related("author", "released_by").order_by("-period_end", "-pk")),
        list(_inside(StatusReport, measure, reads).filter(state="draft").select_related("author")),
        list(now.lines),
        list(_inside(BudgetLine, measure, reads).filter(superseded=True).select_related("programme", "recorded_by")),
        list(_inside(StaffDays, measure, reads).select_related("organisation")),
        list(_inside(Risk, measure, reads)),
        depends, awaited,
        predecessors(measure), _clashes(measure, found) if reads else [],
    )  # fmt: skip


def _inside(model: Any, measure: Measure, reads: bool) -> Any:
    """Rows of the measure for those who may read them; none for others."""
    rows = model.objects.filter(measure=measure)
    return rows if reads else rows.none()


def _clashes(measure: Measure, own: list[Milestone]) -> list[tuple[str, str]]:
    """Milestones that are expected before what they need, by name."""
    edges, owners, after = network()
    ids = {item.node for item in own}
    pairs = [(one, other) for one, other in after if one in ids or other in ids]
    pairs += [
        (item.node, milestone)
        for edge in edges
        if edge.kind == Kind.FINISH_TO_START and edge.source == f"measure:{measure.number}"
        for item in own
        for milestone, owner in owners.items()
        if owner == edge.target
    ]
    if not pairs:
        return []
    wanted = [node.partition(":")[2] for pair in pairs for node in pair if node.startswith("milestone:")]
    rows = Milestone.objects.filter(Q(pk__in=wanted))
    expected = {item.node: item.point.expected for item in rows if item.point.expected is not None}
    found: list[Clash] = clashes(pairs, {node: day for node, day in expected.items() if day is not None})
    names = names_of({node for clash in found for node in (clash.node, clash.needed)})
    return [(names[clash.node], names[clash.needed]) for clash in found]
