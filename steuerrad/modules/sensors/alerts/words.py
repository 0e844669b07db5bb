"""Rules and alerts in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from steuerrad.modules.sensors.alerts.models import Alert, AlertRule
from steuerrad.platform.ui.charts import numbers
from steuerrad.platform.ui.templatetags.ui import language


def figure(value: float | None) -> str:
    return numbers.figure(value, None, language())


def value_text(value: float, unit: str) -> str:
    return numbers.with_unit(figure(value), unit) if unit else figure(value)


def span(seconds: int) -> str:
    """The largest unit that leaves no rest, of days, hours, minutes."""
    if seconds and seconds % 86_400 == 0:
        days = seconds // 86_400
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if seconds and seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = max(1, round(seconds / 60)) if seconds else 0
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def condition(rule: AlertRule, unit: str = "") -> str:
    """One sentence."""
    if rule.kind == AlertRule.SILENT:
        return _("No value has arrived for %(time)s.") % {"time": span(rule.for_s)}
    told: dict[str, Any] = {
        "value": value_text(rule.threshold or 0.0, unit or unit_of(rule)), "time": span(rule.for_s)
    }  # fmt: skip
    if rule.kind == AlertRule.ABOVE:
        text = _("Above %(value)s for %(time)s.") if rule.for_s else _("Above %(value)s.")
    else:
        text = _("Below %(value)s for %(time)s.") if rule.for_s else _("Below %(value)s.")
    return text % told


def unit_of(rule: AlertRule) -> str:
    return (
        (rule.datastream.unit_symbol or "")
        if rule.datastream
        else SYMBOLS.get(rule.unit_code, rule.unit_code)
    )


#: As people write the units that rules are about most often; others appear by their code.
SYMBOLS = {"Cel": "°C", "ug/m3": "µg/m³", "W/m2": "W/m²", "mg/L": "mg/l", "uS/cm": "µS/cm", "deg": "°"}


def title_of(alert: Alert, event: str) -> str:
    """The first line of a message."""
    told = {"rule": alert.rule.name, "name": alert.stream_name, "level": alert.get_level_display()}
    if event == "cleared":
        return _("Over: %(rule)s, %(name)s") % told
    if event == "escalated":
        return _("Nobody has acknowledged: %(rule)s, %(name)s (%(level)s)") % told
    if event == "renewed":
        return _("Still going on: %(rule)s, %(name)s (%(level)s)") % told
    return _("Alert: %(rule)s, %(name)s (%(level)s)") % told


def selection(rule: AlertRule) -> str:
    """What the rule watches, in a few words."""
    parts = [
        str(one) for one in (
            rule.datastream, rule.thing, rule.observed_property and _(rule.observed_property.name),
            SYMBOLS.get(rule.unit_code, rule.unit_code), rule.get_origin_display() if rule.origin else "", rule.organisation,
        ) if one
    ]  # fmt: skip
    return ", ".join(parts)
