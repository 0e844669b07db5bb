"""`steuerrad climate …`"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from steuerrad.kernel.contributions import Command
from steuerrad.platform.city.outline import OutlineError, geojson, read


def configure_outline(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="GeoJSON with areas in degrees (WGS 84)")
    parser.add_argument(
        "--name", default="name", metavar="PROPERTY", help="property that holds a district's name"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write; without it to the screen")


def run_outline(options: argparse.Namespace) -> int:
    """Districts as a city's folder holds them: repaired, thinned out, with nothing but their names."""
    try:
        found = read(options.file, options.name)
    except (OutlineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    text = json.dumps(geojson(found), ensure_ascii=False) + "\n"
    if options.out:
        options.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    print(f"{len(found.districts)} areas, {len(found.named)} with a name", file=sys.stderr)
    return 0


COMMANDS = (
    Command(
        "climate", "outline", "make outline.geojson of a file of districts", run_outline, configure_outline
    ),
)
