"""Sources: described, switched on and off, and fetched."""

from __future__ import annotations

import contextlib
import logging
import re
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import SystemRandom
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from steuerrad.engines.observations import Busy
from steuerrad.kernel import clock
from steuerrad.modules.sensors.actions import import_file
from steuerrad.modules.sensors.bulk.actions import take
from steuerrad.modules.sensors.bulk.mapping import MappingError, TableSpec
from steuerrad.modules.sensors.pulling.models import PullRun, PullSource
from steuerrad.modules.sensors.pulling.sensorthings import RemoteError, Visit, read_all
from steuerrad.modules.sensors.pulling.sources import MakersFile, Remote, address, wanted
from steuerrad.modules.sensors.reading import Faults, FileRefusedError
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record
from steuerrad.platform.egress.calling import Answer, CallError, call, header_lines
from steuerrad.platform.egress.doors import RefusedError
from steuerrad.platform.egress.sealing import UnsealError, seal, unseal
from steuerrad.platform.observations.permissions import MANAGE
from steuerrad.platform.observations.store import UnavailableError

#: Who gives no sign of life for so long is dead (killed in the middle), and the source may be fetched again.
DEAD_AFTER = timedelta(minutes=2)
ALIVE_S = 20.0
LONGEST_WAIT = timedelta(hours=24)
#: Of one fetch of a SensorThings server; what is left comes with the next one.
A_VISIT_S = 300.0
KEPT_RUNS = 200
TOLD = 50
#: What people say of a source, and what begins anew when they say something else.
DESCRIBED = ("title", "kind", "url", "spec", "secret", "source", "organisation", "every_minutes", "timeout_s", "most_mb",
             "enabled", "changed_at")  # fmt: skip
ANEW = ("etag", "last_modified", "due_at", "failures", "places")
EXPECTED = (
    CallError,
    RefusedError,
    RemoteError,
    FileRefusedError,
    MappingError,
    UnsealError,
    UnavailableError,
    Busy,
)
_chance = SystemRandom()
log = logging.getLogger(__name__)


def save(user: Any, source: PullSource, secret: str | None = None) -> PullSource:
    """Make or change a source. secret: header lines to send along; None leaves them as they are, "" forgets them.

    A source that is changed begins anew: it is due, and its answers of before count no more. Raises ValidationError by
    field, PermissionDenied.
    """
    if user is not None:
        require(user, MANAGE)
    try:
        wanted(source.kind, source.spec)
    except MappingError as error:
        raise ValidationError({"spec": [f"{place}: {reason}" for place, reason in error.problems]}) from error
    if urlsplit(source.url).scheme not in ("http", "https"):
        raise ValidationError({"url": _("An address begins with https:// or http://.")})
    if secret is not None:
        try:
            header_lines(secret.splitlines())
        except ValueError as error:
            raise ValidationError({"secret": str(error)}) from error
        source.secret = seal(secret)
    for name, least, most in (("every_minutes", 1, 44_640), ("timeout_s", 1, 600), ("most_mb", 1, 2_000)):
        if not least <= getattr(source, name) <= most:
            raise ValidationError({name: _("from %(least)d to %(most)d") % {"least": least, "most": most}})
    before = PullSource.objects.filter(pk=source.pk).first() if source.pk else None
    anew = before is not None and (before.url, before.spec, before.kind) != (
        source.url,
        source.spec,
        source.kind,
    )
    if before is not None and anew:
        source.etag = source.last_modified = ""
        source.due_at, source.failures = None, 0
        if before.url != source.url:
            source.places = {}
            source.secret = (
                "" if secret is None else source.secret
            )  # a key is for the server that it was given for
    source.changed_at = clock.now()
    source.full_clean()
    with transaction.atomic():
        # a fetch may be under way: what it notes is not ours to write
        source.save(update_fields=None if before is None else [*DESCRIBED, *(ANEW if anew else ())])
        names = ("title", "url", "kind", "every_minutes", "enabled")
        changes = {name: (getattr(before, name, None), getattr(source, name)) for name in names}
        record(user, f"sensors.source_{'change' if before else 'create'}", f"pull_source:{source.pk}", title=source.title,
               changes={name: pair for name, pair in changes.items() if pair[0] != pair[1]})  # fmt: skip
    return source


