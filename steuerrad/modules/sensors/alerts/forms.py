"""Forms of alerts: the condition that is tried on history, whole rules, filters, receivers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from steuerrad.modules.sensors.alerts.matching import pure, streams_of
from steuerrad.modules.sensors.alerts.models import LEVELS, Alert, AlertRule, WebhookTarget
from steuerrad.modules.sensors.alerts.rules import Rule, RuleError, rule
from steuerrad.modules.sensors.figure_field import FigureField
from steuerrad.platform.accounts.models import User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.observations.models import Datastream, ObservedProperty, Thing
from steuerrad.platform.organisations.models import Organisation

MOST_MINUTES = 7 * 24 * 60
CALM_SIDE = _("The end must lie on the calm side of the threshold.")


class PreviewForm(forms.Form):
    """`rule` is None until the form is valid."""

    side = forms.ChoiceField(
        label=_("Alert when the value is"), choices=[("above", _("above")), ("below", _("below"))]
    )
    threshold = FigureField(label=_("Threshold"))
    clear = FigureField(label=_("Over when it is back at (the threshold itself if empty)"), required=False)
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
            self.add_error(field, CALM_SIDE if field == "clear" else str(error))
        return told


class AlertFilterForm(forms.Form):
    q = forms.CharField(label=_("Datastream or rule"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("going", _("going on")), ("all", _("All")), *Alert.STATES],
    )  # fmt: skip
    level = forms.ChoiceField(
        label=_("Alert level at least"), required=False, choices=[("", _("All")), *LEVELS]
    )
    rule = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput())


def whole(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=MOST_MINUTES, **more)


def named_roles() -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role]


class RuleForm(forms.Form):
    """A rule as people write it: minutes instead of seconds. `row` is the rule that it would be, not saved."""

    name = forms.CharField(label=_("Name"), max_length=120)
    note = forms.CharField(
        label=_("What to do"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Stands in every message."),
    )  # fmt: skip
    datastream = forms.ModelChoiceField(None, required=False, widget=forms.HiddenInput())
    thing = forms.ModelChoiceField(None, required=False, widget=forms.HiddenInput())
    observed_property = forms.ModelChoiceField(None, label=_("All datastreams that observe"), required=False)
    unit_code = forms.ChoiceField(label=_("In the unit"), required=False)
    origin = forms.ChoiceField(
        label=_("Of things that are"), required=False, choices=[("", _("All")), *Thing.ORIGINS]
    )
    organisation = forms.ModelChoiceField(
        User.objects.none(), label=_("Of the organisation"), required=False, to_field_name="key",
        help_text=_("Its people may change the rule. Empty: of all organisations, for the digital office to change."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Alert when"), choices=AlertRule.KINDS)
    threshold = FigureField(label=_("Threshold"), required=False)
    clear = FigureField(label=_("Over when it is back at (the threshold itself if empty)"), required=False)
    minutes = whole(
        _("After so many minutes"), help_text=_("How long it must hold, or how long nothing may arrive.")
    )
    clear_minutes = whole(_("Over after so many minutes"))
    gap_minutes = whole(_("A pause of so many minutes breaks it"), initial=60)
    plausible_only = forms.BooleanField(
        label=_("Pass over values that are not possible"), required=False, initial=True,
        help_text=_("They are a fault of the sensor and belong to quality control."),
    )  # fmt: skip
    level = forms.ChoiceField(label=_("Alert level"), choices=LEVELS, initial="Moderate")
    category = forms.ChoiceField(label=_("Category"), choices=AlertRule.CATEGORIES)
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_to = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Nobody is told of minor and moderate alerts; what still goes on is told afterwards."),
    )  # fmt: skip
    age_minutes = forms.IntegerField(
        label=_("Nobody is told of what is older than so many minutes"),
        min_value=1,
        max_value=MOST_MINUTES,
        initial=60,
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.none(), label=_("Tell these people"), required=False, widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("Hold Ctrl to choose several or to take a choice back."),
    )  # fmt: skip
    roles = forms.MultipleChoiceField(
        label=_("Tell everyone who is"), required=False, widget=forms.CheckboxSelectMultiple
    )
    webhook = forms.ModelChoiceField(None, label=_("Send to"), required=False)
    public = forms.BooleanField(
        label=_("In the public feed"),
        required=False,
        help_text=_("Only for things that are open to everyone."),
    )
    escalate_minutes = whole(_("Escalate when nobody has acknowledged after so many minutes"))
    escalate_people = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Then tell these people"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    escalate_roles = forms.MultipleChoiceField(
        label=_("Then tell everyone who is"), required=False, widget=forms.CheckboxSelectMultiple
    )
    row: AlertRule | None = None

    SECONDS = {
        "minutes": "for_s", "clear_minutes": "clear_s", "gap_minutes": "most_gap_s", "age_minutes": "max_age_s",
        "escalate_minutes": "escalate_s",
    }  # fmt: skip

    def __init__(
        self, *args: Any, streams: Any, things: Any, organisations: Any, needed: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["datastream"].queryset, fields["thing"].queryset = streams, things
        fields["observed_property"].queryset = ObservedProperty.objects.order_by("name")
        fields["observed_property"].label_from_instance = lambda one: _(one.name)
        units = (
            Datastream.objects.exclude(unit_code="")
            .order_by("unit_code")
            .values_list("unit_code", "unit_symbol")
        )
        known = {code: symbol or code for code, symbol in units.distinct()}
        fields["unit_code"].choices = [("", _("All")), *known.items()]
        fields["organisation"].queryset, fields["organisation"].required = organisations, needed
        fields["observed_property"].empty_label = fields["organisation"].empty_label = _("All")
        fields["webhook"].empty_label = "–"
        everybody = User.objects.filter(is_active=True, memberships__isnull=False).distinct()
        fields["people"].queryset = fields["escalate_people"].queryset = everybody.order_by(
            "last_name", "email"
        )
        fields["roles"].choices = fields["escalate_roles"].choices = named_roles()
        fields["webhook"].queryset = WebhookTarget.objects.filter(active=True)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("kind") == AlertRule.SILENT:
            if not told.get("minutes"):
                self.add_error("minutes", _("Say after how many minutes without a value."))
        elif told.get("kind") and told.get("threshold") is None and "threshold" not in self.errors:
            self.add_error("threshold", _("An alert about values needs a threshold."))
        if told.get("gap_minutes") == 0:
            self.add_error("gap_minutes", _("A pause must be longer than nothing."))
        escalates = told.get("escalate_people") or told.get("escalate_roles")
        if told.get("escalate_minutes") and not escalates:
            self.add_error("escalate_minutes", _("Say whom to tell then."))
        if not self.errors:
            self._rule(told)
        return told

    def given(self) -> dict[str, Any]:
        """Fields of the rule by name, as actions.save_rule takes them."""
        told = dict(self.cleaned_data)
        for name, field in self.SECONDS.items():
            minutes = told.pop(name)
            told[field] = (
                60 * minutes
                if minutes is not None
                else {"escalate_s": None, "most_gap_s": 3600}.get(field, 0)
            )
        if not told["escalate_s"]:
            told["escalate_s"] = None
        return told

    def _rule(self, told: dict[str, Any]) -> None:
        fields = {
            name: value for name, value in self.given().items() if name not in ("people", "escalate_people")
        }
        row = AlertRule(**fields)
        if row.kind == AlertRule.SILENT:
            row.threshold = row.clear = None
        try:
            pure(row)
        except RuleError as error:
            place = {"quiet_to": "quiet_to", "quiet_from": "quiet_from", "clear": "clear"}.get(
                error.place, "threshold"
            )
            self.add_error(place, CALM_SIDE if place == "clear" else str(error))
            return
        if not streams_of(row).exists() and not any(
            (row.observed_property, row.origin, row.organisation, row.unit_code)
        ):
            self.add_error("observed_property", _("Say which datastreams the rule watches."))
        units = dict(streams_of(row).order_by().values_list("unit_code", "unit_symbol").distinct())
        if row.kind != AlertRule.SILENT and len(units) > 1:
            self.add_error("unit_code", ValidationError(
                _("The datastreams have different units (%(units)s); choose one."),
                params={"units": ", ".join(sorted(symbol or code for code, symbol in units.items()))},
            ))  # fmt: skip
        self.row = row


def initial_of(row: AlertRule) -> dict[str, Any]:
    """What the form shows of a rule."""
    found: dict[str, Any] = {
        name: getattr(row, name) for name in (
            "name", "note", "datastream", "thing", "observed_property", "unit_code", "origin", "kind", "threshold", "clear",
            "plausible_only", "level", "category", "quiet_from", "quiet_to", "roles", "webhook", "public", "escalate_roles",
        )
    }  # fmt: skip
    found["organisation"] = row.organisation.key if row.organisation else None
    for name, field in RuleForm.SECONDS.items():
        seconds = getattr(row, field)
        found[name] = None if seconds is None else seconds // 60
    found["people"], found["escalate_people"] = row.people.all(), row.escalate_people.all()
    return found


def organisations_for(own: set[int], *, everywhere: bool) -> Any:
    rows = Organisation.objects.filter(retired=False)
    return rows if everywhere else rows.filter(pk__in=own)


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Remark"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What was found, who takes care"),
    )  # fmt: skip


class TargetForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    url = forms.CharField(label=_("Address"), max_length=400,
                          help_text=_("https; hosts of the own network must be allowed by the operator, too"))  # fmt: skip
