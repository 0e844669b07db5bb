"""Data of persons in prioritisation: who wrote and released scenarios, who assumed what in studies."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import PersonalData
from steuerrad.modules.prioritisation.models import Amount, Choice, Effect, Scenario, ScenarioVersion, Study
from steuerrad.platform.audit.log import record


def export(user: Any) -> dict[str, Any]:
    """Scenarios written and released; studies begun, effects and costs assumed, computations asked for."""
    versions = ScenarioVersion.objects.filter(created_by=user).order_by("created_at")
    released = Scenario.objects.filter(published_by=user).select_related("published")
    effects = Effect.objects.filter(by=user).select_related("study").order_by("at")
    amounts = Amount.objects.filter(by=user).select_related("study").order_by("at")
    return {
        "scenarios": [
            {"scenario": row.scenario_id, "version": row.number, "title": row.title, "note": row.note,
             "at": row.created_at.isoformat()}
            for row in versions
        ],
        "released": [
            {"scenario": row.pk, "title": str(row.published), "at": row.published_at.isoformat()}
            for row in released if row.published_at is not None
        ],
        "studies": [
            {"study": row.pk, "title": row.title, "at": row.created_at.isoformat()}
            for row in Study.objects.filter(created_by=user)
        ],
        "effects": [
            {"study": row.study.title, "measure": row.candidate, "target": row.target, "basis": row.basis,
             "at": row.at.isoformat()}
            for row in effects
        ],
        "costs": [
            {"study": row.study.title, "measure": row.candidate, "kind": row.kind, "year": row.year, "basis": row.basis,
             "at": row.at.isoformat()}
            for row in amounts
        ],
        "computations": [
            {"computation": str(row), "at": row.asked_at.isoformat()}
            for row in Choice.objects.filter(asked_by=user).select_related("study")
        ],
    }  # fmt: skip


def erase(user: Any) -> None:
    """Take the person off everything that no four eyes rest on; the assumptions themselves stay.

    Author and releaser of a scenario that is released stay: they prove the four eyes. A computed choice keeps the
    name as it was stated with an effect: it is a record of office, and its checksum would break.
    """
    with transaction.atomic():
        unreleased = ScenarioVersion.objects.filter(created_by=user, scenario__published=None)
        unreleased.update(created_by=None)
        Scenario.objects.filter(created_by=user).update(created_by=None)
        Study.objects.filter(created_by=user).update(created_by=None)
        for model in (Effect, Amount):
            model.objects.filter(by=user).update(by=None)
        Choice.objects.filter(asked_by=user).update(asked_by=None)
        record(None, "prioritisation.erase_person", f"account:{user.pk}")


PERSONAL_DATA = (
    PersonalData(
        "prioritisation.authors",
        _("Authors of scenarios and of assumptions in studies"),
        _("To show who assumed what, and to keep author and releaser of a scenario apart."),
        None,
        export,
        erase,
    ),
)
