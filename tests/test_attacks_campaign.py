"""What hostile people send to a data campaign."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from steuerrad.modules.campaign.models import Shelved
from steuerrad.modules.campaign.tests import stage as play
from steuerrad.modules.campaign.tests.conftest import stage
from steuerrad.modules.campaign.tests.stage import browser
from steuerrad.platform.accounts.roles import Role

__all__ = ["stage"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
NUMBERS = ("9" * 19, "9" * 27, "9" * 5000, "-1", "٣")
BUILT = {
    "based_on": "0",
    "value": "12",
    "quality": "measured",
    "source": "x",
    "link": "https://example.org/a",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_that_no_database_holds(number: str) -> None:
    round_ = play.opened_round()
    boss = browser(play.coordinator())
    for what, sent in (("split/", number), ("decide/", f"{number}:1"), ("decide/", f"1:{number}")):
        answer = boss.post(f"/campaign/{round_.pk}/{what}", {"chosen": sent, "organisation": "amt-a"})
        assert answer.status_code == 302, what
    question = play.question(round_, "fibre")
    token = f'["", "", {number if number.isascii() else 0}]'
    for what in ("answer/", "answer/check/"):
        sent = {**BUILT, "held": token, "keep": token, "based_on": number}
        answer = browser(play.ada()).post(f"/campaign/questions/{question.pk}/{what}", sent)
        assert answer.status_code in {200, 302, 422}, what


@pytest.mark.parametrize(
    "token", ["[" * 100_000, json.dumps(["a" * 300, "javascript:alert(1)", None]), json.dumps(["\x00", "", 1]), json.dumps(["\ud800", "https://example.org/", None]), '["", "", true]', "{}"]
)  # fmt: skip
def test_evidence_that_no_form_has_sent(token: str) -> None:
    question = play.question(play.opened_round(), "fibre")
    sent = {**BUILT, "held": token, "keep": token}
    answer = browser(play.ada()).post(f"/campaign/questions/{question.pk}/answer/", sent)
    assert answer.status_code in {302, 422}
    assert b'href="javascript:' not in answer.content


def test_a_conflict_with_signs_that_no_database_holds() -> None:
    """What is put aside is not checked as an answer is; PostgreSQL keeps no NUL in JSON."""
    question = play.question(play.opened_round(), "fibre")
    token = json.dumps(["a\x00b", "https://example.org/a", None])
    client = browser(play.ada())
    address = f"/campaign/questions/{question.pk}/answer/"
    assert client.post(address, BUILT).status_code == 302
    late = {**BUILT, "value": "13", "waiver:x": "a\x00b", "waiver:\x00": "b", "held": token, "keep": token}
    answer = client.post(address, late)
    assert answer.status_code == 302
    assert "\\u0000" not in json.dumps(Shelved.objects.get().content)
    assert client.get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("reason", ["a\x00b", "a\x07b", "x" * 1001, " "])
@pytest.mark.parametrize("move", ["decline", "hand-over", "withdraw", "send-back"])
def test_reasons_that_no_database_holds(move: str, reason: str) -> None:
    question = play.question(play.opened_round(), "fibre")
    play.answered(question, "12")
    revision = {"revision": "1", "based_on": "1"}
    who = play.coordinator() if move == "send-back" else play.ada()
    sent = urlencode({**revision, "reason": reason, "organisation": "amt-\x00"}, errors="surrogatepass")
    address = f"/campaign/questions/{question.pk}/{move}/"
    answer = browser(who).post(address, sent, content_type="application/x-www-form-urlencoded", follow=True)
    assert answer.status_code == 200
    assert play.now_of(question).state == "answered"


@pytest.mark.parametrize("role", [Role.STEERING, Role.APPROVER])
def test_only_those_who_answer_import(role: str) -> None:
    round_ = play.opened_round()
    reader = browser(play.person("reader", role))
    assert reader.get(f"/campaign/{round_.pk}/import/").status_code == 403
    assert b"/import/" not in reader.get(f"/campaign/{round_.pk}/files/").content


def test_where_a_form_may_lead_back_to() -> None:
    round_ = play.opened_round()
    for place in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "\t//evil.example",
    ):
        answer: Any = browser(play.coordinator()).post(f"/campaign/{round_.pk}/decide/", {"next": place})
        assert answer["Location"] == f"/campaign/{round_.pk}/questions/"
