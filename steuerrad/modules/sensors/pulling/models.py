"""Sources that are fetched, and how it went."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PullSource(models.Model):
    """An address that somebody else publishes figures at.

    spec: as in bulk/mapping.py for tables, as in pulling/sensorthings.py for a SensorThings server. secret: header lines,
    sealed. places: how far each datastream of a SensorThings server was read. claimed_at: since when somebody fetches it.
    """

    TABLE, SENSORTHINGS = "table", "sensorthings"
    KINDS = [(TABLE, _("table (CSV, JSON, Parquet, Arrow, XLSX)")), (SENSORTHINGS, _("SensorThings server"))]

    key = models.SlugField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, default=TABLE)
    url = models.CharField(_("address"), max_length=1000)
    spec = models.JSONField(_("mapping"), default=dict, blank=True)
    secret = models.TextField(blank=True, editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("organisation"),
    )  # fmt: skip
    every_minutes = models.PositiveIntegerField(_("minutes between two fetches"), default=60)
    timeout_s = models.PositiveIntegerField(_("seconds to wait at most"), default=60)
    most_mb = models.PositiveIntegerField(_("megabytes at most"), default=50)
    enabled = models.BooleanField(_("switched on"), default=False)
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    places = models.JSONField(default=dict, editable=False)
    due_at = models.DateTimeField(_("next fetch"), null=True, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    succeeded_at = models.DateTimeField(_("last success"), null=True, editable=False)
    fault = models.CharField(_("last fault"), max_length=600, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed"), editable=False)

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")

    def __str__(self) -> str:
        return self.title


class PullRun(models.Model):
    """One fetch of a source."""

    STORED, UNCHANGED, FAILED = "stored", "unchanged", "failed"
    STATES = [(STORED, _("read")), (UNCHANGED, _("nothing new")), (FAILED, _("failed"))]

    source = models.ForeignKey(PullSource, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField(_("begun"))
    seconds = models.FloatField(_("seconds"))
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    size = models.PositiveBigIntegerField(_("bytes"), default=0)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    observations = models.PositiveBigIntegerField(_("observations"), default=0)
    faults = models.PositiveBigIntegerField(_("faults"), default=0)
    told = models.JSONField(_("first faults"), default=list)
    message = models.CharField(_("message"), max_length=600, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        verbose_name = _("fetch")
        verbose_name_plural = _("fetches")

    def __str__(self) -> str:
        return f"{self.source} {self.started_at.isoformat()}"
