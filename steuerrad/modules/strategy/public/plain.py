"""Plain-language summaries by rule: short sentences, one thought each, every figure from the released data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steuerrad.modules.strategy.models import Kpi, KpiValue, Measure, Target
from steuerrad.modules.strategy.public.facts import Change, Judgement, Published
from steuerrad.modules.strategy.rules.progress import Attention
from steuerrad.modules.strategy.rules.states import PeriodKind, Status
from steuerrad.platform.ui.templatetags.ui import day, figure_filter

DELIVERED = ("in_progress", "in_operation_expanding", "in_operation", "completed")
ESTIMATES = frozenset({"extrapolated", "estimated", "personal_estimate"})


#: Units that only say that something is counted or divided; a sentence does without them.
COUNTS = frozenset({"Anzahl", "Zahl", "Verhältnis", "number", "count", "ratio"})


def amount(value: Decimal, unit: str = "") -> str:
    """A figure with its unit as people write it."""
    return f"{figure_filter(value)} {'' if unit in COUNTS else unit}".strip()


def kpi_sentences(
    kpi: Kpi, newest: KpiValue | None, change: Change | None, target: Target | None, way: Decimal | None
) -> list[str]:
    """Where a KPI stands. way: part of the way to the target covered, in per cent."""
    if newest is None:
        return [_("No value has been published for this figure yet.")]
    found = [
        _("On %(day)s it stood at %(value)s.")
        % {"day": day(newest.date), "value": amount(newest.value, kpi.unit)}
    ]
    if change is not None:
        found.append(change_sentence(change, kpi.unit))
    if target is not None and target.value is not None:
        found += target_sentences(target, kpi, newest.value, way)
    if newest.quality in ESTIMATES:
        found.append(_("This is an estimate, not a count."))
    return found  # fmt: skip


def change_sentence(change: Change, unit: str) -> str:
    facts = {"difference": amount(abs(change.difference), unit), "day": day(change.since)}
    if change.judgement == Judgement.SAME:
        return _("That is the same as on %(day)s.") % facts
    grows = change.difference > 0
    if change.judgement == Judgement.BETTER:
        text = (
            _("That is %(difference)s more than on %(day)s, which is an improvement.")
            if grows
            else _("That is %(difference)s less than on %(day)s, which is an improvement.")
        )
    elif change.judgement == Judgement.WORSE:
        text = (
            _("That is %(difference)s more than on %(day)s, which is a step back.")
            if grows
            else _("That is %(difference)s less than on %(day)s, which is a step back.")
        )
    else:
        text = (
            _("That is %(difference)s more than on %(day)s.")
            if grows
            else _("That is %(difference)s less than on %(day)s.")
        )
    return text % facts  # fmt: skip


def target_sentences(target: Target, kpi: Kpi, value: Decimal, way: Decimal | None) -> list[str]:
    """The goal and how far it is. Whether it is reached is said only where the direction is known."""
    assert target.value is not None
    facts = {"value": amount(target.value, kpi.unit), "year": target.year}
    goal = _("The goal is %(value)s by %(year)s.") if target.year else _("The goal is %(value)s.")
    found = [goal % facts]
    reached = {"up": value >= target.value, "down": value <= target.value}.get(kpi.direction)
    if reached:
        found.append(_("The goal has been reached."))
    elif way is not None and way > 0:
        found.append(
            _("%(percent)s percent of the way has been covered.") % {"percent": figure_filter(way, 0)}
        )
    elif way is not None and way < 0:
        found.append(_("Since the first value it has moved away from the goal."))
    return found


def measure_sentences(
    measure: Measure, why: Attention | None, report: Published | None, leads: list[str]
) -> list[str]:
    """What happens with a measure, who does it, and what comes next."""
    status = {
        Status.IDEA: _("So far this is an idea."),
        Status.PLANNED: _("This is planned."),
        Status.IN_PROGRESS: _("The city is working on this."),
        Status.IN_OPERATION_EXPANDING: _("This is in use and is being extended."),
        Status.IN_OPERATION: _("This is in use."),
        Status.COMPLETED: _("This is done."),
        Status.STOPPED: _("This has been stopped."),
    }
    found = [status[Status(measure.status)], *period_sentence(measure, why)]
    if leads:
        found.append(_("In charge: %(names)s.") % {"names": ", ".join(leads)})
    if report is not None:
        found += report_sentences(report)
    return found  # fmt: skip


def period_sentence(measure: Measure, why: Attention | None) -> list[str]:
    years = {"start": measure.start_year, "end": measure.end_year}
    if why == Attention.LATE:
        return [_("It was to be done by %(end)s; that it is done has not been recorded.") % years]
    if why == Attention.NOT_STARTED:
        return [_("It was to begin in %(start)s; a start has not been recorded.") % years]
    kind = PeriodKind(measure.period_kind)
    if kind == PeriodKind.RANGE and measure.start_year and measure.start_year == measure.end_year:
        return [_("Its period is the year %(end)s.") % years]
    if kind == PeriodKind.RANGE and measure.start_year and measure.end_year:
        return [_("It runs from %(start)s to %(end)s.") % years]
    if kind == PeriodKind.FROM and measure.start_year:
        return [_("It runs from %(start)s on.") % years]
    return [_("It has no fixed end.")] if kind == PeriodKind.ONGOING else []


def report_sentences(report: Published) -> list[str]:
    found = []
    if report.next_step is not None:
        facts = {
            "title": report.next_step.title,
            "day": day(report.next_step.expected) if report.next_step.expected else "",
        }
        text = (
            _("Next: %(title)s, expected on %(day)s.") if report.next_step.expected else _("Next: %(title)s.")
        )
        found.append(text % facts)
    if report.planned is not None:
        found.append(_("Planned to cost: %(value)s.") % {"value": amount(report.planned, "€")})
    if report.spent is not None:
        found.append(_("Spent so far: %(value)s.") % {"value": amount(report.spent, "€")})
    return found  # fmt: skip


def counts_sentences(counts: Mapping[str, int]) -> list[str]:
    """How many measures are where. counts: number by status."""
    total = sum(counts.values())
    going = sum(counts.get(name, 0) for name in DELIVERED)
    waiting = counts.get("idea", 0) + counts.get("planned", 0)
    found = [
        ngettext("%(count)s measure belongs to it.", "%(count)s measures belong to it.", total)
        % {"count": total},
        ngettext(
            "%(count)s of them is under way, in use or done.",
            "%(count)s of them are under way, in use or done.",
            going,
        )
        % {"count": going},
    ]
    if waiting:
        found.append(
            ngettext("%(count)s is an idea or planned.", "%(count)s are ideas or planned.", waiting)
            % {"count": waiting}
        )
    if stopped := counts.get("stopped", 0):
        found.append(
            ngettext("%(count)s has been stopped.", "%(count)s have been stopped.", stopped)
            % {"count": stopped}
        )
    return found  # fmt: skip


def figures_sentence(known: int, total: int) -> str:
    """For how many KPIs there is a figure at all."""
    facts = {"known": known, "total": total}
    return ngettext(
        "The city wants to measure its success by %(total)s figure; for %(known)s of it there is a value.",
        "The city wants to measure its success by %(total)s figures; for %(known)s of them there is a value.",
        total,
    ) % facts  # fmt: skip


def as_of_sentence(when: date | None) -> str:
    return _("The newest entry is of %(day)s.") % {"day": day(when)} if when else ""
