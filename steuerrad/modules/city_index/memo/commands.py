"""`steuerrad index memo`: the yearly memo as PDF, DOCX or HTML."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from django.conf import settings
from django.db.utils import OperationalError, ProgrammingError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from steuerrad.kernel.contributions import Command
from steuerrad.modules.city_index.memo.collect import NoMemoError, collect, find
from steuerrad.modules.city_index.memo.facts import to_data
from steuerrad.modules.city_index.memo.layout import Edition as Print
from steuerrad.modules.city_index.memo.layout import memo_document
from steuerrad.modules.city_index.memo.output import FORMATS, write_whole
from steuerrad.modules.city_index.memo.queries import author_of, facts_of, language_of, print_of, seal
from steuerrad.modules.city_index.models import Edition, IndexCity, Memo
from steuerrad.platform.city.queries import current_city
from steuerrad.platform.documents.model import Document

LANGUAGES = ("de", "en")
WRONG_USE = 2


class UseError(Exception):
    """The command cannot be done; the message says why."""


def configure_memo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--city", default="", help="key or name of the city (default: the city of this installation)"
    )
    parser.add_argument("--edition", type=int, required=True, metavar="YEAR")
    parser.add_argument("--out", required=True, metavar="FILE", help="file to write: .pdf, .docx or .html")
    parser.add_argument("--language", choices=LANGUAGES, default=settings.LANGUAGE_CODE[:2])
    parser.add_argument("--document", default="", metavar="KEY", help="typed document to correct")
    parser.add_argument(
        "--fresh", action="store_true", help="from today's figures, even if a memo is stored in the interface"
    )


def run_memo(options: argparse.Namespace) -> int:
    with override(options.language):
        try:
            path, form = target(options.out)
            city, edition = named(options)
            document, kind = composed(options, city, edition)
            content = FORMATS[form].make(document)
            write(path, content)
        except (UseError, NoMemoError) as error:
            print(error, file=sys.stderr)
            return WRONG_USE
        print(_("%(file)s: %(kind)s, %(size)d kB") % {
            "file": options.out, "kind": kind, "size": max(1, len(content) // 1024),
        })  # fmt: skip
    return 0


def target(out: str) -> tuple[Path, str]:
    """Path and format. Raises UseError for another ending or a folder that is not there."""
    path = Path(out)
    form = path.suffix.lower().lstrip(".")
    if form not in FORMATS:
        raise UseError(
            _("%(file)s: the name must end in %(endings)s") % {
                "file": out, "endings": ", ".join(f".{name}" for name in FORMATS),
            }
        )  # fmt: skip
    if path.is_dir() or not path.parent.is_dir():
        raise UseError(_("%(file)s: cannot be written here, there is no such folder") % {"file": out})
    return path, form


def named(options: argparse.Namespace) -> tuple[IndexCity, Edition]:
    try:
        own = current_city()
        return find(options.city or (own.name if own is not None else ""), options.edition)
    except (OperationalError, ProgrammingError) as error:
        raise UseError(_("no index is loaded; run 'steuerrad load' first")) from error


def composed(options: argparse.Namespace, city: IndexCity, edition: Edition) -> tuple[Document, str]:
    """The stored memo (newest version), else one of today's figures; and in words what it is."""
    memo = None
    if not options.fresh and not options.document:
        memo = Memo.objects.filter(city=city, edition=edition).order_by("-version").first()
    if memo is None:
        facts = collect(city, edition, document=options.document)
        digest = seal({"facts": to_data(facts), "document": options.document})
        made = Print(day=timezone.localdate(), author=author_of(facts), digest=digest)
        return memo_document(facts, made), _("draft from today's figures")
    frozen_in = language_of(memo)
    if frozen_in and frozen_in != options.language:
        raise UseError(
            _("the released version is in “%(language)s”; use --language %(language)s or --fresh")
            % {"language": frozen_in}
        )
    words = _("released version %(version)d") if frozen_in else _("draft of version %(version)d")
    return memo_document(facts_of(memo), print_of(memo)), words % {"version": memo.version}


def write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise UseError(
            _("%(file)s: cannot be written: %(reason)s") % {"file": path, "reason": error.strerror or error}
        ) from error


COMMANDS = (Command("index", "memo", "write the yearly memo as PDF, DOCX or HTML", run_memo, configure_memo),)
