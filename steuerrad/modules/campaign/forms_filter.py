"""The filter of a round's questions. It stands in the address, so that it can be kept and sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.campaign.models import Round, labels
from steuerrad.modules.campaign.queries.rounds import QuestionFilter
from steuerrad.modules.campaign.rules.states import TO_CHECK, UNANSWERED

ALL = [("", _("all"))]
GROUPS_OF_STATES = [
    (",".join(sorted(UNANSWERED)), _("not answered")),
    (",".join(sorted(TO_CHECK)), _("to be checked")),
]


class QuestionFilterForm(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=200)
    group = forms.ChoiceField(label=_("Category"), required=False)
    organisation = forms.ChoiceField(label=_("Organisation"), required=False)
    state = forms.ChoiceField(label=_("Status"), required=False)
    late = forms.BooleanField(label=_("late only"), required=False)
    changed = forms.BooleanField(label=_("changed since release"), required=False)
    live = forms.BooleanField(label=_("computed live"), required=False)

    def __init__(self, round_: Round, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = round_.questions.order_by("order").values_list(
            "group", "assignment__organisation__key", "assignment__organisation__name"
        )
        groups: dict[str, str] = {}
        organisations: dict[str, str] = {}
        for group, key, name in rows:
            groups[group] = group
            if key:
                organisations[key] = name
        choices: dict[str, list[Any]] = {
            "group": list(groups.items()),
            "organisation": sorted(organisations.items(), key=lambda item: item[1]),
            "state": [*labels.STATES.items(), *GROUPS_OF_STATES],
        }
        for name, found in choices.items():
            self.fields[name].choices = [*ALL, *found]  # type: ignore[attr-defined]

    def wanted(self) -> QuestionFilter:
        """What is not understood is left out; the rest applies."""
        self.is_valid()
        return QuestionFilter(**{name: value for name, value in self.cleaned_data.items() if value})

    def active(self) -> bool:
        return self.wanted() != QuestionFilter()
