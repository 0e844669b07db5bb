"""Making print dossiers in the background. A dossier whose maker died is taken up again by the job."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.campaign.models import Dossier, Round, Snapshot
from steuerrad.modules.campaign.output.annexes import Piece, bound, fates_of
from steuerrad.modules.campaign.output.document import annexes_of, dossier_document
from steuerrad.modules.campaign.output.rows import Row, released_rows, snapshot_rows, working_rows
from steuerrad.modules.campaign.queries.access import READ
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record
from steuerrad.platform.documents.pdf import pdf_bytes

log = logging.getLogger(__name__)
#: Without a sign of life for so long, whoever made it is dead.
DEAD_AFTER = timedelta(minutes=2)
KEPT = 5  # dossiers of one round
TOLD_EVERY = 0.3  # seconds between two signs of life


def request_dossier(
    actor: Any, round_: Round, *, what: str, snapshot: Snapshot | None = None
) -> tuple[Dossier, bool]:
    """Ask for a dossier; it is made after the commit. Answers it, and whether it is new.

    Nobody has two of one round made at once: as long as one is under way, that one is the answer, whatever is in it.
    Raises PermissionDenied.
    """
    require(actor, READ)
    own = Dossier.objects.filter(round=round_, requested_by=actor)
    busy = own.filter(state__in=Dossier.UNDER_WAY).first()
    if busy is not None:
        if is_dead(busy):
            in_background(make, busy.pk)
        return busy, False
    try:
        return _new(actor, round_, what, snapshot), True
    except IntegrityError:  # asked for twice in the same moment
        return own.latest("pk"), False


def is_dead(dossier: Dossier) -> bool:
    """Whether whoever should make it gives no sign of life."""
    return (dossier.seen_at or dossier.requested_at) < clock.now() - DEAD_AFTER


def _new(actor: Any, round_: Round, what: str, snapshot: Snapshot | None) -> Dossier:
    with transaction.atomic():
        dossier = Dossier.objects.create(
            round=round_, what=what, snapshot=snapshot, requested_by=actor, requested_at=clock.now(),
            language=translation.get_language() or "de", step=_("waits"),
        )  # fmt: skip
        record(actor, "campaign.request_dossier", round_.ref, title=round_.title,
               changes={"content": (None, what), "snapshot": (None, snapshot.number if snapshot else None)})  # fmt: skip
        forget_old(round_)
        transaction.on_commit(lambda: in_background(make, dossier.pk))
    return dossier


def forget_old(round_: Round) -> None:
    """Only the newest dossiers of a round are kept: each can be made again at any time."""
    for old in Dossier.objects.filter(round=round_).exclude(state__in=Dossier.UNDER_WAY)[KEPT:]:
        path = old.path
        old.delete()
        if path:
            transaction.on_commit(lambda path=path: default_storage.delete(path))


def in_background(act: Callable[[int], Any], key: int) -> None:
    """In a thread of this process. When the process ends before it is done, the job takes over."""

    def run() -> None:
        close_old_connections()
        try:
            act(key)
        finally:
            connection.close()

    threading.Thread(target=run, name=f"dossier-{key}", daemon=True).start()


def make(key: int) -> Dossier | None:
    """Make the dossier, unless somebody else is at it. What goes wrong stands in its message."""
    now = clock.now()
    free = Q(state=Dossier.WAITING) | Q(state=Dossier.RUNNING, seen_at__lt=now - DEAD_AFTER)
    if not Dossier.objects.filter(free, pk=key).update(state=Dossier.RUNNING, seen_at=now, done=0):
        return None
    dossier = Dossier.objects.select_related("round", "snapshot__round").get(pk=key)
    try:
        with translation.override(dossier.language):
            _make(dossier)
    except Exception as error:
        log.exception("making dossier %s failed", key)
        Dossier.objects.filter(pk=key).update(
            state=Dossier.FAILED, message=f"{type(error).__name__}: {error}"[:500], finished_at=clock.now()
        )
    return Dossier.objects.get(pk=key)


def rows_of(dossier: Dossier) -> list[Row]:
    if dossier.snapshot is not None:
        return snapshot_rows(dossier.snapshot)
    return released_rows(dossier.round) if dossier.what == "released" else working_rows(dossier.round)


def _make(dossier: Dossier) -> None:
    rows = rows_of(dossier)
    annexes = annexes_of(rows)
    pieces = [
        Piece(annex.number, annex.title, annex.evidence.file.content_type, annex.evidence.file.open)
        for annex in annexes if annex.evidence.file is not None
    ]  # fmt: skip
    # Reading the evidence, setting the pages (as long as reading ten files), binding, keeping.
    setting, count = 10, len(pieces)
    tell = Teller(dossier, total=2 * count + setting + 1)
    tell(0, _("reads the evidence"), at_once=True)
    taken, fates = fates_of(pieces, lambda done: tell(done, _("reads the evidence")))
    tell(count, _("sets the pages"), at_once=True)
    kind = str(dossier.get_what_display())  # type: ignore[attr-defined]
    document = dossier_document(
        dossier.round, rows, annexes, fates, made_at=dossier.requested_at, kind=kind,
        checksum=dossier.snapshot.sha256 if dossier.snapshot else "",
    )  # fmt: skip
    main = pdf_bytes(document)
    tell(count + setting, _("binds the annexes"), at_once=True)
    titles = {annex.number: annex.title for annex in annexes}
    content, pages, sha256 = bound(
        main, titles, taken, lambda done: tell(count + setting + done, _("binds the annexes"))
    )
    path = default_storage.save(f"campaign/dossiers/{dossier.pk}.pdf", ContentFile(content))
    Dossier.objects.filter(pk=dossier.pk).update(
        state=Dossier.READY, path=path, size=len(content), pages=pages, sha256=sha256, step="", message="",
        done=tell.total, finished_at=clock.now(),
    )  # fmt: skip


class Teller:
    """Writes how far it is, but not more often than anybody can read."""

    def __init__(self, dossier: Dossier, total: int) -> None:
        self.key, self.total, self.last = dossier.pk, total, 0.0

    def __call__(self, done: int, step: str, *, at_once: bool = False) -> None:
        if not at_once and time.monotonic() - self.last < TOLD_EVERY:
            return
        self.last = time.monotonic()
        Dossier.objects.filter(pk=self.key).update(
            done=done, total=self.total, step=step, seen_at=clock.now()
        )


def make_waiting() -> None:
    """The job: dossiers that nobody makes, or whose maker died."""
    dead = clock.now() - DEAD_AFTER
    left = Dossier.objects.filter(
        Q(state=Dossier.WAITING, requested_at__lt=dead) | Q(state=Dossier.RUNNING, seen_at__lt=dead)
    )
    for key in list(left.values_list("pk", flat=True)):
        make(key)
