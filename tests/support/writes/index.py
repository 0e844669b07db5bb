"""Writes of the index: the memo, imports."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steuerrad.modules.city_index.memo.actions import begin_memo
from steuerrad.modules.city_index.memo.queries import facts_of, lines
from steuerrad.modules.city_index.models import Edition, IndexCity, Memo
from steuerrad.modules.city_index.tests.test_importing import FIXTURES
from tests.support.writes.kinds import APPROVER, OFFICE, Objects, Write

MEMO = "index/memo/<slug:city>/<int:year>/"
DRAFT = "/index/memo/bochum/2021/"


def given(objects: Objects) -> dict[str, SimpleUploadedFile]:
    return {
        "file": SimpleUploadedFile("neu.csv", (FIXTURES / "indicators_excerpt.csv").read_bytes()),
    }


def upload(client: Client, objects: Objects) -> None:
    answer = client.post("/index/import/", given(objects))
    where = answer.get("Location", "")
    objects["waiting_file"] = (
        where if where.startswith("/index/import/") else "/index/import/00000000-0000-4000-8000-000000000000/"
    )


WRITES = (
    Write(f"{MEMO}begin/", OFFICE, lambda o: "/index/memo/bochum/2020/begin/"),
    Write(f"{MEMO}edit/", OFFICE, lambda o: f"{DRAFT}edit/", lambda o: {"statement": o["statement"], "text": "Anders gesagt."}),
    Write(f"{MEMO}refresh/", OFFICE, lambda o: f"{DRAFT}refresh/"),
    Write(f"{MEMO}release/", APPROVER, lambda o: f"{DRAFT}release/"),
    Write("index/import/", OFFICE, lambda o: "/index/import/", given),
    Write("index/import/<uuid:token>/", OFFICE, lambda o: o.get("waiting_file", "/index/import/00000000-0000-4000-8000-000000000000/"), {"skip_bad": "on"}, before=upload),
)  # fmt: skip


def prepare(objects: Objects) -> None:
    begin_memo(objects["office"], IndexCity.objects.get(key="bochum"), Edition.objects.get(year=2021))
    memo = objects["memo"] = Memo.objects.get(state=Memo.DRAFT)
    objects["statement"] = lines(memo, facts_of(memo))[0].statement.id
