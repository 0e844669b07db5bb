"""Indicators as objects that others may be tied to: "city_index.indicator:<category key>/<indicator key>"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Linkable, LinkTarget
from steuerrad.modules.city_index.models import Indicator


def indicator_targets(keys: Iterable[str], user: Any) -> Mapping[str, LinkTarget]:
    """Targets by "<category key>/<indicator key>", named as in the newest edition."""
    wanted = set(keys)
    parts = [tuple(key.partition("/")[::2]) for key in wanted]
    rows = Indicator.objects.filter(
        Q(category__key__in={part[0] for part in parts}), Q(key__in={part[1] for part in parts})
    ).order_by("category__edition__year").values_list("category__key", "key", "name", "category__edition__year")  # fmt: skip
    return {
        f"{category}/{key}": LinkTarget(
            f"{name} ({year})", reverse("city_index:indicator", args=[category, key]), _("Indicator of the index")
        )
        for category, key, name, year in rows if f"{category}/{key}" in wanted
    }  # fmt: skip


LINKABLES = (Linkable("city_index.indicator", _("Indicators of the index"), indicator_targets),)
