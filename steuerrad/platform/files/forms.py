"""A form field for uploads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _

from steuerrad.platform.files.actions import Checked, check
from steuerrad.platform.files.types import EVIDENCE, FileRefusedError, FileTypes


class StoredFileField(forms.FileField):
    """Checks the upload; the value is a Checked for actions.store, None when nothing was chosen."""

    widget = forms.FileInput

    def __init__(self, *, types: FileTypes = EVIDENCE, **options: Any) -> None:
        self.types = types
        super().__init__(**options)
        self.widget.attrs["accept"] = types.accept
        if not self.help_text:
            self.help_text = types_and_limit(types)

    def clean(self, data: Any, initial: Any = None) -> Checked | None:
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return check(upload, self.types)
        except FileRefusedError as refusal:
            raise ValidationError(str(refusal)) from refusal


def _types_and_limit(types: FileTypes) -> str:
    return _("%(types)s; at most %(limit)d MB.") % {
        "types": types.titles,
        "limit": settings.UPLOAD_LIMIT // 1024**2,
    }


types_and_limit = lazy(_types_and_limit, str)
