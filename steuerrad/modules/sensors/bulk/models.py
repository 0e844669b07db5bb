"""Mappings that were saved, and what was read by them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TableMapping(models.Model):
    """What the columns of a table mean. spec: as in bulk/mapping.py."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    spec = models.JSONField(_("mapping"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        ordering = ["title", "pk"]
        verbose_name = _("mapping of a table")
        verbose_name_plural = _("mappings of tables")

    def __str__(self) -> str:
        return self.title


class TableImport(models.Model):
    """A table that was read: how much, and what could not be read. things: numbers of the things that it told of."""

    file_name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, db_index=True)
    mapping = models.CharField(_("mapping"), max_length=200)
    source = models.CharField(_("source"), max_length=300, blank=True)
    rows = models.PositiveBigIntegerField(_("rows"))
    observations = models.PositiveBigIntegerField(_("observations"))
    faults = models.PositiveBigIntegerField(_("faults"))
    told = models.JSONField(_("first faults"), default=list)
    things = models.JSONField(default=list)
    at = models.DateTimeField(_("imported"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("imported table")
        verbose_name_plural = _("imported tables")

    def __str__(self) -> str:
        return self.file_name
