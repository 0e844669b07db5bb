"""What files contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module

module = Module(slug="files", title=_("Files"), summary=_("Uploaded files"), kind="platform")
