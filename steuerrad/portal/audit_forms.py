from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from steuerrad.platform.audit.queries import actions

# Days outside cannot be turned into moments of every time zone.
DAYS = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1))]


class FilterForm(forms.Form):
    """What to look for in the log; everything is optional."""

    q = forms.CharField(label=_("Person, title or reason"), required=False, max_length=200)
    action = forms.ChoiceField(label=_("Action"), required=False)
    ref = forms.CharField(label=_("Object"), required=False, max_length=160)
    since = forms.DateField(
        label=_("From"), required=False, validators=DAYS, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, validators=DAYS, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["action"].choices = [("", _("all")), *((name, name) for name in actions())]  # type: ignore[attr-defined]
