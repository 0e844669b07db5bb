"""Forms of the sensors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.figure_field import FigureField
from steuerrad.modules.sensors.file_formats import formats
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.vocabulary import properties, units
from steuerrad.platform.organisations.models import Organisation


class ThingFilterForm(forms.Form):
    words = forms.CharField(label=_("Name or key"), max_length=100, required=False)
    origin = forms.ChoiceField(label=_("Origin"), required=False, choices=[("", _("all")), *Thing.ORIGINS])


class ThingForm(forms.Form):
    """A thing with its place. organisations: those for which the person may describe things."""

    name = forms.CharField(label=_("Name"), max_length=300)
    key = forms.CharField(
        label=_("Own key"), max_length=120, required=False, help_text=_("For example the serial number.")
    )
    description = forms.CharField(
        label=_("Description"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none(), required=False, to_field_name="key"
    )
    origin = forms.ChoiceField(label=_("Origin"), choices=Thing.ORIGINS, initial=Thing.CITY)
    latitude = FigureField(label=_("Latitude (degrees)"), min_value=-90, max_value=90, required=False)
    longitude = FigureField(label=_("Longitude (degrees)"), min_value=-180, max_value=180, required=False)

    def __init__(self, *args: Any, organisations: Any, needed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organisation"]
        field.queryset = organisations
        field.required = needed

    def clean_key(self) -> str | None:
        key = self.cleaned_data["key"] or None
        if key and Thing.objects.filter(key=key).exists():
            raise forms.ValidationError(_("Another thing has this key."))
        return key

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if ("latitude" in data and "longitude" in data) and (
            (data["latitude"] is None) != (data["longitude"] is None)
        ):
            self.add_error("latitude", _("Latitude and longitude belong together."))
        return data


class StreamForm(forms.Form):
    """A datastream of a thing, in the words of the vocabulary."""

    property = forms.ChoiceField(label=_("What is observed"))
    unit = forms.ChoiceField(label=_("Unit"))
    sensor = forms.CharField(label=_("Instrument"), max_length=300, help_text=_("Maker and type"))
    low = FigureField(label=_("Lowest possible"), required=False)
    high = FigureField(label=_("Highest possible"), required=False)
    interval_s = forms.IntegerField(
        label=_("Seconds between observations"), min_value=1, max_value=31_622_400, required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices: dict[str, Any] = {
            "property": [(word.key, _(word.name)) for word in properties().values()],
            "unit": [(unit.code, unit.symbol or unit.code) for unit in units().values()],
        }
        for name, found in choices.items():
            field: Any = self.fields[name]
            field.choices = [("", _("choose")), *found]


class ImportForm(forms.Form):
    form = forms.ChoiceField(label=_("Format"))
    file = forms.FileField(
        label=_("File"), help_text=_("As the maker's export made it; the name of the file says the device.")
    )
    source = forms.CharField(label=_("Source"), max_length=300, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["form"]
        field.choices = [
            ("auto", _("by the name of the file")),
            *((key, one.title) for key, one in formats().items()),
        ]
