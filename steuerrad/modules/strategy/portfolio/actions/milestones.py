"""Milestones and dependencies: plan, forecast, done, and the order among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import Dependency, Measure, Milestone
from steuerrad.modules.strategy.portfolio.actions import steered
from steuerrad.modules.strategy.portfolio.queries.order import names_of, network
from steuerrad.modules.strategy.portfolio.rules.dependencies import (
    Edge,
    Kind,
    contradictions,
    find_cycle,
    needs,
)
from steuerrad.platform.audit.log import record

#: What may be changed on a milestone that comes from a document.
OPEN_FIELDS = frozenset({"forecast_on", "done_on", "note", "weight"})


def add_milestone(
    user: Any, measure: Measure, *, title: str, planned_on: date | None = None, forecast_on: date | None = None,
    done_on: date | None = None, weight: int = 1, note: str = "", after: Iterable[Milestone] = (),
    after_measures: Iterable[Measure] = (), demo: bool = False,
) -> Milestone:  # fmt: skip
    """Raises PermissionDenied, RefusedError for a fault or for an order that runs in a circle."""
    steered.require_steering(user, measure)
    check(title=title, done_on=done_on, weight=weight, note=note)
    ordered, ordered_measures = list(after), list(after_measures)
    with transaction.atomic():
        steered.lock_all() if ordered or ordered_measures else steered.lock(measure.pk)
        row = Milestone(
            measure=measure, title=title.strip(), planned_on=planned_on, forecast_on=forecast_on, done_on=done_on,
            weight=weight, note=note.strip(), demo=demo,
        )  # fmt: skip
        steered.insert(user, row, "strategy.add_milestone", "milestone")
        _order(row, ordered, ordered_measures)
        if done_on is not None:
            _tell(row)
    return row


def change_milestone(
    user: Any, milestone: Milestone, *, version: int, after: Iterable[Milestone] | None = None,
    after_measures: Iterable[Measure] | None = None, **values: Any,
) -> Milestone:  # fmt: skip
    """values: title, planned_on, forecast_on, done_on, weight, note. None for `after` leaves the order as it is.

    Raises PermissionDenied, RefusedError, ConflictError when somebody has changed it since `version`.
    """
    steered.require_steering(user, milestone.measure)
    fixed = {name for name in values if name not in OPEN_FIELDS and values[name] != getattr(milestone, name)}
    if milestone.document and fixed:
        raise RefusedError(
            _("This milestone comes from a document: change what is expected, not what was planned."),
            sorted(fixed)[0],
        )
    unchanged = {name: getattr(milestone, name) for name in ("title", "done_on", "weight", "note")}
    check(**(unchanged | {name: value for name, value in values.items() if name in unchanged}))
    with transaction.atomic():
        if after is not None or after_measures is not None:
            steered.lock_all()
        before = milestone.done_on
        steered.change(user, milestone, version, values, "strategy.change_milestone")
        if after is not None or after_measures is not None:
            _order(
                milestone, list(milestone.after.all() if after is None else after),
                list(milestone.after_measures.all() if after_measures is None else after_measures),
            )  # fmt: skip
        if milestone.done_on is not None and before is None:
            _tell(milestone)
    return milestone


def complete_milestone(user: Any, milestone: Milestone, *, version: int, done_on: date) -> Milestone:
    """Record that it is done. Raises as change_milestone."""
    return change_milestone(user, milestone, version=version, done_on=done_on)


def remove_milestone(user: Any, milestone: Milestone, *, reason: str) -> None:
    """Raises PermissionDenied, RefusedError without a reason or for one that comes from a document."""
    steered.require_steering(user, milestone.measure)
    steered.remove(user, milestone, reason, "strategy.remove_milestone")


def check(*, title: str, done_on: date | None, weight: int, note: str) -> None:
    steered.text(title, "title", 200)
    steered.text(note, "note", 500, needed=False)
    if done_on is not None and done_on > clock.today():
        raise RefusedError(_("The date lies in the future."), "done_on")
    if not 1 <= weight <= 100:
        raise RefusedError(_("The weight goes from 1 to 100."), "weight")


def _order(milestone: Milestone, after: list[Milestone], after_measures: list[Measure]) -> None:
    milestone.after.set(after)
    milestone.after_measures.set(after_measures)
    refuse_circle("after")


def refuse_circle(field: str, more: Iterable[Edge] = ()) -> None:
    """Raise RefusedError that names the circle, when what is in the database (and `more`) runs in one."""
    edges, milestones, after = network()
    circle = find_cycle(needs([*edges, *more], milestones, after))
    if circle:
        names = names_of(circle)
        raise RefusedError(
            _("This order runs in a circle: %(circle)s")
            % {"circle": " → ".join(names[node] for node in circle)},
            field,
        )


def _tell(milestone: Milestone) -> None:
    publish("strategy.milestone_done", measure=milestone.measure.number, milestone_id=milestone.pk)


def add_dependency(
    user: Any, source: Measure, target: Measure, kind: Kind, *, note: str = "", demo: bool = False
) -> Dependency:
    """source <kind> target. The right is needed for the source.

    Raises PermissionDenied, RefusedError for a circle, a contradiction or a measure that is replaced,
    ConflictError when it is there already.
    """
    steered.require_steering(user, source)
    if source.pk == target.pk:
        raise RefusedError(_("A measure cannot depend on itself."), "target")
    if target.replaced:
        raise RefusedError(_("This measure went on as another one; name that one."), "target")
    try:
        with transaction.atomic():
            steered.lock_all()
            row = Dependency.objects.create(
                source=source, target=target, kind=kind, note=steered.text(note, "note", 300, needed=False),
                demo=demo, set_at=clock.now(), set_by=user,
            )  # fmt: skip
            refuse_circle("target")
            _refuse_contradiction()
            record(
                user, "strategy.add_dependency", source.ref, title=source.title,
                changes={kind.value: (None, target.ref)},
            )  # fmt: skip
    except IntegrityError as error:
        raise ConflictError(_("This dependency is there already."), "target") from error
    return row


def _refuse_contradiction() -> None:
    edges, _milestones, _after = network()
    found = contradictions(edges)
    if found:
        names = names_of(found[0])
        node, first, second = (names[item] for item in found[0])
        raise RefusedError(
            _("%(measure)s would need %(first)s and %(second)s, which exclude each other.")
            % {"measure": node, "first": first, "second": second},
            "target",
        )


def remove_dependency(user: Any, dependency: Dependency, *, reason: str = "") -> None:
    """Raises PermissionDenied."""
    steered.require_steering(user, dependency.source)
    with transaction.atomic():
        record(
            user, "strategy.remove_dependency", dependency.source.ref, title=dependency.source.title,
            changes={dependency.kind: (dependency.target.ref, None)}, reason=reason.strip(),
        )  # fmt: skip
        dependency.delete()
