"""What data sets contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module

module = Module(slug="datasets", title=_("Data"), summary=_("Open data of all modules"), kind="platform")
