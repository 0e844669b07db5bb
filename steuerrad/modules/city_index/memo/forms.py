"""Forms of the memo page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.city_index.memo.actions import LONGEST_TEXT


class StatementForm(forms.Form):
    """Other words for one statement."""

    statement = forms.CharField(max_length=120, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Wording"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3})
    )
