"""Forms of citizens' sensors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.citizen.models import CitizenSensor
from steuerrad.modules.sensors.figure_field import FigureField
from steuerrad.modules.sensors.onboarding.kinds import own


class RegisterForm(forms.Form):
    template = forms.ChoiceField(label=_("Kind of device"))
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Everybody can read it: please no surname and no house number."),
    )
    hardware = forms.CharField(
        label=_("Identifier of the device"), max_length=80, required=False,
        help_text=_("What it sends as X-Sensor, e.g. esp8266-1234567; then no other device can use its key."),
    )  # fmt: skip
    latitude = FigureField(label=_("Latitude (degrees)"), min_value=-90, max_value=90)
    longitude = FigureField(label=_("Longitude (degrees)"), min_value=-180, max_value=180)
    grid_m = forms.TypedChoiceField(
        label=_("Show its place no more exactly than"), choices=CitizenSensor.GRIDS, coerce=int, initial=100,
        help_text=_("The place is rounded before it is kept; the exact one is kept nowhere."),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["template"]
        field.choices = [(key, _(one.title)) for key, one in own().items() if one.citizen]
