"""Handing one mail to the mail server in two steps, so that a crash leaves as little in doubt as SMTP allows.

RFC 5321, 4.2.5: the server takes responsibility with its 250 after the final dot, and must forget a mail whose
dot never came (4.1.1.10). So everything but the dot is sent first; then the caller writes down that the dot is about to go; then it
goes. Before that note a crash means: not sent. After the answer is written down it means: sent. Between the two lies one
round trip (RFC 1047 describes this gap; the protocol cannot close it), which the journal decides (see journal).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage

from django.conf import settings

LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """What became of a hand-over.

    outcome: "sent"; "later" (refused for now, nothing was taken); "never" (refused for good); "fault" (this installation
    is refused, not this mail); "unclear" (the dot went, the answer did not come); "overtaken" (the note was refused:
    another worker has the mail). address: whether it was the recipient's address that was refused.
    """

    outcome: str
    text: str
    address: bool = False


def connect() -> smtplib.SMTP:
    """A session with the configured server, signed in. Raises OSError or SMTPException."""
    place = (settings.EMAIL_HOST, settings.EMAIL_PORT)
    if settings.EMAIL_USE_SSL:
        context = ssl.create_default_context()
        session: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=settings.EMAIL_TIMEOUT, context=context)
    else:
        session = smtplib.SMTP(*place, timeout=settings.EMAIL_TIMEOUT)
    try:
        if (
            session.sock is not None
        ):  # the dot follows the text in a packet of its own, and must not wait for it
            session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if settings.EMAIL_USE_TLS:
            session.starttls(context=ssl.create_default_context())
        if settings.EMAIL_HOST_USER:
            session.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        session.ehlo_or_helo_if_needed()
    except BaseException:
        session.close()
        raise
    return session


def ascii_address(address: str) -> str:
    """The address as every server takes it. Raises UnicodeError for signs outside ASCII before the @."""
    local, _at, domain = address.rpartition("@")
    return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"


def _said(code: int, text: bytes) -> str:
    return f"{code} {text.decode('utf-8', 'replace')}"[:500]


def hand_over(
    session: smtplib.SMTP, message: EmailMessage, to: str, *, journal: str, note: Callable[[bool], bool]
) -> Answer:
    """Send one mail. journal: address of the blind copy, "" for none.

    note(journalled) is called when all but the final dot is sent; it must write durably that the dot is about to go, and
    answer False when this worker may not send any more. Closes the session unless it can be used for another mail.
    """
    try:
        opened = _envelope(session, to, journal)
        if isinstance(opened, Answer):
            session.rset()
            return opened
        code, text = session.docmd("DATA")
        if code != 354:
            session.rset()
            return Answer("never" if code >= 500 else "later", _said(code, text))
        content = LINE_START_DOT.sub(b"..", message.as_bytes())
        session.send(content if content.endswith(b"\r\n") else content + b"\r\n")
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        session.close()
        if isinstance(error, UnicodeError):
            return Answer("never", str(error)[:500], address=True)
        return Answer("later", f"{type(error).__name__}: {error}"[:500])
    if not note(opened):
        session.close()  # without the dot the server forgets the mail
        return Answer("overtaken", "")
    return _final_dot(session)


def _envelope(session: smtplib.SMTP, to: str, journal: str) -> Answer | bool:
    """MAIL and RCPT; True when the journal gets its copy, False when not, an Answer when the mail is refused."""
    code, text = session.mail(settings.EMAIL_BOUNCE)
    if code != 250:
        return Answer("fault", _said(code, text))
    code, text = session.rcpt(ascii_address(to))
    if code not in (250, 251):
        return Answer("never" if code >= 500 else "later", _said(code, text), address=code >= 500)
    return bool(journal) and session.rcpt(ascii_address(journal))[0] in (250, 251)


def _final_dot(session: smtplib.SMTP) -> Answer:
    try:
        session.send(b".\r\n")
        code, text = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        session.close()
        return Answer("unclear", f"{type(error).__name__}: {error}"[:500])
    if code == 250:
        return Answer("sent", _said(code, text))
    if code == -1:
        session.close()
        return Answer("unclear", _said(code, text))
    return Answer("never" if code >= 500 else "later", _said(code, text))
