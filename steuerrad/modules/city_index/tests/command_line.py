"""Runs the module's commands as the product's command line does, without its layer above."""

from __future__ import annotations

import argparse

from steuerrad.modules.city_index.commands import COMMANDS


def main(arguments: list[str]) -> int:
    """The exit code of `steuerrad index …`; arguments begin with the group."""
    parser = argparse.ArgumentParser()
    groups = parser.add_subparsers(required=True)
    names = groups.add_parser("index").add_subparsers(required=True)
    for command in COMMANDS:
        sub = names.add_parser(command.name)
        command.configure(sub)
        sub.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    return options.run(options)
