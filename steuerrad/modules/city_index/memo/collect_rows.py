"""The indicators of a city in an edition, their counterparts, other cities' values and the answering measures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.conf import settings
from django.utils.translation import override

from steuerrad.engines.scoring import Part, printed_interval
from steuerrad.modules.city_index.facts import aggregation, printed
from steuerrad.modules.city_index.memo.facts import Counterpart, MeasureFact, OtherValue, RawFact, Row
from steuerrad.modules.city_index.models import (
    Edition,
    IndexCity,
    Indicator,
    IndicatorMapping,
    MethodBreak,
    RawValue,
    Result,
)
from steuerrad.modules.city_index.rules.names import name_key
from steuerrad.modules.city_index.rules.structure import CategoryStructure
from steuerrad.platform.links.models import Link
from steuerrad.platform.links.queries import resolve

OTHERS_SHOWN = 4
ANSWERS = "answers"
Use = Callable[[str], str]
Spot = tuple[int, str, str]  # edition id, category key, folded name


@dataclass
class RowFacts:
    """Rows and dropped indicators by category key, and the printed values of both editions."""

    values: Mapping[Spot, Result]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    dropped: dict[str, list[Counterpart]] = field(default_factory=lambda: defaultdict(list))

    def parts(
        self, key: str, edition: Edition | None, structure: CategoryStructure | None
    ) -> list[Part] | None:
        """The parts of a category's score; None unless the list is complete and every value known."""
        if edition is None or structure is None or not structure.complete or not structure.count:
            return None
        found: list[Part] = []
        for spec in structure.indicators:
            result = self.values.get((edition.pk, key, name_key(spec.name)))
            if result is None or result.score is None:
                return None
            interval = printed_interval(printed(result.score, result.decimals), low=0, high=100)
            kind = "bonus" if spec.kind == "pilot" else "indicator"
            found.append(Part(spec.name, interval, kind, spec.maximum or Fraction(100)))
        return found


def row_facts(
    city: IndexCity,
    edition: Edition,
    previous: Edition | None,
    results: Sequence[Result],
    use: Use,
    user: Any,
) -> RowFacts:
    """Everything that is known of the indicators of one edition."""
    indicators = list(
        Indicator.objects.filter(category__edition__index=edition.index)
        .select_related("category__edition")
        .order_by("category__order", "order")
    )
    own = [item for item in indicators if item.category.edition_id == edition.pk]
    values: dict[Spot, Result] = {}
    for result in results:
        if result.indicator and result.score is not None:
            values.setdefault((result.edition_id, result.category_key, name_key(result.indicator)), result)
    before = {
        (item.category.key, name_key(item.name)): item
        for item in indicators if previous is not None and item.category.edition_id == previous.pk
    }  # fmt: skip
    found = RowFacts(values)
    mapped = _mappings(edition, previous)
    broken = {
        (item.category_key, name_key(item.indicator))
        for item in MethodBreak.objects.filter(edition=edition).exclude(indicator="")
    }
    others = _others(city, own, indicators)
    measures = _measures(own, user)
    raw = _raw(city, edition)
    for item in own:
        key = item.category.key
        result = values.get((edition.pk, key, name_key(item.name)))
        counterparts, relation = [], ""
        for mapping in mapped.get((key, name_key(item.name)), ()):
            relation = mapping.relation
            if mapping.from_name:
                counterparts.append(
                    _counterpart(
                        mapping, before, values, previous, (key, name_key(item.name)) in broken, edition
                    )
                )
        value = None if result is None or result.score is None else result.score.normalize()
        row = Row(
            item.key, item.name, item.kind, _shown(result), _maximum(item, own, edition), use(result.source) if result else "",
            relation, tuple(counterparts), None, (), _used_raw(raw.get(name_key(item.name)), use),
            measures.get(item.ref, ()),
        )  # fmt: skip
        higher = [
            OtherValue(other.city, other.edition, other.value, other.name, use(other.source))
            for other in others.get((key, item.key), ())
            if value is None or other.value > value
        ]
        found.rows[key].append(_with(row, change=_change(row), others=tuple(higher[:OTHERS_SHOWN])))
    for (key, name), group in mapped.items():
        if not name:
            found.dropped[key] += [
                _counterpart(mapping, before, values, previous, True, edition) for mapping in group
            ]
    return found


def _with(row: Row, *, change: Decimal | None, others: tuple[OtherValue, ...]) -> Row:
    return Row(
        row.key, row.name, row.kind, row.value, row.maximum, row.source, row.relation, row.counterparts, change,
        others, row.raw, row.measures,
    )  # fmt: skip


def _change(row: Row) -> Decimal | None:
    """The change, where it is one of the same thing on the same scale."""
    if len(row.counterparts) != 1 or row.value is None:
        return None
    (before,) = row.counterparts
    if not before.comparable or before.value is None or before.maximum != row.maximum:
        return None
    return row.value - before.value


def _shown(result: Result | None) -> Decimal | None:
    if result is None or result.score is None:
        return None
    return Decimal(printed(result.score, result.decimals))


