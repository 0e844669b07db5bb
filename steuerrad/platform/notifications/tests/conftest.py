"""A topic, a recipient, and a real SMTP server with its maildirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message as Received
from pathlib import Path
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Module, Topic
from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.models import User
from steuerrad.platform.notifications import sending
from tests.support.smtp_server import JOURNAL, mails, smtp_server

TASK, NEWS = "test_told.task", "test_told.news"


@pytest.fixture(autouse=True)
def _topics() -> Iterator[None]:
    topics = (Topic(TASK, "Tasks", obligatory=True), Topic(NEWS, "News"))
    registry.add(Module("test_told", "", "", topics=topics))
    yield
    del registry._modules["test_told"]


@pytest.fixture
def person(db: None) -> User:
    return User.objects.create_user("alex@city.example", first_name="Alex", last_name="Muster")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    def move(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    return move


@dataclass
class Post:
    """The server that this test sends to."""

    folder: Path

    def received(self, box: str = "inbox") -> list[Received]:
        return mails(self.folder, box)


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    folder = tmp_path_factory.mktemp("smtp")
    with smtp_server(folder) as port:
        yield folder, port


@pytest.fixture
def post(_server: tuple[Path, int], settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """Mail goes to the real server; its boxes are empty at the start."""
    folder, port = _server
    for box in ("inbox", "journal"):
        for part in ("new", "cur"):
            for path in (folder / box / part).iterdir():
                path.unlink()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 20
    settings.OPTIONS = {**settings.OPTIONS, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    settings.EMAIL_JOURNAL = f"maildir://{folder}/journal?to={JOURNAL}"
    monkeypatch.setattr(sending, "be_durable", lambda: None)  # a test's transaction is never kept
    yield Post(folder)
    (folder / "delay").unlink(missing_ok=True)
