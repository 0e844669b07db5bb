"""Typed results (transcripts of documents such as an earlier memo) and the memos written here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.city_index.models.editions import Edition
from steuerrad.modules.city_index.models.results import IndexCity


class TypedReport(models.Model):
    """A document with results typed by hand, transcribed as printed."""

    city = models.ForeignKey(IndexCity, on_delete=models.PROTECT, related_name="typed_reports")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="typed_reports")
    previous = models.ForeignKey(Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    document = models.CharField(_("document"), max_length=80)

    class Meta:
        verbose_name = _("typed result")
        verbose_name_plural = _("typed results")
        constraints = [
            models.UniqueConstraint(fields=["city", "edition", "document"], name="typed_report_once")
        ]

    def __str__(self) -> str:
        return f"{self.city} {self.edition}"


class TypedRow(models.Model):
    """One row of a table in the document; all figures as printed, empty = not printed."""

    report = models.ForeignKey(TypedReport, on_delete=models.CASCADE, related_name="rows")
    order = models.PositiveSmallIntegerField()
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    category_key = models.SlugField(_("category"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10)
    name = models.CharField(_("name"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=20, blank=True)
    change = models.CharField(_("change"), max_length=20, blank=True)
    previous_name = models.CharField(_("counterpart"), max_length=200, blank=True)
    previous_value = models.CharField(_("value before"), max_length=20, blank=True)

    class Meta:
        ordering = ["report", "order"]
        verbose_name = _("typed row")
        verbose_name_plural = _("typed rows")

    def __str__(self) -> str:
        return f"{self.name or self.previous_name}"


class TypedStatement(models.Model):
    """A figure that running text repeats or claims. edition, city: what it speaks of; city None: the edition."""

    report = models.ForeignKey(
        TypedReport, on_delete=models.CASCADE, null=True, blank=True, related_name="statements"
    )
    document = models.CharField(_("document"), max_length=80)
    line = models.PositiveIntegerField(_("line"), null=True, blank=True)
    city = models.ForeignKey(IndexCity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    category_key = models.SlugField(_("category"), max_length=60, blank=True)
    quantity = models.CharField(_("quantity"), max_length=30)
    name = models.CharField(_("name"), max_length=200, blank=True)
    value = models.CharField(_("value"), max_length=40)

    class Meta:
        ordering = ["document", "line", "pk"]
        verbose_name = _("typed statement")
        verbose_name_plural = _("typed statements")

    def __str__(self) -> str:
        return f"{self.document}:{self.line} {self.value}"


class Memo(models.Model):
    """The yearly memo: facts are frozen when it is made, texts may be edited until it is released."""

    DRAFT, RELEASED = "draft", "released"
    STATES = ((DRAFT, _("draft")), (RELEASED, _("released")))

    city = models.ForeignKey(IndexCity, on_delete=models.PROTECT, related_name="memos")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="memos")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=DRAFT)
    facts = models.JSONField(default=dict)
    facts_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("made"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("memo")
        verbose_name_plural = _("memos")
        constraints = [
            models.UniqueConstraint(fields=["city", "edition", "version"], name="memo_version_once"),
            models.CheckConstraint(
                condition=Q(created_by=None) | Q(released_by=None) | ~Q(released_by=F("created_by")),
                name="memo_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city} {self.edition} v{self.version}"


class MemoText(models.Model):
    """A person's wording of one statement, instead of the generated one; the facts behind it stay."""

    memo = models.ForeignKey(Memo, on_delete=models.CASCADE, related_name="texts")
    statement = models.CharField(_("statement"), max_length=120)
    text = models.TextField(_("text"))
    edited_at = models.DateTimeField(_("edited"))
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("edited text")
        verbose_name_plural = _("edited texts")
        constraints = [models.UniqueConstraint(fields=["memo", "statement"], name="memo_text_once")]

    def __str__(self) -> str:
        return self.statement