def _maximum(item: Indicator, own: Iterable[Indicator], edition: Edition) -> Decimal | None:
    """Attainable points: as given, else as the rule of the index has it; None while the list is incomplete."""
    if item.maximum is not None:
        return item.maximum.normalize() if item.maximum % 10 else Decimal(int(item.maximum))
    rule = aggregation(edition.index.rules, "category")
    if item.kind == Indicator.NORMAL:
        return Decimal(int(rule.scale))
    if not item.category.list_complete:
        return None
    count = sum(one.kind == Indicator.NORMAL and one.category_id == item.category_id for one in own)
    return Decimal(str(float(rule.bonus_maximum(count))))


def _mappings(edition: Edition, previous: Edition | None) -> dict[tuple[str, str], list[IndicatorMapping]]:
    found: dict[tuple[str, str], list[IndicatorMapping]] = defaultdict(list)
    if previous is not None:
        for item in IndicatorMapping.objects.filter(to_edition=edition, from_edition=previous).order_by("pk"):
            found[(item.category_key, name_key(item.to_name) if item.to_name else "")].append(item)
    return found


def _counterpart(
    mapping: IndicatorMapping,
    before: Mapping[tuple[str, str], Indicator],
    values: Mapping[Spot, Result],
    previous: Edition | None,
    broken: bool,
    edition: Edition,
) -> Counterpart:
    key, name = mapping.category_key, name_key(mapping.from_name)
    result = values.get((previous.pk if previous else 0, key, name))
    item = before.get((key, name))
    maximum = None if item is None else _maximum(item, before.values(), edition)
    return Counterpart(
        mapping.from_name, _shown(result), maximum, mapping.relation, mapping.comparable and not broken,
        mapping.basis,
    )  # fmt: skip


def _others(
    city: IndexCity, own: Sequence[Indicator], indicators: Sequence[Indicator]
) -> dict[tuple[str, str], list[OtherValue]]:
    """Values of other cities by (category, indicator key): this edition first, then the nearest, best first."""
    if not own:
        return {}
    year = own[0].category.edition.year
    wanted = {(item.category.key, item.key) for item in own}
    spots: dict[Spot, tuple[str, int]] = {
        (item.category.edition_id, item.category.key, name_key(item.name)): (item.key, item.category.edition.year)
        for item in indicators if (item.category.key, item.key) in wanted
    }  # fmt: skip
    names = {item.name for item in indicators if (item.category.key, item.key) in wanted}
    found: dict[tuple[str, str], dict[str, OtherValue]] = defaultdict(dict)
    rows = (
        Result.objects.filter(indicator__in=names, score__isnull=False)
        .exclude(city=city)
        .select_related("city")
        .order_by("pk")
    )
    for result in rows:
        spot = spots.get((result.edition_id, result.category_key, name_key(result.indicator)))
        if spot is None:
            continue
        key, edition = spot
        value = Decimal(printed(result.score, result.decimals))  # pyright: ignore[reportArgumentType]
        held = found[(result.category_key, key)]
        there = held.get(result.city.name)
        if there is None or abs(edition - year) < abs(there.edition - year):
            held[result.city.name] = OtherValue(
                result.city.name, edition, value, result.indicator, result.source
            )
    return {
        spot: sorted(held.values(), key=lambda one: (abs(one.edition - year), -one.value, one.city))
        for spot, held in found.items()
    }


def _measures(own: Sequence[Indicator], user: Any) -> dict[str, tuple[MeasureFact, ...]]:
    """The measures that answer each indicator (by its reference). What cannot be resolved keeps its number."""
    refs = {item.ref for item in own}
    links = list(Link.objects.filter(target__in=refs, kind=ANSWERS).order_by("source"))
    with override(settings.LANGUAGE_CODE):  # facts must not depend on the reader's language
        targets = resolve({link.source for link in links}, user)
        labels = {key: str(target.state_label) for key, target in targets.items()}
    found: dict[str, list[MeasureFact]] = defaultdict(list)
    for link in links:
        target = targets.get(link.source)
        number = link.source.partition(":")[2]
        title = number if target is None else target.title
        title = title.removeprefix(number).lstrip(" :–-") or title
        found[link.target].append(
            MeasureFact(
                link.source, number, "" if target is None else title, "" if target is None else target.state,
                labels.get(link.source, ""), "" if target is None else target.url, link.basis,
            )
        )  # fmt: skip
    return {ref: tuple(items) for ref, items in found.items()}


def _raw(city: IndexCity, edition: Edition) -> dict[str, tuple[Decimal, Decimal, str, str]]:
    """{folded quantity: (own, mean of all cities, unit, source)} where both are known in the same unit."""
    own: dict[str, RawValue] = {}
    mean: dict[str, RawValue] = {}
    for item in RawValue.objects.filter(edition=edition).order_by("pk"):
        if item.city_id is None:
            mean.setdefault(name_key(item.quantity), item)
        elif item.city_id == city.pk:
            own.setdefault(name_key(item.quantity), item)
    return {
        key: (item.value.normalize(), mean[key].value.normalize(), item.unit, item.source)
        for key, item in own.items() if key in mean and mean[key].unit == item.unit
    }  # fmt: skip


def _used_raw(found: tuple[Decimal, Decimal, str, str] | None, use: Use) -> RawFact | None:
    if found is None:
        return None
    own, mean, unit, source = found
    return RawFact(own, mean, unit, use(source))
