"""The preview looks at what is stored and keeps nothing."""

from __future__ import annotations

import pytest

from steuerrad.modules.sensors.quality.tests.test_running import send, station
from steuerrad.platform.observations.models import Thing

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_would_have_fired(client, store) -> None:
    (air,) = station("air_temperature")
    assert client.get(f"/sensors/alerts/preview/{air.pk}/").status_code == 404
    Thing.objects.update(public=True)
    assert client.get(f"/sensors/alerts/preview/{air.pk}/").status_code == 200
    values = [20.0] * 10 + [31.0] * 10 + [20.0] * 5 + [33.0] * 2 + [20.0] * 5 + [34.0] * 9
    send(store, air, range(len(values)), values)
    page = client.get(f"/sensors/alerts/preview/{air.pk}/?side=above&threshold=30&clear=25&minutes=60")
    found = page.context["found"].fired
    assert [(one.worst, one.closed is None) for one in found] == [(31.0, False), (34.0, True)]
    assert (found[0].opened - found[0].begin).total_seconds() == 3600
    wrong = client.get(f"/sensors/alerts/preview/{air.pk}/?side=above&threshold=30&clear=35")
    assert set(wrong.context["form"].errors) == {"clear"}
    assert not wrong.context["tried"]
    assert client.get(f"/sensors/alerts/preview/{air.pk}/?side=above&threshold=nan").context["form"].errors
