"""Who may see what. Nothing of a campaign is public before it is released."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet

from steuerrad.kernel.registry import registry
from steuerrad.modules.campaign.models import Assignment, Round
from steuerrad.platform.accounts.access import allowed, memberships

READ = "campaign.read"
COORDINATE = "campaign.coordinate"
ANSWER = "campaign.answer"
CHECK = "campaign.check"
RELEASE = "campaign.release"


def own_organisations(user: Any, right: str = ANSWER) -> set[int]:
    """Ids of the organisations for which the person holds the right as one of theirs."""
    permission = registry.permission(right)
    roles = permission.own_roles if permission else ()
    return {
        organisation for role, organisation in memberships(user) if role in roles and organisation is not None
    }


def sees_all(user: Any) -> bool:
    """Whether the person sees every question of every round."""
    return allowed(user, READ)


def visible(user: Any) -> QuerySet[Assignment]:
    """The assignments that the person may see: all, or those of the own organisations in rounds that were opened."""
    found = Assignment.objects.select_related("question__round", "organisation", "current", "released")
    if not allowed(user, COORDINATE):
        found = found.exclude(question__round__state=Round.DRAFT)
    if sees_all(user):
        return found
    return found.filter(organisation__in=own_organisations(user, READ))


def visible_rounds(user: Any) -> QuerySet[Round]:
    """The rounds in which the person sees at least one question; a coordinator sees drafts, too."""
    found = Round.objects.all()
    if not allowed(user, COORDINATE):
        found = found.exclude(state=Round.DRAFT)
    if sees_all(user):
        return found
    own = Assignment.objects.filter(organisation__in=own_organisations(user, READ))
    return found.filter(pk__in=own.values("question__round"))


def organisations_of(assignment: Assignment) -> set[int]:
    return {assignment.organisation_id} if assignment.organisation_id else set()


def may_answer(user: Any, assignment: Assignment) -> bool:
    return allowed(user, ANSWER, organisations_of(assignment))


def may_see(user: Any, assignment: Assignment) -> bool:
    if assignment.question.round.state == Round.DRAFT:
        return allowed(user, COORDINATE)
    return allowed(user, READ, organisations_of(assignment))


def require_sight(user: Any) -> None:
    """Raise PermissionDenied for those who have nothing to do with campaigns at all."""
    if not sees_all(user) and not own_organisations(user, READ):
        raise PermissionDenied(READ)


def of_person(user: Any) -> Q:
    """Assignments given to this very person, as a condition."""
    return Q(person=user) | Q(deputy=user)
