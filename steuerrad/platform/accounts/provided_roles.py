"""Roles that an OpenID Connect provider states, as texts "steuerrad:<role>" or "steuerrad:<role>:<organisation>"."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from steuerrad.platform.accounts.models import Membership
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.audit.log import record
from steuerrad.platform.organisations.models import Organisation

log = logging.getLogger(__name__)
PREFIX = "steuerrad:"


def read_roles(stated: Iterable[Any]) -> set[tuple[str, str]]:
    """(role, organisation key or "") pairs; what is not ours or not known is left out and logged."""
    found = set()
    for text in stated:
        if not isinstance(text, str) or not text.startswith(PREFIX):
            continue
        role, _, organisation = text.removeprefix(PREFIX).partition(":")
        if role not in Role.values or (role == Role.CONTRIBUTOR and not organisation):
            log.warning("the sign-in provider states an unusable role: %r", text[:100])
            continue
        found.add((role, organisation))
    return found


def apply_provided_roles(user: Any, stated: Iterable[Any]) -> None:
    """Make the person's roles what the provider states; the audit log says what changed."""
    wanted = read_roles(stated)
    known = {
        item.key: item for item in Organisation.objects.filter(key__in={key for _, key in wanted if key})
    }
    wanted = {(role, key) for role, key in wanted if not key or key in known}
    with transaction.atomic():
        held = {
            (item.role, item.organisation.key if item.organisation else ""): item
            for item in Membership.objects.select_related("organisation").filter(user=user)
        }
        for pair in wanted - held.keys():
            Membership.objects.create(user=user, role=pair[0], organisation=known.get(pair[1]))
        for pair in held.keys() - wanted:
            held[pair].delete()
        if wanted != held.keys():
            before, after = (", ".join(sorted(":".join(pair) for pair in pairs)) for pairs in (held, wanted))
            record(
                None,
                "accounts.roles_from_provider",
                f"account:{user.pk}",
                title=str(user),
                changes={"roles": (before, after)},
            )
    user._steuerrad_memberships = None
