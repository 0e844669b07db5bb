"""A CSV in any usual dress as records: which encoding, which separator, and its lines as a stream."""

import io
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext

from steuerrad.platform.tables import content, lines
from steuerrad.platform.tables.cells import Record

SAMPLE_LINES = 30


def separator_names() -> dict[str, str]:
    return {
        ",": gettext("comma separated"),
        ";": gettext("semicolon separated"),
        "\t": gettext("tab separated"),
        "|": gettext("separated by vertical bars"),
    }


class TextFile:
    """An open CSV. wanted: names of columns, made comparable by `normalise`, by which the separator is guessed.

    Raises TableProblem for what is no text. `close` leaves the stream open.
    """

    def __init__(
        self, stream: BinaryIO, name: str, wanted: frozenset[str], normalise: Callable[[str], str]
    ) -> None:
        stream.seek(0)
        head = stream.read(content.SAMPLE_BYTES)
        content.refuse_binary(stream, head, name)
        self.name = name
        self.encoding = content.find_encoding(stream, head, name)
        self._text: io.TextIOWrapper | None = lines.decoded(stream, self.encoding)
        sample = list(islice(lines.bounded_lines(self._text, name), SAMPLE_LINES))
        announced = lines.announced_separator(sample[0]) if sample else None
        body = sample[1:] if announced else sample
        self.separator = announced or lines.guess_separator(body, wanted, normalise)
        self._text.detach()
        self._text = lines.decoded(stream, self.encoding)
        rest = lines.bounded_lines(self._text, name)
        if announced:
            next(rest, None)
        self.records: Iterator[Record] = lines.cells(
            rest, self.separator, name, skipped=1 if announced else 0
        )

    @property
    def dress(self) -> str:
        """How the file was understood, e.g. ``semicolon separated, cp1252 assumed``."""
        separated = separator_names().get(self.separator)
        if separated is None:
            separated = gettext("separated by %(sign)s") % {"sign": repr(self.separator)}
        encoding = self.encoding.name
        if self.encoding.assumed:
            encoding = gettext("%(encoding)s assumed") % {"encoding": encoding}
        return f"{separated}, {encoding}"

    def close(self) -> None:
        if self._text is not None and not self._text.closed:
            self._text.detach()
        self._text = None
