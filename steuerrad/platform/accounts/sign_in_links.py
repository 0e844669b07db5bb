"""Links in mails that sign a person in, for those who come here twice a year and have no password in mind.

Who holds the mail holds the link, so it opens little: only accounts whose every role is in STEUERRAD_LINK_ROLES
(a mailbox is read by deputies, scanners and backups; an administrator or whoever releases figures needs the full
sign-in), only the session of a working day, and none of the account's own settings.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from steuerrad.kernel import clock
from steuerrad.platform.accounts.access import memberships, require
from steuerrad.platform.accounts.backends import shut_out
from steuerrad.platform.accounts.models import SignInLink, User
from steuerrad.platform.audit.log import record

USUAL_DAYS = 14
#: How long a session lasts that began with a link, and how it is marked.
SESSION_HOURS = 10
SESSION_MARK = "signed_in_by_link"
TOKEN_LENGTH = 43  # of 32 random bytes


def may_use(user: Any) -> bool:
    """Whether this account may sign in by a link: active, with roles, and none of them beyond the allowed ones."""
    if not user.is_active or user.is_staff or user.is_superuser or shut_out(user):
        return False
    roles = {role for role, _organisation in memberships(user)}
    return bool(roles) and roles <= set(settings.LINK_ROLES)


def is_local(path: str) -> bool:
    """Whether it is a page of this installation and cannot be read as anything else by a browser."""
    if not path.startswith("/") or path.startswith("//") or len(path) > 300:
        return False
    if "\\" in path or any(ord(sign) < 33 or ord(sign) == 127 for sign in path):
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def link_for(
    user: User, path: str, *, purpose: str = "task", days: int = USUAL_DAYS, once: bool = False
) -> str:
    """The absolute address of a page for a mail: one that signs the person in, or the plain one where the account
    needs the full sign-in. Raises ValueError for a page that is not local."""
    if not is_local(path):
        raise ValueError(f"not a page of this installation: {path!r}")
    if not may_use(user):
        return settings.SITE_URL + path
    token = secrets.token_urlsafe(32)
    now = clock.now()
    SignInLink.objects.create(
        user=user, digest=digest_of(token), address=user.email, purpose=purpose[:40], path=path, once=once,
        created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    return settings.SITE_URL + reverse("sign_in:link", args=[token])


def find(token: str) -> SignInLink | None:
    """The link of this token if it is good now; nothing is written, so a mail scanner may look as often as it likes."""
    link = SignInLink.objects.select_related("user").filter(digest=digest_of(token)).first()
    return link if link is not None and is_good(link) else None


def is_good(link: SignInLink) -> bool:
    if link.expires_at <= clock.now() or (link.once and link.used_at is not None):
        return False
    return link.address == link.user.email and may_use(link.user)


def redeem(token: str) -> SignInLink | None:
    """Use the link: of two uses at once of a link for one use, one wins. None when it is not good."""
    with transaction.atomic():
        link = (
            SignInLink.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(digest=digest_of(token))
            .first()
        )
        if link is None or not is_good(link):
            return None
        first = link.used_at is None
        link.used_at = clock.now()
        link.save(update_fields=["used_at"])
        if first or link.once:
            record(
                link.user, "accounts.sign_in_by_link", f"accounts.user:{link.user.pk}",
                title=str(link.user), changes={"page": (None, link.path)},
            )  # fmt: skip
    return link


def withdraw_links(actor: Any, user: User) -> int:
    """Make all links of an account dead at once, and the sessions that began with one (a mailbox was read by somebody
    else). Returns how many links still were good. Raises PermissionDenied.
    """
    if actor is not None:
        require(actor, "accounts.manage")
    now = clock.now()
    with transaction.atomic():
        count = SignInLink.objects.filter(user=user, expires_at__gt=now).update(expires_at=now)
        User.objects.filter(pk=user.pk).update(links_withdrawn_at=now)
        record(actor, "accounts.withdraw_links", f"accounts.user:{user.pk}", title=str(user),
               changes={"links": (count, 0)})  # fmt: skip
    return count


def still_good(user: Any, began: Any) -> bool:
    """Whether a session that began with a link at `began` (ISO 8601) may go on."""
    withdrawn = user.links_withdrawn_at
    return may_use(user) and (withdrawn is None or (began is not True and str(began) > withdrawn.isoformat()))


def drop_old() -> None:
    """The job: links that died a month ago."""
    SignInLink.objects.filter(expires_at__lt=clock.now() - timedelta(days=30)).delete()
