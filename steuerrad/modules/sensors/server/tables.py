"""Tables of any shape at the bulk door: put by on the disk while they arrive, then read by a mapping of their columns.

    POST /sensors/bulk?mapping=KEY[&strict=true][&check=true][&name=…][&organisation=KEY][&source=…]

Instead of `mapping`, `spec` says it as JSON. The Content-Type decides on the format where it is one of KINDS, else the mapping.
"""

from __future__ import annotations

import asyncio
import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.utils import translation

from steuerrad.engines.observations import Busy, JournalFull
from steuerrad.modules.sensors.bulk.actions import MOST_FILE, Report, import_table, take
from steuerrad.modules.sensors.bulk.mapping import MappingError, TableSpec, read
from steuerrad.modules.sensors.bulk.models import TableMapping
from steuerrad.modules.sensors.bulk.staging import folder
from steuerrad.modules.sensors.reading import FileRefusedError
from steuerrad.modules.sensors.server.bodies import Headers, Receive, RefusedError, stated_size, streamed
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.observations.permissions import WRITE
from steuerrad.platform.organisations.models import Organisation

JSON: Headers = [(b"content-type", b"application/json; charset=utf-8")]
KINDS = {
    "text/csv": "csv",
    "application/vnd.apache.parquet": "parquet",
    "application/vnd.apache.arrow.stream": "arrow",
    "application/vnd.apache.arrow.file": "arrow",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/json": "json",
}
WORDS = frozenset(["mapping", "spec", "name", "organisation", "source", "strict", "check"])
#: Tables that arrive or wait at once; they are read one after the other.
MOST_TABLES = 4
#: What the disk must have left beyond the table itself.
SPARE = 512 * 1024**2
WRITTEN_AT_ONCE = 1024**2
TOLD = 100
LONGEST = 300


@dataclass(frozen=True)
class Asked:
    """What the address says. key: of a kept mapping, spec: a mapping itself; one of them is empty."""

    key: str
    spec: str
    name: str
    organisation: str
    source: str
    strict: bool
    check: bool
    kind: str

    @classmethod
    def of(cls, query: bytes, content_type: bytes) -> Asked | None:
        """None where the request names no mapping. Raises RefusedError."""
        try:
            pairs = parse_qsl(
                query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20
            )
        except ValueError as error:
            raise RefusedError(400, "query: it cannot be read") from error
        given = dict(pairs)
        if not {"mapping", "spec"} & set(given):
            return None
        if len(given) < len(pairs):
            raise RefusedError(400, "query: a word stands there twice")
        if others := sorted(set(given) - WORDS):
            raise RefusedError(
                400, f"query: {others[0][:40]!r} is not known; there are {', '.join(sorted(WORDS))}"
            )
        if ("mapping" in given) == ("spec" in given):
            raise RefusedError(400, "query: say either mapping (a key) or spec (the mapping as JSON)")
        for name, value in given.items():
            if "\x00" in value or (name != "spec" and len(value) > LONGEST):
                raise RefusedError(400, f"query, {name}: at most {LONGEST} characters, none of them null")
        kind = content_type.decode("latin-1").partition(";")[0].strip().lower()
        return cls(
            given.get("mapping", ""), given.get("spec", ""), given.get("name", ""), given.get("organisation", ""),
            given.get("source", ""), _truth(given, "strict"), _truth(given, "check"), KINDS.get(kind, ""),
        )  # fmt: skip


