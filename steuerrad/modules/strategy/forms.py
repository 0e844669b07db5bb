"""Forms: filters sent by GET, and the entries of people."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.audit_text import SEVERITY_LABELS
from steuerrad.modules.strategy.models import Measure
from steuerrad.modules.strategy.models.kpis import KINDS, QUALITIES
from steuerrad.modules.strategy.models.measures import STATUS_LABELS
from steuerrad.modules.strategy.queries import kpis as kpi_queries
from steuerrad.modules.strategy.queries import measures as measure_queries
from steuerrad.modules.strategy.queries.structure import fields
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.tables.fields import parse_decimal

Choices = list[tuple[str, Any]]
PERIODS: Choices = [
    ("running", _("running this year")),
    ("late", _("ended, not delivered")),
    ("ended", _("ended")),
    ("upcoming", _("starts later")),
    ("open_end", _("without end")),
    ("not_set", _("not yet set")),
]
STATES: Choices = [
    (kpi_queries.COMPUTED, _("computed")),
    (kpi_queries.COLLECTED, _("collected")),
    (kpi_queries.MISSING, _("missing")),
]
FINDING_KINDS: Choices = [
    ("kpi", _("KPIs")),
    ("measure", _("Measures")),
    ("field", _("Fields of action")),
    ("theme", _("Themes")),
    ("target", _("Stated figures")),
    ("status", _("Status")),
    ("form", _("Spelling")),
    ("city", _("Strategy as a whole")),
]
ALL: Choices = [("", _("all"))]


class FilterForm(forms.Form):
    """A filter: what is not understood is reported and left out; the rest applies."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            kind = "select" if isinstance(field, forms.ChoiceField) else "input"
            field.widget.attrs["class"] = f"kern-form-input__{kind}"

    def values(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def active(self) -> bool:
        return any(name not in ("sort", "page") for name in self.values())


class DayField(forms.DateField):
    """A date as the browser's date field and as German habit write it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **options)


class FigureField(forms.CharField):
    """A number as people write it: 1.234,5 and 1234.5 both work; what could be either is refused."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_decimal(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("Not a clear number: %(reason)s"), params={"reason": str(error)}
            ) from error


def theme_and_field_choices() -> tuple[Choices, Choices]:
    """Themes and fields (grouped by theme) for a select. One query."""
    themes: dict[str, str] = {}
    grouped: dict[str, Choices] = {}
    for field in fields():
        themes[field.theme.code] = field.theme.title
        grouped.setdefault(field.theme.title, []).append((field.code, field.title))
    return [*ALL, *themes.items()], [*ALL, *grouped.items()]  # type: ignore[list-item]


class MeasureFilterForm(FilterForm):
    q = forms.CharField(label=_("Text"), required=False, max_length=100)
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    field = forms.ChoiceField(label=_("Field of action"), required=False)
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[*ALL, *STATUS_LABELS.items()])
    period = forms.ChoiceField(label=_("Period"), required=False, choices=[*ALL, *PERIODS])
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    funding = forms.ChoiceField(label=_("Funding"), required=False)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = {}
        choices["theme"], choices["field"] = theme_and_field_choices()
        choices["funding"] = [*ALL, *((mark, mark) for mark in measure_queries.funding_marks())]
        rows = measure_queries.participating_organisations().values_list("key", "name")
        choices["organisation"] = [*ALL, *rows]
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]


class KpiFilterForm(FilterForm):
    q = forms.CharField(label=_("Text"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("Values"), required=False, choices=[*ALL, *STATES])
    theme = forms.ChoiceField(label=_("Theme"), required=False)
    field = forms.ChoiceField(label=_("Field of action"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[*ALL, *KINDS.items()])
    reference = forms.ChoiceField(label=_("Reference"), required=False)
    sdg = forms.ChoiceField(label=_("SDG"), required=False)
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = {}
        choices["theme"], choices["field"] = theme_and_field_choices()
        choices["reference"] = [*ALL, *((name, name) for name in kpi_queries.listed("references"))]
        targets = kpi_queries.listed("sdg")
        goals = sorted({code.partition(".")[0] for code in targets}, key=kpi_queries.sdg_key)
        names = sorted({*goals, *targets}, key=kpi_queries.sdg_key)
        choices["sdg"] = [*ALL, *((name, name) for name in names)]
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]


class ValueForm(forms.Form):
    """A first value of a date."""

    date = DayField(label=_("Date"), help_text=_("The day that the value holds for, e.g. 31.12.2025."))
    value = FigureField(label=_("Value"), max_length=60)
    quality = forms.ChoiceField(label=_("Quality"), choices=list(QUALITIES.items()))
    source = forms.CharField(
        label=_("Source"), max_length=300, help_text=_("Where it can be looked up: system, report, page.")
    )
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, unit: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if unit:
            self.fields["value"].help_text = _("In the unit: %(unit)s") % {"unit": unit}


class CorrectionForm(ValueForm):
    """A new revision; the date stays."""

    reason = forms.CharField(
        label=_("Reason for the correction"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["date"]


class StatusForm(forms.Form):
    """The next status of a measure. before: the status that the person saw."""

    before = forms.ChoiceField(choices=list(STATUS_LABELS.items()), widget=forms.HiddenInput)
    status = forms.ChoiceField(label=_("New status"))
    since = DayField(label=_("Since"))
    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed for a stop and for a step back."),
    )  # fmt: skip
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def __init__(self, *args: Any, measure: Measure, **options: Any) -> None:
        options.setdefault("initial", {"before": measure.status, "since": clock.today()})
        super().__init__(*args, **options)
        others = [(name.value, label) for name, label in STATUS_LABELS.items() if name != measure.status]
        self.fields["status"].choices = others  # type: ignore[attr-defined]

    def clean_status(self) -> Status:
        return Status(self.cleaned_data["status"])


class SendBackForm(forms.Form):
    """Why a reported value or status goes back to its author."""

    decision = forms.CharField(
        label=_("What is to be changed?"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class FindingFilterForm(FilterForm):
    q = forms.CharField(label=_("Text"), required=False, max_length=100)
    severity = forms.ChoiceField(
        label=_("Severity"), required=False, choices=[*ALL, *SEVERITY_LABELS.items()]
    )
    rule = forms.ChoiceField(label=_("Rule"), required=False)
    kind = forms.ChoiceField(label=_("Object"), required=False, choices=[*ALL, *FINDING_KINDS])
    accepted = forms.ChoiceField(
        label=_("Accepted"), required=False,
        choices=[("", _("open ones")), ("only", _("accepted ones")), ("all", _("all"))],
    )  # fmt: skip

    def __init__(self, *args: Any, rules: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["rule"].choices = [*ALL, *rules]  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """Why a finding is accepted."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Others read it beside the finding."),
    )  # fmt: skip
