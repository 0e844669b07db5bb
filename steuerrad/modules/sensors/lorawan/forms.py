"""Forms of the LoRaWAN pages."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.codecs.decoding import MOST_BYTES
from steuerrad.modules.sensors.codecs.profiles import Profile
from steuerrad.modules.sensors.figure_field import FigureField
from steuerrad.modules.sensors.lorawan import queries

STATES = {
    "fine": _("in order"), "silent": _("silent"), "never": _("never heard"), "battery": _("battery low"),
    "weak": _("weak reception"), "warnings": _("with warnings"),
}  # fmt: skip
ENCODINGS = [("hex", _("hexadecimal")), ("base64", "Base64")]


def profile_choices(known: dict[str, Profile]) -> list[tuple[str, str]]:
    return sorted(
        ((key, f"{one.maker} {one.title}".strip()) for key, one in known.items()), key=lambda row: row[1]
    )


class DeviceFilterForm(forms.Form):
    q = forms.CharField(label=_("Name or DevEUI"), required=False, max_length=100)
    profile = forms.ChoiceField(label=_("Kind of device"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["profile"].choices = [("", _("All")), *profile_choices(queries.profiles())]  # type: ignore[attr-defined]
        self.fields["state"].choices = [("", _("All")), *((key, STATES[key]) for key in queries.STATES)]  # type: ignore[attr-defined]


class DeviceForm(forms.Form):
    dev_eui = forms.CharField(
        label="DevEUI", max_length=40, help_text=_("16 hexadecimal digits, as on the device")
    )
    name = forms.CharField(label=_("Name"), max_length=300)
    profile = forms.ChoiceField(label=_("Kind of device"))
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=None, required=False, to_field_name="key"
    )
    latitude = FigureField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    longitude = FigureField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    interval_s = forms.IntegerField(
        label=_("Seconds between two uplinks"), required=False, min_value=1,
        help_text=_("Empty: as usual for this kind of device"),
    )  # fmt: skip

    def __init__(self, *args: Any, organisations: Any, needed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.queryset, field.required = organisations, needed  # type: ignore[attr-defined]
        self.fields["profile"].choices = profile_choices(queries.profiles())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if (found.get("latitude") is None) != (found.get("longitude") is None):
            self.add_error("latitude", _("Latitude and longitude belong together."))
        return found


class FileForm(forms.Form):
    file = forms.FileField(label=_("Table (CSV)"))


class BenchForm(forms.Form):
    payload = forms.CharField(label=_("Payload"), max_length=2000, required=False)
    encoding = forms.ChoiceField(label=_("Written as"), choices=ENCODINGS, initial="hex")
    f_port = forms.IntegerField(label=_("Port (fPort)"), min_value=0, max_value=255, initial=1)
    profile = forms.ChoiceField(label=_("Codec of a kind of device"), required=False)
    code = forms.CharField(
        label=_("Own codec (JavaScript)"), required=False, widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("Wins over the choice above. decodeUplink(input), Decoder(bytes, port) or Decode(fPort, bytes)."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with_codec = {key: one for key, one in queries.profiles().items() if one.codec}
        self.fields["profile"].choices = [("", "–"), *profile_choices(with_codec)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        text = re.sub(r"\s|0x", "", found.get("payload", ""))
        try:
            found["bytes"] = (
                bytes.fromhex(text)
                if found.get("encoding") == "hex"
                else base64.b64decode(text, validate=True)
            )
        except (ValueError, binascii.Error):
            self.add_error("payload", _("This cannot be read as it is said to be written."))
        if len(found.get("bytes", b"")) > MOST_BYTES:
            self.add_error("payload", _("LoRaWAN carries at most 242 bytes."))
        if not found.get("profile") and not found.get("code", "").strip():
            self.add_error("profile", _("Choose a kind of device or write a codec."))
        return found
