"""System checks over the registry: what a manifest promises must exist."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import NoReverseMatch, reverse

from steuerrad.kernel.registry import registry


@register()
def check_registry(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    published = {name for module in registry for name in module.publishes}
    known = {item.id for item in registry.all("permissions")}
    found: list[CheckMessage] = []
    for module in registry:
        found += [
            Error(f"{module.slug} listens to {name!r}, which nobody publishes", id="steuerrad.E001")
            for name in module.listens
            if name not in published
        ]
        for item in (*module.navigation, *module.cards, *module.datasets):
            if item.permission and item.permission not in known:
                found.append(
                    Error(f"{module.slug}: unknown permission {item.permission!r}", id="steuerrad.E002")
                )
        for item in module.navigation:
            try:
                reverse(item.url_name)
            except NoReverseMatch:
                found.append(
                    Error(
                        f"{module.slug}: navigation to {item.url_name!r} leads nowhere", id="steuerrad.E003"
                    )
                )
    return found
