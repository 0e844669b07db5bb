"""Reads links.csv of a city's folder: which page of a module belongs to which measure or KPI of the strategy."""

from __future__ import annotations

from typing import Any

from steuerrad.kernel.contributions import CityLoader
from steuerrad.kernel.registry import registry
from steuerrad.platform.city.csv_files import rows_of
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.links.models import Link
from steuerrad.platform.links.queries import resolve

FILE = "links.csv"
ORIGIN = "city.links"
KIND = "shown_by"


def load_links(context: LoadContext) -> None:
    """source and target as "<prefix>:<key>"; a prefix that no installed module brings is passed over."""
    wanted: dict[tuple[str, str], tuple[Any, str]] = {}
    for row in rows_of(context, FILE, required=("source", "target"), optional=("basis",), must_exist=False):
        wanted[(row.needed("source"), row.needed("target"))] = (row, row.text("basis"))
    known = resolve([ref for pair in wanted for ref in pair], None)
    for pair, (row, _basis) in wanted.items():
        for column, ref in zip(("source", "target"), pair, strict=True):
            if registry.linkable(ref.partition(":")[0]) is not None and ref not in known:
                row.fault(column, "there is no such object")
    if context.problems:
        return
    there = {(link.source, link.target): link for link in Link.objects.filter(origin=ORIGIN)}
    for pair, link in there.items():
        if pair not in wanted:
            link.delete()
            context.count("links", "deleted")
    for pair, (_row, basis) in wanted.items():
        found = there.get(pair)
        if found is None:
            Link.objects.get_or_create(
                source=pair[0], target=pair[1], kind=KIND, defaults={"basis": basis, "origin": ORIGIN}
            )
            context.count("links", "created")
        elif found.basis != basis:
            found.basis = basis
            found.save(update_fields=["basis"])
            context.count("links", "changed")
        else:
            context.count("links", "unchanged")


LOADERS = (CityLoader("links.links", 90, load_links),)
