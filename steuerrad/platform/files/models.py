"""Uploaded files. One row an upload; the content lies once in the storage, under its SHA-256."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """One upload. owner: id of the FileOwner that says who may read it; size in bytes; sha256 of the content.

    Tie it by a foreign key: a row to which none points is taken away after a day.
    """

    NOT_SCANNED, CLEAN = "none", "clean"

    key = models.UUIDField(_("key"), default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=150)
    sha256 = models.CharField(_("checksum (SHA-256)"), max_length=64, db_index=True)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    owner = models.CharField(_("belongs to"), max_length=80)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), db_index=True)
    scan = models.CharField(
        _("virus scan"),
        max_length=10,
        choices=[(NOT_SCANNED, _("not scanned for viruses")), (CLEAN, _("no virus found"))],
        default=NOT_SCANNED,
    )
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="stored_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("files:download", args=[self.key])

    @property
    def path(self) -> str:
        """Where the content lies in the storage."""
        return path_of(self.sha256)

    def open(self) -> File:
        """The content, to be read as bytes. Raises FileNotFoundError when the storage has lost it."""
        return default_storage.open(self.path, "rb")


def path_of(sha256: str) -> str:
    """The place of a content in the storage; two levels, so that no folder grows large."""
    return f"files/{sha256[:2]}/{sha256[2:4]}/{sha256}"
