# pyright: basic, reportArgumentType=false, reportCallIssue=false
"""Conditions in the SQL of DuckDB: what PostgreSQL understands alike goes there, the rest is decided by DuckDB itself.

Whoever reads gives one language to both stores. A part of a condition is handed down only when each of its words means
the same in both; everything else is decided over the rows that come back, by an engine without data of its own, so that
both stores choose the same rows by construction.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from steuerrad.engines.observations.batch import SCHEMA
from steuerrad.engines.observations.faults import TooMuch
from steuerrad.engines.observations.reading import Where
from steuerrad.engines.observations.room import asked
from steuerrad.engines.observations.tables import COLUMNS

PLACE = "?"
TOKEN = re.compile(r"\s*(\?|<=|>=|<>|[=<>(),]|\[\]|[A-Za-z_]+|\d+(?![\w.]))")
SAME = frozenset([
    "and", "or", "not", "is", "null", "in", "select", "unnest", "cast", "as", "coalesce", "case", "when", "then",
    "else", "end", "true", "false", "stream", "time", "value", "result_time", "extra", "bigint", "integer",
])  # fmt: skip
OTHER = {"double": "double precision"}
# The end of an interval, which the filters by time ask for: the one word of JSON that is handed down.
KNOWN = {
    "CAST(json_extract(extra, '$.end') AS BIGINT)": "CAST(extra::json ->> 'end' AS bigint)",
}
MARK = "known_"


@dataclass(frozen=True, slots=True)
class Split:
    """pushed: for PostgreSQL, with %s for each value; rest: for DuckDB, or None."""

    pushed: Where | None
    rest: Where | None


def split(where: Where | None) -> Split:
    """What is joined by AND at the top is taken apart; each part goes where it is understood."""
    if where is None:
        return Split(None, None)
    values = list(where[1])
    pushed: list[str] = []
    rest: list[str] = []
    pushed_values: list[object] = []
    rest_values: list[object] = []
    for part in conjuncts(where[0]):
        places = part.count(PLACE)
        own, values = values[:places], values[places:]
        told = translated(part)
        if told is None:
            rest.append(part)
            rest_values += own
        else:
            pushed.append(told)
            pushed_values += [list(one) if isinstance(one, tuple) else one for one in own]
    return Split(
        (" AND ".join(f"({part})" for part in pushed), pushed_values) if pushed else None,
        (" AND ".join(f"({part})" for part in rest), rest_values) if rest else None,
    )


def conjuncts(sql: str) -> list[str]:
    """Parts that are joined by AND outside of all brackets and texts; the whole where that cannot be told safely."""
    depth, quote, begin, parts = 0, "", 0, []
    for at, sign in enumerate(sql):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif depth == 0 and (word := re.match(r"\b(AND|OR|BETWEEN|CASE)\b", sql[at:], re.IGNORECASE)):
            if at and (sql[at - 1].isalnum() or sql[at - 1] == "_"):
                continue
            if word[1].upper() != "AND":
                return [sql]
            parts.append(sql[begin:at].strip())
            begin = at + 3
    if quote or depth:
        return [sql]
    return [*parts, sql[begin:].strip()]


def translated(sql: str) -> str | None:
    """The same condition for PostgreSQL, with %s for ?; None when a word might mean something else there."""
    known: list[str] = []
    for theirs, ours in KNOWN.items():
        if theirs in sql:
            sql = sql.replace(theirs, f" {MARK}{chr(97 + len(known))} ")
            known.append(ours)
    found: list[str] = []
    at = 0
    while at < len(sql.rstrip()):
        token = TOKEN.match(sql, at)
        if token is None:
            return None
        word = token[1]
        at = token.end()
        if word.startswith(MARK):
            found.append(known[ord(word[-1]) - 97])
        elif word == "TIME":  # the type, not the column
            return None
        elif word[0].isalpha() or word[0] == "_":
            if word.lower() not in SAME and word.lower() not in OTHER:
                return None
            found.append(OTHER.get(word.lower(), word.lower()))
        else:
            found.append("%s" if word == PLACE else word)
    return " ".join(found).replace(" []", "[]")


class Decider:
    """DuckDB without data: decides over rows that are given."""

    def __init__(self) -> None:
        self._root = duckdb.connect(
            config={"threads": 1, "memory_limit": "512MB", "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false", "enable_external_access": "false"}
        )  # fmt: skip

    def filtered(self, rows: pa.Table, where: Where, seconds: float) -> pa.Table:
        """Rows for which the condition holds, in their order. Raises TooMuch."""
        return self._run(rows, f"SELECT {COLUMNS} FROM given WHERE {where[0]}", where[1], seconds)

    def ordered(self, rows: pa.Table, ordering: str, limit: int, offset: int, seconds: float) -> pa.Table:
        sql = f"SELECT {COLUMNS} FROM given ORDER BY {ordering} LIMIT ? OFFSET ?"
        return self._run(rows, sql, [limit, offset], seconds)

    def _run(self, rows: pa.Table, sql: str, values: Sequence[object], seconds: float) -> pa.Table:
        cursor = self._root.cursor()
        alarm = threading.Timer(max(0.01, seconds), cursor.interrupt)
        alarm.daemon = True
        alarm.start()
        try:
            cursor.register("given", rows)
            found: pa.Table = asked(cursor, sql, values).to_arrow_table()
            return found.cast(SCHEMA)
        except duckdb.InterruptException:
            raise TooMuch(f"the read took longer than {seconds:g} s") from None
        finally:
            alarm.cancel()
            cursor.close()

    def close(self) -> None:
        self._root.close()
