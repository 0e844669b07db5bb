"""The KPIs of the strategy as questions of a data campaign: one set for each year.

Released answers become values of the KPIs. What a module here computes is not taken from people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import (
    AnswerType,
    CrossCheck,
    Previous,
    Question,
    QuestionSet,
    QuestionSource,
    ReleasedAnswer,
)
from steuerrad.kernel.contributions import CityLoader
from steuerrad.modules.strategy.actions.values import check, check_share, fitting, store_collected
from steuerrad.modules.strategy.models import Kpi, KpiValue, MeasureOrganisation, Target
from steuerrad.modules.strategy.models.kpis import DIRECTIONS, KINDS
from steuerrad.modules.strategy.queries.kpis import contribution, parts, supplied_ids, valid_values
from steuerrad.platform.city.cross_checks import checked_again, cross_checks
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.city.queries import current_city

SOURCE = "strategy.kpis"
FILE = "strategy/cross_checks.csv"
PERCENT = "%"
HUNDRED = Decimal(100)
#: The years that can be asked about, counted from this one.
YEARS = (-1, 0, 1)


def sets() -> list[QuestionSet]:
    """One set for each of the years, the newest first. None without KPIs."""
    if not Kpi.objects.filter(retired=False).exists():
        return []
    this = clock.today().year
    return [
        QuestionSet(str(this + step), _("KPIs of the strategy, %(year)d") % {"year": this + step}, str(this + step))
        for step in reversed(YEARS)
    ]  # fmt: skip


def questions(key: str) -> list[Question]:
    """Every KPI that is not retired, in the order of the strategy. Four queries.

    The texts are in the installation's language: they are kept with the round and read by everyone.
    """
    year = year_of(key)
    found = list(Kpi.objects.filter(retired=False).select_related("field__theme"))
    newest = newest_values(year)
    responsible = leads()
    targets = targets_by_kpi()
    live = supplied_ids()
    with translation.override(settings.LANGUAGE_CODE):
        return [
            Question(
                code=kpi.code, group=kpi.field.theme.title, title=kpi.name,
                guidance=guidance(kpi, targets.get(kpi.pk, [])), unit=kpi.unit,
                responsible=tuple(responsible.get(kpi.measure_id or 0, ())),
                kpi=kpi.supplied_by if kpi.supplied_by in live else "",
                previous=previous(newest.get(kpi.pk)), ref=kpi.ref, **form(kpi),
            )
            for kpi in found
        ]  # fmt: skip


def year_of(key: str) -> int:
    """The year that a set asks about. Raises LookupError for what is no set."""
    if not (key.isascii() and key.isdigit() and len(key) == 4):
        raise LookupError(f"no such set of questions: {key!r}")
    return int(key)


def form(kpi: Kpi) -> dict[str, Any]:
    """Type and bounds that follow from the kind of a KPI. A level may be anything."""
    kind: AnswerType = "integer" if kpi.kind == "count" else "decimal"
    if kpi.kind == "share" and kpi.unit == PERCENT:
        return {"type": "share", "minimum": Decimal(0), "maximum": HUNDRED}
    if kpi.kind in ("count", "duration", "ratio"):
        return {"type": kind, "minimum": Decimal(0)}
    return {"type": kind}


def guidance(kpi: Kpi, targets: list[Target]) -> str:
    """What the definition says beyond the name, one statement a line."""
    lines = []
    if kpi.direction:
        lines.append(f"{KINDS.get(kpi.kind, kpi.kind)}; {DIRECTIONS[kpi.direction]}")
    lines += [
        _("Target of the strategy: %(subject)s: %(target)s")
        % {"subject": item.subject, "target": f"{item.as_printed or item.value} ({item.year})" if item.year else item.as_printed}
        for item in targets
    ]  # fmt: skip
    if kpi.references:
        lines.append(_("Also defined by: %(names)s") % {"names": ", ".join(parts(kpi.references))})
    if kpi.sdg:
        lines.append(_("SDG targets: %(codes)s") % {"codes": ", ".join(parts(kpi.sdg))})
    return "\n".join(lines)


def newest_values(year: int) -> dict[int, KpiValue]:
    """{KPI: newest valid value before the end of the year}."""
    rows = valid_values().filter(date__lte=date(year, 12, 31)).order_by("date")
    return {value.kpi_id: value for value in rows}


def previous(value: KpiValue | None) -> Previous | None:
    if value is None:
        return None
    return Previous(
        f"{value.value.normalize():f}", value.date.isoformat(), value.source, value.quality, value.note  # type: ignore[arg-type]
    )  # fmt: skip


def leads() -> dict[int, list[str]]:
    """{measure: keys of the organisations that lead it}, parts of the city before the city as a whole."""
    rows = (
        MeasureOrganisation.objects.filter(role=MeasureOrganisation.LEAD, retired=False, organisation__retired=False)
        .order_by("measure_id", "organisation__key")
        .values_list("measure_id", "organisation__key", "organisation__kind")
    )  # fmt: skip
    found: dict[int, list[tuple[bool, str]]] = defaultdict(list)
    for measure, key, kind in rows:
        found[measure].append((kind == "city", key))
    return {measure: [key for _whole, key in sorted(keys)] for measure, keys in found.items()}


def targets_by_kpi() -> dict[int, list[Target]]:
    found: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.filter(retired=False, type="target", kpi__isnull=False):
        found[target.kpi_id or 0].append(target)
    return found


def checks(key: str) -> list[CrossCheck]:
    """Rules over several KPIs, from the city's file."""
    year_of(key)
    city = current_city()
    if city is None:
        return []
    context = LoadContext(settings.CITIES_DIR / city.slug, city.slug)
    return checked_again(context, read_checks(context))


def read_checks(context: LoadContext) -> list[CrossCheck]:
    known = frozenset(Kpi.objects.filter(retired=False).values_list("code", flat=True))
    return cross_checks(context, FILE, known=known)


def load_checks(context: LoadContext) -> None:
    """Only looks for faults: the rules are read from the file when a round needs them."""
    read_checks(context)


def deliver(key: str, answers: Iterable[ReleasedAnswer], user: Any) -> None:
    """Keep released answers as values of their KPIs. What was declined leaves no value."""
    year_of(key)
    kpis = {kpi.code: kpi for kpi in Kpi.objects.filter(retired=False)}
    for answer in answers:
        kpi = kpis.get(answer.code)
        if kpi is None or answer.value is None or contribution(kpi) is not None:
            continue
        keep(user, kpi, answer)


def keep(user: Any, kpi: Kpi, answer: ReleasedAnswer) -> None:
    """The answer as the value of its day, or as a revision of it; nothing when it stands there already.

    Who may release has been asked by the campaign. Raises RefusedError for what no value may be.
    """
    day, value = min(answer.as_of, clock.today()), Decimal(str(answer.value))
    source = (answer.source.strip() or answer.organisation or _("Data campaign"))[:300]
    check(day, value, answer.quality, source)
    check_share(kpi, value)
    said = {"value": fitting(value), "quality": answer.quality, "source": source, "note": answer.note[:500]}
    present = valid_values().filter(kpi=kpi, date=day).first()
    if present is None:
        store_collected(user, kpi, day=day, **said)
    elif any(getattr(present, name) != new for name, new in said.items()):
        reason = _("Released by a data campaign")
        store_collected(user, kpi, day=day, **said, old=present, reason=reason)


CHECKS_LOADER = CityLoader("strategy.cross_checks", 45, load_checks)
QUESTIONS = QuestionSource(SOURCE, gettext_lazy("KPIs of the strategy"), sets, questions, checks, deliver)
