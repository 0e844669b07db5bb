"""Values that the platform computes itself, put beside the questions that ask for them."""

from __future__ import annotations

import logging
from decimal import Decimal

from django.db.models import QuerySet

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import KpiResult
from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.models import RoundQuestion
from steuerrad.modules.campaign.reading import PLACES, canonical

log = logging.getLogger(__name__)
FIELDS = ("live_value", "live_as_of", "live_quality", "live_note", "live_at")
NUMERIC = frozenset({"decimal", "integer", "share"})


def computed(kpi_id: str) -> KpiResult | None:
    """What the registered function says now; one that fails is logged and must not stop a round."""
    kpi = registry.kpi(kpi_id)
    if kpi is None:
        return None
    try:
        return kpi.compute()
    except Exception:
        log.exception("computing %s failed", kpi_id)
        return None


def as_answer(question: RoundQuestion, value: Decimal) -> str:
    """The value as the question takes it, "" when it does not fit its type."""
    if question.type not in NUMERIC or (question.type == "integer" and value != value.to_integral_value()):
        return ""
    return canonical(round(value, PLACES))


def fill_questions(questions: QuerySet[RoundQuestion]) -> int:
    """Compute the KPI of each of these questions, each KPI once. Returns how many values changed.

    A KPI that cannot be computed now leaves no value behind, and says why where it can.
    """
    results: dict[str, KpiResult | None] = {}
    rows, changed = list(questions), 0
    for question in rows:
        if question.kpi not in results:
            results[question.kpi] = computed(question.kpi)
        result, before = results[question.kpi], question.live_value
        question.live_at = clock.now()
        question.live_value = (
            "" if result is None or result.value is None else as_answer(question, result.value)
        )
        question.live_as_of = result.as_of if result else None
        question.live_quality = result.quality if result else ""
        question.live_note = str(result.note)[:500] if result else ""
        changed += question.live_value != before
    RoundQuestion.objects.bulk_update(rows, FIELDS)
    return changed
