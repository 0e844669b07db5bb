"""Filters of the timeline and of the board."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm
from steuerrad.modules.strategy.portfolio.gantt import Years

THEME, ORGANISATION = "theme", "organisation"
GROUPS = ((THEME, _("Theme")), (ORGANISATION, _("Leading organisation")))
OWN_FIELDS = ("light", "timeliness", "report", "sort", "group", "first", "last")


class YearField(forms.IntegerField):
    """A year out of a list that is known only when the measures are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, min_value=1950, max_value=2150, widget=forms.Select, **options)


class TimelineForm(PortfolioFilterForm):
    """The filter of the table, how rows are grouped, and the years shown."""

    group = forms.ChoiceField(label=_("Group by"), required=False, choices=GROUPS)
    first = YearField(label=_("From year"))
    last = YearField(label=_("To year"))

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query.copy())
        self.given = query
        for name in ("first", "last"):
            self.fields[name].widget.attrs["class"] = "kern-form-input__select"
        self.order_fields(["group", "first", "last", "q", "light", "timeliness", "theme", "field", "status"])

    def active(self) -> bool:
        return any(value for name, value in self.given.items() if name in self.fields)

    def years(self) -> tuple[int | None, int | None]:
        """The years asked for."""
        self.is_valid()
        return self.cleaned_data.get("first"), self.cleaned_data.get("last")

    def offer(self, years: Years) -> None:
        """Show the years that there are to choose from; those shown are chosen."""
        choices = sorted({*years.choices, years.first, years.last})
        for name, shown in (("first", years.first), ("last", years.last)):
            widget = self.fields[name].widget
            widget.choices = [(year, str(year)) for year in choices]  # type: ignore[attr-defined]
            self.data[name] = str(shown)  # type: ignore[index]


class BoardForm(PortfolioFilterForm):
    """The filter of the table without the status, which is what the columns are."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["status"]
        self.order_fields(["q", "theme", "organisation", "light", "timeliness", "field"])
