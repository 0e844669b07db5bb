"""The condition that is tried on history."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.alerts.rules import Rule, RuleError, rule

MOST_MINUTES = 7 * 24 * 60


class PreviewForm(forms.Form):
    """`rule` is None until the form is valid."""

    side = forms.ChoiceField(
        label=_("Alert when the value is"), choices=[("above", _("above")), ("below", _("below"))]
    )
    threshold = forms.FloatField(label=_("Threshold"))
    clear = forms.FloatField(
        label=_("Over when it is back at (the threshold itself if empty)"), required=False
    )
    minutes = forms.IntegerField(
        label=_("After so many minutes"), required=False, min_value=0, max_value=MOST_MINUTES
    )
    rule: Rule | None = None

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if self.errors:
            return told
        row: dict[str, Any] = {
            "key": "preview", "level": "Moderate", told["side"]: told["threshold"], "clear": told.get("clear"),
            "for_s": 60 * (told.get("minutes") or 0),
        }  # fmt: skip
        try:
            self.rule = rule(row)
        except RuleError as error:
            field = error.place if error.place in self.fields else "threshold"
            self.add_error(
                field,
                _("The end must lie on the calm side of the threshold.") if field == "clear" else str(error),
            )
        return told
