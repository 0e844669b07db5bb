"""What people are told about."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Topic

#: Not obligatory: whoever does not want mail about alerts still finds them in the list.
TOPICS = (
    Topic(
        "sensors.alert",
        _("Alerts of the sensors"),
        _("A value is beyond its threshold, or nothing arrives any more"),
    ),
)
