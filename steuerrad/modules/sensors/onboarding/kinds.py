"""Kinds of devices as data: what each observes, in which unit and range, how often. From library/*.toml, and from what
codecs and file formats say already."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from steuerrad.modules.sensors.codecs.profiles import FieldOf, read_fields
from steuerrad.modules.sensors.file_formats import formats
from steuerrad.modules.sensors.lorawan.queries import profiles

FOLDER = Path(__file__).with_name("library")
#: Titles of the library once more, so that they are found for translation; a test compares both.
TITLES = frozenset([
    gettext_noop("airRohr with SDS011 and BME280"), gettext_noop("airRohr with SDS011 and DHT22"),
    gettext_noop("Thermometer of one's own"), gettext_noop("Level logger"),
    gettext_noop("Soil moisture at 10, 30 and 60 cm"),
])  # fmt: skip
OWN, LORAWAN, FILE = "own", "lorawan", "file"


@dataclass(frozen=True)
class StreamKind(FieldOf):
    """push: names under which devices send the figure; depth_m: below the surface."""

    push: tuple[str, ...] = ()
    depth_m: float | None = None


@dataclass(frozen=True)
class Template:
    """kind: of its own, of LoRaWAN (its codec makes the figures; streams with * in the name come with the first uplink), or
    of files. citizen: offered to people who register a sensor of their own.
    """

    key: str
    title: str
    maker: str
    kind: str
    interval_s: int
    streams: Mapping[str, FieldOf]
    sensor: Mapping[str, Any]
    citizen: bool = False
    pushed: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)

    @property
    def name(self) -> str:
        return f"{self.maker} {_(self.title)}".strip()


@cache
def own() -> Mapping[str, Template]:
    """Raises KeyError, TypeError for a file that is wrong; a test reads all of them."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def _read(path: Path) -> Template:
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    streams: dict[str, FieldOf] = {}
    pushed: dict[str, str] = {}
    for name, row in found.pop("streams").items():
        push, depth = tuple(row.pop("push", ())), row.pop("depth_m", None)
        [plain] = read_fields({name: row}).values()
        streams[name] = StreamKind(**vars(plain), push=push, depth_m=depth)
        pushed |= dict.fromkeys(push, name)
    return Template(key=path.stem, kind=OWN, streams=streams, pushed=pushed, **found)


def templates() -> dict[str, Template]:
    """All kinds by key: of LoRaWAN devices (the city's own, too), of files, and those of the library here."""
    found = {
        key: Template(key, one.title, one.maker, LORAWAN, one.interval_s,
                      {name: row for name, row in one.fields.items() if "*" not in name}, one.sensor)
        for key, one in profiles().items()
    }  # fmt: skip
    for key, form in formats().items():
        rows = {name: FieldOf(**vars(one)) for name, one in form.series.items()}
        found[key] = Template(key, form.title, "", FILE, form.interval_s, rows, form.sensor)
    return found | dict(own())
