"""Builds the API from the registry, with one form for all errors."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from ninja import NinjaAPI, Schema
from ninja.errors import ValidationError as InputError

from steuerrad import __version__
from steuerrad.kernel.registry import registry

DESCRIPTION = """\
Everything that the pages show, as JSON. Reading needs no account; writing needs a session or a key
(`Authorization: Bearer str_…`, made under "API keys" after signing in). Numbers that must stay exact are strings.
Whole tables are easier to take as CSV, XLSX or JSON under `/data/`.
"""


class Error(Schema):
    """What went wrong. errors: one entry per faulty field, where there are fields."""

    detail: str
    errors: list[dict[str, Any]] = []


ERRORS = frozenset({400, 401, 403, 404, 409, 422})


def build_api() -> NinjaAPI:
    """The API under /api/v1/, with each module's router under its slug."""
    api = NinjaAPI(
        title="Steuerrad", version=__version__, description=DESCRIPTION, urls_namespace="api", docs_url=None
    )
    for module in registry:
        if module.api:
            dotted, _, name = module.api.partition(":")
            api.add_router(
                f"/{module.slug.replace('_', '-')}/", import_string(f"{dotted}.{name}"), tags=[module.slug]
            )

    @api.exception_handler(InputError)
    def unreadable(request: HttpRequest, error: InputError) -> HttpResponse:
        errors = [
            {"field": ".".join(str(part) for part in item.get("loc", ())), "messages": [item.get("msg", "")]}
            for item in error.errors
        ]
        return api.create_response(request, {"detail": "The input has faults.", "errors": errors}, status=422)

    @api.exception_handler(PermissionDenied)
    def forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
        return api.create_response(
            request, {"detail": "You do not hold the right for this.", "errors": []}, status=403
        )

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        errors = [{"field": name, "messages": messages} for name, messages in fields.items()]
        return api.create_response(request, {"detail": "The input has faults.", "errors": errors}, status=422)

    return api
