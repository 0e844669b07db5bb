"""What the rules' codes say to people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import LIMITS, Freshness, Part, Timeliness
from steuerrad.modules.strategy.portfolio.rules.milestones import MilestoneState
from steuerrad.modules.strategy.portfolio.rules.money import MoneyFault
from steuerrad.modules.strategy.portfolio.rules.risks import RiskLevel
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.templatetags.ui import language

PARTS = {
    "schedule": gettext_lazy("Schedule"),
    "budget": gettext_lazy("Budget"),
    "kpis": gettext_lazy("KPIs"),
    "report": gettext_lazy("Status report"),
}
MILESTONE_STATES = {
    MilestoneState.UNDATED: gettext_lazy("without a date"),
    MilestoneState.AHEAD: gettext_lazy("ahead"),
    MilestoneState.SOON: gettext_lazy("due soon"),
    MilestoneState.SLIPPING: gettext_lazy("expected later than planned"),
    MilestoneState.LATE: gettext_lazy("overdue"),
    MilestoneState.DONE: gettext_lazy("reached"),
    MilestoneState.DONE_LATE: gettext_lazy("reached late"),
}
#: State of a milestone → badge of the shared look.
MILESTONE_GLYPHS = {
    MilestoneState.UNDATED: "idea",
    MilestoneState.AHEAD: "planned",
    MilestoneState.SOON: "in_progress",
    MilestoneState.SLIPPING: "warning",
    MilestoneState.LATE: "warning",
    MilestoneState.DONE: "completed",
    MilestoneState.DONE_LATE: "completed",
}
RISK_LEVELS = {
    RiskLevel.LOW: gettext_lazy("low"),
    RiskLevel.MEDIUM: gettext_lazy("medium"),
    RiskLevel.HIGH: gettext_lazy("high"),
    RiskLevel.SEVERE: gettext_lazy("severe"),
}
TIMELINESS = {
    Timeliness.ON_TIME: gettext_lazy("on time"),
    Timeliness.LATE: gettext_lazy("late"),
    Timeliness.UNKNOWN: gettext_lazy("not known"),
}
#: What a dependency says to the measure that it points to.
FROM_THERE = {
    Kind.REQUIRES: gettext_lazy("Required by"),
    Kind.FINISH_TO_START: gettext_lazy("Must be finished before"),
    Kind.EXCLUDES: gettext_lazy("Excluded by"),
    Kind.INFORMS: gettext_lazy("Gives information to"),
}
FRESHNESS = {
    Freshness.FRESH: gettext_lazy("up to date"),
    Freshness.DUE: gettext_lazy("report due"),
    Freshness.STALE: gettext_lazy("stale"),
    Freshness.NEVER: gettext_lazy("never reported"),
}


def euro(value: Decimal | None) -> str:
    """1.234,50 € or 1.234 €; a dash for what is not known."""
    if value is None:
        return "–"
    places = 0 if value == value.to_integral_value() else 2
    return numbers.with_unit(numbers.figure(float(value), places, language()), "€")


def percent(share: Decimal | None) -> str:
    """A share from 0 to 1 as per cent."""
    return "–" if share is None else points(share * 100)


def points(value: Any) -> str:
    """A value in per cent as it is."""
    return "–" if value is None else numbers.with_unit(numbers.figure(float(value), None, language()), "%")


def money_fault(fault: MoneyFault, programmes: dict[str, str]) -> str:
    """One fault as a sentence. programmes: names by key."""
    name = programmes.get(fault.programme, fault.programme) or _("own funds")
    facts = {"programme": name, "year": fault.year}
    return {
        "rate_exceeded": lambda: _("%(programme)s pays %(limit)s of the costs at most; %(found)s are planned.")
        % {**facts, "limit": percent(fault.limit), "found": percent(fault.found)},
        "rate_needs_condition": lambda: _("%(programme)s pays more than %(limit)s only under conditions; %(found)s are planned.")
        % {**facts, "limit": percent(fault.limit), "found": percent(fault.found)},
        "cap_exceeded": lambda: _("%(programme)s pays %(limit)s at most for all measures; %(found)s are planned.")
        % {**facts, "limit": euro(fault.limit), "found": euro(fault.found)},
        "outside_period": lambda: _("%(year)s lies outside the spending period of %(programme)s.") % facts,
        "no_own_share": lambda: _("%(programme)s asks for an own share of %(limit)s; none is planned.")
        % {**facts, "limit": percent(fault.limit)},
        "overspent": lambda: _("%(year)s, %(programme)s: %(found)s spent, %(limit)s planned.")
        % {**facts, "found": euro(fault.found), "limit": euro(fault.limit)},
        "spent_without_plan": lambda: _("%(year)s, %(programme)s: %(found)s spent without a plan.")
        % {**facts, "found": euro(fault.found)},
    }[fault.code]()  # fmt: skip


def explain(part: Part, programmes: dict[str, str]) -> str:
    """Why a part of the light has its colour, in one sentence."""
    facts = {**part.facts, "done": points(part.facts.get("done")), "due": points(part.facts.get("due"))}
    facts |= {"covered": points(part.facts.get("covered")), "expected": points(part.facts.get("expected"))}
    fault = part.facts.get("fault")
    if isinstance(fault, MoneyFault):
        return money_fault(fault, programmes)
    return SENTENCES[part.code](facts)


Facts = dict[str, Any]
SENTENCES: dict[str, Callable[[Facts], str]] = {
    "ended": lambda facts: _("The measure has ended; there is nothing left to steer."),
    "period_over": lambda facts: _("The printed period ended with %(year)s, and the measure is not delivered.") % facts,
    "period_unconfirmed": lambda facts: _(
        "The printed period ended with %(year)s; nobody has recorded since whether the measure was delivered."
    )
    % facts,
    "milestone_late": lambda facts: ngettext(
        "“%(title)s” is %(days)s days overdue.",
        "%(count)s milestones are overdue, by up to %(days)s days: “%(title)s” and others.",
        facts["count"],
    )
    % facts,
    "milestone_unconfirmed": lambda facts: ngettext(
        "The day of “%(title)s” has passed; nobody has recorded whether it was reached.",
        "The day of %(count)s milestones has passed, e.g. “%(title)s”; nobody has recorded whether they were reached.",
        facts["count"],
    )
    % facts,
    "milestone_slipping": lambda facts: ngettext(
        "“%(title)s” is expected %(days)s days later than planned.",
        "%(count)s milestones are expected later than planned, by up to %(days)s days: “%(title)s” and others.",
        facts["count"],
    )
    % facts,
    "not_started": lambda facts: _("The period began with %(year)s, and no start is recorded.") % facts,
    "milestones_on_time": lambda facts: _(
        "No milestone is overdue: %(done)s are reached, %(due)s should be by now (by weight)."
    )
    % facts,
    "no_milestones": lambda facts: _("No dated milestones are known."),
    "within_plan": lambda facts: _("What is spent lies within the plan, and the rules of the programmes are kept."),
    "no_budget": lambda facts: _("No budget is known."),
    "no_course": lambda facts: _("No KPI of this measure has both values and a target."),
    "target_reached": lambda facts: _("KPI %(kpi)s has reached its target.") % facts,
    "target_missed": lambda facts: _("KPI %(kpi)s has missed its target; the day has passed.") % facts,
    "moves_backwards": lambda facts: _("KPI %(kpi)s moves away from its target: the measure moves backwards.") % facts,
    "moves_forward": lambda facts: _("KPI %(kpi)s moves towards its target (%(covered)s of the way).") % facts,
    "does_not_move": lambda facts: _("KPI %(kpi)s does not move.") % facts,
    "far_behind": lambda facts: _("KPI %(kpi)s is far behind: %(covered)s of the way, %(expected)s of the time.") % facts,
    "behind": lambda facts: _("KPI %(kpi)s is behind: %(covered)s of the way, %(expected)s of the time.") % facts,
    "on_course": lambda facts: _("KPI %(kpi)s is on course: %(covered)s of the way, %(expected)s of the time.") % facts,
    "never_reported": lambda facts: _("No status report has been released yet."),
    "report_fresh": lambda facts: _fresh(facts),
    "report_due": lambda facts: _("The last report was released %(days)s days ago; the next one is due.") % facts,
    "report_stale": lambda facts: _(
        "The last report was released %(days)s days ago; what it says is stale."
    )
    % facts,
}  # fmt: skip


def _fresh(facts: Any) -> str:
    if facts["days"] == 0:
        return _("The last report was released today.")
    return (
        ngettext(
            "The last report was released %(days)s day ago.",
            "The last report was released %(days)s days ago.",
            facts["days"],
        )
        % facts
    )


def thresholds() -> list[tuple[str, int]]:
    """What decides between the colours, for the page that explains them: (sentence, number)."""
    return [
        (_("days overdue from which a milestone is red"), LIMITS["milestone_red_days"]),
        (_("percentage points behind the time from which a KPI is yellow"), LIMITS["kpi_yellow_points"]),
        (_("percentage points behind the time from which a KPI is red"), LIMITS["kpi_red_points"]),
        (_("days after which a new report is due"), LIMITS["report_due_days"]),
        (_("days after which a report is stale"), LIMITS["report_stale_days"]),
    ]


def when(value: date | None) -> str:
    return "–" if value is None else value.strftime("%d.%m.%Y" if language() == "de" else "%Y-%m-%d")
