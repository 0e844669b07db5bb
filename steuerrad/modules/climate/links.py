"""The climate's pages as objects that measures and KPIs of the strategy may be tied to: "climate.page:<key>"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Linkable, LinkTarget
from steuerrad.modules.climate.subjects import by_key
from steuerrad.platform.links.queries import Resolved, linked

PREFIX = "climate.page"
PLAIN: dict[str, tuple[Any, str]] = {
    "map": (_("City climate: stations now"), "climate:index"),
    "compare": (_("City climate: places compared"), "climate:compare"),
}


def page_targets(keys: Iterable[str], user: Any) -> Mapping[str, LinkTarget]:
    """Keys: those of PLAIN, and "map/<subject>" for the map of one subject."""
    found = {}
    for key in keys:
        page, _slash, name = key.partition("/")
        subject = by_key().get(name)
        if key in PLAIN:
            title, url = str(PLAIN[key][0]), reverse(PLAIN[key][1])
        elif page == "map" and subject and subject.map:
            title = gettext("City climate: %(subject)s") % {"subject": subject.title}
            url = f"{reverse('climate:index')}?show={name}"
        else:
            continue
        found[key] = LinkTarget(title, url, _("System that runs here"))
    return found


def linked_to(keys: Iterable[str], user: Any) -> list[Resolved]:
    """What pages of the climate are tied to: measures and KPIs, each once."""
    refs = [f"{PREFIX}:{key}" for key in keys]
    found = linked(refs, user)
    return list({one.ref: one for ref in refs for one in found.get(ref, [])}.values())


LINKABLES = (Linkable(PREFIX, _("Pages of the city climate"), page_targets),)
