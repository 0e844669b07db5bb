"""Demo logins, one for each role, labelled as such. Never made in an installation that serves over TLS."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import transaction

from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.organisations.models import Organisation

PASSWORD = "steuerrad-demo"  # noqa: S105 - public on purpose, for demo accounts on loopback


def make_demo_accounts(folder: Path) -> list[str]:
    """One account for each role; returns lines to print. Repeating it changes nothing."""
    if settings.TLS:
        return ["No demo logins: this installation runs behind TLS."]
    organisation = Organisation.objects.filter(retired=False).order_by("-in_charge", "key").first()
    lines = []
    with transaction.atomic():
        for role in Role:
            if role == Role.CONTRIBUTOR and organisation is None:
                continue
            email = f"{role.value}@demo.invalid"
            user = User.objects.filter(email=email).first()
            if user is None:
                administrator = role == Role.ADMINISTRATOR
                user = User.objects.create_user(
                    email, PASSWORD, first_name="Demo", last_name=str(role.label), is_demo=True,
                    is_staff=administrator, is_superuser=administrator,
                )  # fmt: skip
            own = organisation if role == Role.CONTRIBUTOR else None
            if not user.memberships.filter(role=role).exists():
                Membership.objects.create(user=user, role=role, organisation=own)
            lines.append(f"{email:32} {PASSWORD}")
    return lines
