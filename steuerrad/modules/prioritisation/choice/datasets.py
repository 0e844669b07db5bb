"""Assumed effects and chosen measures as tables, for those who may read studies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Column, Dataset
from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.choice.exchange import FIGURES
from steuerrad.modules.prioritisation.choice.permissions import READ
from steuerrad.modules.prioritisation.models import Choice, Effect

Rows = Iterator[Mapping[str, Any]]


def effect_rows(user: Any) -> Rows:
    every = Effect.objects.filter(study__in=queries.studies(user).values("pk")).select_related("study", "by")
    for one in every.order_by("study", "candidate", "target"):
        yield {
            "study": one.study_id, "study_title": one.study.title, "demo": one.study.is_demo, "candidate": one.candidate,
            "target": one.target, **{name: getattr(one, name) for name in FIGURES}, "basis": one.basis,
            "author": str(one.by) if one.by else "", "assumed": one.at,
        }  # fmt: skip


def choice_rows(user: Any) -> Rows:
    """Every decidable measure of every computation that found a portfolio."""
    every = Choice.objects.filter(study__in=queries.studies(user).values("pk"), state=Choice.DONE)
    for one in every.select_related("study").order_by("study", "number").iterator():
        for ref, reason in one.result.get("items", {}).items():
            yield {
                "study": one.study_id, "study_title": one.study.title, "demo": one.study.is_demo, "number": one.number,
                "computed": one.finished_at, "candidate": ref, "chosen": reason["in"], "core": reason.get("core"),
                "points": reason.get("shapley"), "points_low": reason.get("shapley_low"),
                "points_high": reason.get("shapley_high"), "loss": reason["loss"], "loss_low": reason.get("loss_low"),
                "loss_high": reason.get("loss_high"), "sha256": one.result_hash,
            }  # fmt: skip


STUDY = (
    Column("study", _("Number of the study"), "integer"),
    Column("study_title", _("Study")),
    Column("demo", _("Demo"), "boolean"),
)
DATASETS = (
    Dataset(
        "prioritisation.effects", _("Assumed effects of measures"),
        _("What measures are assumed to bring, with basis and author: assumptions, no facts"),
        (*STUDY, Column("candidate", _("Measure")), Column("target", _("Target")), Column("low", _("At least"), "decimal"),
         Column("likely", _("Most likely"), "decimal"), Column("high", _("At most"), "decimal"),
         Column("success", _("Probability of success in percent"), "decimal", "%"),
         Column("delay_low", _("Shortest delay in months"), "decimal"),
         Column("delay_likely", _("Likely delay in months"), "decimal"),
         Column("delay_high", _("Longest delay in months"), "decimal"), Column("basis", _("Basis")),
         Column("author", _("Author")), Column("assumed", _("assumed at"), "datetime")),
        effect_rows, permission=READ,
    ),
    Dataset(
        "prioritisation.choices", _("Computed portfolios"),
        _("Which measures the portfolios of studies contain, and how firmly"),
        (*STUDY, Column("number", _("Number of the computation"), "integer"), Column("computed", _("computed"), "datetime"),
         Column("candidate", _("Measure")), Column("chosen", _("Chosen"), "boolean"),
         Column("core", _("Core index"), "decimal", description=_("Share of best portfolios that contain it, 0 to 1")),
         Column("points", _("Expected points"), "decimal"), Column("points_low", _("Points, 5 %"), "decimal"),
         Column("points_high", _("Points, 95 %"), "decimal"),
         Column("loss", _("Points lost when decided the other way"), "decimal"),
         Column("loss_low", _("Points lost, 5 %"), "decimal"), Column("loss_high", _("Points lost, 95 %"), "decimal"),
         Column("sha256", _("Checksum"))),
        choice_rows, permission=READ,
    ),
)  # fmt: skip
