"""Tags of the strategy's pages: `{% load strategy %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.strategy.audit_text import SEVERITY_LABELS
from steuerrad.modules.strategy.models import Measure, Target
from steuerrad.modules.strategy.queries.findings import address_of
from steuerrad.modules.strategy.rules.audit.finding import Severity
from steuerrad.platform.city.queries import documents
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.templatetags.ui import language

register = template.Library()
# Units that say only that the figure is a year.
YEARS = frozenset({"jahr", "zieljahr", "year"})


@register.simple_tag(takes_context=True)
def document_title(context: template.Context, key: str, sources: Any = None) -> str:
    """The title of a document of the city; its key when the city does not describe it. Read once a page."""
    if not sources:
        sources = context.render_context.get("strategy_documents")
        if sources is None:
            sources = context.render_context["strategy_documents"] = documents()
    found = sources.get(key)
    return found.title if found else key


@register.simple_tag
def target_figure(target: Target) -> str:
    """A stated figure with what is said about it: at least 80 %, 10 to 12 km."""
    if target.value is None:
        return target.as_printed
    text = numbers.figure(float(target.value), None, language())
    if target.as_printed == f"{target.value.normalize():f}":
        text = target.as_printed  # printed without grouping, e.g. a year
    if target.value_high is not None:
        text = f"{text} – {numbers.figure(float(target.value_high), None, language())}"
    qualifier = f"{target.get_qualifier_display()} " if target.qualifier else ""  # type: ignore[attr-defined]
    if target.unit.casefold() in YEARS:
        return f"{qualifier}{text}"
    return f"{qualifier}{numbers.with_unit(text, target.unit)}"


@register.filter
def leads(measure: Measure) -> list[str]:
    """Names of the organisations that lead a measure of `queries.measures`."""
    return [item.organisation.name for item in measure.participations if item.role == "lead"]  # type: ignore[attr-defined]


#: Origins of KPIs as the strategy marks them; another mark is shown as it stands.
REFERENCES = {
    "UN": _("United Nations (U4SSC)"),
    "EU": _("European Union (CITYkeys)"),
    "OWN": _("own KPI of the city"),
}


@register.filter
def reference(mark: str) -> str:
    return str(REFERENCES.get(mark, mark))


SEVERITY_GLYPHS = {"error": "stopped", "warning": "warning", "note": "planned"}


@register.filter
def severity_glyph(severity: str) -> str:
    """The badge that a finding of this severity wears."""
    return SEVERITY_GLYPHS.get(severity, "unknown")


@register.filter
def severity_label(severity: str) -> str:
    return str(SEVERITY_LABELS[Severity(severity)])


@register.filter
def finding_address(ref: str) -> str:
    return address_of(ref)
