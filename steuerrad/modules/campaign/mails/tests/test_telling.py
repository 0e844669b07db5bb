"""Who is told what about a round, and that it is told once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from steuerrad.kernel import clock
from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.assigning import assign, hand_over
from steuerrad.modules.campaign.actions.reviewing import send_back
from steuerrad.modules.campaign.mails.telling import tell_all
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.tests import stage as play
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.notifications import sending
from steuerrad.platform.notifications.models import Mail, Notification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
START = date(2026, 4, 1)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Go to an hour of the n-th day after the start."""

    def move(number: int, hour: int = 5) -> None:
        moment = datetime.combine(START + timedelta(days=number), time(hour), tzinfo=clock.LOCAL)
        monkeypatch.setattr(clock, "now", lambda: moment)

    move(0)
    return move


@pytest.fixture
def round_(day: Callable[..., None]) -> Round:
    """Open since the start, due on the 30th day; ada and anton answer for one office, berta for the other."""
    for make in (play.ada, play.anton, play.berta, play.coordinator, play.approver):
        make()
    return play.opened_round(opens_on=START, due_on=START + timedelta(days=30))


def told(user: User, topic: str = "campaign.task") -> list[str]:
    rows = Notification.objects.filter(recipient__user=user, topic=topic).order_by("pk")
    return list(rows.values_list("dedupe", flat=True))


def new(user: User, topic: str = "campaign.task") -> list[Notification]:
    """What this run tells the person."""
    before = set(Notification.objects.values_list("pk", flat=True))
    tell_all()
    return list(Notification.objects.filter(recipient__user=user, topic=topic).exclude(pk__in=before))


def test_opening_tells_everyone_their_own_list_once(round_: Round, day) -> None:
    assert [row.lines[1:] for row in new(play.ada())] == [["Haushalte", "Haushalte mit Glasfaser"]]
    assert len(told(play.berta())) == 1
    tell_all()
    day(1)
    tell_all()
    assert len(told(play.ada())) == len(told(play.anton())) == len(told(play.berta())) == 1
    assert not told(play.coordinator())


def test_a_round_that_opens_later_is_told_on_its_day(day) -> None:
    play.ada()
    play.opened_round(opens_on=START + timedelta(days=3), due_on=START + timedelta(days=30))
    tell_all()
    assert not told(play.ada())
    day(3)
    tell_all()
    assert len(told(play.ada())) == 1


def test_a_named_person_alone_is_told(round_: Round) -> None:
    ids = [play.question(round_, code).pk for code in ("homes", "fibre")]
    assign(
        play.coordinator(),
        ids,
        organisation=play.organisation("amt-a"),
        person=play.ada(),
        deputy=play.anton(),
    )
    tell_all()
    assert len(told(play.ada())) == 1
    assert not told(play.anton())


def test_reminders_and_escalation_in_their_order(round_: Round, day) -> None:
    ids = [play.question(round_, code).pk for code in ("homes", "fibre")]
    assign(
        play.coordinator(),
        ids,
        organisation=play.organisation("amt-a"),
        person=play.ada(),
        deputy=play.anton(),
    )
    head = User.objects.create_user("head@stage.invalid")
    Membership.objects.create(user=head, role=Role.STEERING, organisation=play.organisation("amt-a"))
    counts = {}
    for number in range(50):
        day(number)
        tell_all()
        for name, user, topic in (
            ("ada", play.ada(), "campaign.task"), ("anton", play.anton(), "campaign.escalation"),
            ("cora", play.coordinator(), "campaign.escalation"), ("head", head, "campaign.escalation"),
        ):  # fmt: skip
            if len(told(user, topic)) > counts.get(name, (0,))[-1]:
                counts.setdefault(name, (0,))
                counts[name] = (*counts[name], len(told(user, topic)))
                counts.setdefault(f"{name} days", []).append(number)
    assert counts["ada days"] == [0, 16, 23, 29, 31]
    assert counts["anton days"] == [34]
    # nobody is named in berta's office, and it has no head: the coordinator hears of it, besides the own step
    assert counts["cora days"] == [34, 38, 45]
    assert counts["head days"] == [45]


