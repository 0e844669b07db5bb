"""What an audit found, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.city_index.rules.findings import Evidence, Finding, Follows
from steuerrad.modules.city_index.rules.messages import BASES, MESSAGES

SEVERITIES: Mapping[str, Any] = {"error": _("Error"), "warning": _("Warning"), "note": _("Note")}
CERTAINTIES: Mapping[str, Any] = {
    "certain": _("certain"),
    "very likely": _("very likely"),
    "likely": _("likely"),
    "possible": _("possible"),
}
COLUMNS: Mapping[str, Any] = {
    "value": _("value"),
    "change": _("change"),
    "previous": _("value before"),
    "name": _("name"),
    "previous_name": _("counterpart"),
    "text": _("text"),
}
QUANTITIES: Mapping[str, Any] = {
    "score": _("score"),
    "rank": _("rank"),
    "rank_change": _("change of rank"),
    "score_change": _("change of score"),
    "indicator": _("indicator"),
    "pilot_of_maximum": _("pilot projects of their maximum"),
    "top": _("among the best"),
    "cities": _("cities"),
    "indicators": _("indicators"),
    "parameters": _("parameters"),
    "data_points": _("data points"),
}
OUTCOMES: Mapping[str, Any] = {
    "reproduced": _("reproduced"),
    "contradicted": _("contradicted"),
    "not_checkable": _("not checkable"),
}
#: For badges: which state of the shared look an outcome or a severity is shown as.
STATES: Mapping[str, str] = {
    "reproduced": "completed", "contradicted": "stopped", "not_checkable": "unknown",
    "error": "stopped", "warning": "warning", "note": "idea",
}  # fmt: skip
WHOLE = pgettext_lazy("index", "Total")


def figure(value: Decimal) -> str:
    """A decimal in the reader's language, without zeros that say nothing beyond the first decimal."""
    return number_format(value, use_l10n=True, force_grouping=False)


def filled(value: Any) -> Any:
    """A parameter of a message as it is printed."""
    return figure(value) if isinstance(value, Decimal) else value


def message(finding: Finding) -> str:
    """The finding in one or two sentences, in the language of now."""
    template = gettext(MESSAGES[finding.message_key])
    return template.format(**{name: filled(value) for name, value in finding.params.items()})


def basis(finding: Finding) -> str:
    text = BASES.get(finding.basis)
    return gettext(text) if text else finding.basis


def follows(found: Follows | None) -> str:
    """The value that would be right, with its range where that is wider than rounding."""
    if found is None:
        return ""
    if found.low == found.high == found.value:
        return figure(found.value)
    values = {"value": figure(found.value), "low": figure(found.low), "high": figure(found.high)}
    return gettext("%(value)s (%(low)s to %(high)s)") % values


def where(finding: Finding) -> str:
    """Category, row and column of a finding."""
    place = finding.place
    parts = [
        str(place.edition),
        place.category or str(WHOLE),
        place.row,
        str(COLUMNS.get(place.column, place.column)),
    ]
    return " · ".join(part for part in parts if part)


def evidence_figure(item: Evidence) -> str:
    """A figure that a finding rests on, with its place."""
    quantity = str(QUANTITIES.get(item.quantity, item.quantity))
    name = " · ".join(part for part in (str(item.edition), item.category, item.row) if part)
    return f"{name} · {quantity}: {item.value}"


def language() -> str:
    return "en" if (get_language() or "de").startswith("en") else "de"
