"""KPIs about the strategy itself: does it run, is it on time, who takes part, what is measured."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Kpi, KpiResult
from steuerrad.modules.strategy.models import KpiValue, Measure
from steuerrad.modules.strategy.queries.kpis import MISSING, state_counts
from steuerrad.modules.strategy.queries.measures import participating_organisations
from steuerrad.modules.strategy.rules.progress import is_late, running_share, share
from steuerrad.modules.strategy.rules.states import DELIVERED, PeriodKind, Status
from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.organisations.models import Organisation

#: Kinds of organisations.csv: what belongs to the administration, and what the city owns.
OFFICES, CITY_GROUP = ("city_unit",), ("city_unit", "municipal_company")


def of(part: int, whole: int, note: Any, nothing: Any) -> KpiResult:
    """A share in per cent with its two numbers; without a whole there is no value, and the note says so."""
    value = share(part, whole)
    text = nothing if value is None else note % {"part": part, "whole": whole}
    return KpiResult(value, clock.today(), text, inputs={"part": part, "whole": whole})


def measures_running() -> KpiResult:
    """Measures in progress, in operation or completed, of all that were not stopped."""
    counts = Counter(Measure.objects.filter(retired=False).values_list("status", flat=True))
    stopped = counts.pop(Status.STOPPED, 0)
    note = _(
        "Measures in progress, in operation or completed, of %(whole)s that were not stopped (%(stopped)s stopped)."
    )
    whole = counts.total()
    return KpiResult(running_share(counts), clock.today(), note % {"whole": whole, "stopped": stopped})


def measures_on_time() -> KpiResult:
    """Delivered measures among those whose period has ended; stopped ones are left out."""
    year = clock.today().year
    rows = Measure.objects.filter(retired=False).values_list("status", "period_kind", "end_year")
    late = sum(is_late(Status(status), PeriodKind(kind), end, year) for status, kind, end in rows)
    delivered = sum(
        status in DELIVERED and kind == PeriodKind.RANGE and end is not None and end < year
        for status, kind, end in rows
    )
    note = _("%(part)s of %(whole)s measures whose period has ended are recorded as delivered.")
    return of(delivered, delivered + late, note, _("No period has ended yet."))


def kpi_coverage() -> KpiResult:
    """KPIs with a value or a function that computes it, of all."""
    counts = state_counts()
    note = _("%(part)s of %(whole)s KPIs are computed or have a value.")
    return of(counts.total() - counts[MISSING], counts.total(), note, _("The strategy has no KPI."))


def participating_offices() -> KpiResult:
    """Offices and bodies of the city that lead or take part in a measure, of all that the strategy names."""
    named = Organisation.objects.filter(retired=False, kind__in=OFFICES).count()
    active = participating_organisations().filter(kind__in=OFFICES).count()
    note = _("%(part)s of %(whole)s offices and bodies named in the strategy lead or take part in a measure.")
    return of(active, named, note, _("The strategy names no office."))


def data_suppliers() -> KpiResult:
    """Offices and municipal companies whose people have entered a valid KPI value, of all named."""
    people = KpiValue.objects.filter(superseded=False, recorded_by__isnull=False).values("recorded_by_id")
    own = Membership.objects.filter(user_id__in=people, organisation__isnull=False).values("organisation_id")
    named = Organisation.objects.filter(retired=False, kind__in=CITY_GROUP)
    note = _("People of %(part)s of %(whole)s offices and municipal companies have entered KPI values here.")
    return of(
        named.filter(pk__in=own).count(), named.count(), note, _("The strategy names no office or company.")
    )


KPIS = (
    Kpi(
        "strategy.measures_running", gettext_lazy("Share of measures that run or are done"), "%", "up",
        measures_running,
    ),
    Kpi(
        "strategy.measures_on_time", gettext_lazy("Share of ended measures that were delivered"), "%", "up",
        measures_on_time,
    ),
    Kpi("strategy.kpi_coverage", gettext_lazy("Share of KPIs with a value"), "%", "up", kpi_coverage),
    Kpi(
        "strategy.participating_offices", gettext_lazy("Share of offices that take part"), "%", "up",
        participating_offices,
    ),
    Kpi(
        "strategy.data_suppliers", gettext_lazy("Share of offices and companies that supply data"), "%", "up",
        data_suppliers,
    ),
)  # fmt: skip
