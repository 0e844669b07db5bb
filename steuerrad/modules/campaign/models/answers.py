"""Answers in revisions, what they rest on, and every decision about them. The database lets these only grow."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.models import labels
from steuerrad.modules.campaign.models.rounds import RoundQuestion
from steuerrad.platform.organisations.models import Organisation


class Answer(models.Model):
    """One revision of the answer to a question; a change is a new row.

    value: canonical text ("12.5", "yes", "2024-05-01"), "" = none. based_on: the revision that its author saw; the
    constraints make it the one before, so that nobody overwrites what he has not seen. submitted: False = draft.
    carried: taken over from last time. live: the value that the platform computed. as_of: what day it is true for.
    """

    question = models.ForeignKey(RoundQuestion, on_delete=models.PROTECT, related_name="answers")
    revision = models.PositiveIntegerField(_("revision"))
    based_on = models.PositiveIntegerField(_("based on revision"))
    submitted = models.BooleanField(_("submitted"), default=False)
    declined = models.BooleanField(_("declined"), default=False)
    value = models.TextField(_("value"), blank=True)
    comment = models.TextField(_("comment"), blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    quality = models.CharField(_("quality"), max_length=20, choices=labels.QUALITIES, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    carried = models.BooleanField(_("carried over"), default=False)
    live = models.BooleanField(_("computed live"), default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    author_name = models.CharField(_("person"), max_length=200)
    at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["question", "revision"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["question", "revision"], name="campaign_answer_revision_once"),
            models.CheckConstraint(
                condition=Q(revision=F("based_on") + 1), name="campaign_answer_based_on_the_one_before"
            ),
            models.CheckConstraint(
                condition=Q(declined=False) | (Q(value="") & ~Q(comment="")),
                name="campaign_answer_declined_why",
            ),
            models.CheckConstraint(
                condition=Q(submitted=False) | Q(declined=True) | ~Q(value=""),
                name="campaign_answer_has_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} r{self.revision}: {self.value}"


class Evidence(models.Model):
    """What an answer rests on: a file or an address. Every revision has its own list."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="evidence")
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(_("title"), max_length=200, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    file = models.ForeignKey(
        "files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["answer", "order"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return self.title or self.url


class Waiver(models.Model):
    """A warning that the author overrode with a comment. rule: key of the finding; text: as it was shown."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="waivers")
    rule = models.CharField(_("rule"), max_length=140)
    text = models.CharField(_("text"), max_length=1000)
    comment = models.CharField(_("comment"), max_length=1000)

    class Meta:
        ordering = ["answer", "pk"]
        verbose_name = _("overridden warning")
        verbose_name_plural = _("overridden warnings")
        constraints = [
            models.UniqueConstraint(fields=["answer", "rule"], name="campaign_waiver_once"),
            models.CheckConstraint(condition=~Q(comment=""), name="campaign_waiver_has_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.comment}"


class Decision(models.Model):
    """One step in the life of a question. Nobody checks or releases what is partly his own (see the triggers)."""

    question = models.ForeignKey(RoundQuestion, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(_("kind"), max_length=12, choices=labels.KINDS)
    answer = models.ForeignKey(
        Answer, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(_("person"), max_length=200)
    at = models.DateTimeField(_("time"))
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    from_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    to_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["question", "pk"]
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(labels.KINDS)), name="campaign_decision_kind"),
            models.CheckConstraint(
                condition=~Q(kind__in=["sent_back", "declined", "withdrawn", "handed_over"]) | ~Q(reason=""),
                name="campaign_decision_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["assigned", "handed_over"]) | Q(answer__isnull=False),
                name="campaign_decision_about_an_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} {self.kind}"


class Shelved(models.Model):
    """What somebody had typed when another was faster. Kept for its author until it is dropped or saved anew."""

    question = models.ForeignKey(RoundQuestion, on_delete=models.CASCADE, related_name="shelved")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("time"))
    based_on = models.PositiveIntegerField(_("based on revision"))
    content = models.JSONField(_("content"))

    class Meta:
        ordering = ["question", "pk"]
        verbose_name = _("text put aside")
        verbose_name_plural = _("texts put aside")

    def __str__(self) -> str:
        return f"{self.question_id} {self.author_id}"
