"""The campaign over the API: who sees what, conflicts as 409 with the other's answer, and noise of all kinds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck
from hypothesis import given as over
from hypothesis import settings as effort
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from steuerrad.modules.campaign.actions.answers import submit_answer
from steuerrad.modules.campaign.actions.freezing import freeze_round
from steuerrad.modules.campaign.tests.stage import (
    ada,
    anton,
    approver,
    berta,
    coordinator,
    draft_round,
    given,
    now_of,
    opened_round,
    question,
)
from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.http_api.tokens import create_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stage")]
ROOT = "/api/v1/campaign"
ANSWER = {"value": "410", "source": "Bericht", "quality": "higher_level"}


def caller(user: Any) -> Client:
    return Client(headers={"authorization": f"Bearer {create_token(user, 'test')}"})


def post(user: Any, path: str, **data: Any) -> Any:
    return caller(user).post(ROOT + path, data, content_type="application/json")


def test_visitors_see_nothing() -> None:
    round_ = opened_round()
    homes = question(round_, "homes")
    for path in (
        "/rounds",
        f"/rounds/{round_.pk}",
        f"/rounds/{round_.pk}/questions",
        f"/questions/{homes.pk}",
    ):
        assert Client().get(ROOT + path).status_code == 401
    answer = Client().post(f"{ROOT}/questions/{homes.pk}/answer", ANSWER, content_type="application/json")
    assert answer.status_code == 401


def test_people_see_their_own_questions() -> None:
    round_ = opened_round()
    draft_round("s2026")
    homes = question(round_, "homes")
    mine = caller(ada())
    assert [row["title"] for row in mine.get(f"{ROOT}/rounds").json()] == ["Fragen 2025"]
    found = mine.get(f"{ROOT}/rounds/{round_.pk}/questions").json()
    assert [row["code"] for row in found["items"]] == ["homes", "fibre"]
    assert found["items"][0]["previous"]["value"] == "400"
    assert found["items"][0]["points"] == "1.5"
    assert caller(berta()).get(f"{ROOT}/questions/{homes.pk}").status_code == 404
    assert post(berta(), f"/questions/{homes.pk}/answer", based_on=0, **ANSWER).status_code == 404
    assert caller(approver()).get(f"{ROOT}/rounds/{round_.pk}/questions?state=carried").json()["total"] == 3


def test_from_answer_to_release() -> None:
    round_ = opened_round()
    homes = question(round_, "homes")
    path = f"/questions/{homes.pk}"
    answered = post(ada(), f"{path}/answer", based_on=0, **ANSWER)
    assert (answered.status_code, answered.json()["state"], answered.json()["newest"]) == (200, "answered", 1)
    assert post(approver(), f"{path}/release", revision=1).status_code == 422
    assert post(coordinator(), f"{path}/check", revision=1).json()["state"] == "checked"
    assert post(coordinator(), f"{path}/release", revision=1).status_code == 403
    released = post(approver(), f"{path}/release", revision=1).json()
    assert (released["state"], released["released"]) == ("released", "410")
    detail = caller(ada()).get(ROOT + path).json()
    assert [row["kind"] for row in detail["decisions"]] == ["submitted", "checked", "released"]
    progress = caller(coordinator()).get(f"{ROOT}/rounds/{round_.pk}/progress").json()
    assert (progress["total"]["counts"]["released"], progress["total"]["points_open"]) == (1, "2.75")
    sent_back = post(coordinator(), f"{path}/return", revision=1, reason="Jahr?")
    assert sent_back.json()["state"] == "sent_back"


def test_what_was_answered_is_withdrawn_and_handed_over() -> None:
    homes = question(opened_round(), "homes")
    path = f"/questions/{homes.pk}"
    post(ada(), f"{path}/answer", based_on=0, **ANSWER)
    assert post(ada(), f"{path}/organisation", organisation="amt-b", reason="dort").status_code == 422
    assert post(ada(), f"{path}/withdrawal", revision=2, reason="falsches Jahr").status_code == 409
    assert (
        post(ada(), f"{path}/withdrawal", revision=1, reason="falsches Jahr").json()["state"] == "withdrawn"
    )
    unknown = post(ada(), f"{path}/organisation", organisation="amt-\u00df", reason="dort")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "organisation")
    assert post(berta(), f"{path}/organisation", organisation="amt-b", reason="dort").status_code == 404
    given_on = post(ada(), f"{path}/organisation", organisation="amt-b", reason="dort")
    assert given_on.json() == {"id": homes.pk, "organisation": "amt-b"}
    assert post(ada(), f"{path}/answer", based_on=1, **ANSWER).status_code == 404
    assert post(berta(), f"{path}/answer", based_on=1, **ANSWER).json()["organisation"] == "amt-b"


def test_the_slower_one_gets_the_others_answer() -> None:
    homes = question(opened_round(), "homes")
    path = f"/questions/{homes.pk}/answer"
    post(ada(), path, based_on=0, **ANSWER)
    conflict = post(anton(), path, based_on=0, **(ANSWER | {"value": "420"}))
    assert conflict.status_code == 409
    assert (conflict.json()["theirs"]["value"], conflict.json()["theirs"]["author"]) == ("410", str(ada()))
    assert now_of(homes).current.value == "410"  # type: ignore[union-attr]
    assert post(anton(), path, based_on=1, **(ANSWER | {"value": "420"})).json()["current"] == "420"


def test_findings_say_what_is_wrong_and_how_to_override_it() -> None:
    homes = question(opened_round(), "homes")
    path = f"/questions/{homes.pk}"
    typed = post(ada(), f"{path}/findings", value="900").json()
    assert [(row["key"], row["severity"]) for row in typed] == [("jump", "warning")]
    refused = post(ada(), f"{path}/answer", based_on=0, **(ANSWER | {"value": "900"}))
    assert refused.status_code == 422
    assert refused.json()["findings"] == typed
    taken = post(
        ada(), f"{path}/answer", based_on=0, **(ANSWER | {"value": "900", "waivers": {"jump": "neu"}})
    )
    assert taken.status_code == 200
    wrong = post(ada(), f"{path}/answer", based_on=1, value="viele", draft=True)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "value")


def test_snapshots_are_listed_with_their_hash() -> None:
    round_ = opened_round()
    snapshot = freeze_round(coordinator(), round_.pk, reason="Frist")
    [row] = caller(ada()).get(f"{ROOT}/rounds/{round_.pk}/snapshots").json()
    assert (row["number"], row["sha256"], row["previous_sha256"]) == (1, snapshot.sha256, "")


def test_the_list_of_questions_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    round_ = opened_round()
    submit_answer(ada(), question(round_, "homes").pk, given("410"), based_on=0)
    client = caller(coordinator())
    with django_assert_max_num_queries(8):
        client.get(f"{ROOT}/rounds/{round_.pk}/questions")


CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EFFORT = effort(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
PATHS = get_resolver().urlconf_module.api.get_openapi_schema()["paths"]  # type: ignore[union-attr]
OPERATIONS = sorted(
    (path, method) for path, methods in PATHS.items() if path.startswith(ROOT) and "{" in path for method in methods
)  # fmt: skip


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A server closes its database connection after a request; here that would end the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@cache
def schema() -> Any:
    """Read once: making the description takes longer than most requests."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize(
    ("path", "method"), OPERATIONS, ids=lambda part: str(part).rpartition("}")[2] or str(part)
)
def test_noise_on_questions_that_exist(path: str, method: str) -> None:
    """Whatever somebody who may answer and release sends to a round and a question that exist: no 5xx, and no answer
    that is not described."""
    round_ = opened_round()
    homes = question(round_, "homes")
    submit_answer(anton(), homes.pk, given("410"), based_on=0)
    Membership.objects.create(user=ada(), role=Role.APPROVER)
    headers = {"Authorization": f"Bearer {create_token(ada(), 'fuzz')}"}
    known = {"round_id": round_.pk, "question_id": homes.pk}

    @EFFORT
    @over(case=schema()[path][method].as_strategy())
    def send(case: Any) -> None:
        case.path_parameters = {name: known[name] for name in case.path_parameters}
        case.call_and_validate(checks=CHECKS, headers=headers)

    send()
