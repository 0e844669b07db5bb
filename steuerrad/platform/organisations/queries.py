"""Reading organisations."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from steuerrad.platform.organisations.models import Organisation

#: Kinds as the city's files write them; an unknown kind is shown as it stands there.
KINDS = {
    "city": _("City"),
    "city_unit": _("Offices and bodies of the city"),
    "municipal_company": _("Municipal companies"),
    "municipality": _("Other municipalities"),
    "state": _("State, federal government and funders"),
    "university": _("Universities and research"),
    "company": _("Companies"),
    "association": _("Associations and initiatives"),
}


def kind_title(kind: str) -> str:
    return str(KINDS.get(kind) or kind or _("Others"))


def organisations() -> QuerySet[Organisation]:
    """All that are not retired, with what they are part of."""
    return Organisation.objects.filter(retired=False).select_related("part_of")


def by_kind(found: Iterable[Organisation]) -> list[tuple[str, str, list[Organisation]]]:
    """(kind, its title, organisations) in the order of KINDS, unknown kinds last."""
    groups: dict[str, list[Organisation]] = {}
    for item in found:
        groups.setdefault(item.kind, []).append(item)
    known = list(KINDS)
    order = sorted(groups, key=lambda kind: (known.index(kind) if kind in known else len(known), kind))
    return [(kind, kind_title(kind), groups[kind]) for kind in order]


def organisation(key: str) -> Organisation:
    """One organisation. Raises Http404."""
    return get_object_or_404(Organisation.objects.select_related("part_of"), key=key, retired=False)


def parts_of(item: Organisation) -> list[Organisation]:
    return list(Organisation.objects.filter(part_of=item, retired=False))
