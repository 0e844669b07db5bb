"""The base of every module's AppConfig."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig

from steuerrad.kernel.registry import registry


class ModuleConfig(AppConfig):
    """Adds the module's manifest (`module.py`, name `module`) to the registry when Django starts.

    Django takes a plain AppConfig in silence when apps.py shows it two candidates, and the module would
    vanish; hence default = False here and True in each subclass.
    """

    default = False
    default_auto_field = "django.db.models.BigAutoField"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True

    def ready(self) -> None:
        manifest = import_module(f"{self.name}.module").module
        if registry.get(manifest.slug) is not manifest:
            registry.add(manifest)
