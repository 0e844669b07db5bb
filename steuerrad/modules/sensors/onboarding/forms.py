"""Forms for making devices known by their kind, and for changing them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.bulk.mapping import MappingError, parsed
from steuerrad.modules.sensors.figure_field import FigureField
from steuerrad.modules.sensors.forms import ThingForm
from steuerrad.modules.sensors.lorawan.forms import profile_choices
from steuerrad.modules.sensors.lorawan.queries import profiles
from steuerrad.modules.sensors.onboarding.kinds import FILE, LORAWAN, OWN, templates
from steuerrad.platform.observations.models import Thing

GROUPS = {OWN: _("General"), LORAWAN: "LoRaWAN", FILE: _("By files of the maker")}


def kind_choices() -> list[Any]:
    """By group and name."""
    found = sorted(templates().values(), key=lambda one: one.name.casefold())
    return [
        (title, [(one.key, one.name) for one in found if one.kind == kind]) for kind, title in GROUPS.items()
    ]


class DeviceForm(ThingForm):
    """A device of a kind; its datastreams follow from the kind."""

    template = forms.ChoiceField(label=_("Kind of device"))
    dev_eui = forms.CharField(label=_("DevEUI, where it is one of LoRaWAN"), max_length=40, required=False)
    interval_s = forms.IntegerField(
        label=_("Seconds between observations"), min_value=1, max_value=31_622_400, required=False,
        help_text=_("Empty: as usual for this kind of device"),
    )  # fmt: skip
    field_order = [
        "template",
        "name",
        "key",
        "dev_eui",
        "organisation",
        "origin",
        "latitude",
        "longitude",
        "interval_s",
    ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["template"]
        field.choices = [("", _("choose")), *kind_choices()]


class ThingChangeForm(ThingForm):
    """What can be changed of a thing later."""

    source = forms.CharField(label=_("Source, as it shall be printed"), max_length=300, required=False)

    def __init__(self, *args: Any, thing: Thing, **options: Any) -> None:
        self.thing = thing
        super().__init__(*args, **options)

    def clean_key(self) -> str | None:
        key = self.cleaned_data["key"] or None
        if key and Thing.objects.filter(key=key).exclude(pk=self.thing.pk).exists():
            raise forms.ValidationError(_("Another thing has this key."))
        return key


class StreamChangeForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=300)
    low = FigureField(label=_("Lowest possible"), required=False)
    high = FigureField(label=_("Highest possible"), required=False)
    interval_s = forms.IntegerField(
        label=_("Seconds between observations"), min_value=1, max_value=31_622_400, required=False
    )


class LoraChangeForm(forms.Form):
    profile = forms.ChoiceField(label=_("Kind of device"))
    interval_s = forms.IntegerField(label=_("Seconds between two uplinks"), min_value=1, max_value=2_678_400)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["profile"]
        field.choices = profile_choices(profiles())


class ProfileForm(forms.Form):
    """A kind of LoRaWAN device of the city's own."""

    key = forms.CharField(
        label=_("Key"),
        max_length=80,
        validators=[validate_slug],
        help_text=_("Small letters, digits and hyphens."),
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    maker = forms.CharField(label=_("Maker"), max_length=120, required=False)
    interval_s = forms.IntegerField(
        label=_("Seconds between two uplinks"), min_value=1, max_value=2_678_400, initial=3600
    )
    codec = forms.CharField(
        label=_("Codec (JavaScript)"), required=False, widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=_("decodeUplink(input), Decoder(bytes, port) or Decode(fPort, bytes); empty: the network server decodes."),
    )  # fmt: skip
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    metadata = forms.CharField(label=_("Address of its description"), max_length=300, required=False)

    def __init__(self, *args: Any, fixed_key: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["fields"] = forms.CharField(
            label=_("What its fields observe (TOML)"), max_length=100_000,
            widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
            help_text=_("For each decoded field [name], property and unit, and where they are known low, high, factor, missing."),
        )  # fmt: skip
        if fixed_key:
            self.fields["key"].disabled = True

    def clean_fields(self) -> dict[str, Any]:
        try:
            return parsed(self.cleaned_data["fields"])
        except MappingError as error:
            raise forms.ValidationError(str(error)) from error
