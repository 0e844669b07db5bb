"""Drafts, wordings and release: who may do what, and what stays as it was."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils.translation import override

from steuerrad.kernel.registry import registry
from steuerrad.modules.city_index.memo import actions, queries
from steuerrad.modules.city_index.memo.collect import find
from steuerrad.modules.city_index.memo.layout import memo_document
from steuerrad.modules.city_index.models import Memo, MemoText, Result
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.documents.html import html_fragment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
PAGE = "/index/memo/bochum/2020/"
STATEMENT = "total_rank_up:summary"
HOSTILE = '<script>alert(1)</script> {{ 7 }} {% load x %} #panic() $x$ "><img src=x onerror=y> &lt;'


def person(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.invalid")


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.fixture
def draft() -> Memo:
    return actions.begin_memo(person("coordinator"), *find("bochum", 2020))


def released(draft: Memo) -> Memo:
    with override("de"):
        return actions.release_memo(person("approver"), draft.pk)


@pytest.mark.parametrize("role", ["contributor", "steering", "approver"])
def test_only_those_who_may_write_begin_and_edit(role: str, draft: Memo) -> None:
    city, edition = find("bochum", 2021)
    with pytest.raises(PermissionDenied):
        actions.begin_memo(person(role), city, edition)
    for act in (actions.refresh_facts, lambda who, pk: actions.edit_text(who, pk, STATEMENT, "x")):
        with pytest.raises(PermissionDenied):
            act(person(role), draft.pk)
    assert not draft.texts.exists()


@pytest.mark.parametrize("role", ["contributor", "steering", "coordinator"])
def test_only_approvers_release(role: str, draft: Memo) -> None:
    with pytest.raises(PermissionDenied):
        actions.release_memo(person(role), draft.pk)
    draft.refresh_from_db()
    assert draft.state == Memo.DRAFT


def test_one_draft_at_a_time(draft: Memo) -> None:
    with pytest.raises(actions.MemoError):
        actions.begin_memo(person("coordinator"), draft.city, draft.edition)


def test_words_are_kept_beside_the_generated_ones_and_can_be_reset(draft: Memo) -> None:
    coordinator = person("coordinator")
    actions.edit_text(coordinator, draft.pk, STATEMENT, "  Bochum   steht gut da.\n")
    facts = queries.facts_of(draft)
    line = next(item for item in queries.lines(draft, facts) if item.statement.id == STATEMENT)
    assert (line.text, line.edited) == ("Bochum steht gut da.", True)
    assert line.generated != line.text
    assert "Bochum steht gut da." in html_fragment(memo_document(facts, queries.print_of(draft)))
    actions.edit_text(coordinator, draft.pk, STATEMENT, line.generated)
    assert not draft.texts.exists()
    actions.edit_text(coordinator, draft.pk, STATEMENT, "Anders.")
    actions.reset_text(coordinator, draft.pk, STATEMENT)
    assert not draft.texts.exists()
    logged = AuditEntry.objects.filter(ref=actions.ref(draft), action="city_index.edit_memo")
    assert logged.count() == 4


def test_an_edited_statement_still_leads_to_its_figures(draft: Memo) -> None:
    actions.edit_text(person("coordinator"), draft.pk, STATEMENT, "Anders gesagt.")
    html = html_fragment(memo_document(queries.facts_of(draft), queries.print_of(draft)))
    after = html.partition("Anders gesagt.")[2][:300]
    assert 'href="#rank-total"' in after


@pytest.mark.parametrize(
    "text", ["", "   \n", "x" * (actions.LONGEST_TEXT + 1), "a\x00b", "a\x1bb", "a\ue000b"]
)
def test_words_that_cannot_be_printed_are_refused(draft: Memo, text: str) -> None:
    with pytest.raises(actions.MemoError):
        actions.edit_text(person("coordinator"), draft.pk, STATEMENT, text)
    assert not draft.texts.exists()


def test_unknown_statements_are_refused(draft: Memo) -> None:
    with pytest.raises(actions.MemoError):
        actions.edit_text(person("coordinator"), draft.pk, "nix", "x")


def test_hostile_words_stay_words(draft: Memo) -> None:
    actions.edit_text(person("coordinator"), draft.pk, STATEMENT, HOSTILE)
    html = signed_in("coordinator").get(PAGE).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 2
    for form in ("pdf", "docx", "html"):
        assert signed_in("coordinator").get(f"{PAGE}v1.{form}").status_code == 200


def test_whoever_worked_on_the_draft_cannot_release_it() -> None:
    both = User.objects.get(email="administrator@demo.invalid")
    city, edition = find("bochum", 2020)
    memo = actions.begin_memo(both, city, edition)
    with pytest.raises(actions.MemoError):
        actions.release_memo(both, memo.pk)
    other = actions.edit_text(person("coordinator"), memo.pk, STATEMENT, "Anders.")
    assert actions.hands(other) == {both.pk, person("coordinator").pk}
    assert released(memo).state == Memo.RELEASED


def test_release_freezes_facts_and_words(draft: Memo, django_capture_on_commit_callbacks: Any) -> None:
    told: list[dict[str, Any]] = []
    actions.edit_text(person("coordinator"), draft.pk, STATEMENT, "Anders gesagt.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "publish", lambda name, **payload: told.append({"name": name, **payload}))
        memo = released(draft)
    assert told == [
        {"name": "city_index.memo_released", "memo_id": memo.pk, "city": "bochum", "edition": 2020}
    ]
    assert any("city_index.memo_released" in module.publishes for module in registry)
    assert AuditEntry.objects.filter(ref=actions.ref(memo), action="city_index.release_memo").exists()
    assert queries.is_intact(memo)
    assert (
        next(item for item in memo.facts["statements"] if item["id"] == STATEMENT)["text"] == "Anders gesagt."
    )
    coordinator = person("coordinator")
    for act in (
        lambda: actions.edit_text(coordinator, memo.pk, STATEMENT, "Wieder anders."),
        lambda: actions.reset_text(coordinator, memo.pk, STATEMENT),
        lambda: actions.refresh_facts(coordinator, memo.pk),
        lambda: actions.release_memo(person("approver"), memo.pk),
    ):
        with pytest.raises(actions.MemoError):
            act()


def test_new_figures_leave_the_released_memo_alone_and_ask_for_a_new_version(draft: Memo) -> None:
    memo = released(draft)
    before = html_fragment(memo_document(queries.facts_of(memo), queries.print_of(memo)))
    assert not queries.facts_changed(memo)
    Result.objects.filter(
        city=memo.city, edition=memo.edition, category_key="it_communication", indicator="Glasfaser"
    ).update(score="5.5")
    assert queries.facts_changed(memo)
    assert html_fragment(memo_document(queries.facts_of(memo), queries.print_of(memo))) == before
    following = actions.begin_memo(person("coordinator"), memo.city, memo.edition)
    assert (following.version, following.state) == (2, Memo.DRAFT)
    assert not queries.facts_changed(following)


def test_a_changed_row_does_not_match_its_checksum(draft: Memo) -> None:
    memo = released(draft)
    memo.facts["statements"][0]["text"] = "Gefälscht."
    assert not queries.is_intact(memo)


def test_later_rules_do_not_touch_released_words(draft: Memo, monkeypatch: pytest.MonkeyPatch) -> None:
    memo = released(draft)
    printed = next(item for item in memo.facts["statements"] if item["id"] == STATEMENT)["text"]
    monkeypatch.setattr(
        "steuerrad.modules.city_index.memo.layout.statements",
        lambda facts: tuple(item for item in queries.statements(facts) if item.id != STATEMENT),
    )
    assert printed in html_fragment(memo_document(queries.facts_of(memo), queries.print_of(memo)))


def test_refreshing_drops_words_of_statements_that_are_gone(draft: Memo) -> None:
    MemoText.objects.create(memo=draft, statement="gone:x", text="x", edited_at=draft.created_at)
    actions.refresh_facts(person("coordinator"), draft.pk)
    assert not draft.texts.exists()
    entry = AuditEntry.objects.get(ref=actions.ref(draft), action="city_index.refresh_memo")
    assert entry.changes["gone:x"] == ["x", None]


def test_who_sees_what(draft: Memo) -> None:
    visitor = Client()
    assert "total_rank" not in visitor.get(PAGE).content.decode()
    assert visitor.get(f"{PAGE}v1.pdf").status_code == 404
    assert visitor.get(f"{PAGE}?version=1").status_code == 404
    assert signed_in("contributor").get(f"{PAGE}v1.pdf").status_code == 404
    for name in ("begin", "edit", "refresh", "release"):
        assert visitor.post(f"{PAGE}{name}/").status_code == 302
        assert signed_in("coordinator").get(f"{PAGE}{name}/").status_code == 405
    released(draft)
    assert "<article" in visitor.get(PAGE).content.decode()
    assert visitor.get(f"{PAGE}v1.pdf").content.startswith(b"%PDF")
    assert visitor.get("/index/memo/").status_code == 200
    assert visitor.get("/index/memo/nix/2020/").status_code == 404


def test_the_whole_way_through_the_pages() -> None:
    coordinator, approver = signed_in("coordinator"), signed_in("approver")
    coordinator.post(f"{PAGE}begin/")
    coordinator.post(f"{PAGE}edit/", {"statement": STATEMENT, "text": "Anders gesagt."})
    assert coordinator.post(f"{PAGE}release/").status_code == 403
    approver.post(f"{PAGE}release/")
    memo = Memo.objects.get()
    assert (memo.state, memo.version) == (Memo.RELEASED, 1)
    assert "Anders gesagt." in Client().get(PAGE).content.decode()


class Balanced(HTMLParser):
    """Fails on tags that are not closed in order."""

    VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.headings.append(int(tag[1]))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("role", ["coordinator", "approver"])
def test_the_page_is_well_formed(draft: Memo, role: str) -> None:
    page = Balanced()
    page.feed(signed_in(role).get(PAGE).content.decode())
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))


def test_after_saving_the_statement_is_open_again(draft: Memo) -> None:
    answer = signed_in("coordinator").post(f"{PAGE}edit/", {"statement": STATEMENT, "text": "Anders gesagt."})
    assert answer["Location"].endswith("?at=total_rank_up%3Asummary#at")
    html = signed_in("coordinator").get(answer["Location"].partition("#")[0]).content.decode()
    assert "<details open>" in html
    assert html.count('id="at"') == 1


@pytest.mark.parametrize(
    ("role", "sees"), [("contributor", False), ("steering", True), ("approver", True), ("coordinator", True)]
)
def test_who_reads_a_draft(role: str, sees: bool, draft: Memo) -> None:
    assert queries.visible_to(person(role)).filter(pk=draft.pk).exists() == sees
    assert not queries.visible_to(None).filter(pk=draft.pk).exists()
