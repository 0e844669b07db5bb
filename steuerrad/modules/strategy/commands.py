"""`steuerrad strategy audit`."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils import translation

from steuerrad.kernel.contributions import Command
from steuerrad.modules.strategy.audit_queries import ShownFinding, counts, findings
from steuerrad.modules.strategy.audit_text import SEVERITY_LABELS
from steuerrad.modules.strategy.rules.audit.finding import Severity
from steuerrad.modules.strategy.rules.audit.table import RULE
from steuerrad.platform.city.queries import current_city

SHOWN_MEMBERS = 12  # objects of an aggregated finding that the text names; --rule names all
COLUMNS = ("rule", "severity", "object", "title", "message", "proposal", "document", "line", "printed", "members", "fingerprint", "accepted")  # fmt: skip


def configure_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--city", help="the city whose strategy is expected in the database")
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text")
    parser.add_argument("--rule", choices=sorted(RULE), help="only findings of this rule, with all objects")
    parser.add_argument("--all", action="store_true", help="accepted findings as well")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when there are contradictions")
    parser.add_argument("--language", choices=("de", "en"), default="de", help="default: %(default)s")


def run_audit(options: argparse.Namespace) -> int:
    city = current_city()
    if city is None:
        wanted = options.city or settings.CITY
        print(f"no strategy is loaded; run: steuerrad load {wanted}", file=sys.stderr)
        return 1
    if options.city and options.city != city.slug:
        print(f"this database holds {city.slug!r}, not {options.city!r}", file=sys.stderr)
        return 1
    rules = (options.rule,) if options.rule else ()
    with translation.override(options.language):
        found = findings(include_accepted=options.all, rules=rules)
        if options.format == "json":
            print(json.dumps(as_json(city, found), ensure_ascii=False, indent=2))
        elif options.format == "csv":
            write_csv(found)
        else:
            print_text(found, everything=bool(options.rule))
    return 1 if options.strict and counts(found)[Severity.ERROR] else 0


def as_json(city: Any, found: Sequence[ShownFinding]) -> dict[str, Any]:
    return {
        "city": city.slug,
        "counts": {severity.value: number for severity, number in counts(found).items()},
        "findings": [
            {
                "rule": item.rule, "severity": item.severity.value, "object": item.object, "title": item.title,
                "message": item.message, "proposal": item.proposal, "facts": dict(item.values),
                "evidence": [vars(evidence) for evidence in item.evidence],
                "members": [vars(member) for member in item.members], "fingerprint": item.fingerprint,
                "accepted": item.accepted.reason if item.accepted else None,
            } for item in found
        ],
    }  # fmt: skip


def write_csv(found: Sequence[ShownFinding]) -> None:
    """One line for each finding; members by number, separated by semicolons."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in found:
        first = item.evidence[0] if item.evidence else None
        writer.writerow((
            item.rule, item.severity.value, item.object, item.title, item.message, item.proposal,
            first.document if first else "", first.line or "" if first else "", first.printed if first else "",
            ";".join(member.ref for member in item.members), item.fingerprint,
            item.accepted.reason if item.accepted else "",
        ))  # fmt: skip


def print_text(found: Sequence[ShownFinding], *, everything: bool) -> None:
    for rule, group in groupby(found, key=lambda item: item.rule):
        items = list(group)
        print(f"\n{SEVERITY_LABELS[items[0].severity]}: {items[0].rule_title} [{rule}] ({len(items)})")
        for item in items:
            print_finding(item, everything=everything)
    total = counts(found)
    print("\n" + ", ".join(f"{SEVERITY_LABELS[severity]}: {number}" for severity, number in total.items()))


def print_finding(item: ShownFinding, *, everything: bool) -> None:
    print(f"  - {item.message}")
    for evidence in item.evidence:
        place = f"{evidence.document}:{evidence.line}" if evidence.line else evidence.document
        print(f"      {place}  {evidence.printed}".rstrip())
    shown = item.members if everything else item.members[:SHOWN_MEMBERS]
    if shown:
        more = "" if len(shown) == len(item.members) else f", … (+{len(item.members) - len(shown)})"
        print("      " + ", ".join(member.ref.partition(":")[2] for member in shown) + more)
    print(f"    → {item.proposal}")
    if item.accepted:
        print(f"      ({item.accepted.accepted_at:%Y-%m-%d}: {item.accepted.reason})")


COMMANDS = (
    Command("strategy", "audit", "find what does not add up in the strategy", run_audit, configure_audit),
)
