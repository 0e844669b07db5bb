"""Targets and facts of the strategy against its own tables, and funding marks against its text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from steuerrad.modules.strategy.rules.audit.data import MeasureRow, StrategyData, TargetRow
from steuerrad.modules.strategy.rules.audit.finding import Draft, Evidence, Member, Value, evidence_of

ABOUT = Decimal("0.1")  # "about 100" holds up to 110
SAME_COUNT = Decimal("0.25")  # a figure further away than this counts something else

# What a figure counts: its unit → how many the register holds. "Projekte" are the strategy's projects, its measures.
COUNTED: dict[str, Callable[[StrategyData], int]] = {
    "leitthemen": lambda data: len(data.themes),
    "themes": lambda data: len(data.themes),
    "handlungsfelder": lambda data: len(data.fields),
    "fields": lambda data: len(data.fields),
    "maßnahmen": lambda data: len(data.measures),
    "projekte": lambda data: len(data.measures),
    "measures": lambda data: len(data.measures),
    "kpis": lambda data: len(data.kpis),
    "kennzahlen": lambda data: len(data.kpis),
}
PER_THEME = re.compile(r"\bje (?:Leitthema|Thema)\b|\bper theme\b", re.IGNORECASE)


def shown(target: TargetRow, variant: str = "", **params: Value) -> Draft:
    facts: dict[str, Value] = {"target": target.code, **params}
    return Draft(target.ref, target.subject, facts, evidence_of(target, target.as_printed), variant)


def without_kpi(data: StrategyData) -> Iterator[Draft]:
    """Targets that no KPI follows: one finding."""
    yield from all_targets(data, [t for t in data.targets if t.type == "target" and not t.kpi])


def without_year(data: StrategyData) -> Iterator[Draft]:
    """Targets that do not say until when: one finding."""
    yield from all_targets(data, [t for t in data.targets if t.type == "target" and not t.year])


def all_targets(data: StrategyData, found: list[TargetRow]) -> Iterator[Draft]:
    total = sum(target.type == "target" for target in data.targets)
    if found:
        yield Draft(
            "city", data.city, {"count": len(found), "total": total},
            evidence_of(found[0], f"{found[0].subject}: {found[0].as_printed}"),
            members=tuple(Member(t.ref, t.subject, t.line) for t in found),
        )  # fmt: skip


def due_without_value(data: StrategyData) -> Iterator[Draft]:
    """The year of a target has come, and no value tells whether it was reached."""
    for target in data.targets:
        year = target.last_year
        if target.type not in ("target", "plan") or year is None or year >= data.today.year:
            continue
        if data.as_of is not None and year <= data.as_of.year:
            continue  # the year of the statement, not one that was still to come
        if not any(value.date.year >= year for value in data.values_of.get(target.kpi, [])):
            yield shown(target, year=year, kpi=target.kpi or "–")


def unit_against_kpi(data: StrategyData) -> Iterator[Draft]:
    """A target and its KPI are given in different units."""
    for target in data.targets:
        kpi = data.kpi.get(target.kpi)
        if kpi is None or not target.unit or not kpi.unit or target.value is None:
            continue
        if target.type not in ("target", "plan"):
            continue  # a threshold or a fact is not compared with the KPI's values
        share, kpi_share = "%" in target.unit, "%" in kpi.unit
        plain_count = kpi.unit.lower() in ("anzahl", "count", "number")
        if target.unit != kpi.unit and (share != kpi_share or not plain_count):
            yield shown(target, kpi=kpi.code, unit=target.unit, kpi_unit=kpi.unit)


def told_twice(data: StrategyData) -> Iterator[Draft]:
    """Targets for one KPI and year: the same one twice, or different ones."""
    seen: dict[tuple[str, str], TargetRow] = {}
    for target in data.targets:
        key = (target.kpi, target.year)
        if not target.kpi or target.type not in ("target", "plan") or target.value is None:
            continue
        other = seen.setdefault(key, target)
        if other is target:
            continue
        evidence = evidence_of(other, other.as_printed) + evidence_of(target, target.as_printed)
        same = other.value == target.value
        differs = bool(same and other.qualifier != target.qualifier)
        yield Draft(
            target.ref, target.subject,
            {"target": target.code, "other": other.code, "kpi": target.kpi, "value": target.as_printed,
             "other_value": other.as_printed},
            evidence, "qualifier" if differs else "same" if same else "different",
        )  # fmt: skip


def counts(data: StrategyData) -> Iterator[Draft]:
    """The strategy tells how many themes, fields, measures it has; the register holds another number."""
    for target in data.targets:
        count = COUNTED.get(target.unit.lower())
        if count is None or target.value is None or target.kpi or target.measure or target.field:
            continue
        if any(mark in target.subject for mark in funding_marks(data)):
            continue
        if PER_THEME.search(target.subject):
            yield from per_theme(data, target)
            continue
        actual = Decimal(count(data))
        if actual == 0 or abs(actual - target.value) > SAME_COUNT * actual or agrees(target, actual):
            continue
        yield shown(target, printed=target.as_printed, actual=int(actual), unit=target.unit)


def per_theme(data: StrategyData, target: TargetRow) -> Iterator[Draft]:
    for theme in data.themes:
        actual = sum(row.theme == theme.code for row in data.fields)
        if target.value != actual:
            yield Draft(
                f"theme:{theme.code}", theme.name,
                {"target": target.code, "theme": theme.code, "printed": target.as_printed, "actual": actual},
                evidence_of(target, target.as_printed), "per_theme",
            )  # fmt: skip


def agrees(target: TargetRow, actual: Decimal) -> bool:
    """Whether the register's number fits the printed one with its qualifier."""
    value = target.value or Decimal(0)
    if target.qualifier == "about":
        return abs(actual - value) <= ABOUT * value
    if target.qualifier in ("min", "more_than"):
        return actual >= value
    if target.qualifier in ("max", "less_than", "up_to"):
        return actual <= value
    return actual == value


