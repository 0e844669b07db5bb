"""Demo logins, one for each role, labelled as such. Never made in an installation that serves over TLS."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.conf import settings
from django.db import transaction

from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.organisations.models import Organisation

PASSWORD = "steuerrad-demo"  # noqa: S105 - public on purpose, for demo accounts on loopback


def contributor_of(folder: Path | None) -> tuple[Organisation | None, list[str]]:
    """Whose contributor the demo login is: the organisation that city.toml names, else the first department.

    Answers it with what there is to say about the file. The city's folder was loaded before, so the file is sound.
    """
    known = Organisation.objects.filter(retired=False)
    file = folder / "city.toml" if folder else None
    wanted = None
    if file and file.exists():
        wanted = tomllib.loads(file.read_text(encoding="utf-8")).get("demo_contributor")
    named = known.filter(key=str(wanted)).first() if wanted else None
    if named is not None:
        return named, []
    said = [f"city.toml, demo_contributor: there is no organisation {wanted!r}"] if wanted else []
    return known.filter(kind="city_unit").order_by("key").first() or known.order_by("key").first(), said


def make_demo_accounts(folder: Path | None) -> list[str]:
    """One account for each role; returns lines to print. Repeating it changes nothing."""
    if settings.TLS:
        return ["No demo logins: this installation runs behind TLS."]
    organisation, lines = contributor_of(folder)
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
