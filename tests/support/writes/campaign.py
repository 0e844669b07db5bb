"""Writes of the data campaign. Its questionnaire is made up: steuerrad/modules/campaign/tests/stage.py."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from steuerrad.kernel import clock
from steuerrad.kernel.collecting import Previous, Question
from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.assigning import assign
from steuerrad.modules.campaign.actions.freezing import freeze_round
from steuerrad.modules.campaign.actions.refusal import ConflictError
from steuerrad.modules.campaign.actions.reviewing import check_answer
from steuerrad.modules.campaign.actions.rounds import create_round, open_round
from steuerrad.modules.campaign.models import Round
from steuerrad.modules.campaign.tests.stage import SOURCE, given
from steuerrad.platform.files.actions import store
from steuerrad.platform.files.types import CSV, FileTypes
from steuerrad.platform.organisations.models import Organisation
from tests.support.writes.kinds import APPROVER, BOTH, OFFICE, OWN, READERS, Objects, Write

ANSWERERS = OWN
LAST = Previous("400", "2024", "Bericht 2024", "measured", "gezählt")
NAMES = ("open", "answered", "checked", "shelved")
QUESTIONS = (
    *(Question(name, "Netz", f"Frage {name}", type="integer", minimum=Decimal(0)) for name in NAMES),
    Question("previous", "Netz", "Frage mit Vorjahr", type="integer", previous=LAST),
    Question("live", "Netz", "Frage mit Zahl der Plattform", type="integer", kpi="stage.datasets"),
)  # fmt: skip
ROUND = "campaign/<row:pk>/"
QUESTION = "campaign/questions/<row:pk>/"
API = "api/v1/campaign/questions/<question_id>/"
WHY = {"reason": "weil es nicht stimmt"}
ANSWER = {
    "based_on": "0", "value": "12", "quality": "measured", "source": "Bericht", "link": "https://example.org/a", "do": "submit",
}  # fmt: skip
TYPED = {
    "based_on": 0,
    "value": "12",
    "quality": "measured",
    "source": "Bericht",
    "evidence": [{"url": "https://example.org/a"}],
}


def days() -> dict[str, Any]:
    return {"opens_on": clock.today() - timedelta(days=1), "due_on": clock.today() + timedelta(days=14)}


def sheet(*rows: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def of(state: str, what: str) -> Any:
    return lambda o: f"/campaign/{o['rounds'][state].pk}/{what}"


def at(name: str, what: str) -> Any:
    return lambda o: f"/campaign/questions/{o['questions'][name].pk}/{what}"


def api(name: str, what: str) -> Any:
    return lambda o: f"/api/v1/campaign/questions/{o['questions'][name].pk}/{what}"


def split(objects: Objects) -> dict[str, Any]:
    chosen = [row.pk for row in objects["rounds"]["draft"].questions.all()]
    return {"chosen": chosen, "organisation": objects["other_organisation"].key}


def split_file(objects: Objects) -> dict[str, Any]:
    content = sheet(("code", "organisation"), ("open", objects["other_organisation"].key))
    return {"file": SimpleUploadedFile("split.csv", content)}


def filled(objects: Objects) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("filled.csv", FILLED)}


REVIEW = {"revision": "1"}
FILLED = sheet(("Code", "Wert", "Quelle", "Qualität"), ("open", "17", "Bericht", "gemessen"))
WRITES = (
    Write("campaign/new/", OFFICE, lambda o: "/campaign/new/", lambda o: {"questions": f"{SOURCE}|s2026", **days()}),
    Write(f"{ROUND}change/", OFFICE, of("open", "change/"), lambda o: {"title": "Neu", "jump_percent": "9", "jump_points": "9", **days()}),
    Write(f"{ROUND}split/", OFFICE, of("draft", "split/"), split),
    Write(f"{ROUND}split/file/", OFFICE, of("draft", "split/file/"), split_file),
    Write(f"{ROUND}open/", OFFICE, of("draft", "open/")),
    Write(f"{ROUND}refresh/", OFFICE, of("draft", "refresh/")),
    Write(f"{ROUND}discard/", OFFICE, of("draft", "discard/")),
    Write(f"{ROUND}freeze/", OFFICE, of("open", "freeze/"), WHY),
    Write(f"{ROUND}reopen/", OFFICE, of("frozen", "reopen/"), WHY),
    Write(f"{ROUND}close/", OFFICE, of("frozen", "close/")),
    Write(f"{ROUND}decide/", BOTH, of("open", "decide/"), lambda o: {"chosen": f"{o['questions']['answered'].pk}:1", "do": "check"}),
    Write(f"{ROUND}decide/", APPROVER, of("open", "decide/"), lambda o: {"chosen": f"{o['questions']['checked'].pk}:1", "do": "release"}),
    Write(f"{ROUND}dossier/", READERS, of("open", "dossier/"), {"what": "working"}),
    Write(f"{ROUND}import/", ANSWERERS, of("open", "import/"), filled),
    Write(f"{ROUND}import/<uuid:key>/", ANSWERERS, lambda o: f"{of('open', 'import/')(o)}{o['files'][o['role']].key}/",
          lambda o: {"chosen": "open:0:new", "mode": "drafts"}),
    Write(f"{QUESTION}answer/", ANSWERERS, at("open", "answer/"), ANSWER),
    Write(f"{QUESTION}take-over/", ANSWERERS, at("previous", "take-over/"), {"based_on": "0"}),
    Write(f"{QUESTION}fill-live/", ANSWERERS, at("live", "fill-live/"), {"based_on": "0"}),
    Write(f"{QUESTION}compare/", ANSWERERS, at("shelved", "compare/"), {"do": "drop"}),
    Write(f"{QUESTION}decline/", ANSWERERS, at("open", "decline/"), {"based_on": "0", **WHY}),
    Write(f"{QUESTION}withdraw/", ANSWERERS, at("answered", "withdraw/"), REVIEW | WHY),
    Write(f"{QUESTION}hand-over/", ANSWERERS, at("open", "hand-over/"), lambda o: {"organisation": o["other_organisation"].key, **WHY}),
    Write(f"{QUESTION}check/", BOTH, at("answered", "check/"), REVIEW),
    Write(f"{QUESTION}send-back/", BOTH, at("answered", "send-back/"), REVIEW | WHY),
    Write(f"{QUESTION}release/", APPROVER, at("checked", "release/"), REVIEW),
    Write(f"{API}answer", ANSWERERS, api("open", "answer"), TYPED, api=True),
    Write(f"{API}refusal", ANSWERERS, api("open", "refusal"), {"based_on": 0, **WHY}, api=True),
    Write(f"{API}check", BOTH, api("answered", "check"), {"revision": 1}, api=True),
    Write(f"{API}return", BOTH, api("answered", "return"), {"revision": 1, **WHY}, api=True),
    Write(f"{API}release", APPROVER, api("checked", "release"), {"revision": 1}, api=True),
    Write(f"{API}withdrawal", ANSWERERS, api("answered", "withdrawal"), {"revision": 1, **WHY}, api=True),
    Write(f"{API}organisation", ANSWERERS, api("open", "organisation"), lambda o: {"organisation": o["other_organisation"].key, **WHY}, api=True),
)  # fmt: skip
CALCULATE = (
    Write(f"{QUESTION}answer/check/", ANSWERERS, at("open", "answer/check/"), ANSWER),
    Write(f"{API}findings", READERS | ANSWERERS, api("open", "findings"), {"value": "12"}, api=True),
)


def prepare(objects: Objects) -> None:
    """Rounds in every state; in the open one a question in every state. The module of the stage must be registered."""
    office, organisation = objects["office"], objects["own_organisation"]
    rounds: dict[str, Round] = {}
    for state in ("draft", "open", "frozen"):
        rounds[state] = create_round(office, source=SOURCE, set_key="s2025", title=state, **days())
        questions = list(rounds[state].questions.values_list("pk", flat=True))
        assign(office, questions, organisation=Organisation.objects.get(pk=organisation.pk))
        if state != "draft":
            open_round(office, rounds[state].pk)
    freeze_round(office, rounds["frozen"].pk, reason="Stichtag")
    objects["rounds"] = {state: Round.objects.get(pk=round_.pk) for state, round_ in rounds.items()}
    objects["questions"] = {row.code: row for row in rounds["open"].questions.all()}
    for name in ("answered", "checked", "shelved"):
        submit_answer(office, objects["questions"][name].pk, given("12"), based_on=0)
    check_answer(objects["second"], objects["questions"]["checked"].pk, revision=1)
    for role in sorted(ANSWERERS):
        shelve(objects["people"][role], objects["questions"]["shelved"].pk)
    objects["files"] = {
        role: store(user, SimpleUploadedFile("filled.csv", FILLED), owner="campaign.import", types=FileTypes((CSV,)))
        for role, user in objects["people"].items()
    }  # fmt: skip


def shelve(person: Any, question: int) -> None:
    """Something that this person typed too late."""
    try:
        submit_answer(person, question, given("13"), based_on=0)
    except ConflictError:
        return
    raise AssertionError("nobody was faster")
