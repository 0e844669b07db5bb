"""Kept once, whole, and swept away when nobody needs it."""

from __future__ import annotations

import hashlib
import os
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from steuerrad.kernel import clock
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.files import sweeping
from steuerrad.platform.files.actions import FileRefusedError, check, discard, store
from steuerrad.platform.files.models import StoredFile, path_of
from steuerrad.platform.files.tests.conftest import PDF, PNG, upload

pytestmark = pytest.mark.django_db


def contents(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def age(folder: Path, days: int) -> None:
    """Make everything look as if it had been uploaded days ago."""
    then = clock.now() - timedelta(days=days)
    StoredFile.objects.update(uploaded_at=then)
    for path in contents(folder):
        os.utime(path, (then.timestamp(), then.timestamp()))


def test_a_content_is_stored_once_and_every_upload_has_its_row(owner: str, folder: Path) -> None:
    first = store(None, upload("a.pdf", PDF), owner=owner)
    second = store(None, upload("b.pdf", PDF), owner=owner)
    assert first.sha256 == second.sha256 == hashlib.sha256(PDF).hexdigest()
    assert first.pk != second.pk
    assert first.size == len(PDF)
    assert len(contents(folder)) == 1
    with second.open() as stream:
        assert stream.read() == PDF
    assert AuditEntry.objects.filter(action="files.store").count() == 2


def test_what_the_browser_says_of_the_type_counts_for_nothing(owner: str) -> None:
    assert store(None, upload("a.pdf", PDF, "text/html"), owner=owner).content_type == "application/pdf"


def test_an_upload_above_the_limit_is_refused_before_it_is_read_to_its_end(owner: str, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1024 * 1024
    read = []

    class Endless:
        name = "a.pdf"

        def chunks(self):
            while True:
                read.append(1)
                yield b"x" * 65536

    with pytest.raises(FileRefusedError):
        store(None, Endless(), owner=owner)
    assert len(read) == 17
    assert not StoredFile.objects.exists()


def test_an_owner_that_nobody_declares_is_a_fault_of_the_program(folder: Path) -> None:
    with pytest.raises(LookupError):
        store(None, upload("a.pdf", PDF), owner="nobody.knows")


def test_a_write_that_breaks_leaves_nothing_behind(owner: str, folder: Path, monkeypatch: Any) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store(None, upload("a.pdf", PDF), owner=owner)
    assert not contents(folder)
    assert not StoredFile.objects.exists()


def test_a_broken_content_is_mended_by_the_next_upload(owner: str, folder: Path) -> None:
    store(None, upload("a.pdf", PDF), owner=owner)
    contents(folder)[0].write_bytes(b"half")
    assert list(sweeping.faults()) == [f"{hashlib.sha256(PDF).hexdigest()}: changed"]
    store(None, upload("a.pdf", PDF), owner=owner)
    assert not list(sweeping.faults())


def test_an_undone_upload_is_swept_and_a_tied_one_is_not(owner: str, folder: Path, monkeypatch: Any) -> None:
    with transaction.atomic():
        store(None, upload("a.pdf", PDF), owner=owner)
        transaction.set_rollback(True)
    kept = store(None, upload("b.png", PNG), owner=owner)
    half = folder / "files" / ".x.part"
    half.write_bytes(b"half")
    sweeping.sweep()
    assert len(contents(folder)) == 3, "younger than a day: an upload may be under way"
    age(folder, 2)
    monkeypatch.setattr(sweeping, "untied", lambda before: [])
    sweeping.sweep()
    assert [path.name for path in contents(folder)] == [kept.sha256]


def test_an_upload_to_which_nothing_points_goes_after_a_day(owner: str, folder: Path) -> None:
    store(None, upload("a.pdf", PDF), owner=owner)
    sweeping.sweep()
    assert StoredFile.objects.count() == 1
    age(folder, 2)
    sweeping.sweep()
    assert not StoredFile.objects.exists()
    assert not contents(folder)
    assert AuditEntry.objects.filter(action="files.sweep").count() == 1


def test_discarding_one_upload_keeps_the_content_of_the_other(
    owner: str, folder: Path, monkeypatch: Any
) -> None:
    first, second = (store(None, upload(name, PDF), owner=owner) for name in ("a.pdf", "b.pdf"))
    assert discard(None, first)
    age(folder, 2)
    monkeypatch.setattr(sweeping, "untied", lambda before: [])
    sweeping.sweep()
    with second.open() as stream:
        assert stream.read() == PDF


def test_a_scanner_that_does_not_answer_lets_nothing_in(owner: str, settings: Any) -> None:
    settings.CLAMD = "127.0.0.1:1"
    with pytest.raises(FileRefusedError):
        check(upload("a.pdf", PDF))


@pytest.mark.parametrize(
    ("answer", "kept"), [(b"stream: OK\0", True), (b"stream: Eicar-Test-Signature FOUND\0", False)]
)
def test_the_scanners_word_counts(owner: str, settings: Any, answer: bytes, kept: bool) -> None:
    """A server that speaks clamd's protocol on a real socket: it takes the chunks and answers."""
    import socket

    server = socket.create_server(("127.0.0.1", 0))
    settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}"
    got = []

    def serve() -> None:
        link, _address = server.accept()
        with link, link.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := int.from_bytes(stream.read(4), "big"):
                got.append(stream.read(length))
            link.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        if kept:
            assert store(None, upload("a.pdf", PDF), owner=owner).scan == StoredFile.CLEAN
        else:
            with pytest.raises(FileRefusedError, match="Eicar"):
                store(None, upload("a.pdf", PDF), owner=owner)
    finally:
        thread.join(5)
        server.close()
    assert b"".join(got) == PDF


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer, whose lock does this")
@pytest.mark.django_db(transaction=True)
def test_a_sweep_waits_for_an_upload_of_the_same_content(owner: str, folder: Path) -> None:
    """The upload finds the content there and does not write it; the sweep must not take it meanwhile."""
    sha256 = hashlib.sha256(PDF).hexdigest()
    default_storage.save(path_of(sha256), ContentFile(PDF))
    age(folder, 2)
    done = threading.Event()

    def sweep() -> None:
        sweeping.drop_contents(clock.now() - timedelta(days=1))
        connection.close()
        done.set()

    with transaction.atomic():
        store(None, upload("a.pdf", PDF), owner=owner)
        thread = threading.Thread(target=sweep)
        thread.start()
        assert not done.wait(0.5)
    thread.join(10)
    assert done.is_set()
    assert len(contents(folder)) == 1
