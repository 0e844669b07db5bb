from django import forms
from django.utils.translation import gettext_lazy as _


class TokenForm(forms.Form):
    """Asks what the key is for."""

    name = forms.CharField(label=_("What the key is for"), max_length=80)
