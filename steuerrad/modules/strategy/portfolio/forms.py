"""Forms of the portfolio: the filter, and what people enter about a measure."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.forms import ALL, Choices, DayField, FigureField, MeasureFilterForm
from steuerrad.modules.strategy.models import Criterion, FundingProgramme, Measure, Milestone
from steuerrad.modules.strategy.models.portfolio import COLOUR_LABELS, FIVE, KIND_LABELS, RISK_STATES
from steuerrad.modules.strategy.models.portfolio_rating import GRADES
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.portfolio.rules.succession import SuccessionKind
from steuerrad.modules.strategy.portfolio.texts import FRESHNESS, TIMELINESS
from steuerrad.platform.organisations.models import Organisation

CANNOT_JUDGE = "none"


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PortfolioFilterForm(MeasureFilterForm):
    light = forms.ChoiceField(label=_("Light"), required=False)
    timeliness = forms.ChoiceField(label=_("Dates"), required=False, choices=[*ALL, *TIMELINESS.items()])
    report = forms.ChoiceField(label=_("Status report"), required=False, choices=[*ALL, *FRESHNESS.items()])

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        order = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.GREY)
        self.fields["light"].choices = [*ALL, *((colour.value, COLOUR_LABELS[colour]) for colour in order)]  # type: ignore[attr-defined]
        self.order_fields(["q", "light", "timeliness", "report", "theme", "field", "status"])


class VersionedForm(forms.Form):
    """version: of the row that the person saw, so that two people notice each other."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, *args: Any, measure: Measure, row: Any = None, **options: Any) -> None:
        if row is not None:
            names = [name for name in self.base_fields if hasattr(row, name)]
            options.setdefault("initial", {name: getattr(row, name) for name in names})
        super().__init__(*args, **options)
        self.measure, self.row = measure, row
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices that depend on the measure and the row."""


class MilestoneForm(VersionedForm):
    title = forms.CharField(label=_("Milestone"), max_length=200)
    planned_on = DayField(label=_("Planned"), required=False)
    forecast_on = DayField(
        label=_("Expected now"),
        required=False,
        help_text=_("Where it differs from the plan; the plan stays."),
    )
    done_on = DayField(label=_("Reached on"), required=False)
    weight = forms.IntegerField(
        label=_("Weight"), min_value=1, max_value=100, initial=1,
        help_text=_("How much it counts beside the other milestones of the measure."),
    )  # fmt: skip
    after = forms.MultipleChoiceField(
        label=_("Only after"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Milestones that must be reached first."),
    )  # fmt: skip
    after_measures = forms.MultipleChoiceField(
        label=_("Only after other measures"), required=False, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Measures that must be delivered first. Hold Ctrl to choose several or to take a choice back."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=area(2))

    def prepare(self) -> None:
        self.offer_measures()
        if self.row is not None and self.row.document:
            for name in ("title", "planned_on"):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("As printed in the document; it cannot be changed here.")
        others = Milestone.objects.filter(retired=False, measure=self.measure)
        if self.row is not None:
            others = others.exclude(pk=self.row.pk)
            self.initial["after"] = [str(pk) for pk in self.row.after.values_list("pk", flat=True)]
        self.fields["after"].choices = [(str(item.pk), item.title) for item in others]  # type: ignore[attr-defined]
        if not others:
            del self.fields["after"]

    def offer_measures(self) -> None:
        every = steered_measures().exclude(pk=self.measure.pk).order_by("order", "pk")
        self.fields["after_measures"].choices = [(item.number, str(item)) for item in every]  # type: ignore[attr-defined]
        if self.row is not None:
            self.initial["after_measures"] = list(self.row.after_measures.values_list("number", flat=True))

    def clean_after_measures(self) -> list[Measure]:
        return list(Measure.objects.filter(number__in=self.cleaned_data["after_measures"]))

    def clean_after(self) -> list[Milestone]:
        return list(Milestone.objects.filter(pk__in=self.cleaned_data["after"], measure=self.measure))


class BudgetForm(VersionedForm):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    programme = forms.ChoiceField(label=_("Source of the money"), required=False)
    planned = FigureField(label=_("Planned (EUR)"), max_length=30, required=False)
    spent = FigureField(label=_("Spent (EUR)"), max_length=30, required=False)
    as_of = DayField(label=_("Spent as of"), required=False)
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        help_text=_("Where it can be looked up: budget, decision, booking."),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=area(2))
    reason = forms.CharField(label=_("Reason for the correction"), max_length=500, widget=area(2))

    def prepare(self) -> None:
        every = FundingProgramme.objects.filter(retired=False)
        self.fields["programme"].choices = [("", _("own funds")), *((item.key, item.name) for item in every)]  # type: ignore[attr-defined]
        if self.row is None:
            del self.fields["reason"]
            self.initial.setdefault("year", clock.today().year)
            return
        del self.fields["year"], self.fields["programme"]
        for name in ("planned", "spent"):
            value = getattr(self.row, name)
            self.initial[name] = "" if value is None else f"{value:.2f}".replace(".", ",")

    def clean_programme(self) -> FundingProgramme | None:
        key = self.cleaned_data["programme"]
        return FundingProgramme.objects.get(key=key) if key else None


class StaffForm(VersionedForm):
    organisation = forms.ChoiceField(label=_("Organisation"))
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    planned = FigureField(label=_("Planned days"), max_length=20, required=False)
    spent = FigureField(label=_("Spent days"), max_length=20, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=area(2))

    def prepare(self) -> None:
        part = Organisation.objects.filter(measures__measure=self.measure, measures__retired=False).distinct()
        others = Organisation.objects.filter(retired=False).exclude(pk__in=part)
        groups = [
            (_("take part in this measure"), [(item.key, item.name) for item in part]),
            (_("others"), [(item.key, item.name) for item in others]),
        ]
        self.fields["organisation"].choices = [group for group in groups if group[1]]  # type: ignore[attr-defined]
        if self.row is None:
            self.initial.setdefault("year", clock.today().year)
            return
        del self.fields["organisation"], self.fields["year"]
        for name in ("planned", "spent"):
            value: Decimal | None = getattr(self.row, name)
            self.initial[name] = "" if value is None else f"{value:.1f}".replace(".", ",")

    def clean_organisation(self) -> Organisation:
        return Organisation.objects.get(key=self.cleaned_data["organisation"])


class RiskForm(VersionedForm):
    title = forms.CharField(label=_("Risk"), max_length=200)
    probability = forms.TypedChoiceField(label=_("Probability"), choices=FIVE, coerce=int, initial=3)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=FIVE, coerce=int, initial=3)
    response = forms.CharField(label=_("Response"), max_length=2000, required=False, widget=area())
    owner = forms.CharField(label=_("Owner"), max_length=120, required=False)
    review_on = DayField(label=_("Next review"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=list(RISK_STATES.items()))

    def prepare(self) -> None:
        if self.row is None:
            del self.fields["state"]


class DecisionForm(VersionedForm):
    decided_on = DayField(label=_("Date"))
    body = forms.CharField(label=_("Body"), max_length=120, help_text=_("Who decided, e.g. the council."))
    text = forms.CharField(label=_("Decision"), max_length=2000, widget=area())
    paper = forms.CharField(label=_("Paper"), max_length=200, required=False, help_text=_("Number or title."))
    url = forms.CharField(label=_("Address"), max_length=500, required=False)


class ReportForm(VersionedForm):
    period_start = DayField(label=_("Period from"))
    period_end = DayField(label=_("Period to"))
    text = forms.CharField(label=_("How does it stand?"), max_length=4000, widget=area(5))
    achievements = forms.CharField(
        label=_("What was achieved?"), max_length=4000, required=False, widget=area(4)
    )
    next_steps = forms.CharField(label=_("What comes next?"), max_length=4000, required=False, widget=area(4))
    problems = forms.CharField(
        label=_("What is in the way?"), max_length=4000, required=False, widget=area(4)
    )


class DependencyForm(VersionedForm):
    kind = forms.ChoiceField(label=_("This measure"), choices=list(KIND_LABELS.items()))
    target = forms.ChoiceField(label=_("Other measure"))
    note = forms.CharField(label=_("Note"), max_length=300, required=False, widget=area(2))

    def prepare(self) -> None:
        others = steered_measures().exclude(pk=self.measure.pk).order_by("order", "pk")
        self.fields["target"].choices = [(item.number, str(item)) for item in others]  # type: ignore[attr-defined]

    def clean_target(self) -> Measure:
        return Measure.objects.get(number=self.cleaned_data["target"])


class ReasonForm(forms.Form):
    """Why something goes."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=area(), help_text=_("It is kept in the audit log.")
    )


class ReleaseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    published_on = DayField(
        label=_("Publication date"), help_text=_("From this day on everybody may read the report.")
    )


class OverrideForm(forms.Form):
    colour = forms.ChoiceField(
        label=_("Light"), widget=forms.RadioSelect,
        choices=[(colour.value, COLOUR_LABELS[colour]) for colour in (Colour.GREEN, Colour.YELLOW, Colour.RED)],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=area(), help_text=_("Others read it beside the light.")
    )
    until = DayField(label=_("Until"), help_text=_("Then the computed light is shown again."))

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("initial", {"until": clock.today() + timedelta(days=30)})
        super().__init__(*args, **options)

    def clean_colour(self) -> Colour:
        return Colour(self.cleaned_data["colour"])


class SuccessionForm(forms.Form):
    """What becomes of a measure: it goes into another one, or is split into new ones."""

    kind = forms.ChoiceField(
        label=_("What happens to this measure?"), widget=forms.RadioSelect,
        choices=[
            (SuccessionKind.MERGED.value, _("It is merged into another measure")),
            (SuccessionKind.SUPERSEDED.value, _("Another measure takes its place")),
            (SuccessionKind.SPLIT.value, _("It is split into new measures")),
        ],
    )  # fmt: skip
    into = forms.ChoiceField(label=_("Other measure"), required=False, help_text=_("Not for a split."))
    parts = forms.CharField(
        label=_("New measures"), required=False, max_length=5000, widget=area(4),
        help_text=_("Only for a split: one line for each, number and title, e.g. “A-1a Pilot in the centre”."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=area())

    def __init__(self, *args: Any, measure: Measure, **options: Any) -> None:
        super().__init__(*args, **options)
        others = steered_measures().exclude(pk=measure.pk).order_by("order", "pk")
        self.fields["into"].choices = [("", _("– choose –")), *((item.number, str(item)) for item in others)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") and data["kind"] != SuccessionKind.SPLIT and not data.get("into"):
            self.add_error("into", _("Name the other measure."))
        return data

    def lines(self) -> list[tuple[str, str]]:
        """(number, title) of each line of `parts`."""
        lines = [line.strip() for line in self.cleaned_data.get("parts", "").splitlines() if line.strip()]
        return [(number, title.strip()) for number, _space, title in (line.partition(" ") for line in lines)]


class RatingForm(forms.Form):
    """One grade and one comment for each criterion."""

    def __init__(self, *args: Any, criteria: list[Criterion], held: dict[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.criteria = criteria
        choices: Choices = [
            *((str(grade), label) for grade, label in GRADES.items()),
            (CANNOT_JUDGE, _("I cannot judge")),
        ]
        english = _("Comment on “%(criterion)s”")
        for item in criteria:
            row = held.get(item.code)
            grade = None if row is None else CANNOT_JUDGE if row.grade is None else str(row.grade)
            self.fields[f"grade-{item.code}"] = forms.ChoiceField(
                label=item.title, choices=choices, widget=forms.RadioSelect, initial=grade,
                help_text=item.question,
            )  # fmt: skip
            self.fields[f"comment-{item.code}"] = forms.CharField(
                label=english % {"criterion": item.title}, max_length=500, required=False, widget=area(2),
                initial=row.comment if row else "",
            )  # fmt: skip

    def grades(self) -> dict[str, tuple[int | None, str]]:
        found = {}
        for item in self.criteria:
            grade = self.cleaned_data[f"grade-{item.code}"]
            found[item.code] = (
                None if grade == CANNOT_JUDGE else int(grade),
                self.cleaned_data[f"comment-{item.code}"],
            )
        return found


class SaveFilterForm(forms.Form):
    name = forms.CharField(label=_("Name of the filter"), max_length=80)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
