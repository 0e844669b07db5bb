"""Reading links: always resolved in bulk, one call to each owning module."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from steuerrad.kernel.contributions import LinkTarget
from steuerrad.kernel.registry import registry
from steuerrad.platform.links.models import Link


@dataclass(frozen=True)
class Resolved:
    """A link seen from one side: the other object, and why it is linked."""

    ref: str
    target: LinkTarget
    kind: str
    basis: str


def resolve(refs: Iterable[str], user: Any) -> dict[str, LinkTarget]:
    """What stands behind "<prefix>:<key>" references; those that are gone or hidden are left out."""
    by_prefix: dict[str, list[str]] = defaultdict(list)
    for ref in set(refs):
        prefix, _, key = ref.partition(":")
        by_prefix[prefix].append(key)
    found: dict[str, LinkTarget] = {}
    for prefix, keys in by_prefix.items():
        owner = registry.linkable(prefix)
        if owner is not None:
            found |= {f"{prefix}:{key}": target for key, target in owner.resolve(keys, user).items()}
    return found


def linked(refs: Iterable[str], user: Any, *, kind: str = "") -> dict[str, list[Resolved]]:
    """For each reference, what is linked to it in either direction."""
    wanted = set(refs)
    links = Link.objects.filter(source__in=wanted) | Link.objects.filter(target__in=wanted)
    if kind:
        links = links.filter(kind=kind)
    pairs = [
        (here, there, link)
        for link in links.order_by("source", "target")
        for here, there in ((link.source, link.target), (link.target, link.source))
        if here in wanted
    ]
    targets = resolve((there for _, there, _ in pairs), user)
    result: dict[str, list[Resolved]] = defaultdict(list)
    for here, there, link in pairs:
        if there in targets:
            result[here].append(Resolved(there, targets[there], link.kind, link.basis))
    return result
