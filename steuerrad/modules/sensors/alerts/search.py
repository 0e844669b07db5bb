"""Alert rules that can be found by those who may read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import SearchHit, SearchSource
from steuerrad.modules.sensors.alerts.queries import rules
from steuerrad.modules.sensors.alerts.words import condition, selection


def found_rules(user: Any) -> Iterator[SearchHit]:
    if not user.is_authenticated:
        return
    for one in rules(user):
        url = f"{reverse('sensors:alerts')}?state=all&rule={one.pk}"
        yield SearchHit(_("Alert rule"), one.name, url, condition(one), keywords=selection(one))


SEARCH = (SearchSource("sensors.alert_rules", _("Alert rules"), found_rules),)
