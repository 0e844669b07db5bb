"""`steuerrad files verify`."""

from __future__ import annotations

import argparse
import sys

from steuerrad.kernel.contributions import Command
from steuerrad.platform.files.sweeping import faults


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(options: argparse.Namespace) -> int:
    found = list(faults())
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{len(found)} faults")
    return 1 if found else 0


COMMANDS = (Command("files", "verify", "compare every stored content with its checksum", run, configure),)
