"""The commands of ./dev; the first line of a command's docstring is its line in the list."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from devtools.console import Fault, say
from devtools.places import PYTHON, ROOT, STEUERRAD, VENV, product_env
from devtools.preparing import prepare
from devtools.processes import call, terminate_like_interrupt

DEFAULT_PORT = 8000


class Parser(argparse.ArgumentParser):
    """argparse that answers a wrong call with one sentence instead of a usage block."""

    def error(self, message: str) -> NoReturn:
        raise Fault(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.", code=2)


def port_number(text: str) -> int:
    """A TCP port from the command line."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Fault(f"--port takes a whole number from 1 to 65535, not '{text}'.", code=2)
    return int(text)


def up(arguments: Sequence[str]) -> int:
    """Set up whatever has changed and serve the product on this machine."""
    from devtools.up import up as start

    parser = Parser(prog="./dev up", description=up.__doc__)
    parser.add_argument("--port", type=port_number, default=DEFAULT_PORT, help="default: %(default)s")
    parser.add_argument("--once", action="store_true", help="stop as soon as the home page has answered")
    parser.add_argument(
        "--city", metavar="SLUG", help="run this city, in a data folder of its own (var/SLUG)"
    )
    options = parser.parse_args(arguments)
    return start(options.port, options.once, options.city)


def test(arguments: Sequence[str]) -> int:
    """Run everything that guards the project; --without leaves parts out, paths narrow it down."""
    from devtools.checks import PARTS, run_checks, run_part

    names = ",".join(part.name for part in PARTS)
    parser = Parser(prog="./dev test", description=test.__doc__)
    parser.add_argument("--without", default="", metavar="PART,PART", help=f"leave out parts: {names}")
    parser.add_argument("--part", default="", help=argparse.SUPPRESS)  # how one part runs beside others
    options, pytest_arguments = parser.parse_known_args(arguments)
    if options.part:
        return run_part(options.part, pytest_arguments)
    return run_checks([name for name in options.without.split(",") if name], pytest_arguments)


def lint(arguments: Sequence[str]) -> int:
    """Check format, style, import rules and types."""
    from devtools.checks import run_checks

    Parser(prog="./dev lint", description=lint.__doc__).parse_args(arguments)
    return run_checks(only=["format", "lint", "imports", "types"])


def fix(arguments: Sequence[str]) -> int:
    """Format the code and mend what can be mended by rule."""
    Parser(prog="./dev fix", description=fix.__doc__).parse_args(arguments)
    prepare("dev")
    ruff = VENV / "bin" / "ruff"
    mended = call([ruff, "check", "--fix", "."], cwd=ROOT)
    return call([ruff, "format", "."], cwd=ROOT) or mended


def bench(arguments: Sequence[str]) -> int:
    """Measure the product (bench/), with medians and ratios."""
    prepare("dev")
    return call([PYTHON, "-m", "bench", *arguments], env=product_env(), cwd=ROOT)


def lock(arguments: Sequence[str]) -> int:
    """Write the lock files anew from pyproject.toml; --upgrade takes the newest versions."""
    from devtools.locking import write_locks

    parser = Parser(prog="./dev lock", description=lock.__doc__)
    parser.add_argument("--upgrade", action="store_true", help="do not keep the versions locked so far")
    options = parser.parse_args(arguments)
    prepare("dev")
    return write_locks(options.upgrade)


def new_module(arguments: Sequence[str]) -> int:
    """Write the skeleton of a module, with a test that passes."""
    from devtools.new_module import write_module

    parser = Parser(prog="./dev new-module", description=new_module.__doc__)
    parser.add_argument("name", help="a domain noun in snake_case, e.g. citizen_reports")
    parser.add_argument("--title", help="its name on the page, in English (default: from the name)")
    options = parser.parse_args(arguments)
    return write_module(options.name, options.title)


def steuerrad(arguments: Sequence[str]) -> int:
    """Run the product's own command line, e.g. ./dev steuerrad strategy audit."""
    prepare("runtime")
    return call([STEUERRAD, *arguments], env=product_env())


def i18n(arguments: Sequence[str]) -> int:
    """Collect the messages to translate from code and templates into locale/."""
    prepare("dev")
    return call([STEUERRAD, "manage", "extract_translations", *arguments], env=product_env(), cwd=ROOT)


def docs(arguments: Sequence[str]) -> int:
    """Write the pages of docs/reference that are made from the program."""
    prepare("dev")
    return call([STEUERRAD, "manage", "write_reference", *arguments], env=product_env(), cwd=ROOT)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": up,
    "test": test,
    "lint": lint,
    "fix": fix,
    "bench": bench,
    "lock": lock,
    "new-module": new_module,
    "steuerrad": steuerrad,
    "i18n": i18n,
    "docs": docs,
}


def list_commands() -> None:
    """Print every command with the first line of its docstring."""
    say("Steuerrad. Usage: ./dev COMMAND [--help]\n")
    for name, command in COMMANDS.items():
        say(f"  {name:<12}{(command.__doc__ or '').splitlines()[0]}")


def run(arguments: Sequence[str]) -> int:
    """Run one command; answer its exit code. A Fault becomes one sentence on stderr."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        list_commands()
        return 0
    name = arguments[0]
    try:
        if name not in COMMANDS:
            raise Fault(f"There is no command '{name}'; ./dev alone lists them.", code=2)
        with terminate_like_interrupt():
            return COMMANDS[name](arguments[1:])
    except Fault as fault:
        sys.stderr.write(f"dev: {fault}\n")
        return fault.code
    except KeyboardInterrupt:
        sys.stderr.write("dev: Stopped before it was done.\n")
        return 130
    except BrokenPipeError:  # ./dev | head
        sys.stderr.close()
        return 0
