"""Which parameters hold for a datastream: the defaults of its property, what it says of itself, and its own overrides."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from steuerrad.engines.quality import (
    ENGINE_VERSION,
    ParameterError,
    Parameters,
    Rule,
    parameters,
    rules,
)
from steuerrad.platform.observations.models import Datastream
from steuerrad.platform.observations.vocabulary import properties

FILE = Path(__file__).with_name("parameters.toml")
#: Tests whose parameters have no unit of the series in them.
WITHOUT_UNIT = ("gap",)
OVERRIDE = "quality"


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def cross_checks() -> tuple[Rule, ...]:
    return rules(_read()["cross_check"])


@cache
def _keys() -> Mapping[str, str]:
    return {word.definition: key for key, word in properties().items()}


def property_of(stream: Datastream) -> str:
    """Key in the vocabulary, "" for a property that is not in it."""
    return _keys().get(stream.observed_property.definition, "")


def told(stream: Datastream) -> dict[str, Any]:
    """The parameters as a mapping. Raises ParameterError for an override that is no mapping."""
    found: dict[str, Any] = {name: dict(row) for name, row in _read()["default"].items()}
    own: dict[str, Any] = dict(_read().get(property_of(stream), {}))
    same_unit = own.pop("unit", None) == stream.unit_code
    for name, row in own.items():
        if same_unit or name in WITHOUT_UNIT:
            found[name] = {**found.get(name, {}), **row}
    limits = {
        name: value for name, value in (("low", stream.low), ("high", stream.high)) if value is not None
    }
    found["gross_range"] = {**found.get("gross_range", {}), **limits}
    if not found["gross_range"]:
        del found["gross_range"]
    if stream.interval_s:
        found["gap"]["interval_s"] = stream.interval_s
    else:
        del found["gap"]
    override = stream.properties.get(OVERRIDE, {})
    if not isinstance(override, Mapping):
        raise ParameterError(OVERRIDE, "must be a table of tests")
    for name, row in override.items():
        found[name] = {**found.get(name, {}), **row} if isinstance(row, Mapping) else row
    if isinstance(found.get("gross_range"), dict):
        found["gross_range"] = _within(found["gross_range"])
    return found


def _within(told: dict[str, Any]) -> dict[str, Any]:
    """A rare value is one that can be: where the device's own range is narrower than the usual one, that one goes."""
    low, high = told.get("low"), told.get("high")
    if _less(told.get("suspect_low"), low):
        del told["suspect_low"]
    if _less(high, told.get("suspect_high")):
        del told["suspect_high"]
    return told


def _less(one: Any, other: Any) -> bool:
    """Of two numbers; what is none is told when it is read."""
    return isinstance(one, int | float) and isinstance(other, int | float) and one < other


def parameters_of(stream: Datastream) -> Parameters:
    """Raises ParameterError with the place of the fault."""
    return parameters(told(stream))


def digest(stream: Datastream) -> str:
    """Changes when anything does that a flag depends on."""
    said = json.dumps([ENGINE_VERSION, told(stream), _read()["cross_check"]], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
