"""Measures as candidates for a choice under a budget: what is planned and not yet spent, and what excludes what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.deciding import Candidate, CandidateSource
from steuerrad.modules.strategy.models import BudgetLine, Dependency, Measure, StaffDays
from steuerrad.modules.strategy.portfolio.queries.access import readable_ids
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures, valid_lines
from steuerrad.modules.strategy.portfolio.rules.dependencies import ORDERED, Kind
from steuerrad.modules.strategy.rules.states import ENDED
from steuerrad.platform.city.queries import current_city

Years = dict[int, Decimal]


def candidates(user: Any) -> Iterator[Candidate]:
    """Measures that have not ended, in the order of the strategy. Five queries.

    Money and days only where the person may read them and only from this year on; an empty mapping means "not
    known". Rows invented for trying out count in an invented city only, which says so on every page.
    """
    readable, year = readable_ids(user), clock.today().year
    city = current_city()
    demo = city is not None and city.is_demo
    own, grants = money_left(year, demo=demo)
    days = days_left(year, demo=demo)
    requires, excludes = relations()
    measures = steered_measures().exclude(status__in=[item.value for item in ENDED]).order_by("order", "pk")
    for item in measures:
        seen = readable is None or item.pk in readable
        yield Candidate(
            ref=item.ref, code=item.number, title=item.title, url=item.get_absolute_url(),
            group=item.field.theme.code, group_title=item.field.theme.title, state=item.status,
            state_label=item.get_status_display(),  # type: ignore[attr-defined]
            own_funds=own[item.pk] if seen else {}, grants=grants[item.pk] if seen else {},
            staff_days=days[item.pk] if seen else {}, requires=tuple(requires[item.pk]),
            excludes=tuple(excludes[item.pk]), ends=ends(item),
        )  # fmt: skip


def ends(measure: Measure) -> date | None:
    """The last day of the printed period."""
    return None if measure.end_year is None else date(measure.end_year, 12, 31)


def money_left(year: int, *, demo: bool) -> tuple[dict[int, Years], dict[int, Years]]:
    """EUR planned and not yet spent by measure and year: (own funds, grants), from `year` on. One query."""
    own: dict[int, Years] = defaultdict(dict)
    grants: dict[int, Years] = defaultdict(dict)
    lines: list[BudgetLine] = list(valid_lines(demo=demo).filter(year__gte=year, planned__isnull=False))
    for line in _preferring_real(lines):
        left = max(Decimal(0), (line.planned or Decimal(0)) - (line.spent or Decimal(0)))
        years = (own if line.programme is None else grants)[line.measure_id]
        years[line.year] = years.get(line.year, Decimal(0)) + left
    return own, grants


def _preferring_real(lines: list[BudgetLine]) -> list[BudgetLine]:
    """Invented lines only of measures that have no real one."""
    real = {line.measure_id for line in lines if not line.demo}
    return [line for line in lines if not line.demo or line.measure_id not in real]


def days_left(year: int, *, demo: bool) -> dict[int, Years]:
    """Days planned and not yet spent by measure and year, from `year` on. One query."""
    found: dict[int, Years] = defaultdict(dict)
    rows = StaffDays.objects.filter(year__gte=year, planned__isnull=False, retired=False)
    every = list(rows if demo else rows.filter(demo=False))
    real = {row.measure_id for row in every if not row.demo}
    for row in every:
        if not row.demo or row.measure_id not in real:
            years = found[row.measure_id]
            years[row.year] = years.get(row.year, Decimal(0)) + (row.left or Decimal(0))
    return found


def relations() -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """What each measure requires (also what it may begin only after) and excludes, as references. One query."""
    requires: dict[int, list[str]] = defaultdict(list)
    excludes: dict[int, list[str]] = defaultdict(list)
    rows = Dependency.objects.filter(source__retired=False, target__retired=False)
    for row in rows.select_related("source", "target").order_by("target__order", "pk"):
        if row.kind in ORDERED and row.target.status not in ENDED:
            requires[row.source_id].append(row.target.ref)
        if row.kind == Kind.EXCLUDES:
            excludes[row.source_id].append(row.target.ref)
            excludes[row.target_id].append(row.source.ref)
    return requires, excludes


CANDIDATES = CandidateSource("strategy.measures", _("Measures of the strategy"), candidates)
