"""Merging, splitting and superseding measures. Nothing is deleted: the old ones are retired, their numbers lead on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import Measure, MeasureOrganisation, MeasureStatus, Succession
from steuerrad.modules.strategy.portfolio.actions import steered
from steuerrad.modules.strategy.portfolio.permissions import STEER
from steuerrad.modules.strategy.portfolio.rules.succession import SuccessionKind, fault
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?", re.ASCII)
FAULTS = {
    "none": _("Name at least one measure on each side."),
    "itself": _("A measure cannot go on as itself."),
    "replaced": _("One of these measures has gone on as another one already."),
}


@dataclass(frozen=True)
class NewMeasure:
    """A part that a split makes: number (letters, digits, full stops, hyphens), title, summary."""

    number: str
    title: str
    summary: str = ""


def merge_measures(user: Any, olds: Sequence[Measure], into: Measure, *, reason: str) -> list[Succession]:
    """Let several measures go on as one that exists.

    Raises PermissionDenied (the whole portfolio's right is needed), RefusedError.
    """
    return _succeed(user, olds, [into], SuccessionKind.MERGED, reason)


def supersede_measure(user: Any, old: Measure, new: Measure, *, reason: str) -> Succession:
    """Let a measure take the place of another. Raises as merge_measures."""
    return _succeed(user, [old], [new], SuccessionKind.SUPERSEDED, reason)[0]


def split_measure(user: Any, old: Measure, parts: Sequence[NewMeasure], *, reason: str) -> list[Measure]:
    """Make two or more new measures of one; field, period, funding, organisations and status come along.

    Raises PermissionDenied, RefusedError for a number that is taken or none.
    """
    require(user, STEER)
    if len(parts) < 2:
        raise RefusedError(_("A split makes at least two measures."), "parts")
    numbers = [part.number.strip() for part in parts]
    for number, part in zip(numbers, parts, strict=True):
        if not NUMBER.fullmatch(number):
            raise RefusedError(
                _("“%(number)s” is no number of a measure: use letters, digits, full stops and hyphens.")
                % {"number": number}, "parts",
            )  # fmt: skip
        steered.text(part.title, "parts", 300)
        steered.text(part.summary, "parts", 4000, needed=False)
    with transaction.atomic():
        steered.lock_all()
        taken = Measure.objects.filter(number__in=numbers).values_list("number", flat=True)
        double = sorted({*taken, *(number for number in numbers if numbers.count(number) > 1)})
        if double:
            raise RefusedError(
                _("These numbers are taken: %(numbers)s") % {"numbers": ", ".join(double)}, "parts"
            )
        old.refresh_from_db()
        made = [_part(user, old, number, part) for number, part in zip(numbers, parts, strict=True)]
        _succeed(user, [old], made, SuccessionKind.SPLIT, reason)
    return made


def _part(user: Any, old: Measure, number: str, part: NewMeasure) -> Measure:
    """A new measure that begins where the old one stands."""
    made = Measure.objects.create(
        number=number, title=part.title.strip(), summary=part.summary.strip(), field_id=old.field_id,
        period_kind=old.period_kind, start_year=old.start_year, end_year=old.end_year, status=old.status,
        funding=old.funding, order=old.order, made_here=True, period_as_printed=old.period_as_printed,
    )  # fmt: skip
    MeasureStatus.objects.create(
        measure=made, status=Status(old.status), since=clock.today(), recorded_at=clock.now(), recorded_by=user,
        source=old.number,
    )  # fmt: skip
    for item in MeasureOrganisation.objects.filter(measure=old, retired=False):
        MeasureOrganisation.objects.create(measure=made, organisation_id=item.organisation_id, role=item.role)
    return made


def _succeed(
    user: Any, olds: Sequence[Measure], news: Sequence[Measure], kind: SuccessionKind, reason: str
) -> list[Succession]:
    require(user, STEER)
    words = steered.text(reason, "reason", 500)
    with transaction.atomic():
        steered.lock_all()
        fresh = Measure.objects.in_bulk([item.pk for item in [*olds, *news]])
        problem = fault(
            [item.number for item in olds], [item.number for item in news],
            [item.number for item in fresh.values() if item.replaced or item.retired],
        )  # fmt: skip
        if problem:
            raise RefusedError(FAULTS[problem], "into")
        made = []
        for old in olds:
            for new in news:
                made.append(
                    Succession.objects.create(
                        old=old, new=new, kind=kind, reason=words, decided_at=clock.now(), decided_by=user
                    )
                )
            Measure.objects.filter(pk=old.pk).update(replaced=True, retired=True)
            old.replaced = old.retired = True
            refs = ", ".join(new.number for new in news)
            record(
                user, f"strategy.measure_{kind.value}", old.ref, title=old.title, reason=words,
                changes={kind.value: (old.number, refs)},
            )  # fmt: skip
        for new in news:
            record(
                user, f"strategy.measure_{kind.value}", new.ref, title=new.title, reason=words,
                changes={kind.value: (", ".join(old.number for old in olds), new.number)},
            )  # fmt: skip
        publish(
            "strategy.measures_replaced", kind=kind.value, old=[item.number for item in olds],
            new=[item.number for item in news],
        )  # fmt: skip
    return made


def restore_measure(user: Any, old: Measure, *, reason: str) -> Measure:
    """Take a succession back: the old measure stands again, its successors stay as they are.

    Raises PermissionDenied, RefusedError when it was not replaced or without a reason.
    """
    require(user, STEER)
    words = steered.text(reason, "reason", 500)
    with transaction.atomic():
        steered.lock_all()
        old.refresh_from_db()
        if not old.replaced:
            raise ConflictError(_("This measure stands already."))
        rows = Succession.objects.filter(old=old, withdrawn_at=None)
        numbers = ", ".join(rows.values_list("new__number", flat=True))
        rows.update(withdrawn_at=clock.now())
        old.replaced = old.retired = False
        old.save(update_fields=["replaced", "retired"])
        record(
            user, "strategy.measure_restored", old.ref, title=old.title, reason=words,
            changes={"replaced": (numbers, None)},
        )  # fmt: skip
        publish("strategy.measure_restored", measure=old.number)
    return old
