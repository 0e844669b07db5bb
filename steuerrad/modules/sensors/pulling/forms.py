"""Forms of the sources."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.bulk.mapping import MappingError, parsed
from steuerrad.modules.sensors.pulling.models import PullSource
from steuerrad.platform.organisations.models import Organisation


class SourceForm(forms.Form):
    """A source. The secret is never shown again; an empty field leaves it as it is."""

    title = forms.CharField(label=_("Title"), max_length=200)
    key = forms.CharField(
        label=_("Key"), max_length=80, help_text=_("Small letters, digits and hyphens."),
        validators=[validate_slug],
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What is there"), choices=PullSource.KINDS)
    url = forms.CharField(
        label=_("Address"), max_length=1000,
        help_text=_("{today}, {yesterday} and {month} stand for days, e.g. 2024-06-01. Of a SensorThings server up to the "
                    "number of its version."),
    )  # fmt: skip
    mapping = forms.CharField(
        label=_("Mapping (TOML)"), max_length=100_000, widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=_("What the columns mean; a mapping that was made for a file can be pasted here."),
    )  # fmt: skip
    source = forms.CharField(label=_("Source, as it shall be printed"), max_length=300, required=False)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.filter(retired=False),
        required=False,
        to_field_name="key",
    )
    every_minutes = forms.IntegerField(
        label=_("Minutes between two fetches"), min_value=1, max_value=44_640, initial=60
    )
    timeout_s = forms.IntegerField(label=_("Seconds to wait at most"), min_value=1, max_value=600, initial=60)
    most_mb = forms.IntegerField(label=_("Megabytes at most"), min_value=1, max_value=2_000, initial=50)
    secret = forms.CharField(
        label=_("Header lines to send along (secret)"), max_length=4000, required=False, strip=True,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One a line, e.g. Authorization: Bearer …. Kept sealed and never shown again; empty leaves them as they are."),
    )  # fmt: skip
    forget_secret = forms.BooleanField(label=_("Forget the header lines that are kept"), required=False)

    def __init__(self, *args: Any, fixed_key: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if fixed_key:
            self.fields["key"].disabled = True

    def clean_key(self) -> str:
        key = self.cleaned_data["key"]
        if not self.fields["key"].disabled and PullSource.objects.filter(key=key).exists():
            raise forms.ValidationError(_("Another source has this key."))
        return key

    def clean_mapping(self) -> dict[str, Any]:
        try:
            return parsed(self.cleaned_data["mapping"])
        except MappingError as error:
            raise forms.ValidationError(str(error)) from error
