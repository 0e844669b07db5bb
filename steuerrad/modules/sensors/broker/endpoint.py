"""The data server's MQTT endpoint: the standard's topics, with the access rules and the durability of its HTTP interface."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import close_old_connections

from steuerrad.kernel import clock
from steuerrad.modules.sensors.broker.changes import Change, Seen, Watch
from steuerrad.modules.sensors.broker.client import Client
from steuerrad.modules.sensors.broker.creating import Creator
from steuerrad.modules.sensors.broker.feed import Feed
from steuerrad.modules.sensors.broker.sessions import Book, Key, Session
from steuerrad.modules.sensors.broker.status import Status
from steuerrad.modules.sensors.server.gathering import Gatherer
from steuerrad.modules.sensors.server.senders import VISITOR, sender_of
from steuerrad.modules.sensors.sta.context import Context
from steuerrad.platform.observations.store import Local, Observations

log = logging.getLogger(__name__)
#: Visitors must not take the places of devices.
MOST_CLIENTS, MOST_VISITORS = 2_000, 1_000
ROOT = "/sta/v1.1"
WAKE_S, WATCH_S, SAVE_S, ACCOUNTS_S = 0.02, 1.0, 0.25, 30.0
#: One in so many savings is a whole one.
LEISURE = 4


class Endpoint:
    """Runs in a thread of its own. All but start, stop and `context` belongs to its event loop."""

    visitor = VISITOR

    def __init__(self, store: Local, host: str, port: int, tls: ssl.SSLContext | None, folder: Path) -> None:
        self._store, self._host, self.port, self._tls, self._folder = store, host, port, tls, folder
        self._threads = ThreadPoolExecutor(4, "mqtt")
        self._clients: set[Client] = set()
        self._by_key: dict[Key, Client] = {}
        self.status = Status("endpoint", f"{'mqtts' if tls else 'mqtt'}://{host}:{port}", connected=True)
        self._base = settings.SITE_URL.rstrip("/") + ROOT
        self._started = threading.Event()
        self._waking = False
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Raises OSError when the address is taken."""
        self._thread.start()
        self._started.wait()
        if self._fault is not None:
            raise self._fault

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.is_set():
                log.exception("The MQTT endpoint has ended")
            self._fault = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        self.book = Book(self._folder / "mqtt-sessions.sqlite")
        self.feed = Feed(self._store.writer, self._changed)
        self._creator = Creator(Gatherer(self._store.writer), self.in_thread)
        server = await asyncio.start_server(
            self._accept, self._host, self.port, ssl=self._tls, backlog=1024, limit=256 * 1024
        )
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        tasks = [asyncio.create_task(work()) for work in (self._watch, self._save, self._check_accounts)]
        await self._over.wait()
        server.close()
        for task in tasks:
            task.cancel()
        for client in list(self._clients):
            client.stop()
        self.feed.close()
        self.status.connected = False
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._saved()
        self.book.close()
        self._threads.shutdown()

    async def in_thread(self, work: Callable[..., Any], *told: Any) -> Any:
        """Ask database or store in a thread."""

        def asked() -> Any:
            close_old_connections()
            return work(*told)

        return await self._loop.run_in_executor(self._threads, asked)

    def context(self, who: Any) -> Context:
        return Context(who, self._base, cast(Observations, self._store))

    @staticmethod
    def account(token: str) -> Any:
        return sender_of(token)

    async def create(self, who: Any, topic: str, payload: bytes) -> None:
        """Raises RefusedError."""
        await self._creator.create(self.context(who), topic, payload)
        self.status.took()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MOST_CLIENTS:
            self.status.fault("more clients than are served at once")
            writer.close()
            return
        client = Client(self, reader, writer)
        self._clients.add(client)
        try:
            await client.run()
        except Exception:
            log.exception("A client of MQTT has ended")
        finally:
            self._clients.discard(client)
            if client.session is not None and self._by_key.get(client.session.key) is client:
                del self._by_key[client.session.key]

    def enter(self, client: Client, key: Key, expiry_s: float, *, clean: bool) -> tuple[Session, bool]:
        """The session of a client that has come; another connection of the same name ends."""
        before = self._by_key.get(key)
        if before is not None:
            before.take_over()
        self._by_key[key] = client
        return self.book.open(key, expiry_s, clean=clean, now=self.feed.now)

    def full_of_visitors(self) -> bool:
        return sum(1 for one in self._clients if not one.who.is_authenticated) > MOST_VISITORS

    def touched(self) -> None:
        """Subscriptions have changed; they are written down with the next tick."""
        self.status.topics = sum(len(one.topics) for one in self.book.sessions.values())

    def _changed(self) -> None:
        """Called by the applier's thread after each batch; the clients are told once for many of them."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            if not self._waking:
                self._waking = True
                self._loop.call_soon_threadsafe(self._loop.call_later, WAKE_S, self._wake)

    def _wake(self) -> None:
        self._waking = False
        for client in self._clients:
            client.wake()

    async def _watch(self) -> None:
        """Changes of the catalogue, while anybody has subscribed to it."""
        watch: Watch | None = None
        while True:
            if not any(one.curious for one in self.book.sessions.values()):
                watch = None
            else:
                with _told("The catalogue cannot be watched"):
                    watch = watch or Watch(self.book.missed() or Seen(clock.now()))
                    changes = await self.in_thread(watch.changes, clock.now())
                    self._spread(changes, watch)
            await asyncio.sleep(WATCH_S)

    def _spread(self, changes: list[Change], watch: Watch) -> None:
        told = [(key, *one.news(changes, watch.reached)) for key, one in self.book.sessions.items()]
        if any(found for _key, found, _left_out in told):
            self._wake()
        if watch.left_out:
            self.status.fault("more changes of the catalogue while the server was down than are looked up")
            watch.left_out = False
        for (_account, name), _found, left_out in told:
            if left_out:
                self.status.fault(
                    f"{name!r}: {left_out} changes of the catalogue left out, too many were waiting"
                )

    async def _save(self) -> None:
        """Positions often: what lies behind them comes twice after a crash. The rest at leisure."""
        ticks = 0
        while True:
            await asyncio.sleep(SAVE_S)
            ticks += 1
            with _told("The sessions of MQTT cannot be saved"):
                if ticks % LEISURE:
                    await self.save()
                else:
                    self.book.tidy()
                    self.status.clients = len(self._clients)
                    await self._saved()

    async def save(self) -> None:
        """Write the sessions down."""
        await self.in_thread(self.book.save, self.book.rows())

    async def _saved(self) -> None:
        slowest = self.book.slowest()
        await self.save()
        await self.in_thread(self.feed.keep, slowest)
        self.status.behind = 0 if slowest is None else max(0, self.feed.now - slowest)
        await self.in_thread(self.status.save)

    async def _check_accounts(self) -> None:
        """Whose key was withdrawn is put out."""
        while True:
            await asyncio.sleep(ACCOUNTS_S)
            for client in list(self._clients):
                if client.token:
                    with _told("A key cannot be checked"):
                        if not (await self.in_thread(sender_of, client.token)).is_authenticated:
                            client.stop()


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """A fault of a machine that is away for a moment ends nothing."""
    try:
        yield
    except Exception as error:  # noqa: BLE001
        log.warning("%s: %s", what, error)


@contextlib.contextmanager
def listening(store: Local, folder: Path) -> Iterator[Endpoint | None]:
    """The endpoint of the settings while the block runs; None without STEUERRAD_MQTT_LISTEN. Raises OSError, ValueError."""
    if not settings.MQTT_LISTEN:
        yield None
        return
    host, _, port = settings.MQTT_LISTEN.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"STEUERRAD_MQTT_LISTEN={settings.MQTT_LISTEN}: use HOST:PORT")
    tls = None
    if settings.MQTT_LISTEN_CERTIFICATE:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        tls.load_cert_chain(settings.MQTT_LISTEN_CERTIFICATE, settings.MQTT_LISTEN_KEY or None)
    endpoint = Endpoint(store, host.strip("[]") or "127.0.0.1", int(port), tls, folder)
    endpoint.start()
    try:
        yield endpoint
    finally:
        endpoint.stop()
