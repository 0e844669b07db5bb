"""Budget lines in revisions, and staff days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import BudgetLine, FundingProgramme, Measure, StaffDays
from steuerrad.modules.strategy.portfolio.actions import steered
from steuerrad.platform.audit.log import record
from steuerrad.platform.organisations.models import Organisation

CENTS, MOST_EUROS = Decimal("0.01"), Decimal(10) ** 12
MOST_DAYS, TENTHS = Decimal(100_000), Decimal("0.1")
YEARS = range(2000, 2101)
VALUES = ("planned", "spent", "as_of", "note", "source")


def plan_budget(
    user: Any, measure: Measure, *, year: int, programme: FundingProgramme | None, planned: Decimal | None,
    source: str, spent: Decimal | None = None, as_of: date | None = None, note: str = "", demo: bool = False,
) -> BudgetLine:  # fmt: skip
    """The first line of a year and source (programme None: own funds). Amounts in EUR.

    Raises PermissionDenied, RefusedError, ConflictError when there is a line already.
    """
    steered.require_steering(user, measure)
    check(year, planned, spent, as_of, source, note)
    row = BudgetLine(
        measure=measure, year=year, programme=programme, planned=planned, spent=spent, as_of=as_of,
        note=note.strip(), source=source.strip(), demo=demo, recorded_by=user,
    )  # fmt: skip
    return _insert(user, row, None, "")


def correct_budget(
    user: Any, old: BudgetLine, *, planned: Decimal | None, source: str, reason: str, spent: Decimal | None = None,
    as_of: date | None = None, note: str = "",
) -> BudgetLine:  # fmt: skip
    """Replace a line by a new revision; the old one stays readable.

    Raises PermissionDenied, RefusedError without a reason or change, ConflictError when somebody was faster.
    """
    steered.require_steering(user, old.measure)
    why = steered.text(reason, "reason", 500)
    check(old.year, planned, spent, as_of, source, note)
    row = BudgetLine(
        measure=old.measure, year=old.year, programme=old.programme, planned=planned, spent=spent, as_of=as_of,
        note=note.strip(), source=source.strip(), demo=old.demo, recorded_by=user,
    )  # fmt: skip
    if all(getattr(row, name) == getattr(old, name) for name in VALUES):
        raise RefusedError(_("Nothing has changed."), "planned")
    return _insert(user, row, old, why)


def check(
    year: int, planned: Decimal | None, spent: Decimal | None, as_of: date | None, source: str, note: str
) -> None:
    """Raise RefusedError for what no budget line may be."""
    if year not in YEARS:
        raise RefusedError(_("The year lies outside 2000 to 2100."), "year")
    if planned is None and spent is None:
        raise RefusedError(_("Give at least one amount."), "planned")
    for name, amount in (("planned", planned), ("spent", spent)):
        if amount is not None and not _fits(amount, MOST_EUROS, CENTS):
            raise RefusedError(_("An amount has at most two decimal places and is not negative."), name)
    if spent is not None and as_of is None:
        raise RefusedError(_("Say the day that the spent amount holds for."), "as_of")
    if as_of is not None and as_of > clock.today():
        raise RefusedError(_("The date lies in the future."), "as_of")
    steered.text(source, "source", 300)
    steered.text(note, "note", 500, needed=False)


def _fits(amount: Decimal, most: Decimal, step: Decimal) -> bool:
    return amount.is_finite() and 0 <= amount < most and amount == amount.quantize(step)


def _insert(user: Any, new: BudgetLine, old: BudgetLine | None, reason: str) -> BudgetLine:
    new.recorded_at, new.reason = clock.now(), reason
    changed = _("Somebody has corrected this line in the meantime. Look at it and decide again.")
    try:
        with transaction.atomic():
            steered.lock(new.measure.pk)
            if old is not None:
                if not BudgetLine.objects.filter(pk=old.pk, superseded=False).update(superseded=True):
                    raise ConflictError(changed)
                new.revision = old.revision + 1
            new.save(force_insert=True)
            name = f"{new.year} {new.source_key or 'own'}"
            record(
                user, "strategy.correct_budget" if old else "strategy.plan_budget",
                new.measure.ref, title=new.measure.title, reason=reason,
                changes={
                    f"{name} planned": (old.planned if old else None, new.planned),
                    f"{name} spent": (old.spent if old else None, new.spent),
                },
            )  # fmt: skip
            publish("strategy.budget_recorded", measure=new.measure.number, year=new.year, line_id=new.pk)
    except IntegrityError as error:
        taken = _("There is already a line for this year and source. Correct it instead.")
        raise ConflictError(changed if old else taken, None if old else "year") from error
    return new


def set_staff_days(
    user: Any, measure: Measure, organisation: Organisation, year: int, *, planned: Decimal | None,
    spent: Decimal | None = None, note: str = "", version: int | None = None, demo: bool = False,
) -> StaffDays:  # fmt: skip
    """Working days of an organisation in a year. version: of the row that the person saw, None for a new one.

    Raises PermissionDenied, RefusedError, ConflictError when there is a row already or it has changed since.
    """
    steered.require_steering(user, measure)
    words = check_days(year, planned, spent, note)
    present = StaffDays.objects.filter(
        measure=measure, organisation=organisation, year=year, demo=demo
    ).first()
    if present is None:
        row = StaffDays(
            measure=measure, organisation=organisation, year=year, planned=planned, spent=spent, note=words, demo=demo
        )  # fmt: skip
        try:
            with transaction.atomic():
                steered.lock(measure.pk)
                return steered.insert(user, row, "strategy.set_staff_days", f"{organisation.key} {year}")
        except IntegrityError as error:
            raise ConflictError(_("Somebody has entered this in the meantime.")) from error
    if version is None:
        raise ConflictError(
            _("There are staff days of this organisation for this year already. Change them instead."), "year"
        )
    steered.change(
        user, present, version, {"planned": planned, "spent": spent, "note": words}, "strategy.set_staff_days"
    )
    return present


def check_days(year: int, planned: Decimal | None, spent: Decimal | None, note: str) -> str:
    """The note without spaces around it. Raises RefusedError for what no staff days may be."""
    if year not in YEARS:
        raise RefusedError(_("The year lies outside 2000 to 2100."), "year")
    if planned is None and spent is None:
        raise RefusedError(_("Give at least one number of days."), "planned")
    for name, days in (("planned", planned), ("spent", spent)):
        if days is not None and not _fits(days, MOST_DAYS, TENTHS):
            raise RefusedError(_("Days have at most one decimal place and are not negative."), name)
    return steered.text(note, "note", 300, needed=False)


def remove_staff_days(user: Any, row: StaffDays, *, reason: str) -> None:
    """Raises PermissionDenied, RefusedError without a reason."""
    steered.require_steering(user, row.measure)
    steered.remove(user, row, reason, "strategy.remove_staff_days")
