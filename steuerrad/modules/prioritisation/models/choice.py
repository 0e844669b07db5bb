"""Studies: which measures to choose for the money there is. Effects are assumptions of a person, never facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LONGEST_TITLE = 160
LONGEST_NOTE = 4000
LONGEST_BASIS = 500
POINTS = {"max_digits": 9, "decimal_places": 3}
MONEY = {"max_digits": 14, "decimal_places": 2}


def by_person() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("author"),
        related_name="+",
    )


class Study(models.Model):
    """One question of choice. field, edition: the index field whose indicators are targets ("" = none).

    revision grows with every change of what is assumed. caution: weight of the bad cases (CVaR), 0 to 1.
    survey_day: when the next edition is asked; what works later does not count.
    """

    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    note = models.TextField(_("note"), max_length=LONGEST_NOTE, blank=True)
    field = models.CharField(_("index"), max_length=80, blank=True)
    edition = models.CharField(_("edition"), max_length=40, blank=True)
    survey_day = models.DateField(_("day of the survey"), null=True, blank=True)
    caution = models.DecimalField(_("caution"), max_digits=3, decimal_places=2, default=Decimal(0))
    is_demo = models.BooleanField(_("demo"), default=False)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("made"))
    created_by = by_person()
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("study of choice")
        verbose_name_plural = _("studies of choice")
        constraints = [
            models.CheckConstraint(
                condition=Q(caution__gte=0, caution__lte=1), name="study_caution_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(field="", edition="") | (~Q(field="") & ~Q(edition="")),
                name="study_whole_edition",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("prioritisation:study", args=[self.pk])


class StudyTarget(models.Model):
    """A target of the study's own, e.g. a KPI: what it can still gain, and what one unit is worth in index points.

    worth None: it is shown, but does not count. yes_no: met or not met.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="targets")
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    gap = models.DecimalField(_("can still gain"), null=True, blank=True, **POINTS)
    worth = models.DecimalField(
        _("index points per unit"), null=True, blank=True, max_digits=9, decimal_places=4
    )
    yes_no = models.BooleanField(_("yes or no"), default=False)
    basis = models.CharField(_("basis"), max_length=LONGEST_BASIS)

    class Meta:
        ordering = ["study", "key"]
        verbose_name = _("own target")
        verbose_name_plural = _("own targets")
        constraints = [
            models.UniqueConstraint(fields=["study", "key"], name="study_target_once"),
            models.CheckConstraint(condition=Q(gap=None) | Q(gap__gte=0), name="study_target_gap"),
            models.CheckConstraint(condition=Q(worth=None) | Q(worth__gte=0), name="study_target_worth"),
        ]

    def __str__(self) -> str:
        return self.title


