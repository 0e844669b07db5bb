"""Handed out as downloads, to those whom the owning module names."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from steuerrad.platform.accounts.models import User
from steuerrad.platform.files.actions import store
from steuerrad.platform.files.models import StoredFile
from steuerrad.platform.files.tests.conftest import PDF, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(User.objects.create_user("reader@example.org"))
    return client


def test_a_download_is_never_a_page(owner: str, signed_in: Client) -> None:
    file = store(None, upload('Prüf"bericht.pdf', PDF), owner=owner)
    answer = signed_in.get(file.get_absolute_url())
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert "filename*=utf-8''Pr%C3%BCf_bericht.pdf" in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_visitor_learns_nothing(owner: str, client: Client) -> None:
    file = store(None, upload("a.pdf", PDF), owner=owner)
    for address in (file.get_absolute_url(), f"/files/{uuid.uuid4()}/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/login/?next={address}")


def test_nobody_may_read_files_of_a_module_that_is_gone(owner: str, signed_in: Client) -> None:
    file = store(None, upload("a.pdf", PDF), owner=owner)
    StoredFile.objects.filter(pk=file.pk).update(owner="gone.evidence")
    assert signed_in.get(file.get_absolute_url()).status_code == 404
    assert signed_in.get(f"/files/{uuid.uuid4()}/").status_code == 404


def test_a_content_that_is_missing_is_said(owner: str, signed_in: Client, folder) -> None:
    file = store(None, upload("a.pdf", PDF), owner=owner)
    for path in folder.rglob(file.sha256):
        path.unlink()
    assert signed_in.get(file.get_absolute_url()).status_code == 404
