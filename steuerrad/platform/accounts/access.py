"""May this person do that? Every write asks here; rights are declared in the modules' manifests."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.accounts.roles import Role


def memberships(user: Any) -> list[tuple[str, int | None]]:
    """(role, organisation id) pairs, read once per request (kept on the user object)."""
    if user is None or not user.is_authenticated or not user.is_active:
        return []
    cached = getattr(user, "_steuerrad_memberships", None)
    if cached is None:
        cached = list(Membership.objects.filter(user=user).values_list("role", "organisation_id"))
        user._steuerrad_memberships = cached
    return cached


def allowed(user: Any, permission_id: str, organisations: set[int] | None = None) -> bool:
    """Whether the person holds the right.

    organisations: ids of the organisations that the object belongs to; a role that holds the right for its own
    organisation only needs one of them. Raises LookupError for a right that no module declares.
    """
    permission = registry.permission(permission_id)
    if permission is None:
        raise LookupError(f"no module declares the right {permission_id!r}")
    held = memberships(user)
    if user is not None and user.is_authenticated and user.is_active and user.is_superuser:
        return True
    for role, organisation in held:
        if role == Role.ADMINISTRATOR or role in permission.roles:
            return True
        if (
            role in permission.own_roles
            and organisation is not None
            and organisation in (organisations or ())
        ):
            return True
    return False


def holds_anywhere(user: Any, permission_id: str) -> bool:
    """Whether the person holds the right for anything at all (to show a link, never to allow a write)."""
    own = {organisation for _, organisation in memberships(user) if organisation is not None}
    return allowed(user, permission_id, own)


def require(user: Any, permission_id: str, organisations: set[int] | None = None) -> None:
    """Raise PermissionDenied unless allowed."""
    if not allowed(user, permission_id, organisations):
        raise PermissionDenied(permission_id)
