"""A mapping as TOML again, for people to read and change."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_toml(found: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """TOML 1.0 of plain data: texts, numbers, true and false, lists of these, tables. None is left out."""
    lines, tables = [], []
    for name, value in found.items():
        if isinstance(value, Mapping) and (
            not path or any(isinstance(inner, Mapping) for inner in value.values())
        ):
            own = (*path, _key(name))
            body = as_toml(value, own)
            plain = any(not isinstance(inner, Mapping) for inner in value.values()) or not value
            tables.append((f"\n[{'.'.join(own)}]\n" if plain else "") + body)
        elif isinstance(value, Mapping) and path:
            own = (*path, _key(name))
            tables.append(f"\n[{'.'.join(own)}]\n" + as_toml(value, own))
        elif value is not None:
            lines.append(f"{_key(name)} = {_value(value)}\n")
    return "".join([*lines, *tables])


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _text(str(value))
