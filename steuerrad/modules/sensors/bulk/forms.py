"""Forms for reading a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.bulk.guessing import ENDINGS, Sample, kinds, observed
from steuerrad.modules.sensors.bulk.models import TableMapping
from steuerrad.platform.observations.models import Thing
from steuerrad.platform.observations.vocabulary import properties, units

MOST_MB = 64
MOST_SERIES = 40


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Table"),
        help_text=_("CSV, XLSX, Parquet or Arrow, at most 64 MB; larger ones by the command line."),
    )
    mapping = forms.ModelChoiceField(
        label=_("Mapping"), queryset=TableMapping.objects.all(), required=False, to_field_name="key",
        empty_label=_("say it for this table"),
    )  # fmt: skip

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if Path(str(given.name)).suffix.lower() not in ENDINGS:
            raise forms.ValidationError(
                _("Tables are read as CSV, XLSX, Parquet or Arrow; the ending of the name says which.")
            )
        if given.size > MOST_MB * 1024**2:
            raise forms.ValidationError(_("The file has more than 64 MB; read it by the command line."))
        return given


class ColumnsForm(forms.Form):
    """What the columns of one table mean."""

    skip_lines = forms.IntegerField(
        label=_("Lines before the header"), min_value=0, max_value=1000, required=False
    )
    shape = forms.ChoiceField(
        label=_("Shape"),
        choices=[("wide", _("one column for each property")), ("long", _("one row for each figure"))],
    )
    time = forms.ChoiceField(label=_("Time"))
    time_2 = forms.ChoiceField(label=_("Time of day, where it stands apart"), required=False)
    time_form = forms.CharField(
        label=_("Form of the time"),
        max_length=60,
        help_text=_("iso, epoch_s, epoch_ms or a pattern like %d.%m.%Y %H:%M"),
    )
    zone = forms.CharField(
        label=_("Time zone of times that state none"), max_length=60, required=False, initial="Europe/Berlin",
        help_text=_("Many devices write winter time all year (Etc/GMT-1) or UTC."),
    )  # fmt: skip
    decimal = forms.ChoiceField(label=_("Decimal sign"), choices=[(".", _("point")), (",", _("comma"))])
    station = forms.ChoiceField(label=_("Station"), required=False)
    thing_key = forms.CharField(
        label=_("Key of the one thing that the table tells of"), max_length=120, required=False,
        help_text=_("Instead of a column for the station."),
    )  # fmt: skip
    key_prefix = forms.CharField(
        label=_("What the keys of its things begin with"), max_length=60, required=False, help_text=_("For example the name of the network and a colon.")
    )  # fmt: skip
    latitude = forms.ChoiceField(label=_("Latitude"), required=False)
    longitude = forms.ChoiceField(label=_("Longitude"), required=False)
    value = forms.ChoiceField(label=_("Figure (one row for each figure)"), required=False)
    what = forms.ChoiceField(label=_("What the figure is (one row for each figure)"), required=False)
    create = forms.BooleanField(label=_("Make things that are not known yet"), required=False, initial=True)
    origin = forms.ChoiceField(label=_("Origin"), choices=Thing.ORIGINS, initial=Thing.CITY)
    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=None, required=False, to_field_name="key"
    )
    source = forms.CharField(label=_("Source, as it shall be printed"), max_length=300, required=False)
    save_as = forms.CharField(
        label=_("Keep this mapping under the key"), max_length=80, required=False, validators=[validate_slug],
        help_text=_("Then the next table of this kind needs no questions."),
    )  # fmt: skip

    def __init__(self, *args: Any, sample: Sample, organisations: Any, needed: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sample = sample
        choices = [("", "–"), *((name, name) for name in sample.names)]
        for name in ("time", "time_2", "station", "latitude", "longitude", "value", "what"):
            self._choices(name, choices)
        organisation: Any = self.fields["organisation"]
        organisation.queryset, organisation.required = organisations, needed
        self.names = self._series_names()
        words = [("", "–"), *((word.key, _(word.name)) for word in properties().values())]
        signs = [("", "–"), *((unit.code, unit.symbol or unit.code) for unit in units().values())]
        for place, series in enumerate(self.names):
            key, unit = observed(series)
            self.fields[f"property_{place}"] = forms.ChoiceField(
                label=_("%(name)s: what is observed") % {"name": series},
                choices=words,
                required=False,
                initial=key,
            )
            self.fields[f"unit_{place}"] = forms.ChoiceField(
                label=_("%(name)s: unit") % {"name": series}, choices=signs, required=False, initial=unit
            )

    def _choices(self, name: str, choices: Any) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def _given(self, name: str) -> str:
        return str(self.data.get(name, "") if self.is_bound else self.initial.get(name, ""))

    def _series_names(self) -> list[str]:
        if self._given("shape") == "long":
            return list(kinds(self.sample, self._given("what")))[:MOST_SERIES]
        taken = {self._given(name) for name in ("time", "time_2", "station", "latitude", "longitude")}
        return [name for name in self.sample.names if name and name not in taken][:MOST_SERIES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for place, series in enumerate(self.names):
            key, unit = data.get(f"property_{place}"), data.get(f"unit_{place}")
            if bool(key) != bool(unit):
                self.add_error(f"unit_{place}", _("Property and unit belong together; leave both empty to leave %(name)s out.")
                               % {"name": series})  # fmt: skip
        return data

    def spec(self) -> dict[str, Any]:
        """The mapping as data (checked by bulk.mapping.read)."""
        data = self.cleaned_data
        columns = [name for name in (data["time"], data["time_2"]) if name]
        thing = {"prefix": data["key_prefix"], "create": data["create"]}
        thing |= {name: data[name] for name in ("latitude", "longitude") if data[name]}
        thing |= {"key": data["thing_key"]} if data["thing_key"] else {"column": data["station"]}
        series = {
            name: {"property": data[f"property_{place}"], "unit": data[f"unit_{place}"]}
            for place, name in enumerate(self.names)
            if data[f"property_{place}"]
        }
        found: dict[str, Any] = {
            "format": self.sample.format, "encoding": self.sample.encoding, "decimal": data["decimal"],
            "skip_lines": data["skip_lines"] or 0, "origin": data["origin"], "source": data["source"],
            "time": {"columns": columns, "form": data["time_form"], "zone": data["zone"]}, "thing": thing, "series": series,
        }  # fmt: skip
        if self.sample.delimiter:
            found["delimiter"] = self.sample.delimiter
        if data["shape"] == "long":
            found["value"] = {"column": data["value"], "what": data["what"]}
        return found
