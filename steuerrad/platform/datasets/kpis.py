"""KPIs about the data sets that this platform offers."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Kpi, KpiResult
from steuerrad.kernel.registry import registry
from steuerrad.platform.datasets.queries import downloads, visible_to

DAYS = 365


def open_count() -> KpiResult:
    """Data sets that a visitor without an account may take."""
    number = len(visible_to(AnonymousUser()))
    return KpiResult(Decimal(number), clock.today(), _("data sets of this platform open to everybody"))


def open_share() -> KpiResult:
    """Open data sets in per cent of all that this platform holds; None when it holds none."""
    total, number = len(registry.all("datasets")), len(visible_to(AnonymousUser()))
    if not total:
        return KpiResult(None, clock.today(), _("No module offers a data set."))
    note = _(
        "%(open)s of %(all)s data sets that this platform holds are open; data kept elsewhere is not counted."
    )
    value = (Decimal(number) * 100 / total).quantize(Decimal("0.01"))
    return KpiResult(
        value, clock.today(), note % {"open": number, "all": total}, inputs={"open": number, "all": total}
    )


def downloads_in_a_year() -> KpiResult:
    """Downloads of all data sets within the last 365 days."""
    note = _(
        "downloads of data sets on this platform in the last %(days)s days; visitors are not counted as persons"
    )
    return KpiResult(Decimal(downloads(DAYS)), clock.today(), note % {"days": DAYS})


KPIS = (
    Kpi("datasets.open_count", gettext_lazy("Open data sets"), gettext_lazy("number"), "up", open_count),
    Kpi("datasets.open_share", gettext_lazy("Share of open data sets"), "%", "up", open_share),
    Kpi(
        "datasets.downloads",
        gettext_lazy("Use of the open data"),
        gettext_lazy("number"),
        "up",
        downloads_in_a_year,
    ),
)
