"""Bodies of a size, a number of parts or a kind that no page takes: refused early, in words, in the form of the asker."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from steuerrad.platform.accounts.models import User
from steuerrad.platform.files.models import StoredFile

pytestmark = [pytest.mark.django_db, pytest.mark.one_database, pytest.mark.usefixtures("musterstadt")]
FILE_FIELDS = (
    "/campaign/1/import/", "/campaign/1/split/file/", "/campaign/questions/1/answer/", "/index/import/",
    "/prioritisation/portfolios/1/tables/", "/strategy/portfolio/files/import/",
)  # fmt: skip
BODIES = (
    "/api/v1/prioritisation/scenarios",
    "/api/v1/campaign/questions/1/answer",
    "/api/v1/strategy/values",
)


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.get(email="administrator@demo.invalid"))
    return client


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def read(self, size: int = -1) -> bytes:
        pytest.fail("the body was read")

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("address", [*FILE_FIELDS, *BODIES])
@pytest.mark.parametrize("length", [100 * 1024**2, 10**10, 10**18])
def test_a_hundred_megabytes(address: str, length: int, boss: Client) -> None:
    answer = boss.post(address, **{"CONTENT_LENGTH": str(length), "wsgi.input": Unread()})  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert answer["Connection"] == "close"
    if address in BODIES:
        assert str(settings.LARGEST_BODY // 1024**2) in answer.json()["detail"]
    else:
        assert f"{settings.LARGEST_BODY // 1024**2} MB" in answer.content.decode()


@pytest.mark.parametrize("address", [*FILE_FIELDS, *BODIES])
def test_a_body_without_a_length(address: str, boss: Client) -> None:
    """The server would take it as empty and answer as if nothing had been chosen."""
    answer = boss.post(
        address, **{"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": "", "wsgi.input": Unread()}
    )  # type: ignore[arg-type]
    assert answer.status_code == 411
    assert "Content-Length" in answer.content.decode()
    assert (answer["Content-Type"] == "application/json") == (address in BODIES)


def test_json_larger_than_any_form(boss: Client) -> None:
    body = b"[" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    for address in BODIES[:1]:
        answer = boss.post(address, body, content_type="application/json")
        assert answer.status_code == 413
        assert "5 MB" in answer.json()["detail"]


@pytest.mark.parametrize("address", ["/campaign/1/split/", "/strategy/portfolio/filters/keep/", "/account/login/", "/i18n/setlang/"])  # fmt: skip
def test_ten_thousand_fields(address: str) -> None:
    """The CSRF check reads the form, so this comes before any page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(email="administrator@demo.invalid"))
    client.cookies["csrftoken"] = "a" * 32
    for sent in ({f"f{number}": "1" for number in range(10_000)}, {"chosen": ["1"] * 10_000}):
        answer = client.post(address, sent)
        assert answer.status_code == 400
        assert "Gespeichert wurde nichts" in answer.content.decode() or "Nothing was saved" in answer.content.decode()  # fmt: skip
    large = client.post(address, {"q": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
    assert large.status_code == 413


def test_a_thousand_files(boss: Client, tmp_path: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(boss.cookies)
    client.cookies["csrftoken"] = "a" * 32
    files = {f"file{number}": io.BytesIO(b"a;b") for number in range(1000)}
    answer = client.post("/index/import/", files)
    assert answer.status_code == 400
    assert not StoredFile.objects.filter(name="file1").exists()


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "patch"])
def test_an_address_that_the_api_does_not_have(method: str) -> None:
    """A program that reads JSON gets JSON."""
    answer: Any = getattr(Client(), method)("/api/v1/no/such/thing")
    assert answer.status_code == 404
    assert set(json.loads(answer.content)) == {"detail", "errors"}
