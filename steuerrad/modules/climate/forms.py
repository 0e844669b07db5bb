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


class SubjectForm(forms.Form):
    """What the map shows."""

    show = forms.ChoiceField(label=_("Show"), required=False)

    def __init__(self, *args: Any, subjects: list[str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["show"].choices = [  # type: ignore[attr-defined]
            (subject.key, subject.title) for subject in SUBJECTS
            if subject.map and (subjects is None or subject.key in subjects)
        ]  # fmt: skip


class CompareForm(PeriodForm):
    """Up to five places and one subject."""

    show = forms.ChoiceField(label=_("Show"), required=False)
    station = forms.MultipleChoiceField(
        label=_("Places"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["show", "period", "since", "until", "station"]

    def __init__(
        self, *args: Any, subjects: list[str], stations: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["show"].choices = [  # type: ignore[attr-defined]
            (subject.key, subject.title) for subject in SUBJECTS if subject.key in subjects
        ]
        self.fields["station"].choices = stations  # type: ignore[attr-defined]

    def clean_station(self) -> list[str]:
        chosen = self.cleaned_data["station"]
        if len(chosen) > 5:
            raise forms.ValidationError(_("Choose at most five places."))
        return chosen
