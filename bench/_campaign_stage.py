"""A large questionnaire and many people, made in a database of its own, for the measurements of campaigns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

QUESTIONS, ORGANISATIONS = 160, 60
SOURCE, SET = "bench.questions", "2025"


def register(questions: int = QUESTIONS, organisations: int = ORGANISATIONS) -> None:
    """Add a module that offers the questionnaire to the registry of this process."""
    from decimal import Decimal

    from steuerrad.kernel.collecting import CrossCheck, Previous, Question, QuestionSet, QuestionSource
    from steuerrad.kernel.contributions import Module
    from steuerrad.kernel.registry import registry

    asked = [
        Question(
            code=f"q{number:04}", group=f"Category {number % 5}", title=f"Question {number}",
            guidance="What counts is the state at the end of the year. " * 4, type="integer", unit="pieces",
            minimum=Decimal(0), responsible=(f"bench-{number % organisations:03}",),
            previous=Previous(str(number), "2024", "Report", "measured") if number % 2 else None,
            points=Decimal("0.25"),
        )
        for number in range(questions)
    ]  # fmt: skip
    checks = [
        CrossCheck(
            f"rule{number}", {f"q{number:04}": Decimal(1)}, ">=", {f"q{number + 1:04}": Decimal(0)}, "Rule"
        )
        for number in range(0, questions - 1, 8)
    ]
    source = QuestionSource(
        SOURCE, "Bench", sets=lambda: [QuestionSet(SET, "Questions 2025", "2025")],
        questions=lambda key: asked, checks=lambda key: checks,
    )  # fmt: skip
    registry.add(Module("bench", "Bench", "Bench", question_sources=(source,)))


def people(count: int, organisations: int = ORGANISATIONS) -> tuple[Any, list[Any]]:
    """Organisations, a coordinator, and contributors spread over the organisations; nobody has a password."""
    from django.contrib.auth.hashers import make_password

    from steuerrad.platform.accounts.models import Membership, User
    from steuerrad.platform.accounts.roles import Role
    from steuerrad.platform.organisations.models import Organisation

    offices = Organisation.objects.bulk_create(
        Organisation(key=f"bench-{number:03}", name=f"Bench {number:02}") for number in range(organisations)
    )
    none = make_password(None)
    users = User.objects.bulk_create(
        User(email=f"bench{number}@bench.invalid", password=none) for number in range(count)
    )
    Membership.objects.bulk_create(
        Membership(user=user, role=Role.CONTRIBUTOR, organisation=offices[number % organisations])
        for number, user in enumerate(users)
    )
    boss = User.objects.create(email="boss@bench.invalid", password=none)
    Membership.objects.create(user=boss, role=Role.COORDINATOR)
    return boss, users


def make_draft(boss: Any) -> Any:
    from steuerrad.kernel import clock
    from steuerrad.modules.campaign.actions.rounds import create_round

    today = clock.today()
    return create_round(boss, source=SOURCE, set_key=SET, opens_on=today, due_on=today + timedelta(days=30))
