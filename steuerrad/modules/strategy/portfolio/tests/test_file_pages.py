"""The pages of files: who gets them, and the way from an upload to what is written."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from steuerrad.modules.strategy.models import Milestone
from steuerrad.modules.strategy.portfolio.actions.risks import add_risk
from steuerrad.modules.strategy.portfolio.output.asked import decisions_asked
from steuerrad.modules.strategy.portfolio.output.content import gather
from steuerrad.modules.strategy.portfolio.queries.overview import visible_states
from steuerrad.modules.strategy.portfolio.rules.light import Timeliness
from steuerrad.modules.strategy.portfolio.tests.factories import day, measure, person
from steuerrad.modules.strategy.portfolio.tests.filled import Book, exported, stage
from steuerrad.modules.strategy.queries.measures import measures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
FILES = "/strategy/portfolio/files/"


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def test_decisions_are_asked_for_what_is_late_or_severe_and_for_nothing_else() -> None:
    chief = person("coordinator")
    add_risk(chief, measure(), title="Schwer", probability=5, impact=5)
    add_risk(chief, measure(), title="Leicht", probability=1, impact=1)
    states = visible_states(chief, measures())
    asked = decisions_asked(states, [], gather(chief, states).risks, day(), 90)
    assert [item.risk.title for item in asked if item.risk] == ["Schwer"]
    late = {state.measure.number for state in states if state.light.timeliness == Timeliness.LATE}
    assert {item.measure.number for item in asked if item.what == "schedule"} == late


class TestPages:
    def browser(self, role: str) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        if role:
            client.force_login(person(role))
        return client

    @pytest.mark.parametrize(
        ("role", "reads", "writes"),
        [("", 302, 302), ("administrator", 200, 200), ("steering", 200, 403), ("approver", 200, 403), ("contributor", 200, 200), ("coordinator", 200, 200)],
    )  # fmt: skip
    def test_files_are_for_those_who_read_and_imports_for_those_who_steer(
        self, role: str, reads: int, writes: int
    ) -> None:
        client = self.browser(role)
        assert [client.get(FILES + name).status_code for name in ("", "workbook.xlsx")] == [reads] * 2
        assert client.get(FILES + "import/").status_code == writes
        assert ("portfolio/files/" in client.get("/strategy/portfolio/").content.decode()) == (reads == 200)

    def test_from_upload_to_what_is_written(self) -> None:
        stage()
        client = self.browser("coordinator")
        book = Book(client.get(FILES + "workbook.xlsx").content)
        line = book.line("Milestones", "Milestone", "Vergabe")
        book.put("Milestones", line, "Reached on", day(-1)).put("Budget", 2, "Planned (EUR)", 5000)
        book.put("Staff days", 2, "Planned days", "viele")
        answer = client.post(FILES + "import/", {"file": SimpleUploadedFile("g.xlsx", book.content())})
        assert answer.status_code == 302
        page = client.get(answer.url)
        text = page.content.decode()
        assert "is not a number" in text
        assert not Milestone.objects.get(title="Vergabe").done_on
        tokens = [item["row"].token for item in page.context["rows"] if item["ticked"]]
        assert len(tokens) == 2
        answer2 = client.post(answer.url, {"do": "write", "chosen": tokens})
        assert answer2.status_code == 422
        assert "need a reason" in answer2.content.decode()
        stale = client.post(answer.url, {"do": "write", "chosen": [*tokens, "budget:2:new:7"], "reason": "x"})
        assert "have changed since" in stale.content.decode()
        done = client.post(answer.url, {"do": "write", "chosen": tokens, "reason": "Nachtrag"}, follow=True)
        assert "2 entries written" in done.content.decode()
        assert Milestone.objects.get(title="Vergabe").done_on == day(-1)
        assert client.get(answer.url).status_code == 404

    def test_a_bad_upload_says_why_and_a_good_one_can_be_dropped(self) -> None:
        client = self.browser("coordinator")
        bad = client.post(FILES + "import/", {"file": SimpleUploadedFile("x.xlsx", b"nonsense")})
        assert (bad.status_code, "no Excel workbook" in bad.content.decode()) == (422, True)
        good = client.post(FILES + "import/", {"file": SimpleUploadedFile("x.xlsx", exported())})
        other = self.browser("contributor")
        assert other.get(good.url).status_code == 404
        assert client.post(good.url, {"do": "drop"}).status_code == 302
        assert client.get(good.url).status_code == 404
