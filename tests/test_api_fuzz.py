"""The API against its own description: whatever schemathesis sends, there is no 5xx and no undeclared answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import get_resolver
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from steuerrad.config.wsgi import application
from steuerrad.platform.accounts.models import User
from steuerrad.platform.http_api.tokens import create_token
from tests.support.effort import tries

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EFFORT = effort(
    max_examples=tries(12), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
PATHS = get_resolver().urlconf_module.api.get_openapi_schema()["paths"]  # type: ignore[union-attr]
OPERATIONS = sorted((path, method) for path, methods in PATHS.items() for method in methods)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]


@pytest.fixture(scope="module", autouse=True)
def one_connection() -> Iterator[None]:
    """A server closes its database connection after a request; here that would end the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def schema(bochum: str, one_connection: None) -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture(params=["visitor", "coordinator"])
def headers(request: pytest.FixtureRequest, db: None) -> dict[str, str]:
    """Nothing for a visitor, a key for a coordinator."""
    if request.param == "visitor":
        return {}
    token = create_token(User.objects.get(email=f"{request.param}@demo.invalid"), "fuzz")
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda part: part)
def test_operation(path: str, method: str, schema: Any, headers: dict[str, str]) -> None:
    @EFFORT
    @given(case=schema[path][method].as_strategy())
    def send(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=headers)

    send()
