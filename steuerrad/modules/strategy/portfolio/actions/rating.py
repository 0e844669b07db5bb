"""Rating measures by the criteria of the strategy; saved filters of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.actions.refusal import RefusedError
from steuerrad.modules.strategy.models import Criterion, Measure, Rating, SavedFilter
from steuerrad.modules.strategy.portfolio.actions import steered
from steuerrad.modules.strategy.portfolio.permissions import RATE
from steuerrad.modules.strategy.portfolio.rules.rating import is_grade
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

MOST_FILTERS = 50


def rate(
    user: Any, measure: Measure, grades: Mapping[str, tuple[int | None, str]], *, demo: bool = False
) -> list[Rating]:
    """Keep a person's grades: criterion code → (0 to 4 or None for "cannot judge", comment).

    The log says that the person has rated, not how: others judge blind. Raises PermissionDenied, RefusedError.
    """
    require(user, RATE)
    if measure.replaced:
        raise RefusedError(_("This measure went on as another one; rate that one."))
    criteria = {item.code: item for item in Criterion.objects.filter(retired=False)}
    cleaned: dict[str, tuple[int | None, str]] = {}
    for code, (grade, comment) in grades.items():
        if code not in criteria:
            raise RefusedError(_("The strategy has no such criterion."), code)
        if not is_grade(grade):
            raise RefusedError(_("A grade goes from 0 to 4."), code)
        cleaned[code] = (grade, steered.text(comment, code, 500, needed=False))
    made, changed = [], []
    with transaction.atomic():
        steered.lock(measure.pk)
        held = {item.criterion_id: item for item in Rating.objects.filter(measure=measure, person=user)}
        for code, (grade, comment) in cleaned.items():
            row = held.get(criteria[code].pk)
            if row is not None and (row.grade, row.comment) == (grade, comment):
                made.append(row)
                continue
            row = row or Rating(measure=measure, criterion=criteria[code], person=user, demo=demo)
            row.grade, row.comment, row.rated_at = grade, comment, clock.now()
            row.save()
            made.append(row)
            changed.append(code)
        if changed:
            record(
                user, "strategy.rate_measure", measure.ref, title=measure.title,
                changes={"criteria": (None, ", ".join(changed))},
            )  # fmt: skip
    return made


def save_filter(user: Any, page: str, name: str, query: str) -> SavedFilter:
    """Keep a filter under a name; the same name takes the new filter. Raises PermissionDenied, RefusedError."""
    if user is None or not user.is_authenticated:
        raise PermissionDenied
    words = steered.text(name, "name", 80)
    if len(query) > 1000:
        raise RefusedError(_("This filter is too long to be kept."), "name")
    with transaction.atomic():
        own = SavedFilter.objects.select_for_update().filter(person=user, page=page)
        present = own.filter(name=words).first()
        if present is None and own.count() >= MOST_FILTERS:
            raise RefusedError(_("At most %(most)d filters can be kept.") % {"most": MOST_FILTERS}, "name")
        saved, _made = SavedFilter.objects.update_or_create(
            person=user, page=page, name=words, defaults={"query": query}
        )
        record(user, "strategy.save_filter", f"strategy.filter:{saved.pk}", title=words)
    return saved


def delete_filter(user: Any, saved: SavedFilter) -> None:
    """Raises PermissionDenied for the filter of somebody else."""
    if saved.person_id != getattr(user, "pk", None):  # type: ignore[attr-defined]
        raise PermissionDenied
    with transaction.atomic():
        record(user, "strategy.delete_filter", f"strategy.filter:{saved.pk}", title=saved.name)
        saved.delete()
