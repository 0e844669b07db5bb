"""Does a KPI measure what its number says? Its name is compared with every measure of the strategy.

How well this works on a real strategy: docs/explanation/strategy-audit.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from steuerrad.modules.strategy.rules.audit.data import (
    KpiRow,
    MeasureRow,
    StrategyData,
    TargetRow,
    grouped,
)
from steuerrad.modules.strategy.rules.audit.finding import Draft, Evidence, Member, Value, evidence_of
from steuerrad.modules.strategy.rules.audit.language import likeness, parts, stems, weights

TITLE, SUMMARY, TARGETS = 1.0, 0.75, 0.6  # how much a word counts where it stands
OTHER_FIELD = 0.8  # a measure of another field is the less likely one
MARK = 0.05  # a KPI with the mark of running measures rather belongs to a running measure
UNMET = 0.4  # weight of a word that no measure knows, as share of the heaviest: it tells little
ENOUGH = 0.24  # the better measure must meet this much of the KPI's name
CLEARLY = 2.3  # and so many times as much as the assigned one
SURE = 0.75  # and one of its title's words must mean the same this surely
CERTAIN_ELSEWHERE = 0.45  # for a KPI of a field that fits one measure
NEARLY = 0.75  # further measures are named when they reach this share of the best


@dataclass(frozen=True)
class Match:
    measure: MeasureRow
    score: float
    in_title: float  # likeness of the best word of the title


class Matcher:
    """Scores of KPIs against measures; made once for a strategy."""

    def __init__(self, data: StrategyData) -> None:
        self.data = data
        subjects = grouped([target for target in data.targets if target.measure], "measure")
        self.words = {
            measure.number: words_of(measure, subjects.get(measure.number, [])) for measure in data.measures
        }
        self.weight = weights(self.words.values())
        self.unmet = UNMET * max(self.weight.values(), default=1.0)
        self.mark = mark_means_running(data)
        self.by_part: dict[str, set[str]] = defaultdict(set)
        self.users: dict[str, list[str]] = defaultdict(list)
        for number, words in self.words.items():
            for word in words:
                self.users[word].append(number)
        for word in self.users:
            for part in parts(word):
                self.by_part[part].add(word)
        self.like: dict[str, dict[str, float]] = {}
        self.found: dict[str, list[Match]] = {}

    def alike(self, word: str) -> dict[str, float]:
        """The measures' words that mean the same or share a part, with their likeness."""
        if word not in self.like:
            near = {other for part in parts(word) for other in self.by_part.get(part, ())} | {word}
            found = {other: likeness(word, other) for other in near if other in self.users}
            self.like[word] = {other: value for other, value in found.items() if value}
        return self.like[word]

    def matches(self, kpi: KpiRow) -> list[Match]:
        """The measures that have something in common with the KPI's name, best first.

        The score is the sum over the name's words of weight x likeness x place, over the sum of weights.
        """
        if kpi.code in self.found:
            return self.found[kpi.code]
        met: dict[str, float] = defaultdict(float)
        titles: dict[str, float] = defaultdict(float)
        total = 0.0
        for word in dict.fromkeys(stems(kpi.name)):
            alike = self.alike(word)
            heavy = max((self.weight[other] for other in alike), default=self.unmet)
            total += heavy
            best: dict[str, float] = {}
            for other, value in alike.items():
                for number in self.users[other]:
                    place = self.words[number][other]
                    best[number] = max(best.get(number, 0.0), value * place)
                    if place == TITLE:
                        titles[number] = max(titles[number], value)
            for number, value in best.items():
                met[number] += heavy * value
        found = [
            Match(self.data.measure[number], self.adjusted(kpi, number, score / total), titles[number])
            for number, score in met.items()
        ]
        order = {measure.number: place for place, measure in enumerate(self.data.measures)}
        found.sort(key=lambda match: (-match.score, order[match.measure.number]))
        self.found[kpi.code] = found
        return found

    def adjusted(self, kpi: KpiRow, number: str, score: float) -> float:
        measure = self.data.measure[number]
        marked = MARK if self.mark and kpi.marked and measure.delivered else 0.0
        return (score + marked) * (1.0 if measure.field == kpi.field else OTHER_FIELD)

    def own(self, kpi: KpiRow) -> float:
        """Score of the measure that the KPI's number points to."""
        return next((m.score for m in self.matches(kpi) if m.measure.number == kpi.measure), 0.0)


def words_of(measure: MeasureRow, targets: list[TargetRow]) -> dict[str, float]:
    """Stem → how much it counts, from what the strategy says of the measure."""
    words = {word: TARGETS for target in targets for word in stems(target.subject)}
    words.update(dict.fromkeys(stems(measure.summary), SUMMARY))
    words.update(dict.fromkeys(stems(measure.title), TITLE))
    return words


def mark_means_running(data: StrategyData) -> bool:
    """Whether the mark at KPIs stands for measures in operation: read off the KPIs, three quarters must agree."""
    marked = [data.measure[kpi.measure] for kpi in data.kpis if kpi.marked and kpi.measure in data.measure]
    return len(marked) >= 4 and sum(measure.delivered for measure in marked) >= 0.75 * len(marked)


