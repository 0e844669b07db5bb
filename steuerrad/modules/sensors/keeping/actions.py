"""Retention: rules kept, what they would remove, and removing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.engines.observations import micros
from steuerrad.kernel import clock
from steuerrad.modules.sensors.keeping.models import KeepRule, KeepRun
from steuerrad.modules.sensors.keeping.rules import Rule, Subject, days_kept, divided, network_of
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.store import Observations, observations
from steuerrad.platform.observations.vocabulary import properties

DAY = 86_400_000_000
#: Datastreams that are counted or thinned out at once.
AT_ONCE = 500
#: Twenty years; a shorter time than a month would undo the pages that show the last days.
MOST_MONTHS = 240


@dataclass(frozen=True)
class Part:
    """What one rule does now. rows: single figures before `before` (midnight UTC); None months: nothing."""

    rule: KeepRule
    streams: tuple[int, ...]
    days: int
    before: datetime | None
    rows: int


def save(
    user: Any,
    *,
    network: str,
    property_key: str,
    origin: str,
    raw_months: int | None,
    reason: str,
    enabled: bool,
) -> KeepRule:
    """Make a rule, or change the one for the same datastreams. Raises ValidationError by field, PermissionDenied."""
    require(user, MANAGE)
    if property_key and property_key not in properties():
        raise ValidationError({"property": _("There is no property with this key.")})
    if raw_months is not None and not 1 <= raw_months <= MOST_MONTHS:
        raise ValidationError(
            {"raw_months": _("from %(least)d to %(most)d") % {"least": 1, "most": MOST_MONTHS}}
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Please say why: it stands in the log.")})
    with transaction.atomic():
        place = {"network": network, "property": property_key, "origin": origin}
        row = KeepRule.objects.select_for_update().filter(**place).first() or KeepRule(**place)
        before = (row.raw_months, row.enabled) if row.pk else (None, None)
        row.raw_months, row.reason, row.enabled, row.changed_at = raw_months, reason, enabled, clock.now()
        row.full_clean()
        row.save()
        record(user, "sensors.keep_rule", f"keep_rule:{row.pk}", title=str(row), reason=reason,
               changes={"raw_months": (before[0], raw_months), "enabled": (before[1], enabled)})  # fmt: skip
    return row


def remove(user: Any, row: KeepRule) -> None:
    require(user, MANAGE)
    with transaction.atomic():
        record(user, "sensors.keep_rule_remove", f"keep_rule:{row.pk}", title=str(row))
        row.delete()


def subjects() -> list[Subject]:
    """All datastreams, in one query."""
    keys = {word.definition: key for key, word in properties().items()}
    rows = Datastream.objects.order_by("pk").values_list(
        "pk", "thing__key", "observed_property__definition", "thing__origin"
    )
    return [Subject(pk, network_of(key), keys.get(seen, ""), origin) for pk, key, seen, origin in rows]


def planned(*, everything: bool = False) -> list[Part]:
    """What the rules would remove now. everything: also those that are not in force yet."""
    rows = {row.pk: row for row in KeepRule.objects.all() if row.enabled or everything}
    rules = [Rule(row.pk, row.network, row.property, row.origin, row.raw_months) for row in rows.values()]
    now = clock.now()
    parts = []
    with observations() as store:
        for rule, streams in divided(rules, subjects()).items():
            if rule.months is None:
                parts.append(Part(rows[rule.number], tuple(streams), 0, None, 0))
                continue
            days = days_kept(now, rule.months)
            cut = (micros(now) // DAY - days) * DAY
            parts.append(Part(rows[rule.number], tuple(streams), days, datetime.fromtimestamp(cut / 1e6, UTC),
                              _rows(store, streams, cut)))  # fmt: skip
    return parts


def _rows(store: Observations, streams: list[int], cut: int) -> int:
    portions = (streams[start : start + AT_ONCE] for start in range(0, len(streams), AT_ONCE))
    return sum(store.count(portion, None, cut) for portion in portions)


def apply(user: Any = None) -> KeepRun | None:
    """Remove what the rules in force say; None when there is nothing. user None: the program itself."""
    if user is not None:
        require(user, MANAGE)
    parts = [part for part in planned() if part.rows]
    if not parts:
        return None
    now = micros(clock.now())
    told: list[dict[str, Any]] = []
    with observations() as store:
        for part in parts:
            removed = sum(store.retain([(list(part.streams[start : start + AT_ONCE]), part.days)], now)
                          for start in range(0, len(part.streams), AT_ONCE))  # fmt: skip
            told.append({"rule": str(part.rule), "months": part.rule.raw_months, "streams": len(part.streams), "removed": removed,
                         "before": part.before.isoformat() if part.before else ""})  # fmt: skip
    with transaction.atomic():
        removed = sum(row["removed"] for row in told)
        run = KeepRun.objects.create(
            at=clock.now(), removed=removed, streams=sum(row["streams"] for row in told), parts=told
        )
        record(user, "sensors.keep_run", f"keep_run:{run.pk}", title=_("Retention of observations"),
               changes={row["rule"]: (row["removed"], 0) for row in told})  # fmt: skip
    return run
