"""Builds the API from the registry."""

from __future__ import annotations

from django.utils.module_loading import import_string
from ninja import NinjaAPI

from steuerrad import __version__
from steuerrad.kernel.registry import registry


def build_api() -> NinjaAPI:
    """The API under /api/v1/, with each module's router under its slug."""
    api = NinjaAPI(title="Steuerrad", version=__version__, urls_namespace="api")
    for module in registry:
        if module.api:
            dotted, _, name = module.api.partition(":")
            api.add_router(
                f"/{module.slug.replace('_', '-')}/", import_string(f"{dotted}.{name}"), tags=[module.slug]
            )
    return api