def switch(user: Any, source: PullSource, enabled: bool) -> None:
    """Begin or pause fetching by the schedule."""
    require(user, MANAGE)
    with transaction.atomic():
        PullSource.objects.filter(pk=source.pk).update(enabled=enabled, due_at=None, failures=0)
        record(user, "sensors.source_switch", f"pull_source:{source.pk}", title=source.title,
               changes={"enabled": (source.enabled, enabled)})  # fmt: skip


def remove(user: Any, source: PullSource) -> None:
    """The source and its history; what it brought stays."""
    require(user, MANAGE)
    with transaction.atomic():
        record(user, "sensors.source_remove", f"pull_source:{source.pk}", title=source.title)
        source.delete()


def fetch_now(user: Any, source: PullSource) -> PullRun | None:
    """Out of turn; None when it is being fetched at this moment."""
    require(user, MANAGE)
    record(user, "sensors.source_fetch", f"pull_source:{source.pk}", title=source.title)
    return fetch(source)


@dataclass
class Catch:
    """What a fetch brought."""

    state: str = PullRun.STORED
    size: int = 0
    rows: int = 0
    stored: int = 0
    count: int = 0
    told: tuple[Any, ...] = ()
    message: str = ""
    again: bool = False


def due() -> QuerySet[PullSource]:
    """Sources whose time has come and that nobody fetches, longest due first."""
    now = clock.now()
    wanted = PullSource.objects.filter(Q(due_at=None) | Q(due_at__lte=now), enabled=True)
    return wanted.filter(_free(now)).order_by("due_at", "pk")


def _free(now: datetime) -> Q:
    return Q(claimed_at=None) | Q(claimed_at__lt=now - DEAD_AFTER)


def fetch(source: PullSource, *, only_due: bool = False) -> PullRun | None:
    """Fetch a source once, unless somebody else is at it or, with only_due, has just been. What goes wrong is noted, never
    raised; told to end in the middle, the source is free and as due as before."""
    now = clock.now()
    rows = due() if only_due else PullSource.objects.filter(_free(now))
    if not rows.filter(pk=source.pk).order_by().update(claimed_at=now):
        return None
    source = PullSource.objects.select_related("organisation").get(pk=source.pk)
    begun = time.monotonic()
    wait = None
    try:
        with _alive(source.pk):
            catch = _fetched(source, now)
    except CallWaitError as error:
        catch, wait = Catch(PullRun.FAILED, message=str(error)), error.retry_after_s
    except EXPECTED as error:
        catch = Catch(PullRun.FAILED, message=str(error)[:600])
    except Exception as error:
        log.exception("source %s", source.key)
        catch = Catch(PullRun.FAILED, message=type(error).__name__)
    except BaseException:
        PullSource.objects.filter(pk=source.pk).update(claimed_at=None)
        raise
    return _noted(source, catch, now, time.monotonic() - begun, wait)


@contextlib.contextmanager
def _alive(pk: int) -> Iterator[None]:
    """Signs of life while the block runs: a large file takes its time, a killed process gives none."""
    ended = threading.Event()

    def say() -> None:
        while not ended.wait(ALIVE_S):
            try:
                PullSource.objects.filter(pk=pk).exclude(claimed_at=None).update(claimed_at=clock.now())
            except DatabaseError:
                log.warning("source %s: no sign of life, the database does not answer", pk)
            finally:
                connection.close()

    thread = threading.Thread(target=say, name=f"source-{pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _noted(
    source: PullSource, catch: Catch, now: datetime, seconds: float, wait: int | None
) -> PullRun | None:
    failed = catch.state == PullRun.FAILED
    failures = source.failures + 1 if failed else 0
    due = clock.now() if catch.again else next_fetch(now, source.every_minutes, failures, wait)
    with transaction.atomic():
        row = PullSource.objects.filter(pk=source.pk)
        fields = {"claimed_at": None, "fault": catch.message if failed else ""}
        if not failed:
            fields["succeeded_at"] = now
        if not row.update(**fields):
            return None  # removed meanwhile
        row.filter(changed_at=source.changed_at).update(  # of a source that is still the one that was fetched
            failures=failures,
            due_at=due,
            etag=source.etag,
            last_modified=source.last_modified,
            places=source.places,
        )
        run = PullRun.objects.create(
            source=source, started_at=now, seconds=round(seconds, 2), state=catch.state, size=catch.size, rows=catch.rows,
            observations=catch.stored, faults=catch.count, told=[list(one) for one in catch.told][:TOLD],
            message=catch.message,
        )  # fmt: skip
        old = PullRun.objects.filter(source=source).values_list("pk", flat=True)[KEPT_RUNS:]
        PullRun.objects.filter(pk__in=list(old)).delete()
    return run


