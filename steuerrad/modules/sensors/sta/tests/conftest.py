"""A service with a store of its own, asked without a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from steuerrad.engines.observations import open_folder
from steuerrad.modules.sensors.sta.app import answer
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.modules.sensors.sta.doors import forget
from steuerrad.platform.observations.store import Local

BASE = "http://sta.invalid/sta/v1.1"


class Service:
    """Asks as an account with all rights (user), or as somebody else."""

    def __init__(self, store: Any, user: Any) -> None:
        self.store, self.user = store, user
        self.visitor = AnonymousUser()

    def ask(
        self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None, who: Any = None
    ) -> tuple[int, dict[str, str], Any]:
        """Status, headers, and the body (JSON read, text as text)."""
        path, _, query = url.partition("?")
        content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        encoded = quote(query, safe="$'(),/;:@=*-._~&%")
        context = Context(who or self.user, BASE, self.store)
        status, told, found = answer(method, path, encoded, headers or {}, content, context)
        plain = not told.get("Content-Type", "").startswith("application/json")
        return status, told, found.decode() if plain or not found else orjson.loads(found)

    def get(self, url: str, who: Any = None) -> Any:
        status, _headers, body = self.ask("GET", url, who=who)
        assert status == 200, body
        return body

    def post(self, url: str, body: Any, who: Any = None) -> dict[str, Any]:
        status, _headers, found = self.ask("POST", url, body, who=who)
        assert status == 201, found
        return found


@pytest.fixture
def service(db: None, tmp_path: Path) -> Iterator[Service]:
    """A service without any entity."""
    user = get_user_model().objects.create(email="sta@demo.invalid", is_superuser=True, is_active=True)
    forget()
    with open_folder(tmp_path / "observations") as writer:
        yield Service(Local(writer), user)
    forget()
