"""A round to try things out. It is labelled as demo wherever it shows, and its answers go nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Demo
from steuerrad.modules.campaign.actions.answers import decline, save_draft, submit_answer
from steuerrad.modules.campaign.actions.assigning import assign
from steuerrad.modules.campaign.actions.refusal import RefusedError
from steuerrad.modules.campaign.actions.reviewing import check_answer, release_answer, send_back
from steuerrad.modules.campaign.actions.rounds import create_round, open_round
from steuerrad.modules.campaign.models import Round, RoundQuestion
from steuerrad.modules.campaign.queries.checking import findings
from steuerrad.modules.campaign.queries.sources import offers
from steuerrad.modules.campaign.rules.checks import NUMERIC
from steuerrad.modules.campaign.typed import AnswerInput, EvidenceInput
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.organisations.models import Organisation

#: The questionnaire of an index comes first, where there is one: it is what a campaign is made for.
SOURCES = ("city_index.edition", "strategy.kpis")
#: What becomes of the first answers; the rest of the questions stays open.
FATES = ("released", "released", "checked", "answered", "sent_back", "declined", "draft")
LATE = 2  # questions after these that are late


def make_demo_round(folder: Path | None) -> list[str]:
    """One open round with answers in every state. Repeating it changes nothing."""
    if Round.objects.filter(demo=True).exists():
        return []
    people = {
        role: User.objects.filter(email=f"{role.value}@demo.invalid", is_demo=True).first() for role in Role
    }
    coordinator, contributor = people[Role.COORDINATOR], people[Role.CONTRIBUTOR]
    approver = people[Role.APPROVER]
    own = (
        Membership.objects.filter(user=contributor, role=Role.CONTRIBUTOR)
        .select_related("organisation")
        .first()
    )
    found = next((item for source in SOURCES for item in offers() if item.source.id == source), None)
    if coordinator is None or contributor is None or approver is None or own is None or found is None:
        return []
    organisation = own.organisation
    if organisation is None:
        return []
    today = clock.today()
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        round_ = create_round(
            coordinator, source=found.source.id, set_key=found.set.key,
            title=(_("Demo: %(title)s") % {"title": found.set.title})[:200], opens_on=today - timedelta(days=20),
            due_on=today + timedelta(days=10), check_by=today + timedelta(days=17), release_by=today + timedelta(days=24),
            note=_("Demo round with invented answers."), demo=True,
        )  # fmt: skip
        assign(coordinator, answered_by(organisation, round_), organisation=organisation)
        mine = order_of(round_.questions.filter(assignment__organisation=organisation))
        late = [question.pk for question in mine[len(FATES) : len(FATES) + LATE]]
        assign(coordinator, late, organisation=organisation, due_on=today - timedelta(days=3))
        open_round(coordinator, round_.pk)
        for fate, question in zip(FATES, mine, strict=False):
            answer_as(fate, question, contributor, coordinator, approver)
    return [_("Demo round: %(title)s") % {"title": round_.title}]


def answered_by(organisation: Organisation, round_: Round) -> list[int]:
    """What the contributor's department takes over: what nobody is named for, and what its own city would answer."""
    nobody = Q(assignment__organisation=None)
    own = Q(assignment__organisation=organisation.part_of_id) if organisation.part_of_id else nobody
    found = round_.questions.filter(nobody | own)
    if (
        found.count() < len(FATES) + LATE
    ):  # a small questionnaire: else there would not be one for every state
        found = round_.questions.filter(nobody | own | Q(type__in=NUMERIC))
    return list(found.values_list("pk", flat=True))


def order_of(questions: Iterable[RoundQuestion]) -> list[RoundQuestion]:
    """Figures first, because they show more; those with a value of last time stay open, to be taken over."""
    return sorted(questions, key=lambda one: (bool(one.previous_value), one.type not in NUMERIC, one.order))


def answer_as(fate: str, question: RoundQuestion, author: Any, checker: Any, approver: Any) -> None:
    if fate == "declined":
        decline(author, question.pk, reason=_("Demo: nobody counts this here."), based_on=0)
        return
    given = invented(question)
    if fate == "draft":
        save_draft(author, question.pk, given, based_on=0)
        return
    try:
        revision = submit_answer(author, question.pk, given, based_on=0).revision
    except RefusedError:  # an invented value may break a rule of the city; the question stays open then
        return
    if fate == "sent_back":
        send_back(checker, question.pk, revision=revision, reason=_("Demo: which day is this true for?"))
    if fate in ("checked", "released"):
        check_answer(checker, question.pk, revision=revision)
    if fate == "released":
        release_answer(approver, question.pk, revision=revision)


def invented(question: RoundQuestion) -> AnswerInput:
    """An answer that says of itself that it is invented."""
    given = AnswerInput(
        value=next(iter(values(question))), quality="estimated", source=_("Demo"), comment=_("Demo: invented value."),
        evidence=(EvidenceInput(_("Demo: link to a made-up report"), "https://example.org/report"),),
    )  # fmt: skip
    warnings = [item.key for item in findings(question, given, submit=True) if item.waivable]
    return replace(given, waivers=dict.fromkeys(warnings, _("Demo: invented value.")))


def values(question: RoundQuestion) -> Iterator[str]:
    """Something near last time's value, else something within the bounds."""
    if question.type == "yes_no":
        yield "yes"
    if question.type == "choice" and question.choices:
        yield str(question.choices[0])
    if question.type == "date":
        yield clock.today().isoformat()
    if question.type == "text":
        yield _("Demo: there is a pilot with three places.")
    low = question.minimum if question.minimum is not None else Decimal(0)
    high = question.maximum if question.maximum is not None else low + 20
    near = Decimal(question.previous_value) if question.previous_value else (low + high) / 2
    value = min(max(near * Decimal("1.1"), low), high)
    yield f"{round(value, 0 if question.type == 'integer' else 1):f}"


DEMO = Demo("campaign.round", 200, make_demo_round)
