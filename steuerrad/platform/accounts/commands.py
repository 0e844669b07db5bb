"""`steuerrad accounts …`"""

from __future__ import annotations

import argparse
import sys

from django.utils.translation import ngettext

from steuerrad.kernel.contributions import Command
from steuerrad.platform.accounts.models import User
from steuerrad.platform.accounts.sign_in_links import withdraw_links


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar="EMAIL")


def run(options: argparse.Namespace) -> int:
    user = User.objects.filter(email__iexact=options.address).first()
    if user is None:
        print(f"{options.address}: no such account", file=sys.stderr)
        return 1
    count = withdraw_links(None, user)
    said = ngettext("%(count)d link is dead now.", "%(count)d links are dead now.", count)
    print(said % {"count": count})
    return 0


COMMANDS = (
    Command(
        "accounts", "withdraw-links", "end all sign-in links of an account and their sessions", run, configure
    ),
)
