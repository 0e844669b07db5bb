"""The job: what is there to tell about the open rounds, and to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job, Topic
from steuerrad.modules.campaign.mails import words
from steuerrad.modules.campaign.mails.people import People, addressed, contributors, fitting, people
from steuerrad.modules.campaign.mails.steps_file import steps
from steuerrad.modules.campaign.models import Assignment, Decision, Round
from steuerrad.modules.campaign.queries.progress import whole_board
from steuerrad.modules.campaign.rules.states import TO_CHECK, UNANSWERED
from steuerrad.modules.campaign.rules.steps import Step, reached
from steuerrad.platform.accounts.models import User
from steuerrad.platform.notifications.actions import Message, notify
from steuerrad.platform.notifications.models import Notification

TASK, ESCALATION, SUMMARY = "campaign.task", "campaign.escalation", "campaign.summary"
TOPICS = (
    Topic(TASK, _("Questions of a data campaign"), obligatory=True),
    Topic(ESCALATION, _("Late questions of a data campaign"), obligatory=True),
    Topic(SUMMARY, _("How data campaigns stand, every day")),
)
#: Decisions older than this are told no more (a job that stood still for longer would only confuse).
TOLD_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Told:
    """One thing for one person. key: unique for what is told; the person's own list knows each once."""

    to: User
    topic: str
    key: str
    url: str
    compose: Callable[[], Message]


def tell_all() -> None:
    """Tell what was not told yet. Safe to repeat and to run twice at once."""
    known = people()
    for round_ in Round.objects.filter(state=Round.OPEN, opens_on__lte=clock.today()):
        with transaction.atomic():
            _tell(list(_of_round(round_, known)))


def _tell(found: list[Told]) -> None:
    """Write what is new. One query finds what was told before; notify() makes sure of it."""
    keys = {item.key for item in found}
    before = set(Notification.objects.filter(dedupe__in=keys).values_list("recipient__user_id", "dedupe"))
    for item in found:
        if (item.to.pk, item.key) not in before:
            notify(item.to, item.topic, item.compose, dedupe=item.key, url=item.url)


def _of_round(round_: Round, known: People) -> Iterator[Told]:
    rows = list(
        Assignment.objects.filter(question__round=round_, state__in=UNANSWERED)
        .select_related("question__round", "organisation", "person", "deputy")
        .order_by("question__order", "question")
    )
    yield from _opening(round_, rows, known)
    yield from _decisions(round_, known)
    yield from _deadlines(round_, rows, known)
    yield from _summary(round_, known)


def _opening(round_: Round, rows: list[Assignment], known: People) -> Iterator[Told]:
    """Each contributor's list, once for an opening; told only in its first days (later ones are told by decisions)."""
    if round_.opened_at is None or clock.now() - round_.opened_at > TOLD_FOR:
        return
    lists: dict[User, list[Assignment]] = defaultdict(list)
    for row in rows:
        for user in fitting(contributors(row, known), round_):
            lists[user].append(row)
    key = f"campaign:r{round_.pk}:opened:{round_.opened_at:%Y-%m-%dT%H:%M:%S}"
    for user, own in lists.items():
        yield Told(user, TASK, key, reverse("campaign:tasks"), _bound(words.opened, round_, own))


def _bound(compose: Callable[..., Message], *arguments: object) -> Callable[[], Message]:
    return lambda: compose(*arguments)


def _decisions(round_: Round, known: People) -> Iterator[Told]:
    """Questions that came back or came from elsewhere since the opening, as long as they wait for an answer."""
    found = Decision.objects.filter(
        question__round=round_, kind__in=["sent_back", "handed_over", "assigned"],
        at__gte=clock.now() - TOLD_FOR, question__assignment__state__in=UNANSWERED,
    ).select_related(
        "question__assignment__organisation", "question__assignment__person", "question__assignment__deputy",
        "answer",
    ).order_by("pk")  # fmt: skip
    newest = {decision.question_id: decision for decision in found}
    for decision in newest.values():
        assignment = decision.question.assignment
        users = {user.pk: user for user in fitting(contributors(assignment, known), round_)}
        if decision.kind == "sent_back" and decision.answer is not None:
            author = User.objects.filter(pk=decision.answer.author_id, is_active=True)
            users |= {user.pk: user for user in fitting(list(author), round_)}
        users.pop(decision.actor_id, None)
        url = reverse("campaign:answer", args=[decision.question_id])
        for user in users.values():
            yield Told(user, TASK, f"campaign:d{decision.pk}", url, _bound(words.decided, decision, round_))


def _deadlines(round_: Round, rows: list[Assignment], known: People) -> Iterator[Told]:
    """Reminders and escalation: one notification a person, step and due date, with all questions that it is about."""
    table = steps()
    opened = round_.opened_at.astimezone(clock.LOCAL).date() if round_.opened_at else round_.opens_on
    lists: dict[tuple[User, Step, date], list[Assignment]] = defaultdict(list)
    for row in rows:
        for step in reached(table, opened=opened, due=row.due, today=clock.today()):
            for user in addressed(step.to, row, known, round_):
                lists[user, step, row.due].append(row)
    for (user, step, due), own in lists.items():
        key = f"campaign:r{round_.pk}:{step.to}:{step.days:+d}:{due}"
        if step.to == "contributor":
            words_of = words.reminder if step.days <= 0 else words.late
            yield Told(user, TASK, key, reverse("campaign:tasks"), _bound(words_of, round_, own, due))
        else:
            page = (
                reverse("campaign:tasks")
                if step.to == "deputy"
                else reverse("campaign:round", args=[round_.pk])
            )
            yield Told(user, ESCALATION, key, page, _bound(words.escalated, round_, own, due))


def _summary(round_: Round, known: People) -> Iterator[Told]:
    """For coordinators and approvers, once a day."""
    users = {user.pk: user for user in fitting([*known.coordinators, *known.approvers], round_)}
    if not users:
        return
    total = whole_board(round_).total
    counts = {
        "unanswered": total.unanswered,
        "late": total.late,
        "to_check": sum(total.counts[state] for state in TO_CHECK),
        "checked": total.counts["checked"],
        "released": total.released,
    }
    since = clock.now() - timedelta(days=1)
    kinds = ["submitted", "confirmed", "declined"]
    answered = (
        Decision.objects.filter(question__round=round_, kind__in=kinds, at__gte=since)
        .values("question").distinct().count()
    )  # fmt: skip
    compose = _bound(words.summary, round_, counts, answered, total.points_late)
    for user in users.values():
        key = f"campaign:r{round_.pk}:summary:{clock.today()}"
        yield Told(user, SUMMARY, key, reverse("campaign:round", args=[round_.pk]), compose)


MAILS = Job("campaign.tell", _("Tell people about data campaigns"), tell_all, every_minutes=15)
