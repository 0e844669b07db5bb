"""What jobs contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module

module = Module(slug="jobs", title=_("Jobs"), summary=_("Work that is due by the clock"), kind="platform")
