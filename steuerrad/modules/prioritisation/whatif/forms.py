"""Forms of scenarios: the words, the assumptions, one row for each change; filters of the list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.prioritisation.models.scenarios import LONGEST_NOTE, LONGEST_TITLE
from steuerrad.modules.prioritisation.whatif import texts
from steuerrad.modules.prioritisation.whatif.rules import (
    MOST_CHANGES,
    Assumptions,
    Change,
    Group,
    check_changes,
)

EMPTY_ROWS = 2
LARGEST = 10**12  # of a raw value; what a figure may really be, its scale says
BREAKS = {"": None, "no": False, "yes": True}


class ScenarioForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=LONGEST_TITLE)
    note = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What would be done, who says that it works, which question this answers."),
    )  # fmt: skip
    own = forms.ChoiceField(
        label=_("Without the change the city"), required=False,
        choices=[("typical", _("develops like the others")), ("still", _("stays as it is"))],
    )  # fmt: skip
    method = forms.ChoiceField(
        label=_("Method of the next edition"), required=False,
        choices=[("", _("not known")), ("no", _("as before")), ("yes", _("changed"))],
    )  # fmt: skip
    seen = forms.IntegerField(required=False, min_value=1, max_value=10**9, widget=forms.HiddenInput)

    def assumptions(self) -> Assumptions:
        own = "still" if self.cleaned_data["own"] == "still" else "typical"
        return Assumptions(own, BREAKS[self.cleaned_data["method"]])


def _figure(label: Any, low: float, high: float, **options: Any) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})
    return forms.FloatField(label=label, min_value=low, max_value=high, widget=widget, **options)


class ChangeForm(forms.Form):
    """One changed figure. Without figure the row is empty."""

    figure = forms.ChoiceField(label=_("Indicator"), required=False)
    kind = forms.ChoiceField(
        label=_("Meaning"),
        required=False,
        choices=[("value", _("new value")), ("gain", _("points more")), ("raw", _("new raw value"))],
    )
    low = _figure(_("Lowest"), -LARGEST, LARGEST, required=False)
    likely = _figure(_("Likely"), -LARGEST, LARGEST, required=False)
    high = _figure(_("Highest"), -LARGEST, LARGEST, required=False)
    probability = _figure(_("Succeeds with (percent)"), 0, 100, required=False)
    slack = _figure(_("Months from planned end to survey"), -60, 60, required=False)
    delay = _figure(_("Likely delay (months)"), 0, 60, required=False)
    most_delay = _figure(_("Longest delay (months)"), 0, 60, required=False)

    def __init__(self, *args: Any, groups: tuple[Group, ...] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        choices: list[Any] = [("", "–")]
        for group in groups:
            choices.append((group.title, [(f"{row.of}:{row.key}", row.title) for row in group.rows]))
        self.fields["figure"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("figure") and data.get("likely") is None and "likely" not in self.errors:
            self.add_error("likely", _("A value is needed."))
        return data

    def change(self) -> Change | None:
        """The change that this row asks for; what is left out is as likely says, certain and in time."""
        data = self.cleaned_data
        if not data.get("figure"):
            return None
        of, _colon, key = data["figure"].partition(":")
        likely = data["likely"]
        given = {
            name: data[name] for name in ("low", "high", "probability", "delay") if data[name] is not None
        }
        delay = given.get("delay", 0.0)
        most = delay if data["most_delay"] is None else data["most_delay"]
        return Change(
            key, given.get("low", likely), likely, given.get("high", likely), of, data["kind"] or "value",
            given.get("probability", 100.0) / 100, data["slack"], (0.0, delay, most),
        )  # fmt: skip


class BaseChanges(forms.BaseFormSet):
    def changes(self) -> list[Change]:
        return [change for form in self.forms if (change := form.change()) is not None]

    def check_against(self, groups: tuple[Group, ...]) -> bool:
        """Put every fault of the changes beside its row. True when there is none."""
        filled = [form for form in self.forms if form.cleaned_data.get("figure")]
        names = {
            "low": "low",
            "kind": "kind",
            "probability": "probability",
            "delay_months": "delay",
            "key": "figure",
        }
        faults = check_changes(self.changes(), groups)
        for fault in faults:
            _changes, number, *column = [*fault.place.split("."), "likely"]
            if number.isdecimal() and int(number) < len(filled):
                filled[int(number)].add_error(names.get(column[0], "likely"), texts.fault(fault))
        return not faults


ChangeFormSet = forms.formset_factory(
    ChangeForm, formset=BaseChanges, extra=EMPTY_ROWS, max_num=MOST_CHANGES, absolute_max=MOST_CHANGES
)


def initial_of(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [
        {"figure": f"{item.of}:{item.key}", "kind": item.kind, "low": _short(item.low), "likely": _short(item.likely),
         "high": _short(item.high), "probability": _short(100 * item.probability),
         "slack": None if item.slack_months is None else _short(item.slack_months),
         "delay": _short(item.delay_months[1]) or None, "most_delay": _short(item.delay_months[2]) or None}
        for item in changes
    ]  # fmt: skip


def _short(value: float) -> float | int:
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


class ListForm(forms.Form):
    """Filters of the list; nonsense is left out."""

    q = forms.CharField(label=_("Text"), required=False, max_length=100)
    edition = forms.ChoiceField(label=_("Edition"), required=False)
    state = forms.ChoiceField(
        label=_("Status"), required=False,
        choices=[("", _("open")), ("released", _("released")), ("mine", _("my own")), ("archived", _("archived"))],
    )  # fmt: skip

    def __init__(self, *args: Any, editions: Iterable[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["edition"].choices = [("", _("all")), *((key, key) for key in editions)]  # type: ignore[attr-defined]

    def values(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
