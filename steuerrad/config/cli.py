"""`steuerrad`: the product's command line, made of what the modules contribute.

steuerrad manage …        Django's own commands
steuerrad load            load the city's folder
steuerrad demo            make demo logins and labelled demo data
steuerrad jobs            run the jobs that are due
steuerrad <group> <name>  a module's command, e.g. steuerrad strategy audit
"""

from __future__ import annotations

import argparse
import os
import sys

import django
from django.core.management import execute_from_command_line
from django.db import OperationalError

from steuerrad import __version__


def build_parser() -> argparse.ArgumentParser:
    """The parser over all registered commands. Django must be set up."""
    from steuerrad.kernel.registry import registry  # the registry fills when Django starts
    from steuerrad.platform.city import commands as city_commands
    from steuerrad.platform.jobs import commands as job_commands

    parser = argparse.ArgumentParser(prog="steuerrad", description="Make a city's strategy executable.")
    parser.add_argument("--version", action="version", version=f"steuerrad {__version__}")
    groups = parser.add_subparsers(dest="group", required=True, metavar="COMMAND")
    groups.add_parser("manage", help="Django's own commands", add_help=False)
    for command in (*city_commands.COMMANDS, *job_commands.COMMANDS):
        sub = groups.add_parser(command.name, help=command.help, description=command.help)
        command.configure(sub)
        sub.set_defaults(run=command.run)
    names: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in registry.commands():
        if command.group not in names:
            group = groups.add_parser(command.group, help=f"commands of {command.group}")
            names[command.group] = group.add_subparsers(dest="name", required=True, metavar="COMMAND")
        sub = names[command.group].add_parser(command.name, help=command.help, description=command.help)
        command.configure(sub)
        sub.set_defaults(run=command.run)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns its exit code; faults of the user give one sentence, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steuerrad.config.settings")
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ["manage"]:
        execute_from_command_line(["steuerrad manage", *arguments[1:]])
        return 0
    django.setup()
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except OperationalError as error:  # full disk, no server, no tables; every write is one transaction
        said = str(error).strip().splitlines()[0]
        sys.stderr.write(f"The database refused: {said}. Nothing was written.\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
