"""Single observations, gathered: while one batch is on its way to the disk, what arrives forms the next one."""

from __future__ import annotations

import asyncio

from steuerrad.engines.observations import BatchError, Writer, batch

Row = tuple[
    int, int, float | None, int | None, str | None
]  # stream, µs, figure, result time, what is rare (JSON)


class Gatherer:
    """Used by the event loop only. add returns when the row is on the disk."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._rows: list[Row] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._running = False
        self._task: asyncio.Task[None] | None = None

    async def add(self, row: Row) -> None:
        """Raises Busy, BatchError, JournalFull as the store does."""
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        self._rows.append(row)
        self._waiting.append(done)
        if not self._running:
            self._running = True
            self._task = loop.create_task(self._flush())  # kept, or it could be collected
        await done

    async def _flush(self) -> None:
        while self._rows:
            rows, waiting = self._rows, self._waiting
            self._rows, self._waiting = [], []
            try:
                await self._submit(rows)
            except BatchError:
                await self._one_by_one(rows, waiting)
            except Exception as error:  # noqa: BLE001 - every sender gets the reason
                _end(waiting, error)
            else:
                _end(waiting, None)
        self._running = False

    async def _submit(self, rows: list[Row]) -> None:
        stream, time, value, result_time, extra = map(list, zip(*rows, strict=True))
        table = batch(stream, time, value, result_time, extra)
        await asyncio.wrap_future(self._writer.submit(table))

    async def _one_by_one(self, rows: list[Row], waiting: list[asyncio.Future[None]]) -> None:
        """A bad row must not take the others with it."""
        for row, done in zip(rows, waiting, strict=True):
            try:
                await self._submit([row])
            except Exception as error:  # noqa: BLE001 - the sender gets the reason
                _end([done], error)
            else:
                _end([done], None)


def _end(waiting: list[asyncio.Future[None]], error: Exception | None) -> None:
    for done in waiting:
        if done.done():  # the sender has gone
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
