"""Pages as people use them: who sees what, answering, conflicts, deciding."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.models import Answer, Assignment, Round, RoundQuestion, Shelved
from steuerrad.modules.campaign.tests.stage import (
    Stage,
    ada,
    anton,
    approver,
    berta,
    browser,
    coordinator,
    draft_round,
    given,
    now_of,
    opened_round,
    person,
    question,
)
from steuerrad.platform.accounts.models import User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.files.models import StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def form_of(found: RoundQuestion, **fields: Any) -> dict[str, Any]:
    """What the browser sends off."""
    return {
        "based_on": now_of(found).newest, "value": "410", "quality": "measured", "source": "Zählung", "comment": "",
        "as_of": "", "link": "https://example.org/a", "link_title": "", "do": "submit",
    } | fields  # fmt: skip


def answer(user: Any, found: RoundQuestion, **fields: Any) -> Any:
    return browser(user).post(reverse("campaign:answer", args=[found.pk]), form_of(found, **fields))


@pytest.mark.parametrize("name", ["index", "tasks", "review", "new"])
def test_visitors_are_asked_to_sign_in(name: str) -> None:
    response = browser().get(reverse(f"campaign:{name}"))
    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_a_person_without_any_part_is_refused() -> None:
    nobody = User.objects.create_user("nobody@stage.invalid", None)
    assert browser(nobody).get(reverse("campaign:tasks")).status_code == 403


def test_contributors_see_only_their_own_questions() -> None:
    round_ = opened_round()
    page = text_of(browser(ada()).get(reverse("campaign:tasks")))
    assert "Haushalte mit Glasfaser" in page
    assert "Gibt es eine App?" not in page
    for name in ("question", "answer"):
        address = reverse(f"campaign:{name}", args=[question(round_, "app").pk])
        assert browser(ada()).get(address).status_code == 404
    assert "Gibt es eine App?" not in text_of(
        browser(ada()).get(reverse("campaign:questions", args=[round_.pk]))
    )


def test_a_draft_is_hidden_from_all_but_coordinators() -> None:
    round_ = draft_round()
    address = reverse("campaign:round", args=[round_.pk])
    assert [browser(user).get(address).status_code for user in (ada(), approver(), coordinator())] == [
        404,
        404,
        200,
    ]


@pytest.mark.parametrize(
    "name", ["split", "change", "open", "freeze", "refresh", "discard", "close", "reopen", "split_file"]
)
@pytest.mark.parametrize("who", [ada, approver])
def test_only_coordinators_steer(name: str, who: Any) -> None:
    round_ = opened_round()
    assert (
        browser(who()).post(reverse(f"campaign:{name}", args=[round_.pk]), {"reason": "x"}).status_code == 403
    )
    assert Round.objects.get(pk=round_.pk).state == "open"


def test_a_round_is_prepared_split_and_opened_by_hand(stage: Stage) -> None:
    client = browser(coordinator())
    for name in ("amt-a", "amt-b"):
        person(f"in {name}", Role.CONTRIBUTOR, name)
    response = client.post(reverse("campaign:new"), {
        "questions": "stage.questions|s2025", "title": "", "opens_on": "2026-03-01", "due_on": "2026-04-01",
        "check_by": "", "release_by": "", "note": "",
    })  # fmt: skip
    round_ = Round.objects.get()
    assert response["Location"] == reverse("campaign:split", args=[round_.pk])
    chosen = [question(round_, "fibre").pk, question(round_, "homes").pk]
    client.post(reverse("campaign:split", args=[round_.pk]), {"chosen": chosen, "organisation": "amt-b"})
    assert {now_of(question(round_, code)).organisation.key for code in ("fibre", "homes")} == {"amt-b"}  # type: ignore[union-attr]
    client.post(reverse("campaign:open", args=[round_.pk]))
    assert Round.objects.get().state == "open"


def test_dates_in_the_wrong_order_are_shown_at_their_field() -> None:
    response = browser(coordinator()).post(reverse("campaign:new"), {
        "questions": "stage.questions|s2025", "opens_on": "2026-04-02", "due_on": "2026-04-01"})  # fmt: skip
    assert response.status_code == 422
    assert "due_on" in response.context["form"].errors
    assert not Round.objects.exists()


def test_the_split_as_a_file_is_all_or_nothing() -> None:
    round_ = draft_round()
    address = reverse("campaign:split_file", args=[round_.pk])
    client = browser(coordinator())
    wrong = SimpleUploadedFile("s.csv", b"code;organisation\nhomes;amt-b\nxx;amt-a\nfibre;niemand\n")
    page = text_of(client.post(address, {"file": wrong}, follow=True))
    assert "s.csv:3" in page
    assert "s.csv:4" in page
    assert now_of(question(round_, "homes")).organisation.key == "amt-a"  # type: ignore[union-attr]
    right = SimpleUploadedFile("s.csv", b"code;organisation;due\nhomes;Amt-B;15.04.2099\n")
    client.post(address, {"file": right})
    moved = now_of(question(round_, "homes"))
    assert (moved.organisation.key, str(moved.due_on)) == ("amt-b", "2099-04-15")  # type: ignore[union-attr]


def test_the_exported_split_comes_back_unchanged() -> None:
    round_ = draft_round()
    client = browser(coordinator())
    csv = b"".join(client.get(reverse("campaign:download", args=[round_.pk, "split", "csv"])))  # type: ignore[call-overload]
    response = client.post(
        reverse("campaign:split_file", args=[round_.pk]),
        {"file": SimpleUploadedFile("s.csv", csv)},
        follow=True,
    )
    assert "0 questions assigned" in text_of(response)


def test_an_answer_is_submitted_with_link_and_file() -> None:
    found = question(opened_round(), "homes")
    upload = SimpleUploadedFile("Bericht.pdf", PDF)
    response = answer(ada(), found, value="viele", file=upload)
    assert response.status_code == 422
    kept = StoredFile.objects.get()
    token = re.search(r'name="held" value="([^"]+)"', response.content.decode())
    assert token is not None
    held = html.unescape(token[1])
    response = answer(ada(), found, held=[held], keep=[held])
    assert response.status_code == 302
    evidence = list(now_of(found).current.evidence.order_by("order"))  # type: ignore[union-attr]
    assert [(item.file_id, item.url) for item in evidence] == [(kept.pk, ""), (None, "https://example.org/a")]


def test_a_box_that_is_cleared_takes_evidence_away_in_the_new_revision_only() -> None:
    found = question(opened_round(), "homes")
    answer(ada(), found)
    page = browser(ada()).get(reverse("campaign:answer", args=[found.pk])).content.decode()
    assert page.count('name="held"') == 1
    answer(
        ada(), found, value="411", held=['["", "https://example.org/a", null]'], link="https://example.org/b"
    )
    old, new = Answer.objects.filter(question=found).order_by("revision")
    assert [item.url for item in old.evidence.all()] == ["https://example.org/a"]
    assert [item.url for item in new.evidence.all()] == ["https://example.org/b"]


def test_a_file_of_somebody_else_cannot_be_named_as_evidence() -> None:
    round_ = opened_round()
    answer(berta(), question(round_, "share"), value="41", file=SimpleUploadedFile("geheim.pdf", PDF))
    theirs = StoredFile.objects.get()
    token = f'["x", "", {theirs.pk}]'
    response = answer(ada(), question(round_, "homes"), held=[token], keep=[token])
    assert response.status_code == 422
    assert "geheim.pdf" not in response.content.decode()


def test_errors_stop_a_submission_and_nothing_is_lost() -> None:
    found = question(opened_round(), "homes")
    response = answer(ada(), found, value="-5", comment="Mein Kommentar")
    assert response.status_code == 422
    assert "Mein Kommentar" in response.content.decode()
    assert "is below the smallest possible value" in text_of(response)
    assert not Answer.objects.exists()


def test_a_warning_is_overridden_with_a_comment_and_an_error_is_not() -> None:
    found = question(opened_round(), "homes")
    response = answer(ada(), found, value="900")
    assert response.status_code == 422
    assert 'name="waiver:jump"' in response.content.decode()
    assert answer(ada(), found, value="900", **{"waiver:jump": "Eingemeindung"}).status_code == 302
    assert now_of(found).current.waivers.get().comment == "Eingemeindung"  # type: ignore[union-attr]
    assert answer(ada(), found, value="-1", **{"waiver:range": "doch"}).status_code == 422


def test_what_is_typed_is_checked_by_the_same_rules() -> None:
    found = question(opened_round(), "homes")
    address = reverse("campaign:answer_check", args=[found.pk])
    client = browser(ada())
    assert "is a change of" in text_of(client.post(address, form_of(found, value="900")))
    assert "is below the smallest possible value" in text_of(client.post(address, form_of(found, value="-1")))
    assert text_of(client.post(address, form_of(found, value="410"))).strip() == ""
    assert text_of(client.post(address, form_of(found, value=""))).strip() == ""
    kept = client.post(address, form_of(found, value="900", **{"waiver:jump": 'weil "das" <b>so</b>'}))
    assert "&lt;b&gt;so&lt;/b&gt;" in kept.content.decode()
    assert browser(berta()).post(address, form_of(found)).status_code == 404
    assert not Answer.objects.exists()


def test_last_time_stands_beside_the_field_and_is_taken_over_as_a_draft() -> None:
    found = question(opened_round(), "homes")
    client = browser(ada())
    page = text_of(client.get(reverse("campaign:answer", args=[found.pk])))
    assert "400 Wohnungen" in page
    assert "Bericht 2024" in page
    client.post(reverse("campaign:take_over", args=[found.pk]), {"based_on": 0})
    draft = Answer.objects.get()
    assert (draft.value, draft.carried, draft.submitted) == ("400", True, False)
    assert now_of(found).state == "carried"
    page = client.get(reverse("campaign:answer", args=[found.pk])).content.decode()
    assert 'value="400"' in page
    assert (
        answer(ada(), found, value="400", carried="True", **{"waiver:needs_evidence": "wie 2024"}).status_code
        == 302
    )
    assert now_of(found).current.carried  # type: ignore[union-attr]


def test_a_computed_value_fills_the_field_and_says_so() -> None:
    found = question(opened_round(), "stage_live")
    page = browser(berta()).get(reverse("campaign:answer", args=[found.pk])).content.decode()
    assert 'name="value" value="12"' in page
    assert "The platform computed this value itself" in page


def test_the_second_editor_sees_the_first_ones_change_before_overwriting() -> None:
    found = question(opened_round(), "homes")
    submit_answer(ada(), found.pk, given("401"), based_on=0)
    response = answer(anton(), found, value="402", based_on=0, comment="meins")
    assert response["Location"] == reverse("campaign:compare", args=[found.pk])
    page = text_of(browser(anton()).get(response["Location"]))
    for part in ("401", "402", "meins", "Ada", "Nothing of yours is lost"):
        assert part in page
    assert Answer.objects.filter(question=found).count() == 1
    assert answer(anton(), found, value="402", comment="meins").status_code == 302
    assert now_of(found).current.value == "402"  # type: ignore[union-attr]
    assert not Shelved.objects.exists()


def test_the_second_editor_can_let_the_first_ones_answer_stand() -> None:
    found = question(opened_round(), "homes")
    submit_answer(ada(), found.pk, given("401"), based_on=0)
    answer(anton(), found, value="402", based_on=0)
    browser(anton()).post(reverse("campaign:compare", args=[found.pk]), {"do": "drop"})
    assert now_of(found).current.value == "401"  # type: ignore[union-attr]
    assert not Shelved.objects.exists()


def test_a_third_change_while_comparing_shows_the_comparison_again() -> None:
    found = question(opened_round(), "homes")
    submit_answer(ada(), found.pk, given("401"), based_on=0)
    answer(anton(), found, value="402", based_on=0)
    submit_answer(ada(), found.pk, given("403"), based_on=1)
    response = answer(anton(), found, value="402", based_on=1)
    assert response["Location"] == reverse("campaign:compare", args=[found.pk])
    assert "403" in text_of(browser(anton()).get(response["Location"]))


def test_next_open_question_comes_after_submitting() -> None:
    round_ = opened_round()
    response = answer(ada(), question(round_, "homes"), do="submit_next")
    assert response["Location"] == reverse("campaign:answer", args=[question(round_, "fibre").pk])


def test_declining_and_handing_over_need_a_reason() -> None:
    round_ = opened_round()
    found, client = question(round_, "homes"), browser(ada())
    client.post(reverse("campaign:decline", args=[found.pk]), {"based_on": 0, "reason": " "})
    assert now_of(found).state == "carried"
    client.post(reverse("campaign:decline", args=[found.pk]), {"based_on": 0, "reason": "zählt niemand"})
    assert now_of(found).state == "declined"
    other = question(round_, "fibre")
    client.post(reverse("campaign:hand_over", args=[other.pk]), {"organisation": "amt-b", "reason": ""})
    assert now_of(other).organisation.key == "amt-a"  # type: ignore[union-attr]
    client.post(
        reverse("campaign:hand_over", args=[other.pk]), {"organisation": "amt-b", "reason": "liegt dort"}
    )
    assert now_of(other).organisation.key == "amt-b"  # type: ignore[union-attr]


def test_four_eyes_are_explained_to_the_author_and_kept() -> None:
    found = question(opened_round(), "homes")
    submit_answer(coordinator(), found.pk, given("401"), based_on=0)
    client = browser(coordinator())
    assert "somebody else must check" in text_of(client.get(reverse("campaign:question", args=[found.pk])))
    client.post(reverse("campaign:check", args=[found.pk]), {"revision": 1})
    assert now_of(found).state == "answered"
    browser(approver()).post(reverse("campaign:check", args=[found.pk]), {"revision": 1})
    assert now_of(found).state == "checked"


def test_checking_another_revision_than_the_one_seen_is_refused() -> None:
    found = question(opened_round(), "homes")
    submit_answer(ada(), found.pk, given("401"), based_on=0)
    submit_answer(ada(), found.pk, given("402"), based_on=1)
    page = browser(approver()).post(reverse("campaign:check", args=[found.pk]), {"revision": 1}, follow=True)
    assert "has been changed in the meantime" in text_of(page)
    assert now_of(found).state == "answered"


def test_the_queue_shows_difference_and_evidence_and_releases() -> None:
    round_ = opened_round()
    for code in ("homes", "fibre"):
        submit_answer(
            ada(), question(round_, code).pk, given("410" if code == "homes" else "100"), based_on=0
        )
    client = browser(approver())
    page = text_of(client.get(reverse("campaign:review")))
    for part in ("410 Wohnungen", "after 400 Wohnungen (2024)", "+10", "https://example.org/a"):
        assert part in page
    one = reverse("campaign:check", args=[question(round_, "homes").pk])
    back = client.post(one, {"revision": 1, "from": "review"})
    assert back.url == reverse("campaign:review")  # type: ignore[attr-defined]
    chosen = [f"{question(round_, code).pk}:1" for code in ("homes", "fibre")]
    address = reverse("campaign:decide", args=[round_.pk])
    client.post(address, {"chosen": [*chosen, "x:y", "999:1"], "do": "check"})
    assert set(Assignment.objects.values_list("state", flat=True)) >= {"checked"}


def test_bulk_says_why_some_were_refused() -> None:
    round_ = opened_round()
    submit_answer(coordinator(), question(round_, "homes").pk, given("401"), based_on=0)
    chosen = [f"{question(round_, 'homes').pk}:1"]
    page = browser(coordinator()).post(
        reverse("campaign:decide", args=[round_.pk]), {"chosen": chosen, "do": "check"}, follow=True
    )
    assert "homes: Four eyes" in text_of(page)


def test_sent_back_reaches_the_form_with_its_reason() -> None:
    found = question(opened_round(), "homes")
    submit_answer(ada(), found.pk, given("401"), based_on=0)
    browser(approver()).post(
        reverse("campaign:send_back", args=[found.pk]), {"revision": 1, "reason": "Welcher Tag?"}
    )
    assert now_of(found).state == "sent_back"
    assert "Welcher Tag?" in browser(ada()).get(reverse("campaign:answer", args=[found.pk])).content.decode()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", {"homes", "fibre", "share", "app", "stage_live"}),
        ("?q=Glas", {"fibre"}),
        ("?group=Netz", {"homes", "fibre"}),
        ("?organisation=amt-b&state=carried", {"share", "app"}),
        ("?live=on", {"stage_live"}),
        ("?state=nonsense&group=nope", {"homes", "fibre", "share", "app", "stage_live"}),
        ("?page=99999999999999999", {"homes", "fibre", "share", "app", "stage_live"}),
    ],
)
def test_the_table_is_filtered_by_its_address(query: str, codes: set[str]) -> None:
    round_ = opened_round()
    response = browser(coordinator()).get(reverse("campaign:questions", args=[round_.pk]) + query)
    assert {row.question.code for row in response.context["rows"]} == codes


def test_pages_have_bounded_queries(django_assert_max_num_queries: Any) -> None:
    round_ = opened_round()
    for code in ("homes", "fibre"):
        submit_answer(
            ada(), question(round_, code).pk, given("400" if code == "homes" else "100"), based_on=0
        )
    people = {"coordinator": browser(coordinator()), "ada": browser(ada()), "approver": browser(approver())}
    pages = [
        ("coordinator", reverse("campaign:index")), ("coordinator", reverse("campaign:round", args=[round_.pk])),
        ("coordinator", reverse("campaign:questions", args=[round_.pk])), ("coordinator", reverse("campaign:split", args=[round_.pk])),
        ("ada", reverse("campaign:tasks")), ("ada", reverse("campaign:answer", args=[question(round_, "homes").pk])),
        ("approver", reverse("campaign:review")), ("approver", reverse("campaign:question", args=[question(round_, "homes").pk])),
    ]  # fmt: skip
    for who, address in pages:
        with django_assert_max_num_queries(40):
            assert people[who].get(address).status_code == 200


def test_a_frozen_round_takes_nothing_more_and_can_be_opened_again() -> None:
    round_ = opened_round()
    found, client = question(round_, "homes"), browser(coordinator())
    client.post(reverse("campaign:freeze", args=[round_.pk]), {"reason": ""})
    assert Round.objects.get().state == "open"  # nothing is released, so a reason is needed
    client.post(reverse("campaign:freeze", args=[round_.pk]), {"reason": "Frist des Index"})
    assert Round.objects.get().state == "frozen"
    assert browser(ada()).get(reverse("campaign:answer", args=[found.pk])).status_code == 302
    answer(ada(), found)
    assert not Answer.objects.exists()
    client.post(reverse("campaign:reopen", args=[round_.pk]), {"reason": "Nachmeldung"})
    assert Round.objects.get().state == "open"


def test_a_demo_round_says_so_on_every_page() -> None:
    round_ = opened_round(demo=True)
    found = question(round_, "homes")
    pages = [
        reverse(f"campaign:{name}", args=[round_.pk])
        for name in ("round", "questions", "split", "files", "import")
    ]
    pages += [reverse(f"campaign:{name}", args=[found.pk]) for name in ("question", "answer")]
    for address in pages:
        assert "This round is made up" in text_of(browser(coordinator()).get(address)), address


def test_what_people_type_is_shown_as_text() -> None:
    found = question(opened_round(), "homes")
    evil = "<script>alert(1)</script>"
    answer(ada(), found, comment=evil, source=evil, link="https://example.org/?<b>")
    for user, name in ((ada(), "answer"), (approver(), "question")):
        assert (
            "<script>alert"
            not in browser(user).get(reverse(f"campaign:{name}", args=[found.pk])).content.decode()
        )
