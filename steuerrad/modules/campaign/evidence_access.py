"""Who may read a file of evidence: whoever may see a question that it belongs to, and who uploaded it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from steuerrad.modules.campaign.models import Assignment
from steuerrad.modules.campaign.queries.access import visible
from steuerrad.platform.files.models import StoredFile


def may_read(user: Any, file: StoredFile) -> bool:
    """Evidence of an answer of last time is seen with the question that it is carried to."""
    if user is None or not user.is_authenticated:
        return False
    if file.uploaded_by_id == user.pk:
        return True
    own = Q(question__answers__evidence__file=file) | Q(question__previous_answer__evidence__file=file)
    found: bool = visible(user).filter(pk__in=Assignment.objects.filter(own).values("pk")).exists()
    return found


def may_read_own(user: Any, file: StoredFile) -> bool:
    """A filled file that waits for its confirmation: nobody but who uploaded it."""
    return bool(getattr(user, "is_authenticated", False)) and file.uploaded_by_id == user.pk