def test_escalation_says_what_it_is_worth(round_: Round, day) -> None:
    day(38)
    row = next(row for row in new(play.coordinator(), "campaign.escalation") if ":coordinator:" in row.dedupe)
    said = [line.replace(",", ".") for line in row.lines]
    assert [re.findall(r"[\d.]*\d", line) for line in said] == [["2", "3.75"], ["3", "0.50"]]
    assert [line.split(":")[0] for line in said] == ["Amt-A", "Amt-B"]


def test_what_is_answered_is_not_brought_to_mind(round_: Round, day) -> None:
    for code in ("share", "app", "stage_live"):
        question = play.question(round_, code)
        value = {"share": "41", "app": "yes", "stage_live": "12"}[code]
        submit_answer(play.berta(), question.pk, play.given(value), based_on=play.now_of(question).newest)
    tell_all()
    before = told(play.berta())
    for number in (16, 23, 29, 31, 45):
        day(number)
        tell_all()
    assert told(play.berta()) == before


def test_sent_back_and_handed_over_are_told_to_whom_it_concerns(round_: Round, day) -> None:
    question = play.question(round_, "homes")
    submit_answer(play.ada(), question.pk, play.given("410"), based_on=play.now_of(question).newest)
    tell_all()
    day(1)
    answer = play.now_of(question).current
    send_back(play.coordinator(), question.pk, revision=answer.revision, reason="Bitte Stichtag nennen")
    rows = new(play.ada())
    assert len(rows) == 1
    assert rows[0].lines[1] == "Cora: Bitte Stichtag nennen"
    assert rows[0].url == f"/campaign/questions/{question.pk}/answer/"
    hand_over(play.ada(), question.pk, organisation=play.organisation("amt-b"), reason="Liegt bei Amt B")
    assert [row.lines[1] for row in new(play.berta())] == ["Ada: Liegt bei Amt B"]
    assert not new(play.ada())


def test_the_daily_summary_is_made_once_a_day_and_can_be_turned_off(round_: Round, day) -> None:
    for number in (0, 0, 1, 1, 2):
        day(number)
        tell_all()
    assert len(told(play.coordinator(), "campaign.summary")) == 3
    assert len(told(play.approver(), "campaign.summary")) == 3
    assert not told(play.ada(), "campaign.summary")


def test_a_demo_round_reaches_no_real_person(day) -> None:
    demo = User.objects.create_user("demo@demo.invalid", is_demo=True)
    Membership.objects.create(user=demo, role=Role.CONTRIBUTOR, organisation=play.organisation("amt-a"))
    play.ada()
    play.opened_round(demo=True, opens_on=START, due_on=START + timedelta(days=30))
    tell_all()
    assert len(told(demo)) == 1
    assert "Demo" in Notification.objects.get(recipient__user=demo).title
    assert Notification.objects.exclude(recipient__user=demo).count() == 0


def test_a_run_with_nothing_new_costs_the_same_for_many_people(
    round_: Round, django_assert_max_num_queries
) -> None:
    for number in range(30):
        play.person(f"helper{number}", Role.CONTRIBUTOR, "amt-a")
    tell_all()
    with django_assert_max_num_queries(12):
        tell_all()


def test_all_of_a_day_arrives_in_one_mail_and_never_twice(round_: Round, day, post) -> None:
    """Over the real SMTP server: 40 days, the job running several times a day."""
    for number in range(40):
        for hour in (5, 8, 12):
            day(number, hour)
            tell_all()
            sending.send_due()
    received = [mail["X-Rcpt-To"] for mail in post.received()]
    per_day = Mail.objects.values_list("to", "day")
    assert len(received) == len(per_day) == len(set(per_day))
    assert received.count("berta@stage.invalid") == 5, "opening, three reminders, late"
    assert received.count("cora@stage.invalid") == 40, (
        "the summary of every day, and what escalated in the same mail"
    )
    assert len({mail["Message-ID"] for mail in post.received()}) == len(received)
