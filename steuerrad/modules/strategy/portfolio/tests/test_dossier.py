"""The dossier that is made behind the page: progress that can be read, one at a time, nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import PortfolioDossier
from steuerrad.modules.strategy.portfolio.actions import dossiers
from steuerrad.modules.strategy.portfolio.personal import erase, export
from steuerrad.modules.strategy.portfolio.tests.factories import person
from steuerrad.platform.jobs import making

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
FILES = "/strategy/portfolio/files/"


@pytest.fixture(autouse=True)
def at_once(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made where it is asked for, not in a thread; files apart."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(making, "in_background", lambda act, name: act())


def browser(role: str = "") -> Client:
    client = Client(headers={"accept-language": "en"})
    if role:
        client.force_login(person(role))
    return client


def asked(role: str = "steering", state: str = "running", **values: Any) -> PortfolioDossier:
    return PortfolioDossier.objects.create(
        requested_by=person(role), requested_at=clock.now(), state=state, **values
    )


def test_from_the_button_to_the_pdf(django_capture_on_commit_callbacks: Any) -> None:
    client = browser("steering")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(FILES + "dossier/", {"query": "q=A.1.1"})
    made = PortfolioDossier.objects.get()
    assert (answer.status_code, made.state, made.message) == (302, "ready", "")
    page = client.get(answer.url).content.decode()
    assert "The dossier is ready." in page
    assert "hx-trigger" not in page
    file = client.get(f"{answer.url}file/")
    content = b"".join(file)  # type: ignore[call-overload]
    assert content.startswith(b"%PDF-")
    assert len(content) == made.size
    assert file["Cache-Control"] == "private, no-store"


def test_the_page_asks_again_while_it_is_made() -> None:
    made = asked(done=2, total=10, step="sets the pages", seen_at=clock.now())
    client = browser("steering")
    for part in ("", "state/"):
        page = client.get(f"{FILES}dossier/{made.pk}/{part}").content.decode()
        assert 'hx-trigger="every 1s"' in page
        assert "20 %" in page
        assert "sets the pages" in page
    assert 'http-equiv="refresh"' in client.get(f"{FILES}dossier/{made.pk}/").content.decode()
    assert client.get(f"{FILES}dossier/{made.pk}/file/").status_code == 404


def test_it_is_nobody_elses_not_even_an_administrators() -> None:
    made = asked(state="waiting")
    for role, code in (("administrator", 404), ("coordinator", 404), ("", 302)):
        for part in ("", "state/", "file/"):
            assert browser(role).get(f"{FILES}dossier/{made.pk}/{part}").status_code == code


def test_one_at_a_time_and_only_the_newest_are_kept(django_capture_on_commit_callbacks: Any) -> None:
    running = asked()
    assert dossiers.request_dossier(person("steering"), "q=x").pk == running.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        asked()
    running.delete()
    with django_capture_on_commit_callbacks(execute=True):
        paths = []
        for _ in range(dossiers.KEPT + 1):
            made = dossiers.request_dossier(person("steering"), "q=A.1.1")
            made.state, made.path = (
                "ready",
                default_storage.save(f"strategy/dossiers/{made.pk}.pdf", make_file()),
            )
            made.save()
            paths.append(made.path)
    assert PortfolioDossier.objects.count() == dossiers.KEPT
    assert [default_storage.exists(path) for path in paths] == [False, True, True, True]


def make_file() -> Any:
    from django.core.files.base import ContentFile

    return ContentFile(b"%PDF-")


def test_it_shows_what_the_person_may_see(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(dossiers, "dossier_document", seen.append)
    monkeypatch.setattr(dossiers, "pdf_bytes", lambda _document: b"%PDF-")
    for role in ("contributor", "steering"):
        dossiers.build(asked(role, "waiting"))
    own, every = (facts.content.reads for facts in seen)
    assert own < every
    with pytest.raises(PermissionDenied):
        dossiers.request_dossier(None, "")


def test_a_dead_maker_is_followed_and_a_living_one_left_alone() -> None:
    made = asked(seen_at=clock.now(), query="q=A.1.1")
    assert making.make(PortfolioDossier, made.pk, dossiers.build) is None
    dossiers.make_left_behind()
    assert PortfolioDossier.objects.get().state == "running"
    PortfolioDossier.objects.update(seen_at=clock.now() - making.DEAD_AFTER - timedelta(seconds=1))
    dossiers.make_left_behind()
    assert PortfolioDossier.objects.get().state == "ready"


def test_a_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_document: Any) -> bytes:
        raise RuntimeError("no paper")

    monkeypatch.setattr(dossiers, "pdf_bytes", broken)
    made = asked(state="waiting")
    making.make(PortfolioDossier, made.pk, dossiers.build)
    page = browser("steering").get(f"{FILES}dossier/{made.pk}/").content.decode()
    assert "The dossier could not be made." in page
    assert "RuntimeError: no paper" in page


def test_progress_is_written_while_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, str]] = []

    def watching(_document: Any) -> bytes:
        row = PortfolioDossier.objects.get()
        seen.append((row.percent, row.state))
        return b"%PDF-"

    monkeypatch.setattr(dossiers, "pdf_bytes", watching)
    making.make(PortfolioDossier, asked(state="waiting").pk, dossiers.build)
    assert seen == [(20, "running")]
    assert PortfolioDossier.objects.get().percent == 100


def test_it_goes_with_the_person() -> None:
    path = default_storage.save("strategy/dossiers/x.pdf", make_file())
    asked(state="ready", path=path, query="q=x")
    assert [row["filter"] for row in export(person("steering"))["dossiers"]] == ["q=x"]
    erase(person("steering"))
    assert not PortfolioDossier.objects.exists()
