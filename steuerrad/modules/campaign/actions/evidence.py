"""Evidence of an answer: links, and files that the author may use."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Q
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.models import Answer, Evidence, RoundQuestion
from steuerrad.modules.campaign.typed import EvidenceInput
from steuerrad.platform.files.models import StoredFile

OWNER = "campaign.evidence"
MOST = 50
LONGEST_TITLE = 200
web_address = URLValidator(schemes=["http", "https"])


def checked_evidence(
    actor: Any, question: RoundQuestion, given: tuple[EvidenceInput, ...]
) -> dict[int, StoredFile]:
    """The files that are named, by key. Raises RefusedError.

    A file must be the actor's own upload or already belong to this question or to its answer of last time: whoever
    could name any file here could read it.
    """
    if len(given) > MOST:
        raise RefusedError(
            _("At most %(most)d pieces of evidence are possible.") % {"most": MOST}, "evidence"
        )
    for item in given:
        if bool(item.url) == (item.file_id is not None):
            raise RefusedError(_("Evidence is either a link or a file."), "evidence")
        if item.url:
            _check_address(item.url)
        if len(item.title) > LONGEST_TITLE or "\x00" in item.title:
            raise RefusedError(_("The title of the evidence is too long."), "evidence")
    wanted = {item.file_id for item in given if item.file_id is not None}
    if not wanted:
        return {}
    mine = Q(uploaded_by=actor) | Q(pk__in=_known_files(question))
    found = StoredFile.objects.filter(mine, pk__in=wanted, owner=OWNER).in_bulk()
    if wanted - found.keys():
        raise RefusedError(_("This file cannot be used here; upload it again."), "evidence")
    return found


def _known_files(question: RoundQuestion) -> Any:
    """Files of this question's revisions and of the answer that is carried over."""
    rows = Evidence.objects.filter(Q(answer__question=question) | Q(answer=question.previous_answer_id))
    return rows.exclude(file=None).values("file")


def _check_address(url: str) -> None:
    try:
        if len(url) > 500:
            raise ValidationError("")
        web_address(url)
    except ValidationError as error:
        raise RefusedError(
            _("A link must be a full address that begins with https:// or http://."), "evidence"
        ) from error


def write_evidence(answer: Answer, given: tuple[EvidenceInput, ...], files: dict[int, StoredFile]) -> None:
    Evidence.objects.bulk_create(
        Evidence(
            answer=answer, order=order, title=item.title.strip(), url=item.url,
            file=files[item.file_id] if item.file_id is not None else None,
        )
        for order, item in enumerate(given)
    )  # fmt: skip
