"""Forms of studies: what people enter, checked before it is asked of the actions."""

from __future__ import annotations

from decimal import Decimal
from textwrap import shorten
from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.prioritisation.choice.inputs import Inputs
from steuerrad.modules.prioritisation.models import Amount, StudyRule
from steuerrad.modules.prioritisation.models.choice import LONGEST_BASIS, LONGEST_NOTE, LONGEST_TITLE
from steuerrad.modules.prioritisation.whatif import fields as index_fields
from steuerrad.platform.tables.fields import parse_decimal, parse_year

FIRST_YEAR, LAST_YEAR = 2000, 2100


class FigureField(forms.CharField):
    """A number as people write it, German or English, within bounds and decimal places."""

    def __init__(self, *, low: Decimal | int | None = None, high: Decimal | int | None = None, places: int = 3,
                 digits: int = 6, **options: Any) -> None:  # fmt: skip
        self.low, self.high, self.places, self.digits = low, high, places, digits
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12})
        super().__init__(widget=widget, max_length=40, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            number = parse_decimal(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if self.low is not None and number < self.low:
            raise forms.ValidationError(_("is below %(low)s") % {"low": self.low})
        if self.high is not None and number > self.high:
            raise forms.ValidationError(_("is above %(high)s") % {"high": self.high})
        if abs(number) >= Decimal(10) ** self.digits or number != round(number, self.places):
            raise forms.ValidationError(_("has too many digits"))
        return number

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **options)


class YearField(forms.CharField):
    """A year; empty means all years together."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_year(text, low=FIRST_YEAR, high=LAST_YEAR)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def basis_field() -> forms.CharField:
    return forms.CharField(
        label=_("Basis"), max_length=LONGEST_BASIS,
        help_text=_("Where this comes from: a quotation, a past project, an estimate and of whom."),
    )  # fmt: skip


class StudyForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    edition = forms.ChoiceField(
        label=_("Edition of the index"), required=False,
        help_text=_("Its indicators are the targets, with the points that the city can still gain."),
    )  # fmt: skip
    survey_day = DayField(
        label=_("Day of the next survey"), required=False,
        help_text=_("What a measure brings after this day does not count for the next edition."),
    )  # fmt: skip
    caution = forms.ChoiceField(
        label=_("What counts"),
        choices=[
            ("0", _("the expected gain")),
            ("0.5", _("half the expected gain, half the mean of the worst tenth")),
            ("1", _("only the mean of the worst tenth")),
        ],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        editions = [(f"{source.id}/{one.key}", one.title) for source, one in index_fields.editions()]
        self.fields["edition"].choices = [("", _("none, only targets of the study")), *editions]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What actions take."""
        data = dict(self.cleaned_data)
        source, _slash, edition = data.pop("edition").partition("/")
        return data | {"field": source, "edition": edition, "caution": Decimal(data["caution"])}


class EffectForm(forms.Form):
    """low <= likely <= high in the target's own points; delays in months."""

    target = forms.ChoiceField(label=_("Target"))
    low = FigureField(label=_("At least"), low=-100_000)
    likely = FigureField(label=_("Most likely"), low=-100_000)
    high = FigureField(label=_("At most"), low=-100_000)
    success = FigureField(
        label=_("Probability of success in percent"), low=0, high=100, places=2, initial="100"
    )
    delay_low = FigureField(label=_("Shortest delay in months"), low=0, high=600, places=1, required=False)
    delay_likely = FigureField(label=_("Likely delay in months"), low=0, high=600, places=1, required=False)
    delay_high = FigureField(label=_("Longest delay in months"), low=0, high=600, places=1, required=False)
    basis = basis_field()

    def __init__(self, *args: Any, inputs: Inputs, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["target"].choices = [(one.key, one.title) for one in inputs.targets]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        low, likely, high = (data.get(name) for name in ("low", "likely", "high"))
        if None not in (low, likely, high) and not low <= likely <= high:  # type: ignore[operator]
            self.add_error("likely", _("At least, most likely and at most must not fall."))
        delays = [data.get(name) or Decimal(0) for name in ("delay_low", "delay_likely", "delay_high")]
        data.update(zip(("delay_low", "delay_likely", "delay_high"), delays, strict=True))
        if sorted(delays) != delays:
            self.add_error("delay_likely", _("Shortest, likely and longest delay must not fall."))
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "target"}


class AmountForm(forms.Form):
    """A kind of cost for several years, one a line: "2027: 120.000"."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Amount.KINDS)
    years = forms.CharField(
        label=_("By year"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, required=False,
        help_text=_("One year a line, for example “2027: 120000”. Nothing goes back to what the register says."),
    )  # fmt: skip
    basis = basis_field()

    def clean_years(self) -> dict[int, Decimal]:
        found: dict[int, Decimal] = {}
        for number, line in enumerate(self.cleaned_data["years"].splitlines(), 1):
            if not line.strip():
                continue
            year_text, colon, amount_text = line.partition(":")
            try:
                if not colon:
                    raise ValueError(str(_("needs a year, a colon and an amount")))
                year = parse_year(year_text, low=FIRST_YEAR, high=LAST_YEAR)
                amount = parse_decimal(amount_text)
            except ValueError as error:
                raise forms.ValidationError(
                    _("Line %(line)d: %(fault)s") % {"line": number, "fault": error}
                ) from error
            if amount < 0 or amount >= Decimal(10) ** 12 or amount != round(amount, 2) or year in found:
                fault = _("the year stands there twice") if year in found else _("the amount is not possible")
                raise forms.ValidationError(_("Line %(line)d: %(fault)s") % {"line": number, "fault": fault})
            found[year] = amount
        return found


class RuleForm(forms.Form):
    """Any limit or rule of a study; which fields count depends on the kind."""

    kind = forms.ChoiceField(label=_("Kind"), choices=StudyRule.KINDS)
    year = YearField(
        label=_("Year"), required=False, help_text=_("For budgets and staff; empty: all years together.")
    )
    amount = FigureField(label=_("EUR, days or number"), low=0, places=2, digits=12, required=False)
    group = forms.ChoiceField(label=_("Theme"), required=False)
    one = forms.ChoiceField(label=_("Measure"), required=False)
    other = forms.ChoiceField(label=_("Other measure"), required=False)
    basis = forms.CharField(label=_("Basis"), max_length=LONGEST_BASIS, required=False)

    def __init__(self, *args: Any, inputs: Inputs, **options: Any) -> None:
        super().__init__(*args, **options)
        measures = [
            ("", "–"),
            *((item.ref, shorten(item.name, 90, placeholder=" …")) for item in inputs.items),
        ]
        groups = dict.fromkeys((item.group, item.group_title) for item in inputs.items)
        self.fields["one"].choices = self.fields["other"].choices = measures  # type: ignore[attr-defined]
        self.fields["group"].choices = [("", "–"), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        kind = data.get("kind", "")
        wanted = {"amount": (*StudyRule.BUDGETS, *StudyRule.COUNTS), "group": StudyRule.COUNTS,
                  "one": (*StudyRule.PAIRS, *StudyRule.FIXED), "other": StudyRule.PAIRS}  # fmt: skip
        for name, kinds in wanted.items():
            if kind in kinds and data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("This kind of rule needs it."))
        if kind in StudyRule.COUNTS and data.get("amount") and data["amount"] != int(data["amount"]):
            self.add_error("amount", _("must be a whole number"))
        return data

    def values(self) -> dict[str, Any]:
        """What actions take: only what counts for the kind."""
        data, kind = self.cleaned_data, self.cleaned_data["kind"]
        found: dict[str, Any] = {"kind": kind, "basis": data["basis"]}
        if kind in StudyRule.BUDGETS:
            found |= {"year": data["year"], "amount": data["amount"]}
        elif kind in StudyRule.COUNTS:
            found |= {"one": data["group"], "amount": data["amount"]}
        else:
            found |= {"one": data["one"], "other": data["other"] if kind in StudyRule.PAIRS else ""}
        return found


class ProgrammeForm(forms.Form):
    key = forms.CharField(label=_("Short name"), max_length=60, validators=[validate_slug])
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    rate = FigureField(label=_("Pays of the cost in percent"), low=0, high=100, places=2)
    cap = FigureField(label=_("At most, in EUR"), low=0, places=2, digits=12)
    first = YearField(label=_("First year of spending"))
    last = YearField(label=_("Last year of spending"))
    closes = DayField(label=_("Applications until"), required=False)
    candidates = forms.MultipleChoiceField(
        label=_("Measures that it pays for"), widget=forms.SelectMultiple(attrs={"size": 8})
    )
    basis = basis_field()

    def __init__(self, *args: Any, inputs: Inputs, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["candidates"].choices = [
            (item.ref, shorten(item.name, 90, placeholder=" …")) for item in inputs.items
        ]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", _("The spending period ends before it begins."))
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class TargetForm(forms.Form):
    key = forms.CharField(label=_("Short name"), max_length=60, validators=[validate_slug])
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    gap = FigureField(label=_("Can still gain, in its unit"), low=0, required=False)
    worth = FigureField(
        label=_("Index points per unit"), low=0, places=4, digits=5, required=False,
        help_text=_("A judgement of the study: what reaching one unit is worth. Empty: it does not count."),
    )  # fmt: skip
    yes_no = forms.BooleanField(label=_("Met or not met, nothing between"), required=False)
    basis = basis_field()

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if data.get("yes_no") and data.get("gap") is None and "gap" not in self.errors:
            self.add_error("gap", _("A target that is met or not needs what it gains when it is met."))
        return data

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}
