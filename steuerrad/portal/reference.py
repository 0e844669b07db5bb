"""Reference pages made from the registry and the option table, so that they cannot fall behind the program."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable

from django.utils.encoding import force_str

from steuerrad.kernel.registry import Registry, registry
from steuerrad.platform.accounts.roles import Role

HEADER = "<!-- Made by `./dev docs` from the program. Do not edit. -->\n\n"


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    titles = list(header)
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(titles)]
    for row in rows:
        cells = (force_str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def modules(source: Registry) -> str:
    rows = ((f"`{m.slug}`", m.kind, m.title, m.summary) for m in source)
    return "# Modules\n\n" + HEADER + table(("name", "kind", "title", "what it does"), rows)


def kpis(source: Registry) -> str:
    rows = ((f"`{k.id}`", k.title, k.unit, k.better, k.description) for k in source.all("kpis"))
    return (
        "# Computed KPIs\n\n" + HEADER
        + "A city ties its own KPI numbers to these in `strategy/kpi_supply.csv`.\n\n"
        + table(("id", "title", "unit", "better", "how"), rows)
    )  # fmt: skip


def datasets(source: Registry) -> str:
    parts = ["# Data sets\n\n" + HEADER]
    for item in source.all("datasets"):
        rows = ((f"`{c.name}`", c.type, c.unit, c.title, c.description) for c in item.columns)
        right = f" Needs the right `{item.permission}`." if item.permission else ""
        parts.append(f"## {item.id}\n\n{item.title}. {item.description}{right} Licence: {item.licence}.\n\n")
        parts.append(table(("column", "type", "unit", "title", "meaning"), rows) + "\n")
    return "".join(parts)


def permissions(source: Registry) -> str:
    names = [role.value for role in Role]
    rows = [
        (f"`{p.id}`", p.title, *(mark(role, p.roles, p.own_roles) for role in names))
        for p in source.all("permissions")
    ]
    return (
        "# Rights and roles\n\n" + HEADER
        + "`all`: everywhere; `own`: for objects of the own organisation. Visitors hold none of these rights.\n\n"
        + table(("right", "allows", *names), rows)
    )  # fmt: skip


def mark(role: str, everywhere: tuple[str, ...], own: tuple[str, ...]) -> str:
    if role == Role.ADMINISTRATOR or role in everywhere:
        return "all"
    return "own" if role in own else ""


def events(source: Registry) -> str:
    rows = [
        (f"`{name}`", m.slug, ", ".join(other.slug for other in source if name in other.listens) or "–")
        for m in source
        for name in m.publishes
    ]
    return "# Events\n\n" + HEADER + table(("event", "published by", "heard by"), rows)


def commands(source: Registry) -> str:
    parts = ["# Command line\n\n" + HEADER + "`./dev steuerrad …` or `.venv/bin/steuerrad …`.\n\n"]
    for command in source.commands():
        parser = argparse.ArgumentParser(
            prog=f"steuerrad {command.group} {command.name}",
            description=command.help,
            formatter_class=lambda prog: argparse.HelpFormatter(prog, width=100),
        )
        command.configure(parser)
        parts.append(f"## {command.group} {command.name}\n\n```\n{parser.format_help()}```\n\n")
    return "".join(parts).rstrip() + "\n"


PAGES: dict[str, Callable[[Registry], str]] = {
    "modules.md": modules,
    "kpis.md": kpis,
    "datasets.md": datasets,
    "permissions.md": permissions,
    "events.md": events,
    "commands.md": commands,
}


def pages(source: Registry = registry) -> dict[str, str]:
    """File name to text, in English, for docs/reference/."""
    return {name: make(source) for name, make in PAGES.items()}
