"""Writes: who may, what is refused, what stays readable, what is logged."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.utils import IntegrityError

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import KpiResult
from steuerrad.kernel.registry import registry
from steuerrad.modules.strategy.actions import values
from steuerrad.modules.strategy.actions.computing import compute_all
from steuerrad.modules.strategy.actions.proposals import (
    propose_correction,
    propose_status,
    propose_value,
    release,
)
from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.actions.status import change_status
from steuerrad.modules.strategy.actions.values import store_computed
from steuerrad.modules.strategy.models import Kpi, KpiValue, Measure
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bochum")]
DAY = date(2024, 12, 31)
GIVEN: dict[str, Any] = {"day": DAY, "value": Decimal("12.5"), "quality": "measured", "source": "Bericht"}
FIX: dict[str, Any] = {
    "value": Decimal("13.5"),
    "quality": "measured",
    "source": "Bericht",
    "reason": "Tippfehler",
}
EVERYWHERE = {Role.COORDINATOR, Role.ADMINISTRATOR}


def record_value(user: Any, kpi: Kpi, **given: Any) -> KpiValue:
    """Reported by the one and released by another."""
    return release(approver(), propose_value(user, kpi, **given))


def correct_value(user: Any, old: KpiValue, **given: Any) -> KpiValue:
    return release(approver(), propose_correction(user, old, **given))


def approver() -> User:
    user, new = User.objects.get_or_create(email="eyes@test.invalid")
    if new:
        Membership.objects.create(user=user, role=Role.APPROVER)
    return user


def person(role: Role, *, measure: Measure | None = None, other: bool = False) -> User:
    """An account with the role, bound to an organisation of the measure (other: to one that has no part in it)."""
    user = User.objects.create_user(f"{role.value}-{other}@test.invalid", None)
    organisation = None
    if role == Role.CONTRIBUTOR:
        assert measure
        own = measure.organisations.values_list("organisation_id", flat=True)  # type: ignore[attr-defined]
        rows = Membership._meta.get_field("organisation").related_model.objects.order_by("pk")
        organisation = (rows.exclude(pk__in=own) if other else rows.filter(pk__in=own)).first()
        assert organisation
    Membership.objects.create(user=user, role=role, organisation=organisation)
    return user


@pytest.fixture
def kpi() -> Kpi:
    return Kpi.objects.get(code="ZI-NI-K1.1")


@pytest.fixture
def measure(kpi: Kpi) -> Measure:
    assert kpi.measure
    return kpi.measure


@pytest.fixture
def coordinator() -> User:
    return person(Role.COORDINATOR)


class TestWhoMay:
    @pytest.mark.parametrize("role", list(Role))
    def test_roles(self, role: Role, kpi: Kpi, measure: Measure) -> None:
        user = person(role, measure=measure)
        if role in EVERYWHERE | {Role.CONTRIBUTOR}:
            value = record_value(user, kpi, **GIVEN)
            correct_value(user, value, **FIX)
            step = change_status if role in EVERYWHERE else propose_status
            step(user, measure, status=Status.COMPLETED, since=DAY)
            return
        value = record_value(person(Role.COORDINATOR), kpi, **GIVEN) if role != Role.COORDINATOR else None
        assert value
        with pytest.raises(PermissionDenied):
            record_value(user, kpi, **{**GIVEN, "day": DAY - timedelta(days=1)})
        with pytest.raises(PermissionDenied):
            correct_value(user, value, **FIX)
        with pytest.raises(PermissionDenied):
            change_status(user, measure, status=Status.COMPLETED, since=DAY)
        assert KpiValue.objects.filter(kpi=kpi).count() == 1

    @pytest.mark.parametrize("user", [AnonymousUser(), None])
    def test_visitors_may_nothing(self, user: Any, kpi: Kpi, measure: Measure) -> None:
        with pytest.raises(PermissionDenied):
            record_value(user, kpi, **GIVEN)
        with pytest.raises(PermissionDenied):
            change_status(user, measure, status=Status.COMPLETED, since=DAY)

    def test_contributors_only_for_their_own(self, kpi: Kpi, measure: Measure) -> None:
        stranger = person(Role.CONTRIBUTOR, measure=measure, other=True)
        with pytest.raises(PermissionDenied):
            record_value(stranger, kpi, **GIVEN)
        for step in (change_status, propose_status):
            with pytest.raises(PermissionDenied):
                step(stranger, measure, status=Status.COMPLETED, since=DAY)

    def test_kpis_of_a_field_are_for_coordinators(self, measure: Measure, coordinator: User) -> None:
        of_field = Kpi.objects.filter(measure=None, supplied_by="").first()
        assert of_field
        with pytest.raises(PermissionDenied):
            record_value(person(Role.CONTRIBUTOR, measure=measure), of_field, **GIVEN)
        record_value(coordinator, of_field, **GIVEN)

    def test_inactive_accounts_may_nothing(self, kpi: Kpi, coordinator: User) -> None:
        coordinator.is_active = False
        with pytest.raises(PermissionDenied):
            record_value(coordinator, kpi, **GIVEN)


class TestValues:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"day": date(2999, 1, 1)}, "date"), ({"day": date(1800, 1, 1)}, "date"),
            ({"value": Decimal("1e16")}, "value"), ({"value": Decimal("NaN")}, "value"),
            ({"value": Decimal("0.000000001")}, "value"), ({"quality": "superb"}, "quality"), ({"source": " "}, "source"),
        ],
    )  # fmt: skip
    def test_refused(self, change: dict[str, Any], field: str, kpi: Kpi, coordinator: User) -> None:
        with pytest.raises(RefusedError) as refusal:
            record_value(coordinator, kpi, **{**GIVEN, **change})
        assert refusal.value.field == field
        assert not kpi.values.exists()  # type: ignore[attr-defined]

    def test_a_date_has_one_value(self, kpi: Kpi, coordinator: User) -> None:
        record_value(coordinator, kpi, **GIVEN)
        with pytest.raises(ConflictError):
            record_value(coordinator, kpi, **GIVEN)

    def test_computed_kpis_take_no_entries(self, coordinator: User) -> None:
        with pytest.raises(RefusedError):
            record_value(coordinator, Kpi.objects.get(code="ZI-DI-K6"), **GIVEN)

    def test_a_correction_is_a_new_revision_and_logged(self, kpi: Kpi, coordinator: User) -> None:
        old = record_value(coordinator, kpi, **GIVEN)
        new = correct_value(coordinator, old, **FIX)
        old.refresh_from_db()
        assert (old.superseded, old.value) == (True, Decimal("12.5"))
        assert (new.revision, new.superseded, new.reason) == (2, False, "Tippfehler")
        entry = AuditEntry.objects.filter(ref=kpi.ref, action="strategy.correct_value").first()
        assert entry
        assert entry.changes == {"2024-12-31": ["12.5", "13.5"]}

    def test_a_correction_needs_a_reason_and_a_change(self, kpi: Kpi, coordinator: User) -> None:
        old = record_value(coordinator, kpi, **GIVEN)
        with pytest.raises(RefusedError):
            correct_value(coordinator, old, **{**FIX, "reason": "  "})
        with pytest.raises(RefusedError):
            correct_value(coordinator, old, **{**FIX, "value": old.value})

    def test_of_two_corrections_the_second_is_told(self, kpi: Kpi, coordinator: User) -> None:
        old = record_value(coordinator, kpi, **GIVEN)
        same = KpiValue.objects.select_related("kpi").get(pk=old.pk)
        correct_value(coordinator, old, **FIX)
        with pytest.raises(ConflictError):
            correct_value(coordinator, same, **{**FIX, "value": Decimal(99)})
        valid = kpi.values.get(superseded=False)  # type: ignore[attr-defined]
        assert valid.value == Decimal("13.5")

    def test_what_the_database_refuses_is_a_conflict(
        self, kpi: Kpi, coordinator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The constraint is the last word when two writers pass the check at the same moment."""

        def collide(*args: Any, **options: Any) -> None:
            raise IntegrityError("kpi_value_one_valid")

        reported = propose_value(coordinator, kpi, **GIVEN)
        monkeypatch.setattr(values.KpiValue, "save", collide)
        before = AuditEntry.objects.count()
        with pytest.raises(ConflictError):
            release(approver(), reported)
        assert AuditEntry.objects.count() == before

    def test_listeners_hear_of_it_after_commit(
        self,
        kpi: Kpi,
        coordinator: User,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        heard: list[dict[str, Any]] = []
        module = registry.get("strategy")
        monkeypatch.setitem(
            registry._modules, "ear",
            type(module)(slug="ear", title="", summary="", listens={"strategy.value_recorded": lambda **p: heard.append(p)}),
        )  # fmt: skip
        with django_capture_on_commit_callbacks(execute=True):
            record_value(coordinator, kpi, **GIVEN)
            assert not heard
        assert heard[0]["kpi"] == kpi.code


class TestComputed:
    def test_repeating_it_changes_nothing(self) -> None:
        assert all(not item.error for item in compute_all())
        before = KpiValue.objects.count(), AuditEntry.objects.count()
        compute_all()
        assert (KpiValue.objects.count(), AuditEntry.objects.count()) == before

    def test_another_figure_on_the_same_day_is_a_revision(self) -> None:
        kpi = Kpi.objects.get(code="ZI-DI-K6")
        today = clock.today()
        store_computed(kpi, KpiResult(Decimal(1), today))
        stored = store_computed(kpi, KpiResult(Decimal(2), today))
        assert stored
        assert (stored.revision, stored.origin, stored.value) == (2, "computed", Decimal(2))

    def test_nothing_is_stored_for_what_cannot_be_computed(self) -> None:
        kpi = Kpi.objects.get(code="ZI-DI-K6")
        assert store_computed(kpi, KpiResult(None, clock.today(), "no data")) is None
        assert not kpi.values.exists()  # type: ignore[attr-defined]

    def test_a_failing_function_does_not_stop_the_others(self) -> None:
        Kpi.objects.filter(code="ZI-DI-K6").update(supplied_by="gone.module")
        done = {item.kpi.code: item for item in compute_all()}
        assert done["ZI-DI-K6"].error
        assert done["ZI-DI-K1.1"].stored


class TestStatus:
    def test_history_and_log(self, measure: Measure, coordinator: User) -> None:
        entry = change_status(coordinator, measure, status=Status.COMPLETED, since=DAY)
        measure.refresh_from_db()
        assert measure.status == Status.COMPLETED
        assert entry.recorded_by == coordinator
        logged = AuditEntry.objects.filter(ref=measure.ref).first()
        assert logged
        assert logged.changes == {"status": ["in_progress", "completed"]}

    @pytest.mark.parametrize("status", [Status.IDEA, Status.STOPPED])
    def test_stops_and_steps_back_need_a_reason(
        self, status: Status, measure: Measure, coordinator: User
    ) -> None:
        with pytest.raises(RefusedError):
            change_status(coordinator, measure, status=status, since=DAY)
        change_status(coordinator, measure, status=status, since=DAY, reason="Fördermittel entfallen")

    def test_refused(self, measure: Measure, coordinator: User) -> None:
        for status, since in (
            (Status.IN_PROGRESS, DAY),
            (Status.COMPLETED, date(2999, 1, 1)),
            (Status.COMPLETED, date(2001, 1, 1)),
        ):
            with pytest.raises(RefusedError):
                change_status(coordinator, measure, status=status, since=since)
        assert measure.history.count() == 1  # type: ignore[attr-defined]

    def test_of_two_changes_the_second_is_told(self, measure: Measure, coordinator: User) -> None:
        same = Measure.objects.get(pk=measure.pk)
        change_status(coordinator, measure, status=Status.COMPLETED, since=DAY)
        with pytest.raises(ConflictError):
            change_status(coordinator, same, status=Status.IN_OPERATION, since=DAY)


@pytest.mark.parametrize("value", ["1250", "100.1", "-0.1"])
def test_a_share_lies_between_nothing_and_all(value: str) -> None:
    share = Kpi.objects.get(code="ZI-NI-K1.2")
    with pytest.raises(RefusedError, match="100"):
        record_value(person(Role.COORDINATOR), share, **GIVEN | {"value": Decimal(value)})
    assert not KpiValue.objects.filter(kpi=share).exists()
