"""What somebody wants mail about, and in which language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from steuerrad.platform.notifications.models import Recipient
from steuerrad.platform.notifications.queries import topics


class PreferencesForm(forms.Form):
    """Language and optional topics of one recipient. `muted` holds the topics that were not ticked."""

    language = forms.ChoiceField(label=_("Language of the mails"), required=False)
    topics = forms.MultipleChoiceField(
        label=_("Mail about"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, recipient: Recipient | None, *args: Any, **kwargs: Any) -> None:
        optional = topics(optional=True)
        muted = set(recipient.muted.values_list("topic", flat=True)) if recipient else set()
        kwargs["initial"] = {
            "language": recipient.language if recipient else "",
            "topics": [item.id for item in optional if item.id not in muted],
        }
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("as usual here")), *settings.LANGUAGES]
        self.fields["topics"].choices = [(item.id, item.title) for item in optional]
        if not optional:
            del self.fields["topics"]

    @property
    def muted(self) -> set[str]:
        ticked = set(self.cleaned_data.get("topics", ()))
        return {item.id for item in topics(optional=True)} - ticked
