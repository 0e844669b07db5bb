"""Forms of the index."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.city_index.models import Edition, IndexCity

MOST_CITIES = 4
LARGEST_UPLOAD = 20 * 1024 * 1024


class CompareForm(forms.Form):
    """Which cities and which edition. Without a choice: `suggested` cities in the edition `start`."""

    edition = forms.ChoiceField(label=_("Edition"), required=False)
    city = forms.ChoiceField(label=_("City"), required=False)
    city2 = forms.ChoiceField(label=_("compared with"), required=False)
    city3 = forms.ChoiceField(label=_("and with"), required=False)
    city4 = forms.ChoiceField(label=_("and also with"), required=False)

    def __init__(
        self,
        *args: Any,
        cities: list[IndexCity],
        editions: list[Edition],
        suggested: list[IndexCity],
        start: Edition,
        **kwargs: Any,
    ) -> None:
        self.suggested, self.start = suggested, start
        named = {name: city.key for name, city in zip(self.city_fields(), suggested, strict=False)}
        super().__init__(*args, initial=named | {"edition": str(start.year)}, **kwargs)
        choices = [("", "–"), *((city.key, city.name) for city in cities)]
        for name in self.city_fields():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        years = [(str(item.year), str(item.year)) for item in reversed(editions)]
        self.fields["edition"].choices = years  # type: ignore[attr-defined]

    @staticmethod
    def city_fields() -> list[str]:
        return ["city", *(f"city{number}" for number in range(2, MOST_CITIES + 1))]

    def chosen(self, cities: list[IndexCity], editions: list[Edition]) -> tuple[list[IndexCity], Edition]:
        """The cities without repetition and the edition; nonsense in the address counts as no choice."""
        data = self.cleaned_data if self.is_bound and (self.is_valid() or self.cleaned_data) else {}
        by_key = {city.key: city for city in cities}
        keys = list(dict.fromkeys(data.get(name, "") for name in self.city_fields()))
        found = [by_key[key] for key in keys if key in by_key]
        year = data.get("edition") or ""
        edition = next((item for item in editions if str(item.year) == year), self.start)
        return found or self.suggested, edition


class UploadForm(forms.Form):
    """A file of results to look at; nothing is written yet."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx) with the columns of rankings.csv or city_indicators.csv"),
    )
    edition = forms.ChoiceField(
        label=_("Edition"), required=False, help_text=_("for files without a column year")
    )
    city = forms.ChoiceField(label=_("City"), required=False, help_text=_("for files without a column city"))
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=500,
        help_text=_("for rows that name no source of their own"),
    )
    add_indicators = forms.BooleanField(
        label=_("Accept new indicators where the list of an edition is incomplete"), required=False
    )

    def __init__(self, *args: Any, cities: list[IndexCity], editions: list[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [("", "–"), *((str(item.year), str(item.year)) for item in editions)]  # type: ignore[attr-defined]
        self.fields["city"].choices = [("", "–"), *((item.key, item.name) for item in cities)]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(
                _("The file has more than %(limit)d MB; use the command line for it."),
                params={"limit": LARGEST_UPLOAD // 1024 // 1024},
            )
        return file


class ConfirmForm(forms.Form):
    """The import as it was shown; skip_bad leaves bad rows out."""

    skip_bad = forms.BooleanField(label=_("Leave the bad rows out and import the others"), required=False)
