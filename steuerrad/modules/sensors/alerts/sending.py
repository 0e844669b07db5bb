"""Webhooks: signed and with back-off. Pure functions; where calls may go is decided by platform.egress."""

from __future__ import annotations

import hashlib
import hmac

#: Seconds until the next try, by the number of tries made; after the last one it is given up and shown as failed.
BACK_OFF_S = (30, 120, 600, 3600, 4 * 3600, 12 * 3600)


def signature(secret: bytes, at: int, body: bytes) -> str:
    """ "t=<seconds>,v1=<HMAC-SHA-256 over "seconds.body">": the receiver refuses old times, so that nothing can be replayed."""
    return f"t={at},v1={hmac.new(secret, f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def verified(secret: bytes, told: str, body: bytes, now: int, within: int = 300) -> bool:
    """What a receiver does with the header."""
    at = told.partition(",")[0].removeprefix("t=")
    if not (at.isascii() and at.isdecimal()) or abs(now - int(at)) > within:
        return False
    return hmac.compare_digest(signature(secret, int(at), body).encode(), told.encode())


def next_try(tries: int) -> int | None:
    """Seconds to wait after so many failed tries; None when there is no further one."""
    return BACK_OFF_S[tries - 1] if 1 <= tries <= len(BACK_OFF_S) else None
