"""Addresses of nothing, numbers that no database holds, nonsense in forms: an answer each time, and no write."""

from __future__ import annotations

import pytest
from django.urls import reverse

from steuerrad.modules.campaign.models import Answer
from steuerrad.modules.campaign.tests.stage import ada, browser, coordinator, now_of, opened_round, question
from steuerrad.modules.campaign.tests.test_pages import answer, form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
HUGE = 10**25
WITH_KEY = (
    "round",
    "change",
    "split",
    "questions",
    "files",
    "import",
    "question",
    "answer",
    "compare",
    "dossier",
    "dossier_state",
    "dossier_file",
)


@pytest.mark.parametrize("name", WITH_KEY)
@pytest.mark.parametrize("key", [0, 999999, HUGE])
def test_addresses_of_nothing_answer_404(name: str, key: int) -> None:
    opened_round()
    address = reverse(f"campaign:{name}", args=[1]).replace("/1/", f"/{key}/")
    assert browser(coordinator()).get(address).status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "check",
        "release",
        "send_back",
        "withdraw",
        "decline",
        "hand_over",
        "take_over",
        "fill_live",
        "answer_check",
    ],
)
def test_writes_to_nothing_or_with_nonsense_change_nothing(name: str) -> None:
    round_ = opened_round()
    client = browser(coordinator())
    for key in (999999, HUGE):
        address = reverse(f"campaign:{name}", args=[1]).replace("/1/", f"/{key}/")
        assert client.post(address).status_code == 404
    key = question(round_, "homes").pk
    for nonsense in ("", "x", "-1", "9" * 30, "²"):
        data = {
            "revision": nonsense,
            "based_on": nonsense,
            "reason": "\x00",
            "organisation": nonsense,
            "value": "\x00",
        }
        assert client.post(reverse(f"campaign:{name}", args=[key]), data).status_code in {200, 302, 403}
    assert now_of(question(round_, "homes")).state in {"carried", "declined"}


@pytest.mark.parametrize("based_on", ["", "x", "-1", "9" * 30])
def test_an_answer_without_its_base_is_refused(based_on: str) -> None:
    found = question(opened_round(), "homes")
    response = browser(ada()).post(
        reverse("campaign:answer", args=[found.pk]), form_of(found, based_on=based_on)
    )
    assert response.status_code in {302, 422}
    assert not Answer.objects.exists()


def test_the_way_back_stays_on_this_site() -> None:
    round_ = opened_round()
    response = browser(coordinator()).post(
        reverse("campaign:decide", args=[round_.pk]), {"next": "https://evil.example/"}
    )
    assert response["Location"] == reverse("campaign:questions", args=[round_.pk])


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "x" * 5000, "‮gespiegelt"])
def test_signs_that_cannot_be_printed_are_refused_or_kept_as_text(text: str) -> None:
    found = question(opened_round(), "homes")
    response = answer(ada(), found, comment=text.encode("utf-8", "replace").decode())
    assert response.status_code in {302, 422}


@pytest.mark.parametrize(
    "token", ["", "[]", "x", '["a"]', '["a","b","c"]', '["a", "", true]', "[1,2,3]", '{"a":1}']
)
def test_spoilt_evidence_tokens_are_left_out(token: str) -> None:
    found = question(opened_round(), "homes")
    assert answer(ada(), found, held=[token], keep=[token]).status_code == 302
    assert now_of(found).current.evidence.count() == 1  # type: ignore[union-attr]
