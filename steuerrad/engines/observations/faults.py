"""What can go wrong with observations, in words that name place and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 20  # problems that a BatchError names; the rest is only counted


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a batch: row counted from 0 (None = the whole batch), column, reason."""

    row: int | None
    column: str
    reason: str


class BatchError(ValueError):
    """A batch that cannot be taken; problems names the first of them, count is how many were found."""

    def __init__(self, problems: Sequence[Problem], count: int | None = None) -> None:
        self.problems = tuple(problems[:SHOWN])
        self.count = len(problems) if count is None else count
        first = self.problems[0]
        place = f"row {first.row}, {first.column}" if first.row is not None else first.column
        more = f" (and {self.count - 1} more)" if self.count > 1 else ""
        super().__init__(f"{place}: {first.reason}{more}")


class Busy(Exception):  # noqa: N818 - what the caller hears
    """More is waiting than may wait; try again after retry_after seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"too much is waiting to be stored; try again in {retry_after:.1f} s")
        self.retry_after = retry_after


class InUse(Exception):  # noqa: N818
    """The folder is open already; pid is the process that has it (None when it does not say)."""

    def __init__(self, folder: str, pid: int | None) -> None:
        who = f"process {pid}" if pid is not None else "another process"
        super().__init__(f"{folder} is already open in {who}; only one process may open it")
        self.pid = pid


class Forked(RuntimeError):  # noqa: N818
    """The store was opened before a fork and is used in the child."""


class Closed(RuntimeError):  # noqa: N818
    """The writer, journal or store was closed."""


class JournalFull(OSError):  # noqa: N818
    """The journal could not be written to the disk: nothing of the submission was kept."""


class TooMuch(Exception):  # noqa: N818
    """A read that would give or take more than is allowed; the text says which bound."""


class Unavailable(RuntimeError):  # noqa: N818
    """The store lies beyond this process and does not answer; what was acknowledged is kept until it does.

    The text may be told to anybody; reason, with the addresses of machines, is for the operator.
    """

    def __init__(self, text: str, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason


class StoreFault(Exception):  # noqa: N818
    """The store cannot be used: damaged, of another version, or not a store."""
