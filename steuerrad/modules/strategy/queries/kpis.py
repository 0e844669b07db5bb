"""Reading KPIs: what each one's newest value is, and whether it is computed, collected or missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from steuerrad.kernel.contributions import Kpi as Contribution
from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.models import Kpi, KpiValue, Target
from steuerrad.modules.strategy.rules.progress import progress

COMPUTED, COLLECTED, MISSING = "computed", "collected", "missing"
SORTS = {
    "code": ("order",),
    "name": ("name", "order"),
    "field": ("field__order", "order"),
    "unit": ("unit", "order"),
}
HISTORY_SHOWN = 100
CHART_POINTS = 400


@dataclass(frozen=True)
class KpiFilter:
    """Empty text = no filter. state: computed, collected or missing. reference: e.g. UN; sdg: e.g. 11 or 11.6."""

    q: str = ""
    state: str = ""
    theme: str = ""
    field: str = ""
    kind: str = ""
    reference: str = ""
    sdg: str = ""
    sort: str = "code"


def supplied_ids() -> set[str]:
    """Ids of the KPI contributions that modules running here can compute."""
    return {item.id for item in registry.all("kpis")}


def contribution(kpi: Kpi) -> Contribution | None:
    """The function that computes this KPI, when the module that has it runs here."""
    return registry.kpi(kpi.supplied_by) if kpi.supplied_by else None


def valid_values() -> QuerySet[KpiValue]:
    return KpiValue.objects.filter(superseded=False)


def kpis(wanted: KpiFilter | None = None) -> QuerySet[Kpi]:
    """KPIs with `has_value` and `newest_id`; use `with_newest` for the values themselves."""
    wanted = wanted or KpiFilter()
    own = valid_values().filter(kpi=OuterRef("pk"))
    query = (
        Kpi.objects.filter(retired=False)
        .select_related("field__theme", "measure")
        .annotate(has_value=Exists(own), newest_id=Subquery(own.order_by("-date").values("pk")[:1]))
    )
    for name, lookup in (
        ("theme", "field__theme__code"), ("field", "field__code"), ("kind", "kind"),
    ):  # fmt: skip
        if value := getattr(wanted, name):
            query = query.filter(**{lookup: value})
    if wanted.state:
        query = query.filter(_state(wanted.state))
    if wanted.reference:
        query = query.filter(pk__in=_listing(wanted.reference, "references"))
    if wanted.sdg:
        query = query.filter(pk__in=_listing(wanted.sdg, "sdg", below=True))
    for word in wanted.q.split()[:10]:
        query = query.filter(Q(code__icontains=word) | Q(name__icontains=word))
    name = wanted.sort.removeprefix("-")
    order = SORTS.get(name, SORTS["code"])
    first = f"-{order[0]}" if wanted.sort.startswith("-") else order[0]
    return query.order_by(first, *order[1:])


def _state(name: str) -> Q:
    computed = Q(supplied_by__in=supplied_ids())
    return {
        COMPUTED: computed,
        COLLECTED: ~computed & Q(has_value=True),
        MISSING: ~computed & Q(has_value=False),
    }.get(name, Q())


def parts(text: str) -> list[str]:
    """Entries of a semicolon list."""
    return [part.strip() for part in text.split(";") if part.strip()]


def _listing(wanted: str, column: str, *, below: bool = False) -> list[int]:
    """Ids of the KPIs whose semicolon list names the entry (with below: or one under it, 11 finds 11.6)."""
    rows = Kpi.objects.filter(retired=False, **{f"{column}__icontains": wanted}).values_list("pk", column)
    return [
        pk
        for pk, text in rows
        if any(
            part.upper() == wanted.upper() or (below and part.startswith(f"{wanted}."))
            for part in parts(text)
        )
    ]


def listed(column: str) -> list[str]:
    """All entries that occur in a semicolon list column, sorted as numbers where they are."""
    rows = Kpi.objects.filter(retired=False).values_list(column, flat=True)
    return sorted({part for text in rows for part in parts(text)}, key=sdg_key)


def sdg_key(code: str) -> tuple[tuple[int, str], ...]:
    """Sorts 4.10 behind 4.9 and 17.C behind 17.19."""
    return tuple((int(part), "") if part.isdigit() else (999, part) for part in code.split("."))


@dataclass(frozen=True)
class KpiState:
    """A KPI, its newest valid value and where values come from: computed, collected or missing."""

    kpi: Kpi
    newest: KpiValue | None
    state: str


def with_newest(found: list[Kpi]) -> list[KpiState]:
    """Newest values in one query. The KPIs must come from `kpis`."""
    newest = KpiValue.objects.in_bulk([kpi.newest_id for kpi in found if kpi.newest_id])  # type: ignore[attr-defined]
    supplied = supplied_ids()
    states = []
    for kpi in found:
        value = newest.get(kpi.newest_id)  # type: ignore[attr-defined]
        state = COMPUTED if kpi.supplied_by in supplied else COLLECTED if value else MISSING
        states.append(KpiState(kpi, value, state))
    return states


def state_counts() -> Counter[str]:
    """How many KPIs are computed, collected and missing. One query."""
    supplied = supplied_ids()
    rows = kpis().values_list("supplied_by", "has_value")
    return Counter(COMPUTED if by in supplied else COLLECTED if has else MISSING for by, has in rows)


def kpi(code: str) -> Kpi:
    """One KPI with its targets. Raises Http404."""
    query = Kpi.objects.select_related("field__theme", "measure__field").prefetch_related(
        Prefetch("targets", Target.objects.filter(retired=False), to_attr="own_targets")
    )
    return get_object_or_404(query, code=code, retired=False)


def history(kpi: Kpi) -> list[KpiValue]:
    """The newest values with all their revisions, newest first; at most HISTORY_SHOWN."""
    rows = kpi.values.select_related("recorded_by").order_by("-date", "-revision")  # type: ignore[attr-defined]
    return list(rows[:HISTORY_SHOWN])


def series(kpi: Kpi) -> list[KpiValue]:
    """The newest valid values in order of time; at most CHART_POINTS."""
    rows = valid_values().filter(kpi=kpi).order_by("-date")[:CHART_POINTS]
    return list(reversed(rows))


def comparable_target(kpi: Kpi) -> Target | None:
    """The target that can be drawn beside the values: same unit, one figure. The latest year wins."""
    found = [
        item
        for item in kpi.own_targets  # type: ignore[attr-defined]
        if item.type == "target" and item.value is not None and item.unit == kpi.unit
    ]
    return max(found, key=lambda item: item.year, default=None)


def progress_of(kpi: Kpi, values: list[KpiValue]) -> Decimal | None:
    """Way to the target in per cent, from the first value on; None without target or with one value only."""
    target = comparable_target(kpi)
    if target is None or target.value is None or len(values) < 2:
        return None
    return progress(values[0].value, values[-1].value, target.value)