def next_fetch(now: datetime, every_minutes: int, failures: int, wait_s: int | None = None) -> datetime:
    """After failures ever later, up to a day, with chance so that not all come at once; never before the server asks for."""
    pause = timedelta(minutes=every_minutes)
    if failures:
        pause = min(LONGEST_WAIT, pause * 2 ** min(failures - 1, 20)) * _chance.uniform(0.75, 1.25)
    return now + max(pause, timedelta(seconds=wait_s or 0))


class CallWaitError(Exception):
    """The server says when to come again."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(_("the server answers %(status)d") % {"status": answer.status})
        self.retry_after_s = answer.retry_after_s


def _fetched(source: PullSource, now: datetime) -> Catch:
    spec = wanted(source.kind, source.spec)
    secret = header_lines(unseal(source.secret).splitlines())
    if isinstance(spec, Remote):
        return _visited(source, spec, secret)
    url = address(source.url, now)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _name(spec, url)
        answer = _called(source, url, secret, path)
        if answer.status == 304:
            return Catch(PullRun.UNCHANGED)
        catch = _stored(source, spec, path)
        catch.size = answer.size
    source.etag = answer.headers.get("etag", "")[:300]
    source.last_modified = answer.headers.get("last-modified", "")[:100]
    return catch


def _name(spec: TableSpec | MakersFile, url: str) -> str:
    """For a maker's file the name that says the device."""
    given = spec.file_name if isinstance(spec, MakersFile) else ""
    last = given or unquote(urlsplit(url).path.rpartition("/")[2])
    return re.sub(r"[^\w.() -]", "_", last)[-150:].lstrip(".") or "table"


def _called(source: PullSource, url: str, secret: Mapping[str, str], path: Path) -> Answer:
    headers = dict(secret)
    if url == source.url:  # what an answer of another day said does not count
        if source.etag:
            headers["If-None-Match"] = source.etag
        if source.last_modified:
            headers["If-Modified-Since"] = source.last_modified
    answer = call(
        "GET", url, headers=headers, timeout_s=source.timeout_s, most_bytes=source.most_mb * 1024**2, to=path
    )
    if answer.status not in (200, 304):
        raise CallWaitError(answer)
    return answer


def _stored(source: PullSource, spec: TableSpec | MakersFile, path: Path) -> Catch:
    if isinstance(spec, MakersFile):
        done = import_file(None, spec.form, path, origin=spec.origin, source=source.source)
        faults: Faults = done.contents.faults
        return Catch(
            rows=done.intake.rows,
            stored=done.intake.observations,
            count=faults.count,
            told=tuple(faults.told),
        )
    found = take(None, spec, path, organisation=source.organisation, source=source.source)
    return Catch(
        rows=found.rows, stored=found.stored, count=found.faults.count, told=tuple(found.faults.told)
    )


def _visited(source: PullSource, remote: Remote, secret: Mapping[str, str]) -> Catch:
    size = 0

    def get(url: str) -> Answer:
        nonlocal size
        left = source.most_mb * 1024**2 - size
        if left <= 0:
            raise CallError(_("the answers have more than %(size)d MB") % {"size": source.most_mb})
        answer = call("GET", url, headers=secret, timeout_s=source.timeout_s, most_bytes=left)
        size += answer.size
        return answer

    visit = Visit(
        remote, source.url.rstrip("/"), get, source.places, source.source, source.organisation,
        time.monotonic() + A_VISIT_S,
    )  # fmt: skip
    read_all(visit)
    state = PullRun.STORED if visit.stored or visit.faults.count else PullRun.UNCHANGED
    return Catch(
        state,
        size,
        visit.rows,
        visit.stored,
        visit.faults.count,
        tuple(visit.faults.told),
        again=visit.broken_off,
    )
