"""What results of the index say about the city, as KPIs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Kpi, KpiResult
from steuerrad.modules.city_index.models import Edition, IndexCity, RawValue
from steuerrad.modules.city_index.queries import Known, editions, load_field, own_city, the_index
from steuerrad.platform.city.queries import current_city

#: Quantity and unit of the raw value that the capacity is made of, as raw_values.csv writes them.
PHOTOVOLTAICS, MW_PER_1000 = "Photovoltaik", "MW"
KW_PER_MW = 1000


def newest(which: str) -> tuple[Edition, Known] | None:
    """The newest edition for which the own total has a rank ("rank") or a score ("score")."""
    index, city = the_index(), own_city(current_city())
    if index is None or city is None:
        return None
    known_editions = editions(index)
    loaded = load_field(known_editions, city=city, category="")
    for edition in reversed(known_editions):
        known = loaded.known(edition, "", city)
        if getattr(known, which) is not None:
            return edition, known
    return None


def result(which: str) -> KpiResult:
    found = newest(which)
    if found is None:
        return KpiResult(None, clock.today(), _("No result of the city in the index is known."), "unknown")
    edition, known = found
    value = Decimal(known.score_text if which == "score" else getattr(known, which))
    note = _("Edition %(year)d of the index, of %(cities)s cities. Source: %(source)s") % {
        "year": edition.year, "cities": edition.cities or "?", "source": ", ".join(known.sources)}  # fmt: skip
    return KpiResult(value, date(edition.year, 12, 31) if edition.year < clock.today().year else clock.today(), note,
                     "higher_level", {"edition": edition.year, "sources": list(known.sources)})  # fmt: skip


def rank() -> KpiResult:
    """Total rank in the newest edition for which it is known."""
    return result("rank")


def score() -> KpiResult:
    """Total score in the newest edition for which it is known."""
    return result("score")


def pv_capacity() -> KpiResult:
    """Installed photovoltaic capacity in kWp: capacity per 1,000 inhabitants of the index times inhabitants."""
    city = current_city()
    own = own_city(city)
    raw = _photovoltaics(own) if own is not None else None
    inhabitants = city.population if city is not None and city.population else None
    if raw is None or inhabitants is None:
        return KpiResult(None, clock.today(), _("The capacity per inhabitant or the number of inhabitants is not known."),
                         "unknown")  # fmt: skip
    value = (raw.value * inhabitants / 1000 * KW_PER_MW).quantize(Decimal(1))
    note = _("%(value)s MW per 1,000 inhabitants (edition %(year)d) times %(inhabitants)d inhabitants; "
             "both are rounded, so the result is an estimate.") % {
        "value": number_format(raw.value.normalize()), "year": raw.edition.year, "inhabitants": inhabitants}  # fmt: skip
    return KpiResult(value, date(raw.edition.year, 12, 31), note, "estimated",
                     {"mw_per_1000": str(raw.value.normalize()), "inhabitants": inhabitants, "source": raw.source})  # fmt: skip


def _photovoltaics(own: IndexCity) -> RawValue | None:
    rows = RawValue.objects.filter(city=own, quantity=PHOTOVOLTAICS, unit__startswith=MW_PER_1000)
    return rows.select_related("edition").order_by("-edition__year").first()


KPIS = (
    Kpi("city_index.rank", gettext_lazy("Rank in the Smart City Index"), gettext_lazy("rank"), "down", rank,
        gettext_lazy("Total rank in the newest edition for which a source prints it")),
    Kpi("city_index.score", gettext_lazy("Points in the Smart City Index"), gettext_lazy("points"), "up", score,
        gettext_lazy("Total score from 0 to 100 in the newest edition for which a source prints it")),
    Kpi("city_index.pv_capacity_kwp", gettext_lazy("Installed photovoltaic capacity (estimate)"), "kWp", "up",
        pv_capacity, gettext_lazy("Capacity per 1,000 inhabitants from the index times the inhabitants of the city")),
)  # fmt: skip
