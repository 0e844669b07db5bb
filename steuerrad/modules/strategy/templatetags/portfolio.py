"""Tags of the portfolio's pages: `{% load portfolio %}`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import Milestone
from steuerrad.modules.strategy.models.portfolio import COLOUR_LABELS
from steuerrad.modules.strategy.portfolio import texts
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.rules.milestones import MilestoneState, state_of
from steuerrad.platform.accounts.access import holds_anywhere

register = template.Library()


@register.filter
def euro(value: Decimal | str | None) -> str:
    """EUR; also of the decimal texts that a frozen report holds."""
    if value is None or value == "":
        return texts.euro(None)
    return texts.euro(Decimal(value))


@register.inclusion_tag("strategy/portfolio/_light.html")
def light(colour: str, label: str = "") -> dict[str, Any]:
    """A traffic light as shape, colour and words: `{% light state.colour %}`."""
    known = Colour(colour) if colour in set(Colour) else Colour.GREY
    return {"colour": known.value, "label": label or COLOUR_LABELS[known]}


@register.filter
def reads_steering(user: Any) -> bool:
    """Whether the person reads the steering of at least one measure: `{% if user|reads_steering %}`."""
    return holds_anywhere(user, READ_STEERING)


@register.filter
def milestone_state(item: Milestone) -> MilestoneState:
    return state_of(item.point, clock.today())


@register.filter
def milestone_words(item: Milestone) -> str:
    """The state in words; a printed day that nobody has spoken of since is not called overdue."""
    state = state_of(item.point, clock.today())
    due = min((day for day in (item.planned_on, item.forecast_on) if day is not None), default=None)
    said = item.changed_at is not None and due is not None and item.changed_at.date() > due
    if state == MilestoneState.LATE and item.document and not said:
        return _("not recorded as reached")
    return str(texts.MILESTONE_STATES[state])


@register.filter
def milestone_label(state: str) -> str:
    return str(texts.MILESTONE_STATES.get(state, ""))  # type: ignore[call-overload]


@register.filter
def milestone_glyph(state: str) -> str:
    return texts.MILESTONE_GLYPHS.get(state, "unknown")  # type: ignore[call-overload]


@register.filter
def kind_from_there(kind: str) -> str:
    """What a dependency of this kind says to the measure that it points to."""
    return str(texts.FROM_THERE[Kind(kind)])


@register.filter
def risk_label(level: str) -> str:
    return str(texts.RISK_LEVELS.get(level, ""))  # type: ignore[call-overload]


@register.filter
def timeliness_label(state: str) -> str:
    return str(texts.TIMELINESS.get(state, ""))  # type: ignore[call-overload]


@register.filter
def freshness_label(state: str) -> str:
    return str(texts.FRESHNESS.get(state, ""))  # type: ignore[call-overload]


@register.filter
def explained(part: Any, programmes: dict[str, str]) -> str:
    """The sentence of a part of the light."""
    return texts.explain(part, programmes or {})


@register.filter
def part_name(part: str) -> str:
    return str(texts.PARTS.get(part, part))


@register.filter
def fault_text(fault: Any, programmes: dict[str, str]) -> str:
    return texts.money_fault(fault, programmes or {})
