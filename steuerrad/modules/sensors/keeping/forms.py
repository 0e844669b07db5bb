"""The form of a rule of retention."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.keeping.actions import MOST_MONTHS, subjects
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.vocabulary import properties


class KeepForm(forms.Form):
    network = forms.ChoiceField(
        label=_("Network"),
        required=False,
        help_text=_("The beginning of the things' own keys, up to the colon."),
    )
    property_key = forms.ChoiceField(label=_("What is observed"), required=False)
    origin = forms.ChoiceField(label=_("Origin"), required=False, choices=[("", _("all")), *Thing.ORIGINS])
    raw_months = forms.IntegerField(
        label=_("Months that single figures are kept"), min_value=1, max_value=MOST_MONTHS, required=False,
        help_text=_("Empty: for ever, as an exception from a wider rule. Hourly and daily sums always stay."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=300)
    enabled = forms.BooleanField(label=_("In force"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        network: Any = self.fields["network"]
        names = sorted({subject.network for subject in subjects()} - {""})
        network.choices = [("", _("all")), *((name, name) for name in names)]
        word: Any = self.fields["property_key"]
        word.choices = [("", _("all")), *((one.key, _(one.name)) for one in properties().values())]
