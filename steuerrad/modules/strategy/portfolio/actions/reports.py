"""Status reports: write, release by somebody else, publish; and the light that a person may override."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import LightOverride, Measure, StatusReport
from steuerrad.modules.strategy.portfolio.actions import steered
from steuerrad.modules.strategy.portfolio.permissions import RELEASE_REPORT
from steuerrad.modules.strategy.portfolio.queries.snapshot import snapshot_of
from steuerrad.modules.strategy.portfolio.queries.steering import state
from steuerrad.modules.strategy.portfolio.rules.light import LIMITS, Colour, override_fault
from steuerrad.modules.strategy.portfolio.rules.reports import ReportState, period_fault, release_fault
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

TEXTS = ("text", "achievements", "next_steps", "problems")
LONGEST = 4000
PERIOD_FAULTS = {
    "order": _("The period ends before it begins."),
    "future": _("The period has not begun yet."),
}
RELEASE_FAULTS = {
    "released": _("This report is released already."),
    "four_eyes": _("Four eyes: whoever wrote on the report cannot release it."),
    "empty": _("The report says nothing yet."),
}
OVERRIDE_FAULTS = {
    "grey": (_("Choose green, yellow or red."), "colour"),
    "reason": (_("Say why the computed light is wrong."), "reason"),
    "past": (_("The day lies in the past."), "until"),
    "too_long": (_("At most %(days)d days; decide again then."), "until"),
}


def begin_report(
    user: Any, measure: Measure, *, period_start: date, period_end: date, text: str, achievements: str = "",
    next_steps: str = "", problems: str = "", demo: bool = False,
) -> StatusReport:  # fmt: skip
    """Write a draft. Raises PermissionDenied, RefusedError, ConflictError when there is a draft already."""
    steered.require_steering(user, measure)
    _check_period(period_start, period_end)
    words = _texts(
        {"text": text, "achievements": achievements, "next_steps": next_steps, "problems": problems}
    )
    try:
        with transaction.atomic():
            steered.lock(measure.pk)
            row = StatusReport(
                measure=measure,
                period_start=period_start,
                period_end=period_end,
                author=user,
                demo=demo,
                **words,
            )
            steered.insert(user, row, "strategy.begin_report", "report")
            row.hands.add(user)
    except IntegrityError as error:
        raise ConflictError(_("There is a draft already; go on with it.")) from error
    return row


def edit_report(user: Any, report: StatusReport, *, version: int, **values: Any) -> StatusReport:
    """values: period_start, period_end and the four texts. Whoever edits cannot release any more.

    Raises PermissionDenied, RefusedError for a released report, ConflictError when somebody has changed it.
    """
    steered.require_steering(user, report.measure)
    with transaction.atomic():
        steered.lock(report.measure.pk)
        _draft(report)
        _check_period(
            values.get("period_start", report.period_start), values.get("period_end", report.period_end)
        )
        written = values | _texts({name: values[name] for name in TEXTS if name in values})
        if steered.change(user, report, version, written, "strategy.edit_report"):
            report.hands.add(user)
    return report


def discard_report(user: Any, report: StatusReport, *, reason: str) -> None:
    """Throw a draft away. Raises PermissionDenied, RefusedError for a released one or without a reason."""
    steered.require_steering(user, report.measure)
    with transaction.atomic():
        steered.lock(report.measure.pk)
        _draft(report)
        steered.remove(user, report, reason, "strategy.discard_report")


def release_report(
    user: Any, report: StatusReport, *, version: int, published_on: date | None = None
) -> StatusReport:
    """Freeze a draft, with milestones, money and light as they stand now.

    published_on: the day from which everybody may read it, today by default. Raises PermissionDenied,
    RefusedError (four eyes; a day in the past), ConflictError when the draft has changed since `version`.
    """
    require(user, RELEASE_REPORT)
    day = published_on or clock.today()
    if day < clock.today():
        raise RefusedError(_("The publication date lies in the past."), "published_on")
    with transaction.atomic():
        measure = steered.lock(report.measure.pk)
        now = StatusReport.objects.select_related("measure").get(pk=report.pk)
        hands = set(now.hands.values_list("pk", flat=True)) | {now.author_id}  # type: ignore[attr-defined]
        fault = release_fault(ReportState(now.state), hands, user.pk, now.text)
        if fault:
            raise RefusedError(RELEASE_FAULTS[fault])
        if now.version != version:
            raise ConflictError(
                _("Somebody has changed this in the meantime. Look at what stands now and decide again.")
            )
        now.state, now.released_at, now.released_by = ReportState.RELEASED, clock.now(), user
        now.published_on, now.version = day, version + 1
        now.save()
        now.snapshot = snapshot_of(state(measure, demo=now.demo))
        now.save(update_fields=["snapshot"])
        record(
            user, "strategy.release_report", now.ref, title=measure.title,
            changes={f"report {now}": ("draft", "released"), "published_on": (None, day)},
        )  # fmt: skip
        publish("strategy.report_released", measure=measure.number, report_id=now.pk, published_on=day)
    report.refresh_from_db()
    return report


def _draft(report: StatusReport) -> None:
    report.refresh_from_db(fields=["state"])
    if report.state != ReportState.DRAFT:
        raise RefusedError(_("This report is released and cannot be changed; write the next one."))


def check(period_start: date, period_end: date, texts: dict[str, str]) -> None:
    """Raise RefusedError for what no report may say."""
    _check_period(period_start, period_end)
    _texts(texts)


def _check_period(start: date, end: date) -> None:
    fault = period_fault(start, end, clock.today())
    if fault:
        raise RefusedError(PERIOD_FAULTS[fault], "period_end" if fault == "order" else "period_start")


def _texts(values: dict[str, str]) -> dict[str, str]:
    return {name: steered.text(value, name, LONGEST, needed=name == "text") for name, value in values.items()}


def override_light(
    user: Any, measure: Measure, *, colour: Colour, reason: str, until: date, demo: bool = False
) -> LightOverride:
    """Show another colour than the computed one, until a day (inclusive). An earlier override is withdrawn.

    Raises PermissionDenied, RefusedError without a reason, for grey, for a day in the past or too far away.
    """
    steered.require_steering(user, measure)
    fault = override_fault(colour, reason, until, clock.today())
    if fault:
        message, field = OVERRIDE_FAULTS[fault]
        raise RefusedError(
            message % {"days": LIMITS["override_most_days"]} if fault == "too_long" else message, field
        )
    words = steered.text(reason, "reason", 500)
    with transaction.atomic():
        steered.lock(measure.pk)
        computed = state(measure, demo=True).light.colour
        LightOverride.objects.filter(measure=measure, withdrawn_at=None).update(
            withdrawn_at=clock.now(), withdrawn_by=user
        )
        row = LightOverride.objects.create(
            measure=measure, colour=colour, computed=computed, reason=words, until=until, demo=demo,
            set_at=clock.now(), set_by=user,
        )  # fmt: skip
        record(
            user, "strategy.override_light", measure.ref, title=measure.title, reason=words,
            changes={"light": (computed.value, colour.value), "until": (None, until)},
        )  # fmt: skip
        publish("strategy.light_overridden", measure=measure.number, colour=colour.value, until=until)
    return row


def withdraw_override(user: Any, measure: Measure) -> None:
    """Go back to the computed light. Raises PermissionDenied, RefusedError when none is set."""
    steered.require_steering(user, measure)
    with transaction.atomic():
        steered.lock(measure.pk)
        held = LightOverride.objects.filter(measure=measure, withdrawn_at=None).first()
        if held is None:
            raise RefusedError(_("The light is the computed one already."))
        held.withdrawn_at, held.withdrawn_by = clock.now(), user
        held.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record(
            user, "strategy.withdraw_override", measure.ref, title=measure.title,
            changes={"light": (held.colour, None)},
        )  # fmt: skip
