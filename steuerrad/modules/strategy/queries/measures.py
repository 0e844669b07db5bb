"""Reading measures: list with filters, one measure, and those that need attention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, IntegerField, Max, Prefetch, Q, QuerySet, Value, When
from django.shortcuts import get_object_or_404

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import Kpi, Measure, MeasureOrganisation, System
from steuerrad.modules.strategy.rules.progress import Attention, attention, is_stale
from steuerrad.modules.strategy.rules.states import DELIVERED, PeriodKind, Status
from steuerrad.platform.organisations.models import Organisation

SORTS = {
    "number": ("order",),
    "title": ("title", "order"),
    "field": ("field__order", "order"),
    "status": ("life", "order"),
    "start": ("start_year", "order"),
    "end": ("end_year", "order"),
}
LIFE = Case(
    *(When(status=status.value, then=Value(place)) for place, status in enumerate(Status)),
    default=Value(99), output_field=IntegerField(),
)  # fmt: skip


@dataclass(frozen=True)
class MeasureFilter:
    """Empty text = no filter. period: running, ended, upcoming, open_end, not_set or late."""

    q: str = ""
    theme: str = ""
    field: str = ""
    status: str = ""
    funding: str = ""
    organisation: str = ""
    period: str = ""
    sort: str = "number"


def measures(wanted: MeasureFilter | None = None) -> QuerySet[Measure]:
    """Measures with field, theme and organisations ready to show. Two queries whatever their number."""
    wanted = wanted or MeasureFilter()
    query = (
        Measure.objects.filter(retired=False)
        .select_related("field__theme")
        .prefetch_related(Prefetch("organisations", _participations(), to_attr="participations"))
    )
    for name, lookup in (
        ("theme", "field__theme__code"), ("field", "field__code"), ("status", "status"), ("funding", "funding"),
    ):  # fmt: skip
        if value := getattr(wanted, name):
            query = query.filter(**{lookup: value})
    if wanted.organisation:
        own = MeasureOrganisation.objects.filter(organisation__key=wanted.organisation, retired=False)
        query = query.filter(pk__in=own.values("measure_id"))
    for word in wanted.q.split()[:10]:
        query = query.filter(
            Q(number__icontains=word) | Q(title__icontains=word) | Q(summary__icontains=word)
        )
    if wanted.period:
        query = query.filter(_period(wanted.period, clock.today().year))
    name = wanted.sort.removeprefix("-")
    order = [F(part) for part in SORTS.get(name, SORTS["number"])]
    down = wanted.sort.startswith("-")
    first = order[0].desc(nulls_last=True) if down else order[0].asc(nulls_last=True)
    return query.annotate(life=LIFE).order_by(first, *order[1:])


def _participations() -> QuerySet[MeasureOrganisation]:
    return MeasureOrganisation.objects.filter(retired=False).select_related("organisation")


def _period(name: str, year: int) -> Q:
    late = Q(period_kind=PeriodKind.RANGE, end_year__lt=year)
    return {
        "running": Q(start_year__lte=year) & (Q(end_year__gte=year) | Q(end_year=None)),
        "ended": Q(end_year__lt=year),
        "upcoming": Q(start_year__gt=year),
        "open_end": Q(end_year=None) & ~Q(period_kind=PeriodKind.NOT_SET),
        "not_set": Q(period_kind=PeriodKind.NOT_SET),
        "late": late & ~Q(status__in=[*DELIVERED, Status.STOPPED]),
    }.get(name, Q())


def measure(number: str) -> Measure:
    """One measure with all that its page shows. Raises Http404."""
    query = Measure.objects.select_related("field__theme").prefetch_related(
        Prefetch("organisations", _participations(), to_attr="participations"),
        Prefetch("kpis", Kpi.objects.filter(retired=False), to_attr="own_kpis"),
        Prefetch("systems", System.objects.filter(retired=False), to_attr="own_systems"),
        "history__recorded_by", "documents", "targets",
    )  # fmt: skip
    return get_object_or_404(query, number=number, retired=False)


@dataclass(frozen=True)
class Flagged:
    """A measure that needs attention, and why."""

    measure: Measure
    why: Attention
    confirmed: date | None


def needing_attention() -> list[Flagged]:
    """Late measures first, then those that should have started. One query."""
    year = clock.today().year
    begun = Measure.objects.filter(retired=False).filter(Q(start_year__lt=year) | Q(end_year__lt=year))
    found = []
    for item in begun.annotate(confirmed=Max("history__since")):
        why = attention(
            Status(item.status), PeriodKind(item.period_kind), item.start_year, item.end_year, year
        )
        if why is not None:
            found.append(Flagged(item, why, item.confirmed))  # type: ignore[attr-defined]
    return sorted(found, key=lambda flag: (flag.why != Attention.LATE, flag.measure.end_year or 9999))


def stale_count() -> tuple[int, date | None]:
    """How many measures have a status that nobody confirmed for a year, and the newest entry of all."""
    days = [
        row["day"]
        for row in Measure.objects.filter(retired=False)
        .order_by()
        .values("pk")
        .annotate(day=Max("history__since"))
    ]
    today = clock.today()
    return sum(is_stale(day, today) for day in days), max((day for day in days if day), default=None)


def funding_marks() -> list[str]:
    """The funding marks that occur in this city's strategy."""
    rows = Measure.objects.filter(retired=False).exclude(funding="").order_by("funding")
    return list(rows.values_list("funding", flat=True).distinct())


def participating_organisations() -> QuerySet[Organisation]:
    """Organisations that lead or take part in at least one measure."""
    rows = MeasureOrganisation.objects.filter(retired=False, measure__retired=False)
    return Organisation.objects.filter(retired=False, pk__in=rows.values("organisation_id"))


def organisation_ids(measure_id: int | None) -> set[int]:
    """Who may write about a measure: the organisations that lead it or take part."""
    if measure_id is None:
        return set()
    rows = MeasureOrganisation.objects.filter(measure_id=measure_id, retired=False)
    return set(rows.values_list("organisation_id", flat=True))
