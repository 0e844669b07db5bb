"""The same thing confirmed twice in one moment, over two database connections: it is done once, and the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.modules.city_index.actions import ImportedMeanwhileError, import_results
from steuerrad.modules.city_index.catalogue import Catalogue, read_catalogue
from steuerrad.modules.city_index.importing import make_plan
from steuerrad.modules.city_index.models import Import, Index, IndexCity, Result
from steuerrad.modules.city_index.reading import Given, read_results
from steuerrad.modules.prioritisation.choice.actions import StudyError
from steuerrad.modules.prioritisation.choice.exchange import EFFECTS, FIGURES
from steuerrad.modules.prioritisation.choice.importing import write_rows
from steuerrad.modules.prioritisation.models import Effect, Study
from steuerrad.modules.strategy.actions import proposals
from steuerrad.modules.strategy.actions.refusal import ConflictError
from steuerrad.modules.strategy.models import (
    Field,
    Kpi,
    KpiValue,
    Measure,
    StatusProposal,
    Theme,
    ValueProposal,
)
from steuerrad.modules.strategy.rules.states import Status
from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.accounts.roles import Role
from steuerrad.platform.accounts.sign_in_links import link_for, redeem
from steuerrad.platform.audit.models import AuditEntry
from steuerrad.platform.city.loading import load_city
from steuerrad.platform.jobs.leasing import claim
from steuerrad.platform.jobs.models import JobRun
from steuerrad.platform.organisations.models import Organisation
from tests.support.at_once import alone, copied, shared, together

pytestmark = pytest.mark.django_db(transaction=True)
AGAIN = range(3)
DAY = date(2024, 12, 31)


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    return shared(tmp_path)


def office(name: str) -> User:
    return User.objects.create_superuser(f"{name}@city.example", "a long enough password")


def done_and_refused(results: list[Any], refusal: type[Exception]) -> tuple[int, int]:
    """How many were done and how many refused; any other exception is a fault."""
    strange = [item for item in results if isinstance(item, Exception) and not isinstance(item, refusal)]
    assert not strange, strange
    refused = sum(isinstance(item, refusal) for item in results)
    return len(results) - refused, refused


@pytest.fixture
def measure() -> Measure:
    theme = Theme.objects.create(code="T", name="T")
    field = Field.objects.create(code="F", name="F", theme=theme)
    return Measure.objects.create(
        number="M1", title="M1", field=field, period_kind="from", status="planned", order=1
    )


@pytest.mark.parametrize("again", AGAIN)
def test_a_value_is_released_by_one_of_two(again: int, place: dict[str, Any], measure: Measure) -> None:
    kpi = Kpi.objects.create(code="K1", name="K1", measure=measure, field=measure.field, order=1)
    author, one, other = office("author"), office("one"), office("other")
    found = proposals.propose_value(
        author, kpi, day=DAY, value=Decimal("12.5"), quality="measured", source="x"
    )
    copied(place)
    results = together(place, [lambda: proposals.release(one, found), lambda: proposals.release(other, found),
                               lambda: proposals.withdraw(author, found)])  # fmt: skip
    assert done_and_refused(results, ConflictError) == (1, 2)
    state, values, entries = alone(place, lambda: (
        ValueProposal.objects.get().state, KpiValue.objects.count(),
        AuditEntry.objects.filter(action__regex="strategy.(released|withdrawn)_value").count(),
    ))  # fmt: skip
    assert (state, values) in {("released", 1), ("withdrawn", 0)}
    assert entries == 1


@pytest.mark.parametrize("again", AGAIN)
def test_a_status_is_released_or_sent_back(again: int, place: dict[str, Any], measure: Measure) -> None:
    author, one, other = office("author"), office("one"), office("other")
    found = proposals.propose_status(author, measure, status=Status.IN_PROGRESS, since=DAY)
    copied(place)
    acts: list[Callable[[], Any]] = [
        lambda: proposals.release(one, found), lambda: proposals.send_back(other, found, "noch nicht"),
        lambda: proposals.release(other, found),
    ]  # fmt: skip
    assert done_and_refused(together(place, acts), ConflictError) == (1, 2)
    state, status = alone(place, lambda: (StatusProposal.objects.get().state, Measure.objects.get().status))
    assert (state, status) in {("released", "in_progress"), ("sent_back", "planned")}


@pytest.mark.parametrize("again", AGAIN)
def test_an_import_of_assumptions_is_written_once(again: int, place: dict[str, Any]) -> None:
    one, other = office("one"), office("other")
    study = Study.objects.create(title="S", created_by=one, created_at=clock.now())
    row = {"candidate": "a:1", "target": "own:x", **dict.fromkeys(FIGURES, "1"), "basis": "x"}
    copied(place)
    results = together(place, [
        lambda who=who: write_rows(who, study.pk, study.revision, EFFECTS, [row]) for who in (one, other, one)
    ])  # fmt: skip
    assert done_and_refused(results, StudyError) == (1, 2)
    assert alone(place, lambda: (Effect.objects.count(), Study.objects.get().revision)) == (
        1,
        study.revision + 1,
    )


@pytest.mark.parametrize("again", AGAIN)
@pytest.mark.parametrize("before", ["never", "due", "dead", "running"])
def test_a_job_is_claimed_once(again: int, before: str, place: dict[str, Any]) -> None:
    job = Job("test.race", "Race", lambda: None, every_minutes=1)
    started = clock.now() - (timedelta(minutes=2) if before in {"due", "running"} else timedelta(days=1))
    if before != "never":
        ended = clock.now() - timedelta(minutes=1) if before == "due" else None
        lease = clock.now() + timedelta(minutes=1) if before == "running" else None
        JobRun.objects.create(job=job.id, started_at=started, finished_at=ended, lease_until=lease)
    copied(place)
    now = clock.now()
    results = together(place, [lambda: claim(job, now, force=False) for _ in range(6)])
    assert not [item for item in results if isinstance(item, Exception)], results
    assert sum(item is not None for item in results) == (0 if before == "running" else 1)


@pytest.mark.parametrize("again", AGAIN)
def test_a_link_for_one_use_is_used_once(again: int, place: dict[str, Any]) -> None:
    person = User.objects.create_user("alex@city.example")
    own = Organisation.objects.create(key="office", name="Office")
    Membership.objects.create(user=person, role=Role.CONTRIBUTOR, organisation=own)
    token = link_for(person, "/", once=True).rstrip("/").rpartition("/")[2]
    copied(place)
    results = together(place, [lambda: redeem(token) for _ in range(6)])
    assert not [item for item in results if isinstance(item, Exception)], results
    assert sum(item is not None for item in results) == 1


def unknown_result(catalogue: Catalogue) -> tuple[int, str, str]:
    """(year, category, city) of which the index has said nothing yet."""
    for year, categories in sorted(catalogue.categories.items()):
        for key in categories:
            there = Result.objects.filter(edition__year=year, category_key=key, indicator="").values("city")
            city = IndexCity.objects.exclude(pk__in=there).first()
            if city:
                return year, key, city.name
    raise AssertionError("everything is known")


def test_an_import_of_results_is_written_once(place: dict[str, Any]) -> None:
    load_city("bochum")
    catalogue = read_catalogue(Index.objects.get())
    edition, category, city = unknown_result(catalogue)
    lines = "year,category,rank,tendency,city,score,source_url,category_basis\n"
    lines += f"{edition},{category},5,,{city},41.2,https://example.org/x,\n"
    one, other = office("one"), office("other")
    before = Result.objects.count()
    copied(place)
    ready = threading.Barrier(3)

    def write(who: User) -> Any:
        plan = make_plan(read_results(lines.encode(), catalogue, name="f.csv", given=Given()), catalogue)
        assert len(plan.new) == 1, list(plan.problems)
        ready.wait(30)
        return import_results(who, plan, catalogue, file="f.csv", sha256="0" * 64)

    results = together(place, [lambda who=who: write(who) for who in (one, other, one)])
    assert done_and_refused(results, ImportedMeanwhileError) == (1, 2)
    assert alone(place, lambda: (Result.objects.count() - before, Import.objects.filter(sha256="0" * 64).count())) == (1, 1)  # fmt: skip
