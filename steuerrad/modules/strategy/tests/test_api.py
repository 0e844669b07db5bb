"""The API: reading for everybody, writing by right, errors as described."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from steuerrad.modules.strategy.models import Kpi, KpiValue, Measure
from steuerrad.platform.accounts.models import User
from steuerrad.platform.http_api.tokens import create_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
ROOT = "/api/v1/strategy"
VALUES = f"{ROOT}/kpis/ZI-NI-K1.1/values"
GIVEN = {"date": "2024-12-31", "value": "12.5", "quality": "measured", "source": "Bericht"}


@pytest.fixture
def key() -> dict[str, str]:
    token = create_token(User.objects.get(email="coordinator@demo.invalid"), "test")
    return {"authorization": f"Bearer {token}"}


def post(url: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    return Client().post(url, body, content_type="application/json", headers=headers or {})


@pytest.mark.parametrize(
    ("kind", "code", "total"),
    [
        ("themes", "ZI", 5), ("fields", "ZI-NI", 15), ("measures", "ZI-NI-1", 103), ("kpis", "ZI-NI-K1.1", 130),
        ("targets", "T001", 132), ("systems", "S01", 61), ("organisations", "stadt-bochum", 103),
    ],
)  # fmt: skip
def test_lists_and_details(
    kind: str, code: str, total: int, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        rows = client.get(f"{ROOT}/{kind}").json()
    assert (len(rows) if isinstance(rows, list) else rows["total"]) == total
    detail = client.get(f"{ROOT}/{kind}/{code}").json()
    assert code in (detail.get("code"), detail.get("number"), detail.get("key"))
    assert client.get(f"{ROOT}/{kind}/NIX").status_code == 404


def test_filters_and_pages(client: Client) -> None:
    found = client.get(f"{ROOT}/measures?field=ZI-NI&limit=2&offset=4").json()
    assert (found["total"], [row["number"] for row in found["items"]]) == (6, ["ZI-NI-5", "ZI-NI-6"])
    assert client.get(f"{ROOT}/kpis?state=computed").json()["total"] == 11
    for nonsense in ("limit=0", "limit=501", "offset=-1", "offset=99999999999999999999", "q=%00"):
        assert client.get(f"{ROOT}/measures?{nonsense}").status_code == 422, nonsense


def test_figures_are_exact_strings(client: Client) -> None:
    newest = client.get(f"{ROOT}/kpis/ZI-KI-K2.1").json()["newest"]
    assert newest["value"] == "1200"


def test_a_computed_kpi_says_so(client: Client) -> None:
    kpi = client.get(f"{ROOT}/kpis/ZI-DI-K6").json()
    assert kpi["state"] == "computed"
    assert kpi["computed"]["function"] == "datasets.downloads"


def test_recording_and_correcting(key: dict[str, str]) -> None:
    made = post(VALUES, GIVEN, key)
    assert (made.status_code, made.json()["value"], made.json()["state"]) == (202, "12.5", "waiting")
    assert post(VALUES, GIVEN, key).status_code == 409
    assert Client().get(VALUES).json()["items"] == [], "nothing counts before it is released"
    own = f"{ROOT}/proposals/value/{made.json()['id']}/release"
    assert post(own, {}, key).status_code == 403, "never the own"
    token = create_token(User.objects.get(email="approver@demo.invalid"), "test")
    other = {"authorization": f"Bearer {token}"}
    value_id = post(own, {}, other).json()["became"]
    assert post(own, {}, other).status_code == 409
    fix = {**GIVEN, "value": 13, "reason": "Tippfehler"}
    url = f"{VALUES}/{value_id}/correction"
    assert Client().get(VALUES).json()["items"][0]["value"] == "12.5"
    correction = post(url, fix, key).json()
    assert post(url, {**fix, "value": 14}, key).status_code == 409
    back = f"{ROOT}/proposals/value/{correction['id']}/send-back"
    assert post(back, {"reason": " "}, other).status_code == 422
    assert post(back, {"reason": "Beleg fehlt"}, other).json()["state"] == "sent_back"
    again = post(url, fix, key).json()["id"]
    waiting = Client().get(f"{ROOT}/proposals", headers=other).json()
    assert [(row["id"], row["reason"]) for row in waiting] == [(again, "Tippfehler")]
    assert post(f"{ROOT}/proposals/value/{again}/release", {}, other).status_code == 200
    rows = Client().get(VALUES).json()["items"]
    assert [(row["revision"], row["superseded"]) for row in rows] == [(1, True), (2, False)]


@pytest.mark.parametrize(
    "change",
    [
        {"value": "NaN"}, {"value": 1e400}, {"value": "1e16"}, {"value": "0.000000001"}, {"date": "2024-02-30"},
        {"date": "2999-01-01"}, {"quality": "superb"}, {"source": ""}, {"source": "a\0b"}, {"source": "\ud800"},
        {"note": "x" * 501},
    ],
)  # fmt: skip
def test_bad_input_is_422(change: dict[str, Any], key: dict[str, str]) -> None:
    assert post(VALUES, GIVEN | change, key).status_code in {400, 422}
    assert not KpiValue.objects.filter(kpi__code="ZI-NI-K1.1").exists()


def test_who_may_write(key: dict[str, str]) -> None:
    status = f"{ROOT}/measures/ZI-NI-1/status"
    body = {"status": "completed", "since": "2025-12-31"}
    for url, given in ((VALUES, GIVEN), (status, body)):
        assert post(url, given).status_code == 401
        assert post(url, given, {"authorization": "Bearer str_wrong"}).status_code == 401
        token = create_token(User.objects.get(email="steering@demo.invalid"), "test")
        assert post(url, given, {"authorization": f"Bearer {token}"}).status_code == 403
    assert post(status, body, key).status_code == 201
    assert Measure.objects.get(number="ZI-NI-1").status == "completed"
    assert post(status, body | {"before": "in_progress", "status": "in_operation"}, key).status_code == 409
    assert post(status, body, key).status_code == 422


def test_writes_to_unknown_or_computed_kpis(key: dict[str, str]) -> None:
    assert post(f"{ROOT}/kpis/NIX/values", GIVEN, key).status_code == 404
    computed = Kpi.objects.exclude(supplied_by="").values_list("code", flat=True)[0]
    assert post(f"{ROOT}/kpis/{computed}/values", GIVEN, key).status_code == 422
    assert post(f"{VALUES}/{2**70}/correction", {**GIVEN, "reason": "x"}, key).status_code == 422


def test_every_write_describes_its_errors(client: Client) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    writes = [
        described
        for path, methods in paths.items()
        if path.startswith(ROOT)
        for method, described in methods.items()
        if method != "get"
    ]
    assert len(writes) >= 3
    for operation in writes:
        assert {"401", "403", "404", "409", "422"} <= set(operation["responses"])
        assert {"200", "201", "202", "204"} & set(operation["responses"])
