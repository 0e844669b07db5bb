"""A small questionnaire with people around it: what the tests of the campaign play on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import (
    CrossCheck,
    Previous,
    Question,
    QuestionSet,
    QuestionSource,
    ReleasedAnswer,
)
from steuerrad.kernel.contributions import Kpi, KpiResult, Module
from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer
from steuerrad.modules.campaign.actions.rounds import create_round, open_round
from steuerrad.modules.campaign.models import Answer, Assignment, Round, RoundQuestion
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.organisations.models import Organisation

SOURCE = "stage.questions"
#: Figures that stand in their own way nowhere.
GOOD: dict[str, Any] = {
    "source": "Jahresbericht", "quality": "measured", "evidence": (EvidenceInput("Bericht", "https://example.org/a"),),
}  # fmt: skip
LAST = Previous("400", "2024", "Bericht 2024", "measured", "gezählt")
QUESTIONS = (
    Question("homes", "Netz", "Haushalte", unit="Wohnungen", type="integer", minimum=Decimal(0),
             responsible=("amt-a",), previous=LAST, points=Decimal("1.5")),
    Question("fibre", "Netz", "Haushalte mit Glasfaser", unit="Haushalte", type="integer", minimum=Decimal(0),
             responsible=("amt-a",), points=Decimal("2.25")),
    Question("share", "Verwaltung", "Anteil der Leistungen online", unit="%", type="share", responsible=("amt-b",),
             previous=Previous("40", "2024", "Liste", "estimated", "gerundet")),
    Question("app", "Verwaltung", "Gibt es eine App?", type="yes_no", responsible=("amt-b", "amt-a"),
             previous=Previous("yes", "2024"), points=Decimal("0.5")),
    Question("stage_live", "Verwaltung", "Offene Daten", type="integer", kpi="stage.datasets", responsible=("amt-b",)),
)  # fmt: skip
CHECKS = (
    CrossCheck("fibre_le_homes", {"fibre": Decimal(1)}, "<=", {"homes": Decimal(1)},
               "Es kann nicht mehr Haushalte mit Glasfaser geben als Haushalte.", "error"),
    CrossCheck("half", {"fibre": Decimal(2)}, "<=", {"homes": Decimal(1)}, "Mehr als die Hälfte?", "warning"),
)  # fmt: skip


@dataclass
class Stage:
    """The questionnaire's module; delivered: what was given back, set by set."""

    questions: tuple[Question, ...] = QUESTIONS
    checks: tuple[CrossCheck, ...] = CHECKS
    computed: Decimal | None = Decimal(12)
    delivered: list[tuple[str, list[ReleasedAnswer]]] = field(default_factory=list)

    def deliver(self, key: str, answers: Iterable[ReleasedAnswer], user: Any) -> None:
        self.delivered.append((key, list(answers)))

    def module(self) -> Module:
        source = QuestionSource(
            SOURCE, "Stage",
            sets=lambda: [QuestionSet("s2025", "Fragen 2025", "2025"), QuestionSet("s2026", "Fragen 2026", "2026")],
            questions=lambda key: self.questions, checks=lambda key: self.checks, deliver=self.deliver,
        )  # fmt: skip
        live = Kpi(
            "stage.datasets",
            "Datensätze",
            "",
            "up",
            lambda: KpiResult(self.computed, clock.today(), "gezählt"),
        )
        return Module("stage", "Stage", "Stage", question_sources=(source,), kpis=(live,))


def organisation(key: str) -> Organisation:
    return Organisation.objects.get_or_create(key=key, defaults={"name": key.title()})[0]


def person(name: str, role: str, key: str = "") -> User:
    """An account with one role, in an organisation where a key is given; made once."""
    user = User.objects.filter(email=f"{name}@stage.invalid").first()
    if user is None:
        user = User.objects.create_user(f"{name}@stage.invalid", None, first_name=name.title())
        Membership.objects.create(user=user, role=role, organisation=organisation(key) if key else None)
    return user


def ada() -> User:
    return person("ada", Role.CONTRIBUTOR, "amt-a")


def anton() -> User:
    return person("anton", Role.CONTRIBUTOR, "amt-a")


def berta() -> User:
    return person("berta", Role.CONTRIBUTOR, "amt-b")


def coordinator() -> User:
    return person("cora", Role.COORDINATOR)


def approver() -> User:
    return person("emil", Role.APPROVER)


def draft_round(key: str = "s2025", **fields: Any) -> Round:
    for name in ("amt-a", "amt-b"):
        organisation(name)
    today = clock.today()
    dates = {"opens_on": today - timedelta(days=1), "due_on": today + timedelta(days=14)}
    return create_round(coordinator(), source=SOURCE, set_key=key, **(dates | fields))


def opened_round(key: str = "s2025", **fields: Any) -> Round:
    return open_round(coordinator(), draft_round(key, **fields).pk)


def question(round_: Round, code: str) -> RoundQuestion:
    return round_.questions.get(code=code)


def now_of(question_: RoundQuestion) -> Assignment:
    return Assignment.objects.select_related("question__round", "current", "released").get(question=question_)


def given(value: str, **fields: Any) -> AnswerInput:
    return AnswerInput(value=value, **(GOOD | fields))


def answered(asked: RoundQuestion, value: str = "410", *, by: User | None = None, **fields: Any) -> Answer:
    """Submitted on top of what stands; by Ada where nobody is named."""
    return submit_answer(by or ada(), asked.pk, given(value, **fields), based_on=now_of(asked).newest)


def checked(asked: RoundQuestion, value: str = "410", **fields: Any) -> Answer:
    """Answered, and checked by the coordinator."""
    answer = answered(asked, value, **fields)
    check_answer(coordinator(), asked.pk, revision=answer.revision)
    return answer


def released(asked: RoundQuestion, value: str = "410", **fields: Any) -> Answer:
    """Checked, and released by the approver."""
    answer = checked(asked, value, **fields)
    release_answer(approver(), asked.pk, revision=answer.revision)
    return answer


def browser(user: User | None = None, language: str = "en") -> Client:
    """A browser in which the person is signed in."""
    client = Client(headers={"accept-language": language})
    if user is not None:
        client.force_login(user)
    return client
