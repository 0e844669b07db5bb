"""What a visitor may choose on the climate pages; wrong choices are said, not guessed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.climate.periods import EARLIEST, LATEST
from steuerrad.modules.climate.subjects import SUBJECTS

PERIODS = (
    ("day", _("last day")), ("week", _("last week")), ("month", _("last month")), ("year", _("last year")),
    ("all", _("everything")), ("dates", _("from … to …")),
)  # fmt: skip


class PeriodForm(forms.Form):
    """?period=…, for "dates" with ?since= and ?until= (both inclusive)."""

    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    @property
    def wants_doubtful(self) -> bool:
        """Whether what quality control objects to is shown, too (?doubtful=1)."""
        return self.is_bound and bool(self.data.get("doubtful"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        for name, day in (("since", since), ("until", until)):
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("This date is too far away."))
        if since and until and since > until:
            self.add_error("until", _("The end lies before the beginning."))
        if (since or until) and not found.get("period"):
            found["period"] = "dates"
        return found


ORDERS = (
    ("", _("Name")), ("high", _("highest value first")), ("low", _("lowest value first")),
    ("new", _("newest value first")), ("old", _("oldest value first")),
)  # fmt: skip


class OverviewForm(forms.Form):
    """What the map and the table show: a subject, names, a part of the map (?section=west,south,east,north)."""

    show = forms.ChoiceField(label=_("Show"), required=False)
    q = forms.CharField(label=_("Station"), required=False, max_length=100)
    order = forms.ChoiceField(label=_("Order of the table"), choices=ORDERS, required=False)
    section = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, subjects: list[str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["show"].choices = [  # type: ignore[attr-defined]
            (subject.key, subject.title) for subject in SUBJECTS
            if subject.map and (subjects is None or subject.key in subjects)
        ]  # fmt: skip

    def keep_simple(self, few: bool) -> None:
        """Without search and order where nobody needs them; what an address says of them counts all the same."""
        if few:
            for name in ("q", "order"):
                self.fields[name].widget = forms.HiddenInput()

    def clean_section(self) -> tuple[float, float, float, float] | None:
        """Degrees; None where nothing or no part of the world is named."""
        try:
            west, south, east, north = (float(part) for part in self.cleaned_data["section"].split(","))
        except ValueError:
            return None
        good = -180 <= west < east <= 180 and -90 <= south < north <= 90 and east - west >= 1e-4
        return (west, south, east, north) if good and north - south >= 1e-4 else None


class CompareForm(PeriodForm):
    """Up to five places and one subject."""

    show = forms.ChoiceField(label=_("Show"), required=False)
    station = forms.MultipleChoiceField(
        label=_("Places"), required=False, widget=forms.CheckboxSelectMultiple
    )
    q = forms.CharField(label=_("Find places by name"), required=False, max_length=100)
    field_order = ["show", "period", "since", "until", "station", "q"]

    def __init__(
        self,
        *args: Any,
        subjects: list[str],
        stations: list[tuple[str, str]],
        searched: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["show"].choices = [  # type: ignore[attr-defined]
            (subject.key, subject.title) for subject in SUBJECTS if subject.key in subjects
        ]
        self.fields["station"].choices = stations  # type: ignore[attr-defined]
        if not searched:
            self.fields["q"].widget = forms.HiddenInput()

    def clean_station(self) -> list[str]:
        chosen = self.cleaned_data["station"]
        if len(chosen) > 5:
            raise forms.ValidationError(_("Choose at most five places."))
        return chosen
