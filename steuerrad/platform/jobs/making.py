"""Files that take a while: made behind the page that asked, with progress that can be read, and taken up again.

A module subclasses `Making`, says in a build function what the file holds, and lists `take_up(model, build)` as a job:
whoever makes a file gives signs of life, and a file whose maker has died is made by the next run of the job.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import close_old_connections, connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock

log = logging.getLogger(__name__)
#: Without a sign of life for so long, whoever made it is dead.
DEAD_AFTER = timedelta(minutes=2)
TOLD_EVERY = 0.3  # seconds between two signs of life


class Making(models.Model):
    """One file that was asked for. done of total: steps; seen_at: last sign of life of who makes it; path: in the storage."""

    WAITING, RUNNING, READY, FAILED = "waiting", "running", "ready", "failed"
    UNDER_WAY = (WAITING, RUNNING)
    STATES = (
        (WAITING, _("waiting")),
        (RUNNING, _("being made")),
        (READY, _("ready")),
        (FAILED, _("failed")),
    )

    language = models.CharField(_("language"), max_length=10, default="de")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    step = models.CharField(_("step"), max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=1)
    message = models.CharField(_("message"), max_length=500, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    requested_at = models.DateTimeField(_("asked for"))
    seen_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size"), default=0)

    class Meta:
        abstract = True
        ordering = ["-requested_at", "-pk"]

    @property
    def under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def percent(self) -> int:
        return 100 if self.state == self.READY else min(99, 100 * self.done // max(1, self.total))


class Teller:
    """Writes how far it is, but not more often than anybody can read: tell(done, step)."""

    def __init__(self, made: Making, total: int) -> None:
        self.rows, self.total, self.last = type(made)._default_manager.filter(pk=made.pk), total, 0.0

    def __call__(self, done: int, step: Any, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self.last < TOLD_EVERY:
            return
        self.last = time.monotonic()
        self.rows.update(done=done, total=self.total, step=str(step), seen_at=clock.now())


#: What a module brings: makes the file in the language that was asked for. Answers (content, path in the storage).
Build = Callable[[Any], tuple[bytes, str]]


def in_background(act: Callable[[], Any], name: str) -> None:
    """In a thread of this process. When the process ends before it is done, the job takes over."""

    def run() -> None:
        close_old_connections()
        try:
            act()
        finally:
            connection.close()

    threading.Thread(target=run, name=name, daemon=True).start()


def begin(made: Making, build: Build) -> None:
    """Make it behind the page, once the transaction that asked for it is through."""
    model, key = type(made), made.pk
    transaction.on_commit(lambda: in_background(lambda: make(model, key, build), f"{model.__name__}-{key}"))


def revive(made: Making, build: Build) -> None:
    """Make it behind the page when whoever should make it gives no sign of life."""
    if (made.seen_at or made.requested_at) < clock.now() - DEAD_AFTER:
        begin(made, build)


def make(model: type[Making], key: int, build: Build) -> Making | None:
    """Make it, unless somebody else is at it: then None. What goes wrong stands in its message."""
    now, rows = clock.now(), model._default_manager.filter(pk=key)
    free = Q(state=Making.WAITING) | Q(state=Making.RUNNING, seen_at__lt=now - DEAD_AFTER)
    if not rows.filter(free).update(state=Making.RUNNING, seen_at=now, done=0):
        return None
    made = rows.select_related("requested_by").get()
    try:
        with translation.override(made.language):
            content, wanted = build(made)
        path = default_storage.save(wanted, ContentFile(content))
        rows.update(
            state=Making.READY, path=path, size=len(content), step="", message="", done=models.F("total"),
            finished_at=clock.now(),
        )  # fmt: skip
    except Exception as error:
        log.exception("making %s %s failed", model.__name__, key)
        rows.update(
            state=Making.FAILED, message=f"{type(error).__name__}: {error}"[:500], finished_at=clock.now()
        )
    return rows.first()


def take_up(model: type[Making], build: Build) -> None:
    """For a job: make what nobody makes, or whose maker has died."""
    dead = clock.now() - DEAD_AFTER
    left = model._default_manager.filter(
        Q(state=Making.WAITING, requested_at__lt=dead) | Q(state=Making.RUNNING, seen_at__lt=dead)
    )
    for key in list(left.values_list("pk", flat=True)):
        make(model, key, build)


def forget(rows: QuerySet[Any], kept: int = 0) -> None:
    """Delete all but the newest, with their files. What is under way stays."""
    for old in rows.exclude(state__in=Making.UNDER_WAY)[kept:]:
        path = old.path
        old.delete()
        if path:
            transaction.on_commit(lambda path=path: default_storage.delete(path))
