"""Forms of rounds and of review. The form of an answer is in forms_answer, filters are in forms_filter."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.models import Round
from steuerrad.platform.organisations.models import Organisation


class DayField(forms.DateField):
    """A date as the browser's date field and as German habit write it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y"], **options)


class ReasonForm(forms.Form):
    """Why something is sent back, declined, withdrawn, frozen with gaps, opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when some answers are not released."),
    )  # fmt: skip


def offered_sets() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be asked, by source: [(source's title, [("source|key", title)])]."""
    found = []
    for source in registry.all("question_sources"):
        choices = [(f"{source.id}|{item.key}", item.title) for item in source.sets()]
        if choices:
            found.append((str(source.title), choices))
    return found


class DatesForm(forms.Form):
    """The days of a round, in their order."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("Left empty: that of the questionnaire."),
    )
    opens_on = DayField(label=_("Opens on"))
    due_on = DayField(label=_("To be answered by"))
    check_by = DayField(label=_("To be checked by"), required=False)
    release_by = DayField(label=_("To be released by"), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands above everyone's questions, e.g. whom to ask."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        days = [(name, data.get(name)) for name in ("opens_on", "due_on", "check_by", "release_by")]
        known = [(name, day) for name, day in days if day is not None]
        for (_earlier, before), (name, day) in itertools.pairwise(known):
            if day < before:
                self.add_error(name, _("This day lies before the one above it."))
        return data


class NewRoundForm(DatesForm):
    questions = forms.ChoiceField(label=_("Questionnaire"))
    field_order = ["questions", "title", "opens_on", "due_on", "check_by", "release_by", "note"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["questions"].choices = [("", _("please choose")), *offered_sets()]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[str, str]:
        """(id of the source, key of the set)."""
        source, _sign, key = self.cleaned_data["questions"].partition("|")
        return source, key


class ChangeRoundForm(DatesForm):
    jump_percent = forms.DecimalField(
        label=_("Change against last time that needs a comment, in percent"),
        min_value=0,
        max_digits=8,
        decimal_places=2,
    )
    jump_points = forms.DecimalField(
        label=_("The same for shares, in percentage points"), min_value=0, max_digits=8, decimal_places=2
    )

    @staticmethod
    def initial_of(round_: Round) -> dict[str, Any]:
        names = (
            "title",
            "opens_on",
            "due_on",
            "check_by",
            "release_by",
            "note",
            "jump_percent",
            "jump_points",
        )
        return {name: getattr(round_, name) for name in names}


def organisation_choices(first: Iterable[int] = ()) -> list[tuple[str, Any]]:
    """All organisations; those in `first` (ids) stand on top, because they already have questions."""
    rows = list(Organisation.objects.filter(retired=False).order_by("name").values_list("pk", "key", "name"))
    wanted = set(first)
    top = [(key, name) for pk, key, name in rows if pk in wanted]
    rest = [(key, name) for pk, key, name in rows if pk not in wanted]
    if not top:
        return [("", _("please choose")), *rest]
    return [("", _("please choose")), (_("Already in this round"), top), (_("Other organisations"), rest)]


class OrganisationForm(forms.Form):
    """Names one organisation by its key."""

    organisation = forms.ChoiceField(label=_("Organisation"))

    def __init__(self, *args: Any, first: Iterable[int] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = organisation_choices(first)  # type: ignore[attr-defined]

    def chosen(self) -> Organisation:
        return Organisation.objects.get(key=self.cleaned_data["organisation"], retired=False)


class HandOverForm(OrganisationForm):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class SplitFileForm(forms.Form):
    """Who answers what, as a CSV or XLSX file."""

    file = forms.FileField(
        label=_("File (CSV or XLSX)"),
        help_text=_("Columns: code, organisation (key or name); optional due (date)."),
    )


class FilledFileForm(forms.Form):
    file = forms.FileField(label=_("Filled file (XLSX or CSV)"), help_text=_("At most 20 MB."))
