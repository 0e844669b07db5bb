"""What a write is, and the people who try it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from steuerrad.modules.strategy.models import Kpi, MeasureOrganisation
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.organisations.models import Organisation

Objects = dict[str, Any]
EVERYBODY = ("contributor", "foreign", "coordinator", "approver", "steering", "administrator")
ALL = frozenset(EVERYBODY)
OWN = frozenset({"contributor", "coordinator", "administrator"})
OFFICE = frozenset({"coordinator", "administrator"})
BOTH = frozenset({"coordinator", "approver", "administrator"})
APPROVER = frozenset({"approver", "administrator"})
STUDY = frozenset({"coordinator", "steering", "administrator"})
READERS = frozenset({"coordinator", "steering", "approver", "administrator"})
STEERERS = OWN | {"foreign"}
ADMINISTRATOR = frozenset({"administrator"})


@dataclass(frozen=True)
class Write:
    """One address that writes: its route, who may, and what is sent (data, or what makes it). api: JSON; else a form.

    before: what the person does first in the same session. code: of a success, 0 = as usual. logged:
    whether it needs an entry of the log.
    """

    route: str
    may: frozenset[str]
    address: Callable[[Objects], str]
    data: dict[str, Any] | Callable[[Objects], dict[str, Any]] = field(default_factory=dict[str, Any])
    method: str = "post"
    api: bool = False
    before: Callable[[Client, Objects], None] | None = None
    code: int = 0
    logged: bool = True

    def sent(self, objects: Objects) -> dict[str, Any]:
        return self.data(objects) if callable(self.data) else self.data


def made() -> Objects:
    """A measure of one organisation with a KPI, and a person for each role; foreign: of another organisation.

    office and second: two of the administration, who do what must lie there already.
    """
    lead = MeasureOrganisation.objects.filter(
        retired=False, measure__kpis__retired=False, measure__kpis__supplied_by="", measure__status="in_progress"
    ).select_related("organisation", "measure").order_by("pk").first()  # fmt: skip
    assert lead is not None
    kpi = Kpi.objects.filter(measure=lead.measure, retired=False, supplied_by="").first()
    assert kpi is not None
    part = MeasureOrganisation.objects.filter(measure=lead.measure).values("organisation")
    other = Organisation.objects.filter(retired=False).exclude(pk__in=part).first()
    people: dict[str, User] = {}
    for name, organisation in (("contributor", lead.organisation), ("foreign", other)):
        people[name] = User.objects.create_user(f"{name}@city.example")
        Membership.objects.create(user=people[name], role="contributor", organisation=organisation)
    for name in ("coordinator", "approver", "steering", "administrator"):
        people[name] = User.objects.create_user(f"{name}@city.example")
        Membership.objects.create(user=people[name], role=name)
    return {
        "people": people,
        "office": User.objects.create_superuser("office@city.example", "a long enough password"),
        "second": User.objects.create_superuser("second@city.example", "a long enough password"),
        "own_organisation": lead.organisation,
        "other_organisation": other,
        "measure": lead.measure,
        "kpi": kpi,
    }