def funding_marks(data: StrategyData) -> list[str]:
    return sorted({measure.funding for measure in data.measures if measure.funding})


def funding_counts(data: StrategyData) -> Iterator[Draft]:
    """The text tells how many measures a programme pays; another number carries its mark."""
    for mark in funding_marks(data):
        marked = [measure for measure in data.measures if measure.funding == mark]
        for target in data.targets:
            counted = target.unit.lower() in ("maßnahmen", "measures") and mark in target.subject
            if not counted or target.value is None or target.value in bundles(data, mark):
                continue  # the text counts its own items, and an item may stand for several measures
            if not agrees(target, Decimal(len(marked))):
                yield Draft(
                    target.ref, target.subject,
                    {"target": target.code, "funding": mark, "printed": target.as_printed, "actual": len(marked)},
                    evidence_of(target, target.as_printed),
                    members=tuple(Member(m.ref, m.title, m.line) for m in marked),
                )  # fmt: skip


def bundles(data: StrategyData, mark: str) -> set[int]:
    """How many items the text lists as funded by a programme: in each phase, and in all."""
    phases: dict[str, set[tuple[str, int | None]]] = {"": set()}
    for row in data.funding_mentions:
        if row.funding == mark:
            phases.setdefault(row.phase, set()).add((row.document, row.line))
            phases[""].add((row.document, row.line))
    return {len(items) for items in phases.values()}


def funding_end(data: StrategyData, mark: str) -> TargetRow | None:
    """The statement that tells until when a programme pays: of those with the mark, the one with the last year."""
    told = [t for t in data.targets if mark in t.subject and t.last_year is not None]
    return max(
        told, key=lambda target: (target.last_year or 0, target.value == target.last_year), default=None
    )


def funding_periods(data: StrategyData) -> Iterator[Draft]:
    """A funded measure goes on after the money ends, or says no end, or has not begun."""
    for measure in data.measures:
        told = funding_end(data, measure.funding) if measure.funding else None
        if told is None:
            continue
        last = told.last_year or 0
        evidence = evidence_of(measure, measure.period_as_printed) + evidence_of(told, told.as_printed)
        facts: dict[str, Value] = {"measure": measure.number, "funding": measure.funding, "last": last}
        if measure.end is None:
            yield Draft(measure.ref, measure.title, facts, evidence, "no_end")
        elif measure.end > last:
            yield Draft(measure.ref, measure.title, facts | {"end": measure.end}, evidence, "longer")
        elif measure.end < last:
            yield Draft(measure.ref, measure.title, facts | {"end": measure.end}, evidence, "shorter")


def funding_over(data: StrategyData) -> Iterator[Draft]:
    """The programme has ended or ends this year: who pays from then on?"""
    for mark in funding_marks(data):
        told = funding_end(data, mark)
        if told is None or (told.last_year or 0) > data.today.year:
            continue
        open_measures = [m for m in data.measures if m.funding == mark and not m.delivered]
        if open_measures:
            yield Draft(
                "city", data.city, {"funding": mark, "last": told.last_year or 0, "count": len(open_measures)},
                evidence_of(told, told.as_printed),
                members=tuple(Member(m.ref, m.title, m.line) for m in open_measures),
            )  # fmt: skip


def funding_text(data: StrategyData) -> Iterator[Draft]:
    """The text names a measure as funded and its number lacks the mark, or the mark stands and the text is silent."""
    for mark in sorted({*funding_marks(data), *(row.funding for row in data.funding_mentions)}):
        mentions = [row for row in data.funding_mentions if row.funding == mark]
        if not mentions:
            continue
        named = {row.measure: row for row in mentions}
        for measure in data.measures:
            row = named.get(measure.number)
            if row is not None and measure.funding != mark:
                text = Evidence(row.document, row.line, row.as_printed)
                yield funding_draft(measure, mark, "named_only", (text, *number_of(measure)))
            elif row is None and measure.funding == mark:
                yield funding_draft(measure, mark, "marked_only", number_of(measure))


def number_of(measure: MeasureRow) -> tuple[Evidence, ...]:
    return evidence_of(measure, measure.number_as_printed)


def funding_draft(measure: MeasureRow, mark: str, variant: str, evidence: tuple[Evidence, ...]) -> Draft:
    return Draft(
        measure.ref, measure.title, {"measure": measure.number, "funding": mark}, evidence, variant
    )  # fmt: skip
