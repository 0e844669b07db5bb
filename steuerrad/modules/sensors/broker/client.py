"""One client of the endpoint: takes its packets, confirms what is stored, sends what it has subscribed to.

A publication is confirmed when its observation is on the disk, in the order in which they came (MQTT 5.0, 4.6). What is
wrong with it MQTT 5.0 clients are told in the confirmation; those of 3.1.1 cannot be told, for them it is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from steuerrad.kernel import clock
from steuerrad.modules.sensors.broker import packets as p
from steuerrad.modules.sensors.broker.changes import Seen
from steuerrad.modules.sensors.broker.creating import RefusedError
from steuerrad.modules.sensors.broker.feed import Chunk
from steuerrad.modules.sensors.broker.sessions import MOST_TOPICS, Session
from steuerrad.modules.sensors.broker.topics import pattern
from steuerrad.modules.sensors.broker.updates import Message, Subscription, check, of_changes, of_rows, state
from steuerrad.modules.sensors.sta.faults import Fault, NotSupported

if TYPE_CHECKING:
    from steuerrad.modules.sensors.broker.endpoint import Endpoint

log = logging.getLogger(__name__)
#: Publications that are taken before the first is confirmed, and sent before the client confirms one.
MOST_IN, MOST_OUT = 200, 200
LARGEST, MOST_WAITING = 1024 * 1024, 256 * 1024
#: Changes of the catalogue that are looked up together.
AT_ONCE = 1_000
FIRST_S, SEND_S, KEEP_S = 10.0, 30.0, 3600
LONGEST_NAME = 256
#: Reason codes of MQTT 5.0, and what 3.1.1 has for them in CONNACK.
UNSPECIFIED, PROTOCOL, BAD_VERSION, BAD_NAME, BAD_PASSWORD = 0x80, 0x82, 0x84, 0x85, 0x86
BUSY, TAKEN_OVER, BAD_TOPIC, TOO_LARGE, NO_SHARED, NO_WILDCARD, NOT_AUTHORIZED = (
    0x89, 0x8E, 0x8F, 0x95, 0x9E, 0xA2, 0x87,
)  # fmt: skip
OLD_CODES = {BAD_VERSION: 1, BAD_NAME: 2, BUSY: 3, BAD_PASSWORD: 4}


class GoneError(Exception):
    """The connection ends. code: what an MQTT 5.0 client is told, 0 for nothing."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code


