"""Tags of the campaign's pages: `{% load campaign %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.charts import LOOKS
from steuerrad.modules.campaign.models import Answer, Assignment, RoundQuestion, labels
from steuerrad.modules.campaign.texts import answer_words
from steuerrad.modules.campaign.views.compare import difference
from steuerrad.platform.ui.templatetags.ui import status_badge

register = template.Library()
ROUND_LOOKS = {"draft": "idea", "open": "in_progress", "frozen": "completed", "closed": "unknown"}


@register.simple_tag
def state_badge(assignment: Assignment) -> SafeString:
    """The state of a question; a change after the release says so."""
    label = str(labels.STATES[assignment.state])
    if assignment.changed_since_release:
        label = _("%(state)s, changed since release") % {"state": label}
    return status_badge(LOOKS[assignment.state], label)


@register.simple_tag
def round_badge(state: str) -> SafeString:
    return status_badge(ROUND_LOOKS.get(state, "unknown"), str(labels.ROUND_STATES.get(state, state)))


@register.filter
def state_name(state: str) -> str:
    return str(labels.STATES.get(state, state))


@register.filter
def quality_name(quality: str) -> str:
    return str(labels.QUALITIES.get(quality, ""))


@register.filter
def kind_name(kind: str) -> str:
    return str(labels.KINDS.get(kind, kind))


@register.filter
def answer_value(answer: Answer | None, question: RoundQuestion) -> str:
    """The value with its unit, as people read it."""
    return answer_words(answer.value, question) if answer else ""


@register.filter
def previous_value(question: RoundQuestion) -> str:
    return answer_words(question.previous_value, question)


@register.filter
def live_value(question: RoundQuestion) -> str:
    return answer_words(question.live_value, question)


@register.inclusion_tag("campaign/_difference.html")
def against_before(question: RoundQuestion, answer: Answer | None) -> dict[str, Any]:
    """How far the answer lies from last time's."""
    return {"difference": difference(question, answer), "question": question}


@register.simple_tag
def evidence_list(answer: Answer | None) -> SafeString | str:
    if answer is None:
        return ""
    rows = answer.evidence.all()
    return render_to_string("campaign/_evidence.html", {"evidence": rows}) if rows else ""
