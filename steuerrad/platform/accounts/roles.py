"""The roles of the helm. A visitor is whoever has none."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    CONTRIBUTOR = "contributor", _("Contributor")
    COORDINATOR = "coordinator", _("Coordinator")
    APPROVER = "approver", _("Approver")
    STEERING = "steering", _("Steering committee")
    ADMINISTRATOR = "administrator", _("Administrator")
