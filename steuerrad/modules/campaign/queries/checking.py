"""Findings about answers: the rules of the round applied to what is typed and to what stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from steuerrad.kernel import clock
from steuerrad.modules.campaign.models import Answer, Assignment, RoundCheck, RoundQuestion
from steuerrad.modules.campaign.reading import read_value
from steuerrad.modules.campaign.rules import checks
from steuerrad.modules.campaign.texts import Said, say
from steuerrad.modules.campaign.typed import AnswerInput


def asked(question: RoundQuestion) -> checks.Asked:
    """The question as the rules know it; thresholds of the round where it has none of its own."""
    round_ = question.round
    return checks.Asked(
        code=question.code, type=question.type, minimum=question.minimum, maximum=question.maximum,
        previous=question.previous_value, previous_period=question.previous_period, live=question.live_value,
        jump_percent=round_.jump_percent if question.jump_percent is None else question.jump_percent,
        jump_points=round_.jump_points if question.jump_points is None else question.jump_points,
    )  # fmt: skip


def read(question: RoundQuestion, given: AnswerInput) -> checks.Given:
    """What was typed, read; a fault stays a fault with its reason."""
    value = fault = ""
    try:
        value = read_value(given.value, question.type, question.choices)
    except ValueError as error:
        fault = str(error)
    return checks.Given(
        value=value, fault=fault, comment=given.comment, source=given.source, quality=given.quality,
        evidence=len(given.evidence), as_of=given.as_of,
    )  # fmt: skip


def stored(answer: Answer) -> checks.Given:
    """A revision as the rules know it."""
    return checks.Given(
        value=answer.value, comment=answer.comment, source=answer.source, quality=answer.quality,
        evidence=answer.evidence.count(), as_of=answer.as_of,
    )  # fmt: skip


def rules_of(round_id: int, code: str = "") -> tuple[checks.Rule, ...]:
    """The round's rules over several answers; with a code those that name it."""

    def factors(side: Mapping[str, str]) -> dict[str, Decimal]:
        return {name: Decimal(value) for name, value in side.items()}

    found = tuple(
        checks.Rule(row.code, factors(row.left), row.relation, factors(row.right), row.text,
                    "error" if row.severity == "error" else "warning")
        for row in RoundCheck.objects.filter(round=round_id)
    )  # fmt: skip
    return tuple(rule for rule in found if not code or code in rule.codes)


def numbers(round_id: int, codes: Iterable[str]) -> dict[str, Decimal]:
    """The submitted answers to these questions that stand and are numbers (or yes and no), by code."""
    rows = Assignment.objects.filter(
        question__round=round_id,
        question__code__in=set(codes),
        current__isnull=False,
        current__declined=False,
    ).exclude(state__in=["withdrawn", "sent_back"])
    found = {}
    for code, type_, value in rows.values_list("question__code", "question__type", "current__value"):
        number = checks.number(value, type_)
        if number is not None:
            found[code] = number
    return found


def judge(question: RoundQuestion, given: checks.Given, *, submit: bool) -> list[checks.Finding]:
    """All findings about one answer. At most two queries."""
    rules = rules_of(question.round_id, question.code)
    codes = {code for rule in rules for code in rule.codes} - {question.code}
    others = numbers(question.round_id, codes) if codes else {}
    return checks.findings(
        asked(question), given, today=clock.today(), rules=rules, others=others, submit=submit
    )


def findings(question: RoundQuestion, given: AnswerInput, *, submit: bool = False) -> list[Said]:
    """What there is to say about an answer: while it is typed, or as it would be submitted."""
    return [say(item, question.type) for item in judge(question, read(question, given), submit=submit)]


def standing_findings(assignment: Assignment) -> list[Said]:
    """What the rules say about the submitted answer that stands, with the other answers as they are now."""
    current, question = assignment.current, assignment.question
    if current is None or current.declined:
        return []
    return [say(item, question.type) for item in judge(question, stored(current), submit=True)]


def broken_rules(round_id: int) -> list[tuple[checks.Rule, checks.Finding]]:
    """The rules over several answers that do not hold in the round as it stands. Two queries."""
    rules = rules_of(round_id)
    answers = numbers(round_id, {code for rule in rules for code in rule.codes})
    by_key = {f"cross:{rule.code}": rule for rule in rules}
    return [(by_key[item.key], item) for item in checks.cross_findings(rules, answers)]
