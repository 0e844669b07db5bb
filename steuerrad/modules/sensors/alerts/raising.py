"""What the program itself does with alerts: raise, close, tell what was held back, escalate. All in the caller's transaction
or one of their own; all may be repeated and then change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from steuerrad.engines.observations import micros, moment
from steuerrad.kernel import clock
from steuerrad.modules.sensors.alerts.matching import Watched, pure
from steuerrad.modules.sensors.alerts.models import Alert, AlertRule, AlertStep, Delivery
from steuerrad.modules.sensors.alerts.rules import Episode
from steuerrad.modules.sensors.alerts.states import due_for_escalation, move
from steuerrad.modules.sensors.alerts.telling import CAP_RENEW, CLEARED, ESCALATED, RAISED, RENEWED, tell
from steuerrad.platform.observations.models import Datastream

#: Notes of the program, kept in English and translated where they are shown.
RULE_CHANGED = gettext_noop("the rule was changed")
RULE_OFF = gettext_noop("the rule was taken out of force")
NOT_WATCHED = gettext_noop("the datastream is not watched any more")
AT_ONCE = 500


def take_episodes(one: Watched, stream: int, found: Sequence[Episode]) -> None:
    """Raise the alert of each episode and close those that are over. What is over age and over is only noted, all at once:
    a year of backlog is no storm.
    """
    bound = micros(clock.now() - timedelta(seconds=one.max_age_s))
    past = [each for each in found if each.end is not None and each.at < bound]
    if past and _in_force(one):
        _note_past(one, stream, past)
    for each in found:
        if each not in past:
            raise_alert(one, stream, each)
            close_episode(one, stream, each)


def lock_rules(rules: Iterable[int]) -> None:
    """Rules before alerts, and in order: whoever changes a rule locks in the same order, so that nobody waits in a circle."""
    list(AlertRule.objects.select_for_update().filter(pk__in=set(rules)).order_by("pk").values_list("pk"))


def _in_force(one: Watched) -> bool:
    """Whether the rule is still the one that was evaluated; locks it for the rest of the transaction."""
    rows = AlertRule.objects.select_for_update().filter(pk=one.pk, revision=one.revision, enabled=True)
    return rows.first() is not None


def _note_past(one: Watched, stream: int, past: Sequence[Episode]) -> None:
    found = _stream(stream)
    alerts = [_alert(one, stream, found, each, "old") for each in past]
    for alert, each in zip(alerts, past, strict=True):
        alert.state, alert.closed_at, alert.end = Alert.CLOSED, alert.raised_at, each.end
    Alert.objects.bulk_create(alerts, ignore_conflicts=True, batch_size=AT_ONCE)


def _stream(number: int) -> Datastream | None:
    return Datastream.objects.select_related("thing").filter(pk=number).first()


def _alert(one: Watched, stream: int, found: Datastream | None, episode: Episode, held: str) -> Alert:
    """The row, not saved."""
    now = clock.now()
    return Alert(
        rule_id=one.pk, revision=one.revision, stream=stream, begin=episode.begin, datastream=found,
        stream_name=found.name if found else str(stream), raised_at=now, certain_at=moment(episode.at), value=episode.value,
        worst=episode.worst, unit=(found.unit_symbol or "") if found else "", level=one.told.level, held=held,
        told_at=None if held else now,
    )  # fmt: skip


def raise_alert(one: Watched, stream: int, episode: Episode) -> Alert | None:
    """The alert of an episode, told unless it is over age or in quiet hours; None when it is there already."""
    same = Alert.objects.filter(rule=one.pk, revision=one.revision, stream=stream, begin=episode.begin)
    if same.exists() or not _in_force(one):
        return None
    now = clock.now()
    held = ""
    if one.told.silent_s is None and now - moment(episode.at) > timedelta(seconds=one.max_age_s):
        held = "old"
    elif one.told.quiet(now):
        held = "quiet"
    alert = _alert(one, stream, _stream(stream), episode, held)
    alert.rule = AlertRule.objects.select_related("webhook", "datastream").get(pk=one.pk)
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
    except IntegrityError:  # another process was first
        return None
    step(alert, "raise")
    if not held:
        tell(alert, RAISED)
    return alert


def step(alert: Alert, verb: str, note: str = "", by: object = None) -> None:
    AlertStep.objects.create(alert=alert, verb=verb, at=clock.now(), note=note[:500], by=by)


def locked(pk: int) -> Alert:
    """The row, locked against other processes, with what messages need."""
    Alert.objects.select_for_update().get(pk=pk)
    return Alert.objects.select_related("rule__webhook", "rule__datastream", "datastream__thing").get(pk=pk)


def close_alert(pk: int, *, end: int | None = None, worst: float | None = None, note: str = "") -> bool:
    """The condition is over. Whoever was told of the alert is told of its end. False when it was closed before."""
    with transaction.atomic():
        alert = locked(pk)
        if alert.state == Alert.CLOSED:
            return False
        alert.state, alert.closed_at, alert.end = move(alert.state, "close"), clock.now(), end
        if worst is not None:
            alert.worst = worst
        alert.save(update_fields=["state", "closed_at", "end", "worst"])
        step(alert, "close", note)
        if alert.told_at is not None:
            tell(alert, CLEARED)
    return True


def close_episode(one: Watched, stream: int, episode: Episode) -> None:
    found = Alert.objects.filter(
        rule=one.pk, revision=one.revision, stream=stream, begin=episode.begin
    ).first()
    if found is not None and episode.end is not None:
        close_alert(found.pk, end=episode.end, worst=episode.worst)


def close_all(rule: AlertRule, note: str) -> None:
    """Every open alert of a rule that does not hold any more as it was."""
    for pk in list(Alert.objects.filter(rule=rule).exclude(state=Alert.CLOSED).values_list("pk", flat=True)):
        close_alert(pk, note=note)


def close_unwatched(watched: Iterable[Watched]) -> None:
    """Open alerts whose datastream no rule watches any more (closed things, changed catalogue)."""
    bounds = {(one.pk, one.revision): one.bounds for one in watched}
    for alert in Alert.objects.exclude(state=Alert.CLOSED).only("pk", "rule", "revision", "stream"):
        if alert.stream not in bounds.get((alert.rule_id, alert.revision), {}):
            close_alert(alert.pk, note=NOT_WATCHED)


def update_worst(furthest: Callable[[Alert], float | None]) -> None:
    """Alerts that go on show their furthest value so far."""
    for alert in Alert.objects.exclude(state=Alert.CLOSED).only("pk", "rule", "stream", "begin", "worst"):
        worst = furthest(alert)
        if worst is not None and worst != alert.worst:
            Alert.objects.filter(pk=alert.pk).exclude(state=Alert.CLOSED).update(worst=worst)


def _tell_now(pk: int, still: Callable[[Alert], bool]) -> bool:
    with transaction.atomic():
        alert = locked(pk)
        if alert.state == Alert.CLOSED or alert.told_at is not None or not still(alert):
            return False
        alert.told_at, alert.held = clock.now(), ""
        alert.save(update_fields=["told_at", "held"])
        step(alert, "tell")
        tell(alert, RAISED)
    return True


def tell_held(last_seen: Callable[[Alert], datetime | None]) -> int:
    """Tell of alerts that were held back and still go on: quiet hours are over, a backlog has reached the present.

    last_seen: time of the newest value of the alert's series; one that is over age itself proves nothing about now.
    """

    def still(alert: Alert) -> bool:
        now = clock.now()
        if pure(alert.rule).quiet(now):
            return False
        if alert.rule.kind == AlertRule.SILENT:
            return True
        newest = last_seen(alert)
        return newest is not None and now - newest <= timedelta(seconds=alert.rule.max_age_s)

    waiting = Alert.objects.filter(told_at=None).exclude(state=Alert.CLOSED).values_list("pk", flat=True)
    return sum(_tell_now(pk, still) for pk in list(waiting[:AT_ONCE]))


def escalate_due() -> int:
    """Alerts that nobody has acknowledged in time."""
    open_ones = Alert.objects.filter(state=Alert.OPEN, told_at__isnull=False, rule__escalate_s__isnull=False)
    now = clock.now()
    due = [
        pk for pk, told_at, after_s in open_ones.values_list("pk", "told_at", "rule__escalate_s")
        if due_for_escalation(Alert.OPEN, (now - told_at).total_seconds(), after_s)
    ]  # fmt: skip
    return sum(_escalate(pk) for pk in due[:AT_ONCE])


def _escalate(pk: int) -> bool:
    with transaction.atomic():
        alert = locked(pk)
        told_s = (clock.now() - alert.told_at).total_seconds() if alert.told_at else 0.0
        if not due_for_escalation(alert.state, told_s, alert.rule.escalate_s):
            return False
        alert.state = move(alert.state, "escalate")
        alert.save(update_fields=["state"])
        step(alert, "escalate")
        tell(alert, ESCALATED)
    return True


def renew_documents() -> int:
    """A new document in the public feed for alerts that go on, before the old one expires."""
    now = clock.now()
    open_ones = Alert.objects.exclude(state=Alert.CLOSED).filter(deliveries__channel=Delivery.CAP).distinct()
    renewed = 0
    for alert in open_ones.only("pk"):
        rows = Delivery.objects.filter(alert=alert.pk, channel=Delivery.CAP).order_by("-pk")
        newest = rows.first()
        if newest is None or newest.created_at > now - CAP_RENEW:
            continue
        with transaction.atomic():
            one = locked(alert.pk)
            if one.state != Alert.CLOSED:
                renewed += len(tell(one, RENEWED, number=rows.count()))
    return renewed


def known_spans(one: Watched, stream: int, start: int) -> Sequence[tuple[int, int | None]]:
    """Begin and end (µs) of the alerts of a series that touch the time from `start` on."""
    rows = Alert.objects.filter(rule=one.pk, revision=one.revision, stream=stream)
    return [
        (begin, end if state == Alert.CLOSED else None)
        for begin, end, state in rows.values_list("begin", "end", "state")
        if state != Alert.CLOSED or (end or begin) >= start
    ]
