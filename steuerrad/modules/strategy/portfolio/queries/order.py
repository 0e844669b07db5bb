"""The network of dependencies, for the rules that look for circles."""

from __future__ import annotations

from collections.abc import Iterable

from steuerrad.modules.strategy.models import Dependency, Measure, Milestone
from steuerrad.modules.strategy.portfolio.rules.dependencies import Edge, Kind

Network = tuple[list[Edge], dict[str, str], list[tuple[str, str]]]


def network() -> Network:
    """(edges between measures, milestone → its measure, (milestone, what it waits for)). Four queries.

    Nodes are "measure:<number>" and "milestone:<id>".
    """
    edges = [
        Edge(f"measure:{source}", f"measure:{target}", Kind(kind))
        for source, target, kind in Dependency.objects.order_by("pk").values_list(
            "source__number", "target__number", "kind"
        )
    ]
    milestones = {
        f"milestone:{pk}": f"measure:{number}"
        for pk, number in Milestone.objects.filter(retired=False).values_list("pk", "measure__number")
    }
    after = [
        (f"milestone:{one}", f"milestone:{other}")
        for one, other in Milestone.after.through.objects.values_list("from_milestone_id", "to_milestone_id")
    ]
    after += [
        (f"milestone:{one}", f"measure:{number}")
        for one, number in Milestone.after_measures.through.objects.values_list(
            "milestone_id", "measure__number"
        )
    ]
    return edges, milestones, after


def names_of(nodes: Iterable[str]) -> dict[str, str]:
    """How people call the nodes: number and title of measures, title of milestones with the measure's number."""
    wanted = set(nodes)
    keys = {kind: [node.partition(":")[2] for node in wanted if node.startswith(f"{kind}:")] for kind in ("measure", "milestone")}  # fmt: skip
    found = {
        f"measure:{item.number}": str(item) for item in Measure.objects.filter(number__in=keys["measure"])
    }
    for item in Milestone.objects.filter(pk__in=keys["milestone"]).select_related("measure"):
        found[f"milestone:{item.pk}"] = f"{item.title} ({item.measure.number})"
    return {node: found.get(node, node) for node in wanted}