class Client:
    """Lives as long as its connection."""

    def __init__(
        self, endpoint: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._endpoint, self._reader, self._writer = endpoint, reader, writer
        self._wake = asyncio.Event()
        self._confirming: asyncio.Queue[tuple[int, int, Awaitable[tuple[int, str]]]] = asyncio.Queue(MOST_IN)
        self._tasks: list[asyncio.Task[Any]] = []
        self._taken_over = False
        self._idle_s: float | None = None
        self.version, self.who, self.token = p.V3, endpoint.visitor, ""
        self.session: Session | None = None
        self._will: p.Will | None = None
        self._window = MOST_OUT

    async def run(self) -> None:
        """Until the connection ends, one way or another."""
        code = 0
        try:
            await self._enter()
            self._tasks = [asyncio.create_task(self._confirm()), asyncio.create_task(self._deliver())]
            reading = asyncio.create_task(self._read())
            self._tasks.append(reading)
            done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except GoneError as error:
            code = error.code
            if code:
                self._endpoint.status.fault(f"{self._name()}: {error}")
        except p.MalformedError as error:
            code = TOO_LARGE if isinstance(error, p.TooLargeError) else 0x81
            self._endpoint.status.fault(f"{self._name()}: {error}")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            await self._end(code)

    def _name(self) -> str:
        return repr(self.session.key[1]) if self.session else str(self._writer.get_extra_info("peername"))

    async def _end(self, code: int) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._will is not None and not self._taken_over:
            with contextlib.suppress(RefusedError, p.MalformedError):
                await self._endpoint.create(self.who, self._will.topic, self._will.payload)
        if self.session is not None and not self._taken_over:
            self._endpoint.book.leave(self.session)
        with contextlib.suppress(OSError, RuntimeError):
            if code and self.version == p.V5 and self.session is not None:
                self._writer.write(p.disconnect(code))
            self._writer.close()

    def take_over(self) -> None:
        """Another connection has come under the same name."""
        self._taken_over = True
        with contextlib.suppress(OSError, RuntimeError):
            if self.version == p.V5:
                self._writer.write(p.disconnect(TAKEN_OVER))
            self._writer.close()
        for task in self._tasks:
            task.cancel()

    def stop(self) -> None:
        """The server ends, or the key is valid no more."""
        for task in self._tasks:
            task.cancel()
        self._writer.close()

    def wake(self) -> None:
        self._wake.set()

    # the beginning

    async def _enter(self) -> None:
        _kind, _flags, body = await self._packet(FIRST_S)
        given = p.connect(body)
        if given.version not in (p.V3, p.V5):
            self._refuse(BAD_VERSION, "a version of MQTT that is not known")
        self.version, name = given.version, given.client
        if len(name) > LONGEST_NAME or (not name and self.version == p.V3 and not given.clean):
            self._refuse(BAD_NAME, "a name of the client that cannot be")
        assigned = {} if name else {"AssignedClientIdentifier": (name := f"auto-{secrets.token_hex(8)}")}
        if given.password:
            self.token = given.password
            self.who = await self._endpoint.in_thread(self._endpoint.account, given.password)
            if not self.who.is_authenticated:
                self._refuse(BAD_PASSWORD, "the password is no valid key")
        elif self._endpoint.full_of_visitors():
            self._refuse(BUSY, "more visitors than are served at once")
        self._idle_s = given.keep_alive_s * 1.5 or None
        self._window, self._will = max(1, min(given.most_open, MOST_OUT)), given.will
        if given.expiry_s and self.who.is_authenticated:
            await self._endpoint.in_thread(self._endpoint.feed.hold)
        self.session, known = self._endpoint.enter(
            self, (self.who.pk, name), given.expiry_s, clean=given.clean
        )
        more: dict[str, Any] = {
            "ReceiveMaximum": MOST_IN, "MaximumPacketSize": LARGEST, "WildcardSubscriptionAvailable": 1,
            "SharedSubscriptionAvailable": 0, "SubscriptionIdentifierAvailable": 0,
            "SessionExpiryInterval": int(self.session.expiry_s), **assigned,
        }  # fmt: skip
        self._writer.write(p.connack(self.version, 0, known=known, **(more if self.version == p.V5 else {})))
        for number, message in self.session.inflight.items():
            self._publish(message, number, again=True)

    def _refuse(self, code: int, reason: str) -> None:
        told = code if self.version == p.V5 else OLD_CODES.get(code, 5)
        self._writer.write(p.connack(self.version, told))
        self._endpoint.status.fault(f"{self._name()}: {reason}")
        raise GoneError(reason)

    # what comes in

    async def _packet(self, patience: float | None) -> tuple[int, int, bytes]:
        async with asyncio.timeout(patience):
            head = await self._reader.readexactly(2)
        async with asyncio.timeout(SEND_S):
            kind, length = head[0] >> 4, head[1:]
            if self.session is None and kind != p.CONNECT:
                raise p.MalformedError("the first packet is no CONNECT")
            while (size := p.size_of(length)) is None:
                length += await self._reader.readexactly(1)
            if size > (LARGEST if kind == p.PUBLISH else p.MOST_CONTROL):
                raise p.TooLargeError(f"a packet of {size} bytes")
            return kind, head[0] & 15, await self._reader.readexactly(size)

    async def _read(self) -> None:
        assert self.session is not None
        while True:
            try:
                kind, flags, body = await self._packet(self._idle_s)
            except TimeoutError:
                raise GoneError("nothing is heard of it", 0x8D) from None
            match kind:
                case p.PUBLISH:
                    await self._on_publish(p.publish(flags, body, self.version))
                case p.PUBACK:
                    self.session.inflight.pop(p.number_of(body), None)
                    self._wake.set()
                case p.PUBREL:
                    number = p.number_of(body)
                    self.session.received.discard(number)
                    self._writer.write(p.acknowledgment(self.version, p.PUBCOMP, number))
                case p.SUBSCRIBE:
                    await self._on_subscribe(*p.subscribe(body, self.version))
                case p.UNSUBSCRIBE:
                    number, topics = p.unsubscribe(body, self.version)
                    codes = [0 if self.session.topics.pop(topic, None) else 0x11 for topic in topics]
                    self._writer.write(p.unsuback(self.version, number, codes))
                    self._endpoint.touched()
                case p.PINGREQ:
                    self._writer.write(p.PONG)
                case p.DISCONNECT:
                    if not (self.version == p.V5 and body[:1] == b"\x04"):
                        self._will = None
                    return
                case _:
                    raise GoneError(f"a packet of type {kind} that only servers send", PROTOCOL)

    async def _on_publish(self, given: p.Publish) -> None:
        assert self.session is not None
        if given.alias:
            raise GoneError("an alias of a topic, though none was offered", PROTOCOL)
        if given.qos == 2 and given.number in self.session.received:
            self._writer.write(p.acknowledgment(self.version, p.PUBREC, given.number))
            return
        creating = asyncio.ensure_future(self._created(given))
        await self._confirming.put(
            (given.qos, given.number, creating)
        )  # waits when too many are on their way

    async def _created(self, given: p.Publish) -> tuple[int, str]:
        """Code and reason for the confirmation."""
        try:
            await self._endpoint.create(self.who, given.topic, given.payload)
        except RefusedError as error:
            self._endpoint.status.refused(f"{self._name()}, {given.topic[:100]}: {error}")
            return error.code, str(error)[:200]
        return 0, ""

    async def _confirm(self) -> None:
        """In the order in which they came."""
        assert self.session is not None
        while True:
            qos, number, creating = await self._confirming.get()
            code, reason = await creating
            if code == BUSY:
                raise GoneError(reason, BUSY)  # not confirmed: the client sends it again
            if qos == 2 and not code:
                self.session.received.add(number)
            if qos:
                kind = p.PUBACK if qos == 1 else p.PUBREC
                self._writer.write(p.acknowledgment(self.version, kind, number, code, reason))
                await self._drain()

    async def _on_subscribe(self, number: int, wanted: list[p.Wanted]) -> None:
        assert self.session is not None
        codes: list[int] = []
        present: list[Message] = []
        for one in wanted:
            code, messages = await self._subscribed(one)
            codes.append(code)
            present += messages
        if self.session.lasting:
            await self._endpoint.save()  # what is confirmed is there after a crash, too
        self._writer.write(p.suback(self.version, number, codes))
        for message in present:  # of QoS 0: whoever subscribes again gets it again
            self._writer.write(p.publication(self.version, message.topic, message.payload, state=True))
        self._endpoint.touched()
        self._wake.set()

    async def _subscribed(self, one: p.Wanted) -> tuple[int, list[Message]]:
        assert self.session is not None
        old = self.version == p.V3
        if one.topic.startswith("$share/"):
            return UNSPECIFIED if old else NO_SHARED, []
        if one.topic not in self.session.topics and len(self.session.topics) >= MOST_TOPICS:
            return UNSPECIFIED if old else 0x97, []
        known, now = self.session.topics.get(one.topic), clock.now()
        try:
            found = Subscription(pattern(one.topic), min(one.qos, 1), self._endpoint.feed.now)
            messages = await self._endpoint.in_thread(self._looked_at, found, one.state, known is None)
        except Fault as error:
            self._endpoint.status.refused(f"{self._name()}, {one.topic[:100]}: {error}")
            code = NO_WILDCARD if isinstance(error, NotSupported) else BAD_TOPIC
            return UNSPECIFIED if old else code, []
        if known is not None:
            found.since, found.last = known.since, known.last
        self.session.topics[one.topic] = found
        if not found.pattern.observed and self.session.seen is None:
            self.session.seen = self.session.since = Seen(now)
        return found.qos, messages

    def _looked_at(self, subscription: Subscription, wanted: int, new: bool) -> list[Message]:
        context = self._endpoint.context(self.who)
        check(subscription, context)
        return state(subscription, context) if wanted == 0 or (wanted == 1 and new) else []

    # what goes out

    async def _deliver(self) -> None:
        session = self.session
        assert session is not None
        while True:
            self._wake.clear()
            while session.outgoing and len(session.inflight) < self._window:
                message = session.outgoing.popleft()
                number = session.number() if message.qos else 0
                if number:
                    session.inflight[number] = message
                self._publish(message, number)
                if self._writer.transport.get_write_buffer_size() > MOST_WAITING:
                    await self._drain()
            await self._drain()
            if not session.outgoing and not session.inflight:
                session.settle()
                if await self._more(session):
                    continue
            await self._wake.wait()

    async def _more(self, session: Session) -> bool:
        """Fetch what comes next; False when the client is up to date."""
        topics = list(session.topics.values())
        if session.changes:
            session.telling = True
            changes = [session.changes.popleft() for _ in range(min(len(session.changes), AT_ONCE))]
            try:
                context = self._endpoint.context(self.who)
                messages = await self._endpoint.in_thread(of_changes, topics, changes, context)
            except BaseException:
                session.changes.extendleft(reversed(changes))
                raise
            session.outgoing.extend(messages)
            return True
        chunk, messages = await self._endpoint.in_thread(self._news, session, topics)
        if chunk is None:
            return False
        session.outgoing.extend(messages)
        session.reaching = chunk
        return True

    def _news(self, session: Session, topics: list[Subscription]) -> tuple[Chunk | None, list[Message]]:
        chunk = self._endpoint.feed.after(session.position, session.place)
        if chunk is None:
            return None, []
        return chunk, of_rows(topics, chunk.seq, chunk.rows, self._endpoint.context(self.who))

    def _publish(self, message: Message, number: int, *, again: bool = False) -> None:
        self._endpoint.status.sent += 1
        packet = p.publication(self.version, message.topic, message.payload, number=number, again=again)
        self._writer.write(packet)

    async def _drain(self) -> None:
        """Waits for a slow client, but not for ever."""
        try:
            async with asyncio.timeout(SEND_S):
                await self._writer.drain()
        except TimeoutError:
            raise GoneError("it does not take what it is sent", 0x97) from None
