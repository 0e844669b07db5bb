"""Recording and correcting values of KPIs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import KpiResult
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import Kpi, KpiValue
from steuerrad.modules.strategy.models.kpis import QUALITIES
from steuerrad.modules.strategy.queries.kpis import contribution
from steuerrad.modules.strategy.queries.measures import organisation_ids
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record

RECORD_VALUE = "strategy.record_value"
#: The column holds 16 digits before and 8 behind the decimal sign.
LARGEST, PLACES = Decimal(10) ** 16, Decimal("1e-8")
EARLIEST = date(1900, 1, 1)
PERCENT = frozenset({"%", "Prozent", "percent"})


def may_record(user: Any, kpi: Kpi) -> bool:
    """Whether the person may enter values of this KPI. People of an organisation may for the measures it takes part in."""
    return allowed(user, RECORD_VALUE, organisation_ids(kpi.measure_id))


def check_new(user: Any, kpi: Kpi, *, day: date, value: Decimal, quality: str, source: str) -> None:
    """Raise PermissionDenied or RefusedError when this person may not enter this value for the date."""
    require(user, RECORD_VALUE, organisation_ids(kpi.measure_id))
    if contribution(kpi) is not None:
        raise RefusedError(_("This KPI is computed by the platform; values are not entered by hand."))
    check(day, value, quality, source)
    check_share(kpi, value)


def store_collected(
    author: Any, kpi: Kpi, *, day: date, value: Decimal, quality: str, source: str, note: str = "",
    old: KpiValue | None = None, reason: str = "",
) -> KpiValue:  # fmt: skip
    """Keep a released value: the first of its date, or a new revision of `old`, which stays readable.

    author: who entered it. The caller has checked the rights. Raises ConflictError when the date has a value
    already or when `old` has been corrected by somebody else in the meantime.
    """
    new = KpiValue(
        kpi=kpi, date=day, value=fitting(value), quality=quality, source=source, note=note,
        origin=KpiValue.COLLECTED, recorded_by=author,
    )  # fmt: skip
    return _insert(author, new, old, reason)


def store_computed(kpi: Kpi, result: KpiResult) -> KpiValue | None:
    """Keep what a module has computed. Repeating it on the same day with the same figure writes nothing.

    Returns the valid value of the day, None when there was nothing to store. A value that a person has entered
    for the day stays.
    """
    if result.value is None:
        return None
    new = KpiValue(
        kpi=kpi, date=result.as_of, value=fitting(result.value), quality=result.quality,
        source=f"Steuerrad: {kpi.supplied_by}", note=str(result.note)[:500], origin=KpiValue.COMPUTED,
    )  # fmt: skip
    present = KpiValue.objects.filter(kpi=kpi, date=result.as_of, superseded=False).first()
    if present is None:
        return _insert(None, new, None, "")
    if present.origin != KpiValue.COMPUTED or (present.value, present.note) == (new.value, new.note):
        return present
    return _insert(None, new, present, "computed again on the same day")


def check(day: date, value: Decimal, quality: str, source: str) -> None:
    """Raise RefusedError for what no value may be."""
    if day > clock.today():
        raise RefusedError(_("The date lies in the future."), "date")
    if day < EARLIEST:
        raise RefusedError(_("The date lies before 1900."), "date")
    if not value.is_finite() or abs(value) >= LARGEST:
        raise RefusedError(_("The value is too large."), "value")
    if value != value.quantize(PLACES):
        raise RefusedError(_("At most eight decimal places can be kept."), "value")
    if quality not in QUALITIES:
        raise RefusedError(_("Unknown quality class."), "quality")
    if not source.strip():
        raise RefusedError(_("A value needs a source."), "source")


def check_share(kpi: Kpi, value: Decimal) -> None:
    """Raise RefusedError for a share outside 0 to 100 percent: nearly always a slipped decimal sign."""
    if kpi.kind == "share" and kpi.unit in PERCENT and not 0 <= value <= 100:
        raise RefusedError(_("A share lies between 0 and 100 percent."), "value")


def fitting(value: Decimal) -> Decimal:
    """The value as the column keeps it."""
    return value.quantize(PLACES)


def _insert(user: Any, new: KpiValue, old: KpiValue | None, reason: str) -> KpiValue:
    taken = _("There is already a value for this date. Correct it instead.")
    changed = _("Somebody has corrected this value in the meantime. Look at the new value and decide again.")
    kpi = new.kpi
    new.recorded_at, new.reason = clock.now(), reason
    try:
        with transaction.atomic():
            Kpi.objects.select_for_update().get(pk=kpi.pk)  # one writer per KPI
            if old is not None:
                replaced = KpiValue.objects.filter(pk=old.pk, superseded=False).update(superseded=True)
                if not replaced:
                    raise ConflictError(changed)
                new.revision = old.revision + 1
            new.save(force_insert=True)
            record(
                user, "strategy.correct_value" if old else "strategy.record_value", kpi.ref, title=kpi.name,
                changes={str(new.date): (old.value if old else None, new.value)}, reason=reason,
            )  # fmt: skip
            publish("strategy.value_recorded", kpi=kpi.code, value_id=new.pk, revision=new.revision)
    except IntegrityError as error:
        raise ConflictError(changed if old else taken, None if old else "date") from error
    return new