class Effect(models.Model):
    """An assumption: what a candidate adds to a target, in the target's points, if it succeeds.

    target: "index:<indicator>" or "own:<key>". success in percent; delay in months after the planned end.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="effects")
    candidate = models.CharField(_("measure"), max_length=200)
    target = models.CharField(_("target"), max_length=160)
    low = models.DecimalField(_("low"), **POINTS)
    likely = models.DecimalField(_("likely"), **POINTS)
    high = models.DecimalField(_("high"), **POINTS)
    success = models.DecimalField(
        _("probability of success"), max_digits=5, decimal_places=2, default=Decimal(100)
    )
    delay_low = models.DecimalField(_("shortest delay"), max_digits=5, decimal_places=1, default=Decimal(0))
    delay_likely = models.DecimalField(_("likely delay"), max_digits=5, decimal_places=1, default=Decimal(0))
    delay_high = models.DecimalField(_("longest delay"), max_digits=5, decimal_places=1, default=Decimal(0))
    basis = models.CharField(_("basis"), max_length=LONGEST_BASIS)
    at = models.DateTimeField(_("assumed at"))
    by = by_person()

    class Meta:
        ordering = ["study", "candidate", "target"]
        verbose_name = _("assumed effect")
        verbose_name_plural = _("assumed effects")
        constraints = [
            models.UniqueConstraint(fields=["study", "candidate", "target"], name="study_effect_once"),
            models.CheckConstraint(
                condition=Q(low__lte=F("likely"), likely__lte=F("high")), name="study_effect_in_order"
            ),
            models.CheckConstraint(
                condition=Q(success__gte=0, success__lte=100), name="study_effect_success"
            ),
            models.CheckConstraint(
                condition=Q(
                    delay_low__gte=0, delay_low__lte=F("delay_likely"), delay_likely__lte=F("delay_high")
                ),
                name="study_effect_delay_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} → {self.target}"


class Amount(models.Model):
    """What a candidate takes in a year, stated in the study instead of what its register says.

    One row of a kind puts all years of that kind aside that the register has.
    """

    OWN, GRANTS, STAFF = "own", "grants", "staff"
    KINDS = ((OWN, _("own funds")), (GRANTS, _("grants")), (STAFF, _("staff days")))

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="amounts")
    candidate = models.CharField(_("measure"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    year = models.PositiveSmallIntegerField(_("year"))
    amount = models.DecimalField(_("amount"), **MONEY)
    basis = models.CharField(_("basis"), max_length=LONGEST_BASIS)
    at = models.DateTimeField(_("assumed at"))
    by = by_person()

    class Meta:
        ordering = ["study", "candidate", "kind", "year"]
        verbose_name = _("stated cost")
        verbose_name_plural = _("stated costs")
        constraints = [
            models.UniqueConstraint(fields=["study", "candidate", "kind", "year"], name="study_amount_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="study_amount_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.candidate} {self.kind} {self.year}"


class StudyRule(models.Model):
    """A limit or a rule. one, other: theme or candidates; year None: all years together; amount: EUR, days or items."""

    BUDGETS, COUNTS, PAIRS, FIXED = ("own", "grants", "staff"), ("minimum", "maximum"), ("requires", "excludes"), ("must", "must_not")  # fmt: skip
    KINDS = (
        ("own", _("Budget of own funds")),
        ("grants", _("Budget of grants")),
        ("staff", _("Staff days at hand")),
        ("minimum", _("At least from a theme")),
        ("maximum", _("At most from a theme")),
        ("requires", _("Only together with")),
        ("excludes", _("Not together with")),
        ("must", _("Must be in")),
        ("must_not", _("Must not be in")),
    )

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="rules")
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    one = models.CharField(max_length=200, blank=True)
    other = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), null=True, blank=True, **MONEY)
    basis = models.CharField(_("basis"), max_length=LONGEST_BASIS, blank=True)

    class Meta:
        ordering = ["study", "kind", "year", "one", "pk"]
        verbose_name = _("rule of a study")
        verbose_name_plural = _("rules of studies")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="study_rule_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.one} {self.other} {self.year or ''}".strip()


class Programme(models.Model):
    """A grant that pays a share of own funds: rate in percent, cap in EUR, spending period, closing day."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="programmes")
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=LONGEST_TITLE)
    rate = models.DecimalField(_("rate"), max_digits=5, decimal_places=2)
    cap = models.DecimalField(_("at most"), **MONEY)
    first = models.PositiveSmallIntegerField(_("first year"))
    last = models.PositiveSmallIntegerField(_("last year"))
    closes = models.DateField(_("closing day for applications"), null=True, blank=True)
    candidates = models.JSONField(_("measures"), default=list)
    basis = models.CharField(_("basis"), max_length=LONGEST_BASIS)

    class Meta:
        ordering = ["study", "key"]
        verbose_name = _("grant of a study")
        verbose_name_plural = _("grants of studies")
        constraints = [
            models.UniqueConstraint(fields=["study", "key"], name="study_programme_once"),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=100, cap__gte=0), name="study_programme_rate"
            ),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="study_programme_period"),
        ]

    def __str__(self) -> str:
        return self.title


class Choice(models.Model):
    """What was computed for a study: inputs and result are frozen; a new computation is a new row."""

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
    STATES = (
        (WAITING, _("waiting")),
        (RUNNING, _("being computed")),
        (DONE, _("done")),
        (FAILED, _("failed")),
    )

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="choices")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    inputs = models.JSONField(default=dict)
    inputs_hash = models.CharField(max_length=64)
    result = models.JSONField(default=dict)
    result_hash = models.CharField(max_length=64, blank=True)
    engine = models.CharField(_("version of the engine"), max_length=40)
    asked_at = models.DateTimeField(_("asked for"))
    asked_by = by_person()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("computed"), null=True, blank=True)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["study", "-number"]
        verbose_name = _("computed choice")
        verbose_name_plural = _("computed choices")
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="choice_number_once"),
            models.CheckConstraint(
                condition=~Q(state="done") | (~Q(result_hash="") & Q(finished_at__isnull=False)),
                name="choice_done_with_its_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.study} · {self.number}"
