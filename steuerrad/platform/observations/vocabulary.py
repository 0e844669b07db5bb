"""Units and observed properties by key, from vocabulary.toml: what imports, templates and dashboards agree on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

FILE = Path(__file__).with_name("vocabulary.toml")
CF = "http://vocab.nerc.ac.uk/standard_name/"
#: For what no public vocabulary names.
OWN = "urn:x-steuerrad:property:"
UCUM = "https://ucum.org/ucum#"


@dataclass(frozen=True)
class Unit:
    """code: UCUM, case sensitive."""

    code: str
    name: str
    symbol: str

    @property
    def definition(self) -> str:
        return UCUM + quote(self.code, safe="")


@dataclass(frozen=True)
class Property:
    key: str
    name: str
    definition: str


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def units() -> Mapping[str, Unit]:
    return {code: Unit(code, **row) for code, row in _read()["units"].items()}


@cache
def properties() -> Mapping[str, Property]:
    return {
        key: Property(key, row["name"], f"{CF}{row['cf']}/" if "cf" in row else OWN + key)
        for key, row in _read()["properties"].items()
    }


def definition_of(key: str) -> str:
    """The address that stands for a property. Raises KeyError."""
    return properties()[key].definition
