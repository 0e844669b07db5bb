"""XML parts of a workbook, read as a stream in constant memory. Hostile ones are refused: entities, endless depth."""

from collections.abc import Iterator, Mapping
from typing import IO, Protocol
from xml.parsers import expat

from django.utils.translation import gettext

from steuerrad.platform.tables.content import grouped

BLOCK_BYTES = 64 * 1024
MOST_ELEMENTS = 2_000_000  # of parts that only say what is where
DEEPEST = 64  # elements within one another; a sheet has 7


class BadPartError(Exception):
    """The part cannot be read (further)."""


class TooMuchError(BadPartError):
    """It could be read, but is larger than it may be. The message is for the person who keeps the file."""


class Handler(Protocol):
    """Hears of elements by their names without namespace."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, data: str) -> None: ...


class _Bridge:
    """Between expat and a handler: takes the namespaces off, and counts the depth."""

    def __init__(self, handler: Handler, most: int) -> None:
        self._handler = handler
        self._depth = 0
        self._left = self._most = most

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._left -= 1
        if self._left < 0:
            text = gettext(
                "holds more than %(most)s elements; delete rows and columns that are only formatted"
            )
            raise TooMuchError(text % {"most": grouped(self._most)})
        if self._depth > DEEPEST:
            raise BadPartError(f"more than {DEEPEST} elements within one another")
        self._handler.start(name.rpartition(" ")[2], attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(name.rpartition(" ")[2])


def _refuse_doctype(*_: object) -> None:
    raise BadPartError("declares a document type")


def read_part(stream: IO[bytes], handler: Handler, most: int) -> Iterator[None]:
    """Feed the part to the handler; stops after each block, so that the caller can take what has come.

    most: elements; more raise TooMuchError. Raises BadPartError for what is no sound XML.
    """
    bridge = _Bridge(handler, most)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = bridge.start
    parser.EndElementHandler = bridge.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        while block := stream.read(BLOCK_BYTES):
            parser.Parse(block, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise BadPartError(str(error)) from None
    yield


class Collected:
    """Keeps the elements of some names, in order, and nothing else."""

    def __init__(self, *names: str, most: int = 100_000) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self._names, self._most = frozenset(names), most

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in self._names:
            if len(self.found) >= self._most:
                raise BadPartError(f"more than {self._most} elements")
            self.found.append((name, {key.rpartition(" ")[2]: value for key, value in attributes.items()}))

    def end(self, name: str) -> None:
        pass

    def text(self, data: str) -> None:
        pass


def collect(stream: IO[bytes], *names: str) -> list[tuple[str, dict[str, str]]]:
    """[(name, attributes by name without namespace)]. Raises BadPartError."""
    handler = Collected(*names)
    for _ in read_part(stream, handler, MOST_ELEMENTS):
        pass
    return handler.found
