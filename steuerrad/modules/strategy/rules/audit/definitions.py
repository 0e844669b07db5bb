"""Is a KPI defined so that it can be measured? Name, unit, direction, references, doubles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from steuerrad.modules.strategy.rules import sdg
from steuerrad.modules.strategy.rules.audit.coverage import all_kpis
from steuerrad.modules.strategy.rules.audit.data import KpiRow, MeasureRow, StrategyData
from steuerrad.modules.strategy.rules.audit.finding import Draft, Value, evidence_of
from steuerrad.modules.strategy.rules.audit.language import plain, similarity, stems

ALIKE = 0.75  # share of common words from which two KPIs count as near doubles
ALIKE_SUMMARY = 0.6  # and two descriptions of measures
FEWEST_WORDS = 3  # a text with fewer content words says too little to be called a double

COUNT_WORD = re.compile(r"^\W*(?:gesamte\s+)?(?:anzahl|zahl|number)\b", re.IGNORECASE)
SHARE_WORD = re.compile(r"^\W*(?:anteil|quote|prozent|share)\b|\bquote\b", re.IGNORECASE)
SHARE_UNIT = re.compile(r"%|prozent|percent", re.IGNORECASE)
PER = re.compile(
    r"\b(?:pro|je|per)\s+(?:[0-9.]+\s+)?(?:Einwohner|Person|Kopf|inhabitant|capita)", re.IGNORECASE
)
PER_UNIT = re.compile(r"\b(?:pro|je|per)\b|/", re.IGNORECASE)
CHANGE_WORD = re.compile(
    r"^\W*(?:steigerung|erhöhung|zunahme|senkung|reduzierung|verringerung|einsparung(?:en)?|increase|reduction)\b",
    re.IGNORECASE,
)
TARGET_IN_NAME = (
    re.compile(
        r"\b(?:mind(?:\.|estens)|min\.|max(?:\.|imal)|höchstens|at least|at most)\s*[0-9][0-9.,]*",
        re.IGNORECASE,
    ),
    re.compile(r"[0-9][0-9.,]*\s*(?:%|Prozent).{0,12}\b(?:bis|by)\b", re.IGNORECASE),
    re.compile(r"\b(?:auf|to)\s+[0-9.,]+\s*(?:%|Prozent)", re.IGNORECASE),
    re.compile(r"\b(?:bis|by)\s+(?:zum\s+Jahr\s+)?20[0-9]{2}\b", re.IGNORECASE),
)
MEASURE_WORDS = r"(?:anzahl|anteil|menge|dauer|art|erfolg|diversität|volumen|mittelvolumen|reichweite|quote)"
TWO_THINGS = (
    re.compile(
        rf"\b{MEASURE_WORDS}(?:,\s*\w+)*\s+(?:und|&|and)\s+(?:\w+\s+)?{MEASURE_WORDS}\b", re.IGNORECASE
    ),
    re.compile(r"\banzahl\b.*\b(?:und|&)\s+anzahl\b", re.IGNORECASE),
    re.compile(rf"\b{MEASURE_WORDS}\b.*\s/\s*\w*[kMG]W", re.IGNORECASE),
    re.compile(r"\(\s*[\w-]*(?:zugriffe|abrufzahlen)\s*/", re.IGNORECASE),
    re.compile(r"^[\w*-]+/\s+[A-ZÄÖÜ]\w+"),
)
OPEN_WORDS = re.compile(
    r"\bggf\.|\betc\.|…|\.\.\.|\bz[.-]\s?B\.|unterschiedliche Stufen|\bTBD\b", re.IGNORECASE
)
QUOTES = (("»", "«"), ("„", "“"), ("(", ")"))


def shown(kpi: KpiRow, variant: str = "", **params: Value) -> Draft:
    text = f"{kpi.code_as_printed or kpi.code} {kpi.name}"
    return Draft(kpi.ref, kpi.name, {"kpi": kpi.code, **params}, evidence_of(kpi, text), variant)


def without_unit(data: StrategyData) -> Iterator[Draft]:
    yield from all_kpis(data, [kpi for kpi in data.kpis if not kpi.unit.strip()])


def without_direction(data: StrategyData) -> Iterator[Draft]:
    yield from all_kpis(data, [kpi for kpi in data.kpis if not kpi.direction])


def neutral_direction(data: StrategyData) -> Iterator[Draft]:
    """Nobody can say whether more of it is good."""
    for kpi in data.kpis:
        if kpi.direction == "none":
            yield shown(kpi)


def without_reference(data: StrategyData) -> Iterator[Draft]:
    if any(kpi.references for kpi in data.kpis):
        yield from all_kpis(data, [kpi for kpi in data.kpis if not kpi.references])


def without_sdg(data: StrategyData) -> Iterator[Draft]:
    if any(kpi.sdg for kpi in data.kpis):
        yield from all_kpis(data, [kpi for kpi in data.kpis if not kpi.sdg])


def unit_against_name(data: StrategyData) -> Iterator[Draft]:
    """The name says share and the unit counts, or the other way round; or one of both is per inhabitant."""
    for kpi in data.kpis:
        if not kpi.unit:
            continue
        share = bool(SHARE_UNIT.search(kpi.unit))
        if SHARE_WORD.search(kpi.name) and not share and not PER_UNIT.search(kpi.unit):
            yield shown(kpi, "share", unit=kpi.unit)
        elif COUNT_WORD.search(kpi.name) and share:
            yield shown(kpi, "count", unit=kpi.unit)
        elif PER.search(kpi.name) and not PER_UNIT.search(kpi.unit):
            yield shown(kpi, "per", unit=kpi.unit)


def kind_against_unit(data: StrategyData) -> Iterator[Draft]:
    for kpi in data.kpis:
        share = bool(SHARE_UNIT.search(kpi.unit))
        if kpi.kind and kpi.unit and (kpi.kind == "share") != share:
            yield shown(kpi, unit=kpi.unit, kind=kpi.kind)


def target_in_name(data: StrategyData) -> Iterator[Draft]:
    """The name holds the target; it belongs into the targets, where it can be followed."""
    for kpi in data.kpis:
        match = next((m for pattern in TARGET_IN_NAME if (m := pattern.search(kpi.name))), None)
        if match is not None:
            recorded = tuple(row.code for row in data.targets_of.get(kpi.code, []))
            yield shown(kpi, "recorded" if recorded else "", text=match.group().strip(), targets=recorded)


def two_things(data: StrategyData) -> Iterator[Draft]:
    """One KPI, two figures: the value cannot be one number."""
    for kpi in data.kpis:
        match = next((m for pattern in TWO_THINGS if (m := pattern.search(kpi.name))), None)
        if match is not None:
            yield shown(kpi, text=match.group().strip(" ("), unit=kpi.unit or "–")


def change_as_kpi(data: StrategyData) -> Iterator[Draft]:
    """The KPI is a change and needs a value to start from, which the strategy does not give."""
    for kpi in data.kpis:
        match = CHANGE_WORD.search(kpi.name)
        if match is not None and len(data.values_of.get(kpi.code, [])) < 1:
            yield shown(kpi, text=match.group().strip())


def open_definition(data: StrategyData) -> Iterator[Draft]:
    """The name leaves open what exactly is counted: "ggf.", "etc."."""
    for kpi in data.kpis:
        match = OPEN_WORDS.search(kpi.name)
        if match is not None:
            yield shown(kpi, text=match.group())


def bare_name(data: StrategyData) -> Iterator[Draft]:
    """The name does not say of what: "CO2 emissions", "number of customers"."""
    for kpi in data.kpis:
        words = [
            word for word in re.findall(r"[^\W\d_]{3,}(?:\*\w+)?", kpi.name) if not COUNT_WORD.match(word)
        ]
        if kpi.measure and len(words) <= 1:
            yield shown(kpi)


def sdg_references(data: StrategyData) -> Iterator[Draft]:
    for kpi in data.kpis:
        for reference in dict.fromkeys(kpi.sdg):
            fault = sdg.fault(reference)
            if fault == sdg.Fault.GOAL_ONLY:
                continue
            if fault == sdg.Fault.MALFORMED and (meant := sdg.mended(reference)):
                yield shown(kpi, "malformed_mended", reference=reference, meant=meant)
            elif fault is not None:
                yield shown(kpi, fault.value, reference=reference)


def sdg_goal_only(data: StrategyData) -> Iterator[Draft]:
    """A goal as a whole instead of one of its targets, where no target of that goal stands beside it."""
    for kpi in data.kpis:
        for reference in dict.fromkeys(kpi.sdg):
            beside = any(other.startswith(reference + ".") for other in kpi.sdg)
            if sdg.fault(reference) == sdg.Fault.GOAL_ONLY and not beside:
                yield shown(kpi, reference=reference)


def sdg_repeated(data: StrategyData) -> Iterator[Draft]:
    """The same target twice at one KPI, or a target next to an indicator of it or a goal next to its target."""
    for kpi in data.kpis:
        good = [ref for ref in kpi.sdg if sdg.fault(ref) in (None, sdg.Fault.GOAL_ONLY)]
        twice = {ref for ref in good if good.count(ref) > 1}
        inside = {
            one for one in good for other in good
            if one != other and other.casefold().startswith(one.casefold() + ".")
        }  # fmt: skip
        if twice:
            yield shown(kpi, "twice", reference=sorted(twice)[0])
        elif inside:
            yield shown(kpi, "inside", reference=sorted(inside)[0], references=tuple(kpi.sdg))


def sdg_spellings(data: StrategyData) -> Iterator[Draft]:
    """Letters of targets in capitals at some KPIs and in small letters at others."""
    lettered = [(kpi, ref) for kpi in data.kpis for ref in kpi.sdg if re.search("[A-Za-z]", ref)]
    large = [(kpi, ref) for kpi, ref in lettered if ref != ref.lower()]
    if large and len(large) < len(lettered):
        kpi, ref = large[0]
        yield Draft(
            "city", data.city, {"count": len(large), "total": len(lettered), "example": ref},
            evidence_of(kpi, f"{kpi.code_as_printed} {ref}"),
        )  # fmt: skip


def near_doubles(data: StrategyData) -> Iterator[Draft]:
    """Two KPIs with the same name, or nearly."""
    for one, other in combinations(data.kpis, 2):
        same = plain(one.name) == plain(other.name)
        alike = 1.0 if same else similarity(one.name, other.name)
        if same or (alike >= ALIKE and min(len(stems(one.name)), len(stems(other.name))) >= FEWEST_WORDS - 1):
            yield Draft(
                one.ref, one.name, {"kpi": one.code, "other": other.code, "other_name": other.name},
                evidence_of(one, one.name) + evidence_of(other, other.name),
                "same" if same else "", scores={"alike": round(alike, 2)},
            )  # fmt: skip


def near_double_measures(data: StrategyData) -> Iterator[Draft]:
    """Two measures with the same title, or with the same description, or nearly."""
    for one, other in combinations(data.measures, 2):
        variant = alike(one, other)
        if variant is not None:
            yield Draft(
                one.ref, one.title, {"measure": one.number, "other": other.number, "other_title": other.title},
                evidence_of(one, f"{one.title}: {one.summary}") + evidence_of(other, f"{other.title}: {other.summary}"),
                variant,
            )  # fmt: skip


def alike(one: MeasureRow, other: MeasureRow) -> str | None:
    """ "title" or "text" where these are the same, "" where the descriptions nearly are, None where nothing is."""
    if plain(one.title) and plain(one.title) == plain(other.title):
        return "title"
    if min(len(stems(one.summary)), len(stems(other.summary))) < FEWEST_WORDS:
        return None
    if plain(one.summary) == plain(other.summary):
        return "text"
    return "" if similarity(one.summary, other.summary) >= ALIKE_SUMMARY else None


def description_of_other(data: StrategyData) -> Iterator[Draft]:
    """The description of a measure names another measure's number."""
    for measure in data.measures:
        found = [
            number for number in data.measure
            if number != measure.number and number in measure.summary
            and re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", measure.summary)
        ]  # fmt: skip
        for number in found:
            params: dict[str, Value] = {"measure": measure.number, "other": number}
            wrong = re.search(r"irrtümlich|versehentlich|by mistake", measure.summary, re.IGNORECASE)
            yield Draft(
                measure.ref, measure.title, params, evidence_of(measure, measure.summary),
                "mistaken" if wrong else "",
            )  # fmt: skip


def unbalanced_marks(data: StrategyData) -> Iterator[Draft]:
    """A quotation mark or bracket is opened and not closed."""
    rows = [(kpi.ref, kpi.name, kpi) for kpi in data.kpis]
    for ref, text, row in [*rows, *((m.ref, m.title, m) for m in data.measures)]:
        for left, right in QUOTES:
            if text.count(left) != text.count(right):
                yield Draft(ref, text, {"mark": f"{left}{right}"}, evidence_of(row, text))
