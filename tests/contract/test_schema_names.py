"""The description of the API names shapes by their class: two classes of one name would describe each other's answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ninja import Schema

from steuerrad.config.urls import api


def every(cls: type) -> Iterator[type]:
    for child in cls.__subclasses__():
        yield child
        yield from every(child)


def test_no_two_shapes_have_one_name() -> None:
    described = set(api.get_openapi_schema()["components"]["schemas"])
    own = {
        cls for cls in every(Schema) if cls.__module__.startswith("steuerrad.") and cls.__name__ in described
    }
    counts = Counter(cls.__name__ for cls in own)
    assert own
    assert not {name for name, count in counts.items() if count > 1}
