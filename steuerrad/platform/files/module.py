"""What files contribute."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Job, Module, PersonalData
from steuerrad.platform.files.commands import COMMANDS
from steuerrad.platform.files.models import StoredFile
from steuerrad.platform.files.sweeping import sweep


def files_of(user: Any) -> list[dict[str, Any]]:
    return list(
        StoredFile.objects.filter(uploaded_by=user).values("name", "sha256", "size", "uploaded_at", "owner")
    )


def forget(user: Any) -> None:
    """The files are evidence of the city and stay; who uploaded them is forgotten."""
    StoredFile.objects.filter(uploaded_by=user).update(uploaded_by=None)


module = Module(
    slug="files",
    title=_("Files"),
    summary=_("Uploaded files"),
    kind="platform",
    urls="steuerrad.platform.files.urls",
    commands=COMMANDS,
    jobs=(Job("files.sweep", _("Take away uploads that nobody needs"), sweep, every_minutes=24 * 60),),
    personal_data=(
        PersonalData(
            "files.uploads",
            _("Uploaded files"),
            _("To know who brought a piece of evidence"),
            None,
            files_of,
            forget,
        ),
    ),
)
