"""Criteria of the strategy, ratings by people, and measures that went on as others."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.models.measures import Measure
from steuerrad.modules.strategy.models.portfolio import person
from steuerrad.modules.strategy.models.structure import Named
from steuerrad.modules.strategy.portfolio.rules.succession import SuccessionKind

SUCCESSION_KINDS = {
    SuccessionKind.MERGED: _("merged into"),
    SuccessionKind.SPLIT: _("split into"),
    SuccessionKind.SUPERSEDED: _("superseded by"),
}
CRITERION_GROUPS = {"lever": _("main criterion"), "complement": _("complementary criterion")}
GRADES = {
    0: _("0 – does not apply"),
    1: _("1 – hardly"),
    2: _("2 – partly"),
    3: _("3 – largely"),
    4: _("4 – fully"),
}


class Criterion(Named):
    """A criterion by which the strategy chooses its measures; weight relative to the others."""

    description = models.TextField(_("what is asked"), max_length=1000, blank=True)
    description_en = models.TextField(max_length=1000, blank=True)
    group = models.CharField(_("group"), max_length=12, choices=CRITERION_GROUPS, default="lever")
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, default=1)

    class Meta(Named.Meta):
        abstract = False
        ordering = ["order"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")

    @property
    def question(self) -> str:
        """What is asked, in the language of the page where the city gives it."""
        english = (get_language() or "").startswith("en")
        return self.description_en if english and self.description_en else self.description


class Rating(models.Model):
    """What one person thinks of one measure under one criterion; grade None = cannot judge."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="ratings")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="ratings")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    grade = models.PositiveSmallIntegerField(_("grade"), choices=GRADES, null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    rated_at = models.DateTimeField(_("rated"))
    demo = models.BooleanField(_("demo"), default=False)

    class Meta:
        ordering = ["criterion__order", "pk"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["measure", "criterion", "person"], name="rating_once"),
            models.CheckConstraint(condition=Q(grade=None) | Q(grade__lte=4), name="rating_0_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.criterion_id}: {self.grade}"


class Succession(models.Model):
    """old went on as new. Withdrawn, it counts no more but stays readable."""

    old = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="successions")
    new = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="predecessions")
    kind = models.CharField(_("kind"), max_length=12, choices=SUCCESSION_KINDS)
    reason = models.CharField(_("reason"), max_length=500)
    decided_at = models.DateTimeField(_("decided"))
    decided_by = person(_("decided by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        ordering = ["decided_at", "pk"]
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [
            models.UniqueConstraint(
                fields=["old", "new"], condition=Q(withdrawn_at=None), name="succession_once"
            ),
            models.CheckConstraint(condition=~Q(old=F("new")), name="succession_not_of_itself"),
            models.CheckConstraint(condition=~Q(reason=""), name="succession_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.old_id} {self.kind} {self.new_id}"
