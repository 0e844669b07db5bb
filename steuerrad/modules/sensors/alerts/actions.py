"""What people do with alerts: write rules, take them out of force, acknowledge, allow receivers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts import raising
from steuerrad.modules.sensors.alerts.matching import pure
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, Delivery, WebhookTarget
from steuerrad.modules.sensors.alerts.permissions import ACKNOWLEDGE, RULES, TARGETS
from steuerrad.modules.sensors.alerts.rules import RuleError
from steuerrad.modules.sensors.alerts.states import MoveError, move
from steuerrad.modules.sensors.alerts.telling import tell
from steuerrad.platform.accounts.access import allowed, require
from steuerrad.platform.audit.log import record
from steuerrad.platform.egress.calling import may_call
from steuerrad.platform.observations.permissions import RELEASE

#: A change of one of these begins a new revision: what was open under the old condition is closed.
CONDITION = (
    "kind", "threshold", "clear", "for_s", "clear_s", "most_gap_s", "plausible_only", "datastream", "thing",
    "observed_property", "unit_code", "origin", "organisation",
)  # fmt: skip
OTHERS = (
    "name", "note", "level", "quiet_from", "quiet_to", "max_age_s", "category", "roles", "webhook", "public",
    "escalate_s", "escalate_roles",
)  # fmt: skip
PEOPLE = ("people", "escalate_people")


class AlertError(ValueError):
    """The alert cannot be changed like that; the text says why."""


def ref(entity: AlertRule | Alert | WebhookTarget) -> str:
    return f"sensors.{entity._meta.model_name}:{entity.pk}"


def may_edit(user: Any, rule: AlertRule | None) -> bool:
    """Rules for the things of one organisation are its people's; rules for all are the digital office's."""
    own = {rule.organisation_id} if rule is not None and rule.organisation_id else set()
    return allowed(user, RULES, own)


def save_rule(user: Any, rule: AlertRule | None, given: Mapping[str, Any]) -> AlertRule:
    """Make or change a rule. given: fields by name, of CONDITION, OTHERS and PEOPLE; what is missing stays.

    A person of an organisation writes rules for its things only. Raises PermissionDenied, ValidationError by field.
    """
    with transaction.atomic():
        row = AlertRule.objects.select_for_update().get(pk=rule.pk) if rule is not None else AlertRule()
        if user is not None and rule is not None and not may_edit(user, row):
            raise PermissionDenied(RULES)
        was_public = row.public
        before = {name: getattr(row, name) for name in (*CONDITION, *OTHERS)}
        for name in (*CONDITION, *OTHERS):
            if name in given:
                setattr(row, name, given[name])
        if user is not None and not may_edit(user, row):
            raise PermissionDenied(RULES)
        if user is not None and row.public and not was_public and not allowed(user, RELEASE):
            raise ValidationError({"public": _("You do not hold the right to open sensors to everyone.")})
        _check(row)
        changes = {
            name: (before[name], getattr(row, name)) for name in before if before[name] != getattr(row, name)
        }
        _store(user, row, given, changes)
    return row


def _check(row: AlertRule) -> None:
    if row.kind == AlertRule.SILENT:
        row.threshold, row.clear, row.clear_s = None, None, 0
    try:
        pure(row)
    except RuleError as error:
        fields = {"silent_s": "for_s", "above": "threshold", "below": "threshold"}
        raise ValidationError({fields.get(error.place, error.place): error.reason}) from error
    if not any(
        (
            row.datastream_id,
            row.thing_id,
            row.observed_property_id,
            row.unit_code,
            row.origin,
            row.organisation_id,
        )
    ):
        raise ValidationError(_("Say which datastreams the rule watches."))
    row.created_at, row.changed_at = row.created_at or clock.now(), clock.now()
    row.full_clean(exclude=["created_by"])


def _store(user: Any, row: AlertRule, given: Mapping[str, Any], changes: dict[str, tuple[Any, Any]]) -> None:
    fresh = row.pk is None
    if fresh:
        row.created_by = user
    elif changes.keys() & set(CONDITION):
        row.revision += 1
    row.save()
    for name in PEOPLE:
        if name in given:
            held = {str(person) for person in getattr(row, name).all()}
            getattr(row, name).set(given[name])
            now = {str(person) for person in given[name]}
            if held != now:
                changes[name] = (", ".join(sorted(held)), ", ".join(sorted(now)))
    if not fresh and changes.keys() & set(CONDITION):
        raising.close_all(row, raising.RULE_CHANGED)
    if changes or fresh:
        verb = "sensors.alert_rule_create" if fresh else "sensors.alert_rule_change"
        record(user, verb, ref(row), title=str(row), changes=changes)


def set_enabled(user: Any, rule: AlertRule, enabled: bool) -> None:
    """Take a rule out of force, or put it back; what is open under it is closed. Raises PermissionDenied."""
    with transaction.atomic():
        row = AlertRule.objects.select_for_update().get(pk=rule.pk)
        if user is not None and not may_edit(user, row):
            raise PermissionDenied(RULES)
        if row.enabled == enabled:
            return
        row.enabled, row.changed_at = enabled, clock.now()
        row.revision += 1
        row.save(update_fields=["enabled", "changed_at", "revision"])
        raising.close_all(row, raising.RULE_OFF)
        record(
            user,
            "sensors.alert_rule_change",
            ref(row),
            title=str(row),
            changes={"enabled": (not enabled, enabled)},
        )


def organisations_of(alert: Alert) -> set[int]:
    """Whose alert it is: of the thing's organisation, and of the rule's."""
    thing = alert.datastream.thing if alert.datastream else None
    return {number for number in (alert.rule.organisation_id, thing and thing.organisation_id) if number}


def acknowledge(user: Any, alert: Alert, note: str = "") -> Alert:
    """Somebody takes care: nobody is told again, unless it is over. Raises PermissionDenied, AlertError."""
    require(user, ACKNOWLEDGE, organisations_of(alert))
    with transaction.atomic():
        row = raising.locked(alert.pk)
        try:
            state = move(row.state, "acknowledge")
        except MoveError:
            text = (
                _("This alert is over.")
                if row.state == Alert.CLOSED
                else _("Somebody has acknowledged it already.")
            )
            raise AlertError(text) from None
        before, row.state = row.state, state
        row.save(update_fields=["state"])
        raising.step(row, "acknowledge", note, user)
        if row.told_at is not None:
            tell(row, "acknowledged", note=note)
        record(user, "sensors.alert_acknowledge", ref(row), title=str(row), changes={"state": (before, state)},
               reason=note[:1000])  # fmt: skip
    return row


def send_again(user: Any, alert: Alert) -> int:
    """Try the webhooks of an alert that were given up once more. Raises PermissionDenied."""
    require(user, RULES, organisations_of(alert))
    with transaction.atomic():
        rows = Delivery.objects.filter(alert=alert, channel=Delivery.WEBHOOK, state=Delivery.FAILED)
        count = rows.update(state=Delivery.WAITING, tries=0, next_try_at=clock.now(), claim="", answer="")
        if count:
            record(
                user,
                "sensors.alert_send_again",
                ref(alert),
                title=str(alert),
                changes={"messages": (None, count)},
            )
    return count


def save_target(user: Any, name: str, url: str) -> WebhookTarget:
    """Allow an address. Raises PermissionDenied, ValidationError by field."""
    require(user, TARGETS)
    if reason := may_call(url, anywhere=True):
        raise ValidationError({"url": _("This address cannot be called: %(reason)s") % {"reason": reason}})
    with transaction.atomic():
        row = WebhookTarget(name=name, url=url, created_at=clock.now(), created_by=user)
        row.full_clean()
        row.save()
        record(user, "sensors.alert_target_create", ref(row), title=name, changes={"url": (None, url)})
    return row


def change_target(
    user: Any, target: WebhookTarget, *, active: bool | None = None, new_secret: bool = False
) -> None:
    """Take an address out of use or back into it, or give it another secret. Raises PermissionDenied."""
    require(user, TARGETS)
    with transaction.atomic():
        row = WebhookTarget.objects.select_for_update().get(pk=target.pk)
        changes: dict[str, tuple[Any, Any]] = {}
        if active is not None and active != row.active:
            changes["active"], row.active = (row.active, active), active
        if new_secret:
            changes["generation"] = (row.generation, row.generation + 1)
            row.generation += 1
        if changes:
            row.save()
            record(user, "sensors.alert_target_change", ref(row), title=row.name, changes=changes)