def _truth(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false")
    if value not in ("true", "false"):
        raise RefusedError(400, f"query, {name}: true or false is expected")
    return value == "true"


class Tables:
    """Used by the event loop only."""

    def __init__(self) -> None:
        self._reads = ThreadPoolExecutor(1, "tables")
        self._writes = ThreadPoolExecutor(1, "table-writes")
        self._at_work = 0

    async def take(self, who: Any, asked: Asked, given: dict[bytes, bytes], receive: Receive) -> Any:
        """Status, headers and body of the answer. Raises RefusedError, and what the store raises."""
        if self._at_work >= MOST_TABLES:
            raise RefusedError(503, "Several tables are being read already.", [(b"retry-after", b"30")])
        self._at_work += 1
        try:
            spec, organisation = await self._in_thread(self._reads, lambda: _prepared(who, asked))
            _room_for(stated_size(given, MOST_FILE))
            folder().mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = tempfile.mkstemp(dir=folder(), prefix="door-")
            path = Path(name)
            try:
                await self._written(number, given, receive)
                return await self._in_thread(
                    self._reads, partial(_read, who, asked, spec, organisation, path)
                )
            finally:
                path.unlink(missing_ok=True)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise RefusedError(507, "The disk is full; nothing was stored.") from error
            raise
        finally:
            self._at_work -= 1

    async def _written(self, number: int, given: dict[bytes, bytes], receive: Receive) -> None:
        waiting = bytearray()
        with os.fdopen(number, "wb", buffering=0) as file:
            async for part in streamed(given, receive, MOST_FILE):
                waiting += part
                if len(waiting) >= WRITTEN_AT_ONCE:
                    await self._in_thread(self._writes, partial(_all_of, file, bytes(waiting)))
                    waiting.clear()
            await self._in_thread(self._writes, partial(_all_of, file, bytes(waiting)))

    async def _in_thread(self, pool: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, work)


def _all_of(file: Any, body: bytes) -> None:
    left = memoryview(body)
    while left:
        left = left[file.write(left) :]


def _room_for(size: int) -> None:
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    place = os.statvfs(folder())
    if place.f_bavail * place.f_frsize < size + SPARE:
        raise RefusedError(507, "The disk has no room for this table; nothing was stored.")


def _prepared(who: Any, asked: Asked) -> tuple[TableSpec, Organisation | None]:
    """Before a byte of the table is taken: right, mapping and organisation."""
    close_old_connections()
    with translation.override("en"):
        if not holds_anywhere(who, WRITE):
            raise RefusedError(403, "This key may not send in observations.")
        found: Any
        if asked.key:
            kept = TableMapping.objects.filter(key=asked.key).first()
            if kept is None:
                raise RefusedError(404, f"query, mapping: none is kept under the key {asked.key[:80]!r}")
            found = kept.spec
        else:
            try:
                found = orjson.loads(asked.spec)
            except orjson.JSONDecodeError as error:
                raise RefusedError(400, f"query, spec: no JSON ({error})") from error
        if asked.kind and isinstance(found, dict) and "format" not in found:
            found = {**found, "format": asked.kind}
        try:
            spec = read(found)
        except MappingError as error:
            place, reason = error.problems[0]
            raise RefusedError(400, f"mapping, {place or 'whole'}: {reason}") from error
    if asked.kind and asked.kind != spec.format and "json" not in (asked.kind, spec.format):
        spec = replace(spec, format=asked.kind)
    organisation = None
    if asked.organisation:
        organisation = Organisation.objects.filter(key=asked.organisation).first()
        if organisation is None:
            raise RefusedError(400, "query, organisation: there is none with this key")
    return spec, organisation


def _read(who: Any, asked: Asked, spec: TableSpec, organisation: Organisation | None, path: Path) -> Any:
    close_old_connections()
    faults = Report()
    with translation.override("en"):
        try:
            if asked.check:
                looked = take(who, spec, path, faults=faults, dry=True)
                return 200, JSON, _told(looked.rows, looked.stored, faults)
            done = import_table(
                who, spec, path, name=asked.name or "bulk", mapping=asked.key, organisation=organisation,
                source=asked.source, faults=faults, strict=asked.strict,
            )  # fmt: skip
        except FileRefusedError as error:
            message = f"body: {error} Nothing was stored."
            return 422, JSON, _told(0, 0, faults, code=422, type="error", message=message)
        except PermissionDenied:
            message = "This key may not write to all things that the table tells of, or not make those that are new; nothing was stored."
            raise RefusedError(403, message) from None
        except (Busy, JournalFull) as error:
            told = "The store took no more; send the table again, nothing is stored twice."
            status = 503 if isinstance(error, Busy) else 507
            raise RefusedError(status, told, [(b"retry-after", b"30")]) from error
    if faults.count and not done.observations:
        line, column, reason = faults.told[0]
        place = f"line {line}, {column}" if column else f"line {line}"
        message = f"body, {place}: {reason}. Nothing was stored."
        return (
            422,
            JSON,
            _told(
                done.rows, 0, faults, **{"code": 422, "type": "error", "message": message, "import": done.pk}
            ),
        )
    return 201, JSON, _told(done.rows, done.observations, faults, **{"import": done.pk})


def _told(rows: int, stored: int, faults: Report, **more: Any) -> bytes:
    first = [
        {"line": line, "column": column, "reason": reason} for line, column, reason in faults.told[:TOLD]
    ]
    return orjson.dumps({**more, "rows": rows, "observations": stored, "faults": faults.count, "told": first})
