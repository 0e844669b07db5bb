"""Category scores against their parts, totals against their categories."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from steuerrad.engines.scoring import Interval, shown, total
from steuerrad.modules.city_index.rules.diagnosis import CategoryCheck, rank_in_place_of_score
from steuerrad.modules.city_index.rules.field import neighbour_interval
from steuerrad.modules.city_index.rules.findings import Certainty, Evidence, Finding, Param, Place
from steuerrad.modules.city_index.rules.judgement import Judgement, joined
from steuerrad.modules.city_index.rules.suspects import suspect_findings, suspects


def category_scores(judgement: Judgement) -> Iterator[Finding]:
    """Each score that its parts contradict, with what is at fault as far as the other figures tell."""
    for check in judgement.diagnosis.checks.values():
        state = judgement.diagnosis.state(check.edition, check.category)
        if state == "undecided" and check.missing:
            yield _bounds_contradict(judgement, check)
        elif state == "score_wrong":
            yield _wrong_score(judgement, check)
        elif state in ("part_wrong", "undecided"):
            yield from _parts_contradict(judgement, check, undecided=state == "undecided")


def _supporting(judgement: Judgement, check: CategoryCheck, figure: Interval) -> tuple[Evidence, ...]:
    assert check.score is not None
    assert check.implied is not None
    return tuple(
        evidence
        for support in judgement.diagnosis.supports(check)
        if support.interval.meets(check.score.interval) != support.interval.meets(check.implied)
        and support.interval.meets(figure)
        for evidence in support.evidence
    )


def _part_evidence(judgement: Judgement, check: CategoryCheck) -> tuple[Evidence, ...]:
    return judgement.evidence(check.score, *check.cells)


def _implied(judgement: Judgement, check: CategoryCheck) -> tuple[Fraction, Interval]:
    assert check.implied is not None
    nominal = check.implied.middle if check.nominal is None else check.nominal
    return nominal, check.implied


def _wrong_score(judgement: Judgement, check: CategoryCheck) -> Finding:
    assert check.score is not None
    nominal, interval = _implied(judgement, check)
    supports = _supporting(judgement, check, interval)
    by_rank = rank_in_place_of_score(check)
    certainty: Certainty = "certain" if supports else "very likely"
    for support in judgement.diagnosis.supports(check):
        interval = interval.intersection(support.interval) or interval
    rule = "rank_as_score" if by_rank else "score_wrong"
    finding = Finding(
        rule,
        check.score.place,
        check.score.text,
        judgement.follows(nominal, interval),
        "error",
        certainty,
        "parts and other figures" if supports else "parts",
        rule,
        {
            "printed": check.score.text,
            "implied": shown(nominal, judgement.decimals),
            "rank": check.rank.text if by_rank and check.rank is not None else "",
        },
        (*_part_evidence(judgement, check), *(judgement.evidence(check.rank) if by_rank else ()), *supports),
    )
    judgement.correct(check.score, nominal, interval, finding)
    return finding


def _parts_contradict(judgement: Judgement, check: CategoryCheck, *, undecided: bool) -> Iterator[Finding]:
    assert check.score is not None
    nominal, interval = _implied(judgement, check)
    fault = judgement.diagnosis.fault(check)
    found = suspects(judgement, check, fault)
    if sum(one.standing == "culprit" for one in found) == 1:
        undecided = False  # the figure that asks for another part thereby confirms the score
    params: dict[str, Param] = {
        "printed": check.score.text,
        "implied": shown(nominal, judgement.decimals),
        "suspects": joined(one.cell.name for one in found),
        "missing_low": "",
        "counts": joined(str(count) for count in fault.counts),
        "left_out": joined(fault.left_out),
    }
    if fault.missing is not None and not _all_indicators_known(judgement, check.edition):
        params["missing_low"] = shown(fault.missing.lo, judgement.decimals)
    finding = Finding(
        "parts_contradict_score",
        check.score.place,
        check.score.text,
        judgement.follows(nominal, interval),
        "error",
        "certain",
        "undecided" if undecided else "score supported",
        "parts_contradict_score" if undecided else "parts_contradict_supported_score",
        params,
        (*_part_evidence(judgement, check), *_supporting(judgement, check, check.score.interval)),
    )
    yield finding
    yield from suspect_findings(judgement, found, finding)


def _bounds_contradict(judgement: Judgement, check: CategoryCheck) -> Finding:
    """A score that is out of reach whatever the indicators are that the report does not print."""
    assert check.score is not None
    assert check.implied is not None
    return Finding(
        "parts_contradict_score",
        check.score.place,
        check.score.text,
        judgement.follows(check.implied.middle, check.implied),
        "error",
        "certain",
        "undecided",
        "parts_contradict_score_bounds",
        {
            "printed": check.score.text,
            "names": joined(check.missing),
            "low": shown(check.implied.lo, judgement.decimals),
            "high": shown(check.implied.hi, judgement.decimals),
        },
        _part_evidence(judgement, check),
    )


def _all_indicators_known(judgement: Judgement, edition: int) -> bool:
    """Whether the categories hold as many indicators, pilots included, as the publisher says there are."""
    structure = judgement.cells.structure(edition)
    if structure is None or structure.indicator_count is None:
        return False
    return structure.indicator_count == sum(len(category.indicators) for category in structure.categories)


def totals(judgement: Judgement) -> Iterator[Finding]:
    """The mean of the categories against the total that other sources give, and against the own rank."""
    for edition in judgement.cells.editions:
        implied = implied_total(judgement, edition)
        if implied is None:
            continue
        nominal, interval, evidence = implied
        for figure, known in judgement.diagnosis.known_totals(edition):
            if known.meets(interval):
                continue
            yield Finding(
                "total_contradicted",
                Place(edition, "", "", judgement.cells.column_of(edition)),
                figure.value,
                judgement.follows(nominal, interval),
                "warning",
                "certain",
                "categories",
                "total_contradicted",
                {
                    "printed": figure.value,
                    "implied": shown(nominal, judgement.decimals),
                    "source": figure.source,
                },
                (Evidence(edition, "", "", "score", figure.value, figure.source), *evidence),
            )
        yield from _total_in_ranking(judgement, edition, nominal, interval, evidence)


def implied_total(
    judgement: Judgement, edition: int
) -> tuple[Fraction, Interval, tuple[Evidence, ...]] | None:
    """The total that the (corrected) category scores give; None when one of them is not printed."""
    structure = judgement.cells.structure(edition)
    if structure is None or structure.total_rule.kind != "mean":
        return None
    checks = [judgement.diagnosis.check(edition, category.name) for category in structure.categories]
    intervals: list[Interval] = []
    nominal = Fraction(0)
    evidence: list[Evidence] = []
    for check in checks:
        if check is None or check.score is None:
            return None
        value, interval = judgement.right(check.score)
        if judgement.diagnosis.state(edition, check.category) == "undecided" and check.implied is not None:
            interval = interval.hull(check.implied)
        intervals.append(interval)
        nominal += value
        evidence.extend(judgement.evidence(check.score))
    return nominal / len(checks), total(intervals) / len(checks), tuple(evidence)


def _total_in_ranking(
    judgement: Judgement, edition: int, nominal: Fraction, interval: Interval, scores: tuple[Evidence, ...]
) -> Iterator[Finding]:
    cells = judgement.cells
    for figure in cells.known:
        if figure.city != cells.report.city or not figure.matches(edition, None, "rank"):
            continue
        if not figure.value.isdecimal():
            continue
        found = neighbour_interval(
            cells.known, cells.report.city, edition, None, int(figure.value), cells.cities(edition)
        )
        if found is None or found.interval.meets(interval):
            continue
        yield Finding(
            "total_outside_ranking",
            Place(edition, "", "", cells.column_of(edition)),
            None,
            judgement.follows(found.interval.middle, found.interval),
            "warning",
            "likely",
            "ranking",
            "total_outside_ranking",
            {
                "implied": shown(nominal, judgement.decimals),
                "rank": figure.value,
                "low": shown(found.interval.lo, judgement.decimals),
                "high": shown(found.interval.hi, judgement.decimals),
            },
            (
                Evidence(edition, "", "", "rank", figure.value, figure.source),
                *found.evidence,
                *scores,
            ),
        )


def scores_in_ranking(judgement: Judgement) -> Iterator[Finding]:
    """Scores that their printed rank does not allow between the neighbours that other sources give."""
    for check in judgement.diagnosis.checks.values():
        if check.score is None or judgement.diagnosis.state(check.edition, check.category) not in (
            "reproduced",
            "not_checkable",
        ):
            continue
        for support in judgement.diagnosis.direct_supports(check):
            if support.kind != "ranking" or support.interval.meets(check.score.interval):
                continue
            yield Finding(
                "score_outside_ranking",
                check.score.place,
                check.score.text,
                judgement.follows(support.interval.middle, support.interval),
                "warning",
                "likely",
                "ranking",
                "score_outside_ranking",
                {
                    "printed": check.score.text,
                    "rank": "" if check.rank is None else check.rank.text,
                    "low": shown(support.interval.lo, judgement.decimals),
                    "high": shown(support.interval.hi, judgement.decimals),
                },
                (*judgement.evidence(check.score), *support.evidence),
            )
