"""Tables out and in: nothing is written before the difference was seen, every fault has its line."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from steuerrad.modules.prioritisation.choice import actions, queries
from steuerrad.modules.prioritisation.choice.tests.test_studies import (
    browser,
    effect,
    own,  # noqa: F401 - a fixture
    person,
    refs,
)
from steuerrad.modules.prioritisation.models import Amount, Effect, Study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
HEADER = "candidate,target,low,likely,high,success,delay_low,delay_likely,delay_high,basis\r\n"


def upload(client: Client, study: Study, kind: str, content: str | bytes, name: str = "effects.csv") -> str:
    data = content.encode() if isinstance(content, str) else content
    response = client.post(
        reverse("prioritisation:study_exchange", args=[study.pk]),
        {"kind": kind, "file": SimpleUploadedFile(name, data)},
        headers={"accept-language": "en"},
    )
    assert response.status_code == 200
    return response.content.decode()


def confirm(client: Client, study: Study) -> None:
    assert client.post(reverse("prioritisation:study_confirm", args=[study.pk])).status_code == 302


def test_effects_go_out_and_come_back_unchanged(own: Study) -> None:  # noqa: F811
    first = refs(1)[0]
    actions.save_effect(person("steering"), own.pk, first, "own:aim", {**effect(4), "basis": "=1+1"})
    client = browser("steering")
    for form in ("csv", "xlsx"):
        response = client.get(reverse("prioritisation:study_table", args=[own.pk, "effects", form]))
        content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        text = upload(client, own, "effects", content, f"effects.{form}")
        assert "0 rows would change, 1 are as they are" in text
    assert (
        client.get(reverse("prioritisation:study_table", args=[own.pk, "nothing", "csv"])).status_code == 404
    )


def test_new_and_changed_effects_are_shown_then_written(own: Study) -> None:  # noqa: F811
    first, second = refs(2)
    actions.save_effect(person("steering"), own.pk, first, "own:aim", effect(4))
    client = browser("coordinator")
    lines = f"{first},own:aim,1,2.5,4,80,0,3,6,changed\r\n{second},own:aim,1,2,3,,,,,new\r\n"
    text = upload(client, own, "effects", HEADER + lines)
    assert "2 rows would change" in text
    assert Effect.objects.filter(study=own).count() == 1
    confirm(client, own)
    found = {one.candidate: one for one in Effect.objects.filter(study=own)}
    assert (found[first].likely, found[first].delay_high, found[first].by) == (
        Decimal("2.5"),
        Decimal(6),
        person("coordinator"),
    )
    assert (found[second].success, found[second].basis) == (Decimal(100), "new")
    confirm(client, own)  # nothing waits any more
    assert Effect.objects.filter(study=own).count() == 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nobody,own:aim,1,2,3,,,,,x", "is no measure"),
        ("REF,own:nothing,1,2,3,,,,,x", "is unknown"),
        ("REF,own:aim,3,2,1,,,,,x", "must not fall"),
        ("REF,own:aim,1,2,NaN,,,,,x", "is not a number"),
        ("REF,own:aim,1,2,3,120,,,,x", "is not between"),
        ("REF,own:aim,1,2,3,,5,2,1,x", "must not fall"),
        ("REF,own:aim,1,2,3,,,,,", "needs a basis"),
        ("REF,own:aim,1,2,3,,,,,x\r\nREF,own:aim,1,2,3,,,,,x", "stands in the file twice"),
    ],
)
def test_faults_have_their_line_and_stop_everything(line: str, told: str, own: Study) -> None:  # noqa: F811
    first, second = refs(2)
    client = browser("steering")
    text = upload(
        client, own, "effects", f"{HEADER}{second},own:aim,1,2,3,,,,,good\r\n{line.replace('REF', first)}\r\n"
    )
    assert told in text
    assert "effects.csv:3" in text or "effects.csv:4" in text
    confirm(client, own)
    assert not Effect.objects.filter(study=own).exists()


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"a,b\n1,2\n", b"\xff\xfe"])
def test_what_is_no_table_is_refused(content: bytes, own: Study) -> None:  # noqa: F811
    text = upload(browser("steering"), own, "effects", content)
    assert 'role="alert"' in text


def test_a_study_changed_meanwhile_is_not_overwritten(own: Study) -> None:  # noqa: F811
    client, first = browser("steering"), refs(1)[0]
    upload(client, own, "effects", f"{HEADER}{first},own:aim,1,2,3,,,,,new\r\n")
    actions.save_effect(person("coordinator"), own.pk, first, "own:aim", effect(9))
    confirm(client, own)
    assert Effect.objects.get(study=own).likely == 9


def test_costs_come_back_for_one_year_and_keep_the_others(own: Study) -> None:  # noqa: F811
    first = refs(1)[0]
    actions.save_amounts(
        person("steering"), own.pk, first, "own", {2027: Decimal(5), 2028: Decimal(7)}, "offer"
    )
    client = browser("steering")
    response = client.get(reverse("prioritisation:study_table", args=[own.pk, "costs", "csv"]))
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert ("2027", "5.0") in {(row["year"], row["amount"]) for row in rows if row["candidate"] == first}
    header = "candidate,kind,year,amount,basis\r\n"
    upload(client, own, "costs", f"{header}{first},own,2027,6.50,new offer\r\n", "costs.csv")
    confirm(client, own)
    held = {one.year: (one.amount, one.basis) for one in Amount.objects.filter(study=own, kind="own")}
    assert held == {2027: (Decimal("6.50"), "new offer"), 2028: (Decimal(7), "offer")}


def test_nobody_else_imports(own: Study) -> None:  # noqa: F811
    address = reverse("prioritisation:study_exchange", args=[own.pk])
    assert browser("approver").post(address, {"kind": "effects"}).status_code == 403
    assert browser("approver").post(reverse("prioritisation:study_confirm", args=[own.pk])).status_code == 403


def test_the_api_gives_studies_to_those_who_may_read(own: Study) -> None:  # noqa: F811
    demo = Study.objects.get(is_demo=True)
    found = browser("approver").get("/api/v1/prioritisation/studies").json()
    assert {one["id"] for one in found} == {own.pk, demo.pk}
    detail = browser("approver").get(f"/api/v1/prioritisation/studies/{demo.pk}").json()
    assert detail["result"]["chosen"] == queries.newest_done(demo).result["chosen"]  # type: ignore[union-attr]
    assert browser("approver").get("/api/v1/prioritisation/studies/999999").status_code == 404
    assert browser("contributor").get("/api/v1/prioritisation/studies").status_code == 403
    assert Client().get("/api/v1/prioritisation/studies").status_code == 401
