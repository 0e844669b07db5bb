"""What must not stand in a log."""

from __future__ import annotations

import logging
import re
from contextlib import suppress

#: Addresses whose last part is a secret: it signs in, changes a person's mails, or sets a new password.
SECRETS = re.compile(r"(/sign-in/(?!new/)|/notifications/mail/|/password/reset/key/)[^/\s\"'?]+")


class HideTokens(logging.Filter):
    """Takes the secrets out of addresses. Django notes the address of every request that it refuses: a mail scanner
    that asks with another method than GET, or a form without its CSRF token, would leave a link in the log that is
    still good."""

    def filter(self, record: logging.LogRecord) -> bool:
        with suppress(
            TypeError, ValueError
        ):  # arguments that do not fit their message: logging itself says so
            told = record.getMessage()
            hidden = SECRETS.sub(r"\1…", told)
            if hidden != told:
                record.msg, record.args = hidden, ()
        return True
