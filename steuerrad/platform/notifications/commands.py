"""`steuerrad mail`: send, look at what is unclear or refused, say what became of it."""

from __future__ import annotations

import argparse
import sys
import time

from steuerrad.kernel.contributions import Command
from steuerrad.platform.notifications import sending
from steuerrad.platform.notifications.journal import JournalError
from steuerrad.platform.notifications.models import Mail, Recipient


def configure_send(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--watch", action="store_true", help="go on until stopped, looking every few seconds")
    parser.add_argument(
        "--every", type=float, default=10.0, help="seconds between looks (default: %(default)s)"
    )


def run_send(options: argparse.Namespace) -> int:
    while True:
        try:
            sending.send_due()
        except (sending.MailServerError, JournalError) as error:
            print(f"mail: {error}", file=sys.stderr)
            if not options.watch:
                return 1
        if not options.watch:
            return 0
        time.sleep(options.every)


def configure_list(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run_list(options: argparse.Namespace) -> int:
    """Mails that need a person: unclear and not deliverable ones."""
    rows = Mail.objects.filter(state__in=[Mail.UNCLEAR, Mail.FAILED]).order_by("pk")
    for row in rows:
        print(f"{row.pk:8} {row.state:8} {row.day} {row.to:40} {row.message_id} {row.answer}")
    print(f"{rows.count()} mails need a look")
    return 0


def configure_resolve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mail", type=int, help="number of an unclear mail, as `steuerrad mail list` shows it")
    parser.add_argument("outcome", choices=["sent", "again"], help="what the mail server's log says")


def run_resolve(options: argparse.Namespace) -> int:
    mail = Mail.objects.filter(pk=options.mail).first()
    sent = options.outcome == "sent"
    if mail is None or not sending.resolve(
        mail, sent=sent, reason=f"said by the operator: {options.outcome}"
    ):
        print(f"{options.mail}: no unclear mail has this number", file=sys.stderr)
        return 1
    return 0


def configure_mended(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", help="an address that the mail server refused and that works again")


def run_mended(options: argparse.Namespace) -> int:
    address = options.address.lower()
    rows = Recipient.objects.filter(address=address) | Recipient.objects.filter(user__email=address)
    count = Recipient.objects.filter(pk__in=[row.pk for row in rows]).exclude(refused="").update(refused="")
    print(f"{count} addresses")
    return 0 if count else 1


COMMANDS = (
    Command("mail", "send", "send the mails that are due", run_send, configure_send),
    Command("mail", "list", "mails that are unclear or not deliverable", run_list, configure_list),
    Command("mail", "resolve", "say whether an unclear mail was sent", run_resolve, configure_resolve),
    Command("mail", "mended", "send to a refused address again", run_mended, configure_mended),
)
