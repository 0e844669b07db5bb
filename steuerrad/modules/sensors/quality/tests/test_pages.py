"""Pages of quality control: the worst first, stretches with a reason, and nothing that one may not see."""

from __future__ import annotations

import pytest

from steuerrad.modules.sensors.quality.running import check_new
from steuerrad.modules.sensors.quality.tests.test_running import course, send, station, store  # noqa: F401
from steuerrad.platform.observations import actions

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_show_what_is_doubtful(client, store) -> None:  # noqa: F811
    (air,) = station("air_temperature", name="Open")
    (other,) = station("air_temperature", name="Closed")
    actions.Thing.objects.filter(name="Open").update(public=True)
    values = course(100)
    values[60:100] = 7.0
    for one in (air, other):
        send(store, one, [*range(30), *range(50, 100)], values[[*range(30), *range(50, 100)]])
    assert client.get("/sensors/quality/").status_code == 200
    check_new()
    page = client.get("/sensors/quality/")
    assert [row.stream.pk for row in page.context["page_obj"]] == [air.pk]
    detail = client.get(f"/sensors/quality/{air.pk}/")
    shown = [(one.title, one.values) for one in detail.context["episodes"]]
    assert len(shown) == detail.context["count"] >= 2
    assert 40 in [count for _title, count in shown]
    assert "<svg" in detail.content.decode()
    assert client.get(f"/sensors/quality/{other.pk}/").status_code == 404
