"""`steuerrad index audit` and `steuerrad index verify`. The JSON is described in docs/reference/index-audit-json.md."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter

from django.db.utils import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from steuerrad.kernel.contributions import Command
from steuerrad.modules.city_index import audit_text
from steuerrad.modules.city_index.audit_json import VERIFY_SCHEMA, audit_data, verdict_data
from steuerrad.modules.city_index.catalogue import Catalogue, UnknownNameError, read_catalogue
from steuerrad.modules.city_index.facts import documents
from steuerrad.modules.city_index.models import Edition, Index, IndexCity
from steuerrad.modules.city_index.queries_audit import Audited, audit_document, verdicts
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.reproduce import FigureVerdict
from steuerrad.platform.city.queries import current_city


class UseError(Exception):
    """The command cannot be done; the message says why."""


def the_catalogue() -> Catalogue:
    """The names of the index of this installation. Raises UseError when none is loaded."""
    try:
        index = Index.objects.first()
    except (OperationalError, ProgrammingError):
        index = None
    if index is None:
        raise UseError(_("no index is loaded; run 'steuerrad load' first"))
    return read_catalogue(index)


def named(options: argparse.Namespace) -> tuple[IndexCity, Edition]:
    """The city and the edition that the options name. Raises UseError."""
    catalogue = the_catalogue()
    own = current_city()
    name = options.city or (own.name if own is not None else "")
    try:
        return catalogue.city(name), catalogue.edition(options.edition)
    except UnknownNameError as error:
        raise UseError(f"{name} {options.edition}: {error}") from error


def configure_audit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--city", default="", help="name or key of the city (default: the city of this installation)"
    )
    parser.add_argument("--edition", type=int, required=True, metavar="YEAR")
    parser.add_argument(
        "--document", default="", metavar="KEY", help="only this document (default: all of the edition)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when an error is found")


def run_audit(options: argparse.Namespace) -> int:
    try:
        city, edition = named(options)
        known = documents(city, edition)
        if options.document and options.document not in known:
            raise UseError(
                _("nothing of '%(document)s' is typed for %(city)s %(year)d; there are: %(known)s")
                % {"document": options.document, "city": city.name, "year": edition.year,
                   "known": ", ".join(known) or _("none")}
            )  # fmt: skip
        found = [audit_document(city, edition, key) for key in known if options.document in ("", key)]
    except UseError as error:
        print(error, file=sys.stderr)
        return 2
    if options.format == "json":
        print(json.dumps(audit_data(city, edition, found), ensure_ascii=False, indent=2))
    else:
        print_audits(city, edition, found)
    return 1 if options.strict and any(item.counts["error"] for item in found) else 0


def print_audits(city: IndexCity, edition: Edition, found: list[Audited]) -> None:
    if not found:
        print(_("No document is typed for %(city)s %(year)d.") % {"city": city.name, "year": edition.year})
    for item in found:
        heading = _("%(city)s %(year)d, %(document)s: %(rows)d rows, %(statements)d statements") % {
            "city": city.name, "year": edition.year, "document": item.document, "rows": len(item.report.rows),
            "statements": len(item.report.statements),
        }  # fmt: skip
        print(f"{heading}\n{'=' * len(heading)}")
        for finding, consequences in item.primary():
            print_finding(finding)
            for consequence in consequences:
                print_finding(consequence, indent="    ")
        counts = item.counts
        print(
            _("%(errors)d errors (%(primary)d of their own), %(warnings)d warnings, %(notes)d notes")
            % {"errors": counts["error"], "primary": item.errors, "warnings": counts["warning"],
               "notes": counts["note"]},
            end="\n\n",
        )  # fmt: skip


def print_finding(finding: Finding, indent: str = "") -> None:
    line = _("line %(line)d") % {"line": finding.place.line} if finding.place.line else ""
    severity = audit_text.SEVERITIES[finding.severity]
    print(f"{indent}{severity}: {audit_text.where(finding)}" + (f" ({line})" if line else ""))
    print(f"{indent}  {audit_text.message(finding)}")
    follows = audit_text.follows(finding.follows)
    facts = [
        _("printed %(value)s") % {"value": finding.printed}
        if finding.printed is not None
        else _("not printed"),
        (_("right is %(value)s") if finding.replaces else _("the other figures give %(value)s"))
        % {"value": follows}
        if follows
        else "",
        _("%(certainty)s, because of %(basis)s")
        % {"certainty": audit_text.CERTAINTIES[finding.certainty], "basis": audit_text.basis(finding)},
    ]
    print(f"{indent}  {'; '.join(fact for fact in facts if fact)}")


def configure_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--edition", type=int, required=True, metavar="YEAR")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a figure is contradicted")


def run_verify(options: argparse.Namespace) -> int:
    try:
        edition = the_catalogue().edition(options.edition)
    except (UseError, UnknownNameError) as error:
        print(f"{options.edition}: {error}", file=sys.stderr)
        return 2
    found = verdicts([edition])
    counts = Counter(item.outcome for item in found)
    if options.format == "json":
        data = {
            "schema": VERIFY_SCHEMA, "index": edition.index.slug, "edition": edition.year, "counts": dict(counts),
            "figures": [verdict_data(item) for item in found],
        }  # fmt: skip
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print_verdicts(found)
        print(", ".join(f"{counts[key]} {audit_text.OUTCOMES[key]}" for key in audit_text.OUTCOMES))
    return 1 if options.strict and counts["contradicted"] else 0


def print_verdicts(found: tuple[FigureVerdict, ...]) -> None:
    """Every figure that could be checked, and how many could not."""
    for item in found:
        if item.outcome == "not_checkable":
            continue
        right = "" if item.right is None else f"{float(item.right.lo):.2f} – {float(item.right.hi):.2f}"
        print(
            f"{audit_text.OUTCOMES[item.outcome]}: {item.figure.city}, {item.figure.category or audit_text.WHOLE}: "
            f"{item.figure.value} ({right}) {item.figure.source}"
        )


COMMANDS = (
    Command(
        "index",
        "audit",
        "check typed results against their parts and other sources",
        run_audit,
        configure_audit,
    ),
    Command(
        "index", "verify", "which published scores follow from published parts", run_verify, configure_verify
    ),
)
