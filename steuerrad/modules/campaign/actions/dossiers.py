"""Making print dossiers in the background. A dossier whose maker died is taken up again by the job."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
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
from steuerrad.platform.jobs import making

KEPT = 5  # dossiers of one round


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
        making.revive(busy, build)
        return busy, False
    try:
        return _new(actor, round_, what, snapshot), True
    except IntegrityError:  # asked for twice in the same moment
        return own.latest("pk"), False


def _new(actor: Any, round_: Round, what: str, snapshot: Snapshot | None) -> Dossier:
    with transaction.atomic():
        dossier = Dossier.objects.create(
            round=round_, what=what, snapshot=snapshot, requested_by=actor, requested_at=clock.now(),
            language=translation.get_language() or "de", step=_("waits"),
        )  # fmt: skip
        record(actor, "campaign.request_dossier", round_.ref, title=round_.title,
               changes={"content": (None, what), "snapshot": (None, snapshot.number if snapshot else None)})  # fmt: skip
        making.forget(Dossier.objects.filter(round=round_), KEPT)
        making.begin(dossier, build)
    return dossier


def rows_of(dossier: Dossier) -> list[Row]:
    if dossier.snapshot is not None:
        return snapshot_rows(dossier.snapshot)
    return released_rows(dossier.round) if dossier.what == "released" else working_rows(dossier.round)


def build(dossier: Dossier) -> tuple[bytes, str]:
    """The PDF with all evidence bound in, and where it shall lie."""
    rows = rows_of(dossier)
    annexes = annexes_of(rows)
    pieces = [
        Piece(annex.number, annex.title, annex.evidence.file.content_type, annex.evidence.file.open)
        for annex in annexes if annex.evidence.file is not None
    ]  # fmt: skip
    # Reading the evidence, setting the pages (as long as reading ten files), binding, keeping.
    setting, count = 10, len(pieces)
    tell = making.Teller(dossier, total=2 * count + setting + 1)
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
    Dossier.objects.filter(pk=dossier.pk).update(pages=pages, sha256=sha256)
    return content, f"campaign/dossiers/{dossier.pk}.pdf"


def make_waiting() -> None:
    """The job: dossiers that nobody makes, or whose maker died."""
    making.take_up(Dossier, build)
