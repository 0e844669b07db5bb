"""Reads sensors/sources.toml: addresses that a city knows, each switched off until somebody switches it on."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from steuerrad.kernel.contributions import CityLoader
from steuerrad.modules.sensors.pulling.actions import save
from steuerrad.modules.sensors.pulling.models import PullSource
from steuerrad.platform.city.loading import LoadContext
from steuerrad.platform.organisations.models import Organisation

FILE = "sensors/sources.toml"
PLAIN = ("title", "url", "kind", "source", "every_minutes", "timeout_s", "most_mb")


def load_sources(context: LoadContext) -> None:
    """New ones are made; of known ones the text of the file counts, whether they are switched on stays as it is."""
    path = context.folder / FILE
    if not path.exists():
        return
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("sources", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        context.fault(path, None, str(error))
        return
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        context.fault(path, None, "sources: a list of tables is expected")
        return
    for row in [one for each in rows for one in _each(each)]:
        try:
            _keep(context, row)
        except (ValidationError, KeyError, TypeError) as error:
            context.fault(path, None, f"{row.get('key', '?')}: {error}")


def _each(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A source for each of `each`, with {each} filled in, or the names of a table; else the one."""
    plain = {name: value for name, value in row.items() if name != "each"}
    for one in row.get("each", ("",)):
        words = one if isinstance(one, dict) else {"each": one}
        filled = dict(plain)
        for word, text in words.items():
            filled = {
                name: value.replace(f"{{{word}}}", str(text)) if isinstance(value, str) else value
                for name, value in filled.items()
            }
        yield filled


def _keep(context: LoadContext, row: Mapping[str, Any]) -> None:
    unknown = set(row) - {*PLAIN, "key", "spec", "organisation"}
    if unknown:
        raise ValidationError(f"not known here: {', '.join(sorted(unknown))}")
    key = str(row["key"]).lower()
    source = PullSource.objects.filter(key=key).first()
    values = {name: row[name] for name in PLAIN if name in row} | {"spec": row["spec"]}
    if row.get("organisation"):
        values["organisation"] = Organisation.objects.filter(key=row["organisation"]).first()
    outcome = "unchanged"
    if source is None:
        source, outcome = PullSource(key=key), "created"
    elif any(getattr(source, name) != value for name, value in values.items()):
        outcome = "changed"
    for name, value in values.items():
        setattr(source, name, value)
    if outcome != "unchanged":
        save(None, source)
    context.count("sources", outcome)


LOADER = CityLoader("sensors.sources", 70, load_sources)
