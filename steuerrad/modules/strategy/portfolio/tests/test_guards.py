"""What the database refuses about status reports, whatever a program forgets."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import StatusReport
from steuerrad.modules.strategy.portfolio.actions.reports import begin_report, edit_report, release_report
from steuerrad.modules.strategy.portfolio.tests.factories import day, draft, measure, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]
PERSONS = ("author", "released_by", "changed_by")
COLUMNS = [
    field.name
    for field in StatusReport._meta.concrete_fields
    if not field.primary_key and field.name not in PERSONS
]


def released(*, demo: bool = False) -> StatusReport:
    begun = begin_report(
        person("coordinator"), measure(), period_start=day(-90), period_end=day(-1), text="Läuft.", demo=demo
    )
    return release_report(person("approver"), begun, version=1)


def another(report: StatusReport, name: str) -> Any:
    """A value of the same type that differs."""
    field, held = StatusReport._meta.get_field(name), getattr(report, name)
    if isinstance(field, models.ForeignKey):
        return measure("A.1.2")
    if isinstance(field, models.BooleanField):
        return not held
    if isinstance(held, datetime | date):
        return held + timedelta(days=1)
    return {
        "state": "draft",
        "snapshot": {"version": 2},
        "line": 7,
        "version": report.version + 1,
        "document": "other",
    }.get(name, "anders")


@pytest.mark.parametrize("name", COLUMNS)
def test_no_column_of_a_released_report_changes(name: str) -> None:
    report = released()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        StatusReport.objects.filter(pk=report.pk).update(**{name: another(report, name)})


@pytest.mark.parametrize("name", PERSONS)
def test_persons_may_be_taken_off_but_not_exchanged(name: str) -> None:
    report = released()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        StatusReport.objects.filter(pk=report.pk).update(**{name: person("steering")})
    assert StatusReport.objects.filter(pk=report.pk).update(**{name: None}) == 1


def test_a_released_report_stays_and_a_draft_may_go() -> None:
    report = released()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        StatusReport.objects.filter(pk=report.pk).delete()
    draft().delete()


def test_an_invented_one_may_go() -> None:
    report = released(demo=True)
    assert report.delete()[0] >= 1


def test_a_report_begins_as_a_draft() -> None:
    with pytest.raises(DatabaseError, match="begins as a draft"), transaction.atomic():
        StatusReport.objects.create(
            measure=measure(), period_start=day(-9), period_end=day(-1), text="x", state="released",
            released_at=clock.now(), published_on=day(),
        )  # fmt: skip


def test_whoever_wrote_on_it_does_not_release_it_past_the_action() -> None:
    report = draft()
    edit_report(person("administrator"), report, version=1, text="Anders.")
    change = StatusReport.objects.filter(pk=report.pk)
    values = {"state": "released", "released_at": clock.now(), "published_on": day()}
    with pytest.raises(DatabaseError, match="four eyes"), transaction.atomic():
        change.update(**values, released_by=person("administrator"))
    assert change.update(**values, released_by=person("approver")) == 1


@pytest.mark.skipif("sqlite" not in connection.vendor, reason="INSERT OR REPLACE is SQLite's")
def test_replacing_is_changing() -> None:
    report = released()
    names = ", ".join(
        field.column for field in StatusReport._meta.concrete_fields if field.column not in ("text", "state")
    )
    statement = (
        f"INSERT OR REPLACE INTO strategy_statusreport ({names}, text, state) "
        f"SELECT {names}, 'anders', 'draft' FROM strategy_statusreport WHERE id = %s"
    )
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [report.pk])
