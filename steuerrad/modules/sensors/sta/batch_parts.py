"""What a batch is made of, in whatever form it came."""

from __future__ import annotations

from dataclasses import dataclass, field

Response = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Request:
    """One request of a batch. group: those of one group hold all or not at all; after: ids that must have worked."""

    id: str
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    group: str = ""
    after: tuple[str, ...] = ()
