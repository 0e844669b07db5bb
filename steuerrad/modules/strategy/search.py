"""Everything of the strategy that can be found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.strategy.models import Field, Kpi, Measure, MeasureDocument, System, Target, Theme
from steuerrad.platform.city.models import Document
from steuerrad.platform.organisations.models import Organisation


def words(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def structure(user: Any) -> Iterator[SearchHit]:
    """Themes and fields, by both names and by their other spellings."""
    for theme in Theme.objects.filter(retired=False):
        keywords = words(theme.name, theme.name_en)
        yield SearchHit(_("Theme"), theme.title, theme.get_absolute_url(), theme.goal, theme.code, keywords)
    for field in Field.objects.filter(retired=False):
        keywords = words(field.name_en, field.name, field.aliases)
        yield SearchHit(_("Field of action"), field.title, field.get_absolute_url(), "", field.code, keywords)


def measures(user: Any) -> Iterator[SearchHit]:
    for item in Measure.objects.filter(retired=False).select_related("field"):
        keywords = words(item.number_as_printed, item.funding, item.field.name, item.field.name_en)
        yield SearchHit(
            _("Measure"), item.title, item.get_absolute_url(), item.summary, item.number, keywords
        )


def kpis(user: Any) -> Iterator[SearchHit]:
    for item in Kpi.objects.filter(retired=False):
        keywords = words(item.code_as_printed, item.references, item.sdg)
        yield SearchHit(_("KPI"), item.name, item.get_absolute_url(), item.unit, item.code, keywords)


def targets(user: Any) -> Iterator[SearchHit]:
    """Stated figures lead to the KPI, measure or field that they belong to."""
    rows = Target.objects.filter(retired=False).select_related("kpi", "measure", "field")
    for item in rows:
        owner = item.kpi or item.measure or item.field
        if owner is not None:
            text = words(item.as_printed, item.unit, item.year, str(owner))
            yield SearchHit(item.get_type_display(), item.subject, owner.get_absolute_url(), text, item.code)  # type: ignore[attr-defined]


def systems(user: Any) -> Iterator[SearchHit]:
    page = reverse("strategy:systems")
    for item in System.objects.filter(retired=False):
        keywords = words(item.job, item.module)
        yield SearchHit(_("System"), item.name, f"{page}#{item.code}", item.job_de, item.code, keywords)


def documents(user: Any) -> Iterator[SearchHit]:
    page = reverse("strategy:sources")
    for item in Document.objects.all():
        text = words(item.publisher, item.date, item.note)
        yield SearchHit(_("Document"), item.title, f"{page}#{item.key}", text, item.key)
    for item in MeasureDocument.objects.filter(retired=False, measure__retired=False).select_related(
        "measure"
    ):
        text = words(item.url, item.measure.title)
        yield SearchHit(_("Document"), item.title, item.measure.get_absolute_url(), text, item.measure.number)


def organisations(user: Any) -> Iterator[SearchHit]:
    for item in Organisation.objects.filter(retired=False):
        yield SearchHit(_("Organisation"), item.name, item.get_absolute_url(), words(item.short, item.note))


SEARCH = (
    SearchSource("strategy.structure", _("Themes and fields"), structure),
    SearchSource("strategy.measures", _("Measures"), measures),
    SearchSource("strategy.kpis", _("KPIs"), kpis),
    SearchSource("strategy.systems", _("Systems"), systems),
    SearchSource("strategy.documents", _("Documents"), documents),
    SearchSource("strategy.organisations", _("Organisations"), organisations),
    SearchSource("strategy.targets", _("Stated figures"), targets),
)
