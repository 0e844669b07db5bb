"""Reads a clone of chirpstack/lorawan-device-profiles that the city has made: devices, codecs, vectors."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from steuerrad.modules.sensors.codecs import pool
from steuerrad.modules.sensors.codecs.decoding import CodecError, decode
from steuerrad.modules.sensors.lorawan import actions
from steuerrad.modules.sensors.lorawan.models import DeviceProfile

SOURCE = "lorawan-device-profiles (MIT)"
MOST_VECTORS = 128 * 1024


@dataclass
class Imported:
    saved: int = 0
    vectors: int = 0
    faults: list[str] = field(default_factory=list)


def read_vectors(text: str) -> list[dict[str, Any]]:
    """A file of vectors. They are JavaScript rather than JSON (hexadecimal numbers, names without quotes), so the engine
    reads them. Raises CodecError."""
    found = decode(f"function decodeUplink() {{ return {{data: {{vectors: (\n{text}\n)}}}}; }}", b"", 1)
    rows = found.data.get("vectors")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CodecError("A list of vectors is expected.")
    return rows


def check(codec: str, row: dict[str, Any]) -> str:
    """What is wrong with a vector, "" when it holds. Raises CodecError."""
    given, expected = row.get("input"), row.get("expected")
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("bytes"), list)
        or not isinstance(expected, dict)
    ):
        return "input.bytes and expected are needed"
    try:
        payload = bytes(given["bytes"])
    except (TypeError, ValueError):
        return "input.bytes are numbers from 0 to 255"
    found = decode(codec, payload, int(given.get("fPort") or 1)).data
    return "" if found == expected.get("data") else f"gives {str(found)[:300]}"


def import_clone(user: Any, folder: Path) -> Imported:
    """Every device with a codec becomes a profile; what its fields observe is for the city to say. A codec that fails one
    of its own vectors is not taken."""
    found = Imported()
    for path in sorted((folder / "vendors").glob("*/devices/*.toml")):
        vendor = path.parent.parent
        try:
            device = tomllib.loads(path.read_text(encoding="utf-8"))["device"]
            names = [row["codec"] for row in device.get("firmware", ()) if row.get("codec")]
            if names:
                _take(user, found, vendor, path, device, str(names[0]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, CodecError) as error:
            found.faults.append(f"{path.relative_to(folder)}: {error}")
        except ValidationError as error:
            found.faults.append(f"{path.relative_to(folder)}: {'; '.join(error.messages)}")
    return found


def _take(user: Any, found: Imported, vendor: Path, path: Path, device: dict[str, Any], name: str) -> None:
    file = vendor / "codecs" / Path(name).name  # never outside of the folder
    if file.stat().st_size > pool.MOST_CODE:
        raise CodecError(f"{file.name} has more than {pool.MOST_CODE // 1024} KB")
    codec = file.read_text(encoding="utf-8")
    vectors = vendor / "codecs" / f"test_decode_{file.stem}.json"
    if vectors.exists() and vectors.stat().st_size <= MOST_VECTORS:
        for place, row in enumerate(read_vectors(vectors.read_text(encoding="utf-8")), 1):
            if fault := check(codec, row):
                raise CodecError(f"{vectors.name}, vector {place}: {fault}")
            found.vectors += 1
    key = re.sub(r"[^a-z0-9_-]+", "-", f"{vendor.name}-{path.stem}".lower())[:80]
    before = DeviceProfile.objects.filter(key=key).first()
    address = device.get("metadata", {}).get("product_url", "")
    actions.save_profile(
        user, key, title=str(device["name"])[:200], maker=vendor.name[:120], codec=codec, source=SOURCE,
        fields=before.fields if before else {}, interval_s=before.interval_s if before else 3600,
        metadata=str(address)[:300],
    )  # fmt: skip
    found.saved += 1
