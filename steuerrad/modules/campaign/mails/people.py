"""Who is told: by organisation and role, read once a run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.modules.campaign.queries.access import ANSWER
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role


@dataclass
class People:
    """Active accounts: those who may answer for an organisation, its heads, and the coordinators of all."""

    answering: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    heads: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    coordinators: list[User] = field(default_factory=list)
    approvers: list[User] = field(default_factory=list)


def people() -> People:
    """One query. A head is whoever sits in the steering committee for that very organisation."""
    permission = registry.permission(ANSWER)
    own_roles = permission.own_roles if permission else ()
    found = People()
    rows = Membership.objects.filter(user__is_active=True).select_related("user").order_by("user_id", "role")
    for row in rows:
        if row.organisation_id is not None:
            if row.role in own_roles:
                found.answering[row.organisation_id].append(row.user)
            if row.role == Role.STEERING:
                found.heads[row.organisation_id].append(row.user)
        if row.role == Role.COORDINATOR:
            found.coordinators.append(row.user)
        if row.role == Role.APPROVER:
            found.approvers.append(row.user)
    return found


def contributors(assignment: Assignment, known: People) -> list[User]:
    """Who answers: the named person, else everybody who may for the organisation, else the coordinators."""
    if assignment.person is not None and assignment.person.is_active:
        return [assignment.person]
    return known.answering.get(assignment.organisation_id or 0, []) or known.coordinators


def deputies(assignment: Assignment, known: People) -> list[User]:
    """The named deputy, else the colleagues of the named person. Where nobody is named all were told already, and where
    there are no colleagues nobody is left in the house: then the coordinators."""
    if assignment.deputy is not None and assignment.deputy.is_active:
        return [assignment.deputy]
    if assignment.person is None:
        return known.coordinators
    colleagues = known.answering.get(assignment.organisation_id or 0, [])
    return [user for user in colleagues if user.pk != assignment.person_id] or known.coordinators


def addressed(to: str, assignment: Assignment, known: People, round_: Round) -> list[User]:
    """The accounts behind an addressee of a step. Demo rounds reach demo accounts only."""
    if to == "contributor":
        found = contributors(assignment, known)
    elif to == "deputy":
        found = deputies(assignment, known)
    elif to == "head":
        found = known.heads.get(assignment.organisation_id or 0, []) or known.coordinators
    else:
        found = known.coordinators
    return fitting(found, round_)


def fitting(users: list[User], round_: Round) -> list[User]:
    return [user for user in users if user.is_demo] if round_.demo else users
