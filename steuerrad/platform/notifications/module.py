"""What notifications contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module

module = Module(
    slug="notifications", title=_("Notifications"), summary=_("What people are told"), kind="platform"
)
