"""The editions of the index as fields for what-if questions, and which measure works on which indicator."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from steuerrad.engines.ranking.field import Field
from steuerrad.kernel.deciding import FieldEdition, FieldSource, Lever
from steuerrad.modules.city_index.memo.queries import data_stamp
from steuerrad.modules.city_index.models import Edition, Index, Indicator, IndicatorMapping, Result
from steuerrad.modules.city_index.queries import own_city, the_index
from steuerrad.modules.city_index.queries_field import fields, simulable
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.links.models import Link

ID = "city_index.field"
PREFIX = "city_index.indicator:"
KIND = "answers"
SAME = ("same", "renamed")
Place = tuple[int, str, str]  # edition, category key, name


def field_editions() -> list[FieldEdition]:
    """Editions that can be simulated. own_city is empty where neither total nor rank of the own city is known."""
    index = the_index()
    if index is None:
        return []
    own = own_city(current_city())
    found = simulable(index)
    there: set[int] = set()
    if own is not None:
        results = Result.objects.filter(city=own, edition__in=found, category_key="", indicator="")
        there = set(results.values_list("edition_id", flat=True))
    return [
        FieldEdition(str(item.year), f"{index.name} {item.year}", item.year,
                     own.key if own is not None and item.pk in there else "")
        for item in found
    ]  # fmt: skip


def load(key: str) -> Field:
    """The field of an edition. Raises KeyError for one that is not offered."""
    index, edition = _edition(key)
    return fields(index, [edition])[0]


def load_all(keys: Sequence[str]) -> list[Field]:
    """The fields of several editions in one go. Raises KeyError for one that is not offered."""
    index = the_index()
    known = {} if index is None else {str(item.year): item for item in simulable(index)}
    wanted = [known[key] for key in keys]
    return fields(index, wanted) if index is not None else []


def levers(key: str) -> list[Lever]:
    """Measures tied to an indicator of the edition, also under the name that it had in other editions."""
    index, edition = _edition(key)
    by_indicator = _names_over_time(index, edition)
    links: dict[str, list[Link]] = defaultdict(list)
    for link in Link.objects.filter(kind=KIND, target__startswith=PREFIX).order_by("source"):
        links[link.target.removeprefix(PREFIX)].append(link)
    found: dict[tuple[str, str], Lever] = {}
    for indicator, others in by_indicator.items():
        for name in others:
            for link in links.get(name, ()):
                found.setdefault((link.source, indicator), Lever(link.source, indicator, link.basis))
    return list(found.values())


def _edition(key: str) -> tuple[Index, Edition]:
    index = the_index()
    if index is None or not key.isascii() or not key.isdigit() or len(key) > 4:
        raise KeyError(key)
    edition = next((item for item in simulable(index) if item.year == int(key)), None)
    if edition is None:
        raise KeyError(key)
    return index, edition


def _names_over_time(index: Index, edition: Edition) -> dict[str, list[str]]:
    """{key of an indicator of the edition: its keys in all editions, its own first}, in two queries.

    Followed are only mappings to the same thing, whatever it is called.
    """
    keys: dict[Place, str] = {}
    rows = Indicator.objects.filter(category__edition__index=index).order_by("category__order", "order")
    for year, category, name, key in rows.values_list("category__edition", "category__key", "name", "key"):
        keys[year, category, name] = f"{category}/{key}"
    beside: dict[Place, set[Place]] = defaultdict(set)
    mappings = IndicatorMapping.objects.filter(to_edition__index=index, relation__in=SAME)
    columns = ("from_edition_id", "to_edition_id", "category_key", "from_name", "to_name")
    for before, after, category, old, new in mappings.values_list(*columns):
        beside[before, category, old].add((after, category, new))
        beside[after, category, new].add((before, category, old))
    return {
        key: list(dict.fromkeys([key, *_reached(place, beside, keys)]))
        for place, key in keys.items() if place[0] == edition.pk
    }  # fmt: skip


def _reached(start: Place, beside: dict[Place, set[Place]], keys: dict[Place, str]) -> Iterable[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for place in beside.get(waiting.pop(), ()):
            if place not in seen:
                seen.add(place)
                waiting.append(place)
    return sorted(keys[place] for place in seen if place in keys)


FIELDS = FieldSource(ID, _("Smart City Index"), field_editions, load, levers, data_stamp, load_all)
