# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""The database: one connection that writes, a few that read, and what it means when it does not answer."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
import pyarrow as pa
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from steuerrad.engines.observations.faults import Closed, Forked, StoreFault, TooMuch, Unavailable
from steuerrad.engines.observations.postgres import arrays
from steuerrad.engines.observations.postgres.tables import upgraded
from steuerrad.engines.observations.room import Options

T = TypeVar("T")
log = logging.getLogger(__name__)
SCHEMA, NAME = "observations", re.compile(r"[a-z_][a-z0-9_]{0,40}")
CONNECT_SECONDS = 5
# Sums of many streams are grouped in memory; compiling a query takes longer than all but the largest ones.
TUNING = {"work_mem": "64MB", "jit": "off"}
LOCK_SECONDS = 60
# The network or the machine: the same write may go through later. 08 connection, 25 a standby that does not take writes
# (yet), 40 another writer was first, 53 no room or no memory, 55P03 locked, 57 shut down, 58 input and output.
PASSING = ("08", "25006", "40", "53", "55P03", "57P", "58")
ENDED = "57014"  # took longer than allowed


def split(url: str) -> tuple[str, str]:
    """The connection without our own word, and the schema (?schema=name). Raises StoreFault."""
    parts = urlsplit(url)
    words = parse_qsl(parts.query, keep_blank_values=True)
    schema = dict(words).get("schema", SCHEMA)
    if not NAME.fullmatch(schema):
        raise StoreFault(f"schema={schema}: small letters, digits and _ are allowed")
    rest = urlencode([(key, value) for key, value in words if key != "schema"])
    plain = urlunsplit((parts.scheme, parts.netloc, parts.path, rest, ""))
    try:
        given = conninfo_to_dict(plain)
    except psycopg.Error as error:
        raise StoreFault(f"the address of the observations is no postgresql://...: {error}") from None
    words = {"search_path": schema, "lock_timeout": f"{LOCK_SECONDS}s", **TUNING}
    options = " ".join(
        [given.get("options") or "", *(f"-c {key}={value}" for key, value in words.items())]
    ).strip()
    defaults = {"connect_timeout": CONNECT_SECONDS, "application_name": "steuerrad observations",
                "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}  # fmt: skip
    return make_conninfo("", **{**defaults, **given, "options": options}), schema


def passing(error: BaseException) -> bool:
    """Whether the same may succeed later: it lies with network, machine or other writers."""
    if isinstance(error, Unavailable | OSError | psycopg.InterfaceError):
        return True
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:  # a connection that broke has no state
        return isinstance(error, psycopg.OperationalError)
    return error.sqlstate.startswith(PASSING)


def conflict(error: BaseException) -> bool:
    """Another writer was first, or a partition went: worth an immediate second try."""
    return isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(("40", "23514"))


class Place:
    """Connections to one schema. Threads may share it; reads run side by side, writes one after the other."""

    def __init__(self, url: str, options: Options) -> None:
        """Does not connect yet. Raises StoreFault for an address that is none."""
        self.info, self.schema = split(url)
        self.options = options
        self.identity = ""
        self.months: set[int] = set()  # that have a partition already
        self.writing = threading.RLock()
        self._pid = os.getpid()
        self._writer: psycopg.Connection[Any] | None = None
        self._free: queue.LifoQueue[psycopg.Connection[Any]] = queue.LifoQueue()
        self._seats = threading.BoundedSemaphore(options.readers)
        self._closed = False

    def usable(self) -> None:
        """Raises Forked in a child of the process that opened the store, Closed after the end."""
        if os.getpid() != self._pid:
            raise Forked(f"the store was opened by process {self._pid}, before the fork")
        if self._closed:
            raise Closed("the store was closed")

    def begin(self, identity: str) -> None:
        """Bring the schema up to date and take the name of this journal. Raises Unavailable, StoreFault."""
        self.identity = identity
        with self.writing:
            self.forget_writer()
            with self._told():
                connection = self._connected()
                try:
                    upgraded(connection, self.schema)
                except psycopg.Error as error:
                    if passing(error):
                        raise
                    told = str(error).strip().splitlines()[0]
                    raise StoreFault(f"the tables of the observations cannot be made: {told}") from error
                finally:
                    connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """The writing connection in a transaction, alone. Raises Unavailable when the database is away."""
        with self.writing:
            self.usable()
            with self._told():
                connection = self.writer()
                try:
                    with connection.transaction():
                        yield connection
                except BaseException as error:
                    if connection.closed or connection.broken or not isinstance(error, Exception):
                        self.forget_writer()
                    raise

    def writer(self) -> psycopg.Connection[Any]:
        """The connection that writes; it holds the name of the journal, so that no copy of it writes as well."""
        with self.writing:
            if self._writer is None or self._writer.closed:
                connection = self._connected()
                if self.identity:
                    key = f"{self.schema} {self.identity}"
                    row = connection.execute(
                        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key]
                    ).fetchone()
                    if not row or not row[0]:
                        connection.close()
                        raise Unavailable(
                            "the database of the observations does not take this journal",
                            f"the journal {self.identity} is open elsewhere, or its last connection is still ending",
                        )
                self._writer = connection
            return self._writer

    def forget_writer(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(psycopg.Error):
                self._writer.close()
            self._writer = None

    def ask(self, work: Callable[[psycopg.Connection[Any]], T], seconds: float | None = None) -> T:
        """Read. A connection that broke while it lay idle is replaced once. Raises TooMuch, Unavailable."""
        self.usable()
        limit = self.options.query_seconds if seconds is None else seconds
        if not self._seats.acquire(timeout=limit):
            raise TooMuch("too many reads at once")
        try:
            with self._told(limit, reading=True):
                connection, fresh = self._taken(limit)
                try:
                    found = work(connection)
                except psycopg.Error:
                    healthy = not connection.closed and not connection.broken
                    if healthy:
                        connection.rollback()
                        self._free.put(connection)
                        raise
                    self._drop_idle()
                    if fresh:
                        raise
                    connection, _ = self._taken(limit)
                    found = work(connection)
                except BaseException:
                    connection.close()
                    raise
                self._free.put(connection)
                return found
        finally:
            self._seats.release()

    def table(self, sql: str, values: Sequence[object], schema: pa.Schema) -> pa.Table:
        """Answer of one query, with its values written into it so that the planner sees which months it needs."""
        return self.ask(lambda connection: self.read(connection, sql, values, schema))

    @staticmethod
    def read(
        connection: psycopg.Connection[Any], sql: str, values: Sequence[object], schema: pa.Schema
    ) -> pa.Table:
        whole = psycopg.ClientCursor(connection).mogrify(arrays.gathered(sql, schema), values)
        with connection.cursor(binary=True) as cursor:
            cursor.execute(whole)
            return arrays.table(cursor, schema)

    def row(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...]:
        """The one row of an answer."""

        def work(connection: psycopg.Connection[Any]) -> tuple[Any, ...]:
            found = psycopg.ClientCursor(connection).execute(sql, values).fetchone()
            return found or ()

        return self.ask(work)

    def close(self) -> None:
        self._closed = True
        with self.writing:
            self.forget_writer()
        self._drop_idle()

    def _taken(self, limit: float) -> tuple[psycopg.Connection[Any], bool]:
        try:
            connection, fresh = self._free.get_nowait(), False
        except queue.Empty:
            connection, fresh = self._connected(), True
        wanted = f"{max(1, round(limit * 1000))}"
        if fresh or getattr(connection, "limit", None) != wanted:
            try:
                connection.execute(f"SET statement_timeout = {wanted}")
            except psycopg.OperationalError:  # it broke while it was idle
                if fresh:
                    raise
                self._drop_idle()
                return self._taken(limit)
            connection.limit = wanted  # pyright: ignore[reportAttributeAccessIssue]
        return connection, fresh

    def _connected(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self.info, autocommit=True, prepare_threshold=None)
        arrays.registered(connection)
        return connection

    def _drop_idle(self) -> None:
        while True:
            try:
                connection = self._free.get_nowait()
            except queue.Empty:
                return
            with contextlib.suppress(psycopg.Error):
                connection.close()

    @contextlib.contextmanager
    def _told(self, limit: float = LOCK_SECONDS, *, reading: bool = False) -> Iterator[None]:
        """Faults of the database in the words of the engine."""
        try:
            yield
        except errors.QueryCanceled as error:
            raise TooMuch(f"the read took longer than {limit:g} s") from error
        except errors.ProgramLimitExceeded as error:
            raise TooMuch(f"the answer is too large: {error}") from error
        except errors.NumericValueOutOfRange as error:
            raise TooMuch("a sum is out of the range of numbers") from error
        except psycopg.Error as error:
            if passing(error) and (reading or not conflict(error)):
                told = (str(error).strip().splitlines() or [type(error).__name__])[0]
                log.warning("the database of the observations does not answer: %s", told)
                raise Unavailable("the database of the observations does not answer", told) from error
            raise
