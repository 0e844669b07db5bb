"""What the pages of the portfolio share."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from steuerrad.modules.strategy.models import FundingProgramme, Measure
from steuerrad.modules.strategy.views.parts import crumbs


def measure_or_404(number: str) -> Measure:
    """A measure that stands or was replaced; not one that the city's files have dropped."""
    found = Measure.objects.select_related("field__theme").filter(number=number[:60]).first()
    if found is None or (found.retired and not found.replaced):
        raise Http404("no such measure")
    return found


def portfolio_crumbs(*steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    return crumbs((_("Portfolio"), reverse("strategy:portfolio")), *steps)


def measure_crumbs(measure: Measure, *steps: tuple[Any, str]) -> list[tuple[Any, str]]:
    above = (_("Measures"), reverse("strategy:measures")), (measure.number, measure.get_absolute_url())
    return crumbs(*above, *steps)


def programme_names() -> dict[str, str]:
    """Names of the funding programmes by key. One query."""
    return dict(FundingProgramme.objects.values_list("key", "name"))
