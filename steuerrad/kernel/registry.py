"""The registry: which modules run here, and what they contribute.

`registry` is the product's own; tests make a Registry of their own where they need one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from steuerrad.kernel.contributions import (
    CityLoader,
    Command,
    Dataset,
    Kpi,
    Linkable,
    Module,
    NavigationItem,
    Panel,
    Permission,
)


class DuplicateError(ValueError):
    """Two contributions claim the same id."""


class Registry:
    """Modules by slug, in the order in which they were added."""

    def __init__(self) -> None:
        self._modules: dict[str, Module] = {}

    def add(self, module: Module) -> Module:
        """Add a module. Raises DuplicateError when its slug or an id of its contributions is taken."""
        if module.slug in self._modules:
            raise DuplicateError(f"module {module.slug!r} is registered twice")
        for kind in (
            "permissions",
            "kpis",
            "cards",
            "panels",
            "datasets",
            "search",
            "loaders",
            "jobs",
            "demo",
            "question_sources",
            "candidate_sources",
            "field_sources",
            "file_owners",
            "topics",
        ):
            taken = {item.id for item in self.all(kind)}
            for item in getattr(module, kind):
                if item.id in taken:
                    raise DuplicateError(f"{kind}: {item.id!r} of {module.slug!r} is taken")
                taken.add(item.id)
        self._modules[module.slug] = module
        return module

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __contains__(self, slug: object) -> bool:
        return slug in self._modules

    def get(self, slug: str) -> Module | None:
        return self._modules.get(slug)

    def modules(self) -> list[Module]:
        """The city's subjects that run here, without the platform's own parts."""
        return [module for module in self if module.kind == "module"]

    def all(self, kind: str) -> list[Any]:
        """All contributions of one kind, e.g. all("kpis"); those with an order are sorted by it."""
        items = [item for module in self for item in getattr(module, kind)]
        return sorted(items, key=lambda item: getattr(item, "order", 0))

    def navigation(self) -> list[NavigationItem]:
        return self.all("navigation")

    def loaders(self) -> list[CityLoader]:
        return self.all("loaders")

    def commands(self) -> list[Command]:
        return self.all("commands")

    def kpi(self, kpi_id: str) -> Kpi | None:
        return next((kpi for kpi in self.all("kpis") if kpi.id == kpi_id), None)

    def dataset(self, dataset_id: str) -> Dataset | None:
        return next((item for item in self.all("datasets") if item.id == dataset_id), None)

    def panels(self, place: str) -> list[Panel]:
        """The parts that modules add to a page, in order."""
        return [item for item in self.all("panels") if item.place == place]

    def permission(self, permission_id: str) -> Permission | None:
        return next((item for item in self.all("permissions") if item.id == permission_id), None)

    def linkable(self, prefix: str) -> Linkable | None:
        return next((item for item in self.all("linkables") if item.prefix == prefix), None)


registry = Registry()