def measure_missing(data: StrategyData) -> Iterator[Draft]:
    """A KPI's number points to a measure that the strategy does not have."""
    matcher = Matcher(data)
    for kpi in data.kpis:
        if not kpi.measure or kpi.measure in data.measure:
            continue
        best = next(iter(matcher.matches(kpi)), None)
        params: dict[str, Value] = {"kpi": kpi.code, "measure": kpi.measure}
        if best is None or best.score < ENOUGH:
            yield Draft(kpi.ref, kpi.name, params, printed(kpi))
            continue
        yield Draft(
            kpi.ref, kpi.name,
            params | {"better": best.measure.number, "better_title": best.measure.title},
            printed(kpi) + evidence_of(best.measure, best.measure.title),
            "proposal", scores={"better": round(best.score, 2)},
        )  # fmt: skip


def measure_mismatch(data: StrategyData) -> Iterator[Draft]:
    """A KPI's name fits another measure far better than the one that its number points to."""
    matcher = Matcher(data)
    for kpi in data.kpis:
        own = data.measure.get(kpi.measure)
        if own is None:
            continue
        own_score = matcher.own(kpi)
        better = [
            match for match in matcher.matches(kpi)
            if match.score >= max(ENOUGH, CLEARLY * own_score) and match.measure is not own
            and match.measure.field == kpi.field  # one wrong number is a slip, a wrong field would be two
        ]  # fmt: skip
        if not better or better[0].in_title < SURE:
            continue
        best = better[0]
        near = tuple(m.measure.number for m in better[1:4] if m.score >= NEARLY * best.score)
        yield Draft(
            kpi.ref, kpi.name,
            {"kpi": kpi.code, "measure": own.number, "measure_title": own.title, "near": near,
             "better": best.measure.number, "better_title": best.measure.title},
            printed(kpi) + evidence_of(own, own.title) + evidence_of(best.measure, best.measure.title),
            "several" if near else "",
            scores={"own": round(own_score, 2), "better": round(best.score, 2)},
        )  # fmt: skip


def measure_unrelated(data: StrategyData) -> Iterator[Draft]:
    """KPIs that share no word with their measure, nor with another KPI of it: one finding for all."""
    matcher = Matcher(data)
    lonely: list[KpiRow] = []
    for measure in data.measures:
        kpis = data.kpis_of_measure.get(measure.number, [])
        for kpi in kpis:
            others = {word for other in kpis if other is not kpi for word in stems(other.name)}
            if matcher.own(kpi) == 0.0 and not others & set(stems(kpi.name)):
                lonely.append(kpi)
    if lonely:
        assigned = [kpi for kpi in data.kpis if kpi.measure in data.measure]
        yield Draft(
            "city", data.city, {"count": len(lonely), "total": len(assigned)}, printed(lonely[0]),
            members=tuple(Member(kpi.ref, kpi.name, kpi.line) for kpi in lonely),
        )  # fmt: skip


def field_kpi_elsewhere(data: StrategyData) -> Iterator[Draft]:
    """A KPI of a whole field fits one measure so well that it could be that measure's."""
    matcher = Matcher(data)
    for kpi in data.kpis:
        best = next(iter(matcher.matches(kpi)), None)
        if kpi.measure or best is None or best.score < CERTAIN_ELSEWHERE or best.in_title < SURE:
            continue
        yield Draft(
            kpi.ref, kpi.name,
            {"kpi": kpi.code, "field": kpi.field, "better": best.measure.number,
             "better_title": best.measure.title},
            printed(kpi) + evidence_of(best.measure, best.measure.title),
            "same_field" if best.measure.field == kpi.field else "other_field",
            scores={"better": round(best.score, 2)},
        )  # fmt: skip


def mark_against_status(data: StrategyData) -> Iterator[Draft]:
    """A KPI carries the mark of running measures and its measure does not run, or the other way round."""
    if not mark_means_running(data):
        return
    for kpi in data.kpis:
        measure = data.measure.get(kpi.measure)
        if measure is None or kpi.marked == measure.delivered:
            continue
        yield Draft(
            kpi.ref, kpi.name,
            {"kpi": kpi.code, "measure": measure.number, "status": measure.status.value},
            printed(kpi) + evidence_of(measure, measure.status_as_printed or measure.status.value),
            "marked" if kpi.marked else "unmarked",
        )  # fmt: skip


def mark_unexplained(data: StrategyData) -> Iterator[Draft]:
    """KPIs are marked, and what the mark means cannot be read off them."""
    marked = [kpi for kpi in data.kpis if kpi.marked]
    if marked and not mark_means_running(data):
        evidence = Evidence(marked[0].document, marked[0].line, marked[0].code_as_printed)
        yield Draft("city", data.city, {"count": len(marked)}, (evidence,))


def printed(kpi: KpiRow) -> tuple[Evidence, ...]:
    return evidence_of(kpi, f"{kpi.code_as_printed or kpi.code} {kpi.name}")
