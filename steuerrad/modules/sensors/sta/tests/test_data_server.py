"""The same answers through the data server's own interface (ASGI), encoded as clients encode them."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import orjson
import pytest

from steuerrad.modules.sensors.server.app import DataServer
from steuerrad.modules.sensors.sta.tests.conftest import Service
from steuerrad.modules.sensors.sta.tests.test_hostile import populate
from steuerrad.platform.observations.models import Thing


def ask(server: DataServer, path: str, query: str = "") -> tuple[int, Any]:
    """A GET as uvicorn hands it on: the path decoded, the query as sent."""
    scope = {
        "type": "http", "method": "GET", "path": f"/sta/v1.1{path}", "query_string": query.encode(), "scheme": "http",
        "raw_path": quote(f"/sta/v1.1{path}").encode(), "headers": [(b"host", b"sta.invalid")],
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(server(scope, receive, send))
    return sent[0]["status"], orjson.loads(b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.mark.django_db(transaction=True)
def test_paths_and_queries_come_through(service: Service) -> None:
    populate(service)
    Thing.objects.update(public=True)
    server = DataServer(service.store)
    status, root = ask(server, "")
    assert (status, len(root["value"])) == (200, 8)
    status, found = ask(server, "/Observations", quote("$filter=result eq 1", safe="$="))
    assert status == 200
    number = found["value"][0]["@iot.id"]
    assert found["value"][0]["@iot.selfLink"] == f"http://sta.invalid/sta/v1.1/Observations('{number}')"
    status, one = ask(server, f"/Observations('{number}')", "%24expand=Datastream%28%24select%3Dname%29")
    assert (status, one["Datastream"]) == (200, {"name": "D"})
    assert ask(server, "/Nothings")[0] == 404
