"""Writes of the portfolio: who may, what is refused, what is kept, and what the log says."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from steuerrad.modules.strategy.actions.refusal import ConflictError, RefusedError
from steuerrad.modules.strategy.models import (
    BudgetLine,
    FundingProgramme,
    LightOverride,
    Milestone,
    StatusReport,
)
from steuerrad.modules.strategy.portfolio.actions import milestones, money, reports, risks
from steuerrad.modules.strategy.portfolio.queries.steering import published, state
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import Colour, Timeliness
from steuerrad.modules.strategy.portfolio.tests.factories import day, draft, measure, person
from steuerrad.platform.audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("musterstadt")]


@pytest.fixture
def programme() -> FundingProgramme:
    return FundingProgramme.objects.create(
        key="test", name="Testprogramm", rate=Decimal("0.65"), cap=Decimal(1000)
    )


def logged(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


class TestMilestones:
    @pytest.mark.parametrize("role", ["approver", "steering"])
    def test_only_those_who_steer(self, role: str) -> None:
        with pytest.raises(PermissionDenied):
            milestones.add_milestone(person(role), measure(), title="x")

    def test_contributors_steer_the_measures_of_their_organisation_only(self) -> None:
        contributor = person("contributor")
        own = {item.organisation_id for item in contributor.memberships.all()}
        for number in ("A.1.1", "B.1.1", "C.1.2"):
            part = own & set(measure(number).organisations.values_list("organisation_id", flat=True))
            if part:
                milestones.add_milestone(contributor, measure(number), title="x")
            else:
                with pytest.raises(PermissionDenied):
                    milestones.add_milestone(contributor, measure(number), title="x")

    def test_done_is_told_once(self, django_capture_on_commit_callbacks) -> None:
        with django_capture_on_commit_callbacks() as told:
            row = milestones.add_milestone(person("coordinator"), measure(), title="Start", planned_on=day(3))
        assert not told
        with django_capture_on_commit_callbacks() as told:
            milestones.complete_milestone(person("coordinator"), row, version=1, done_on=day())
            milestones.change_milestone(person("coordinator"), row, version=2, note="fertig")
        assert len(told) == 1
        assert logged("strategy.change_milestone") == 2

    def test_who_saw_an_old_version_is_told(self) -> None:
        row = milestones.add_milestone(person("coordinator"), measure(), title="Start")
        milestones.change_milestone(person("coordinator"), row, version=1, forecast_on=day(5))
        with pytest.raises(ConflictError):
            milestones.change_milestone(person("coordinator"), row, version=1, forecast_on=day(9))
        row.refresh_from_db()
        assert (row.forecast_on, row.version) == (day(5), 2)

    def test_what_a_document_prints_stays(self) -> None:
        row = Milestone.objects.create(
            measure=measure(), title="Start", planned_on=day(-5), document="leitlinie"
        )
        with pytest.raises(RefusedError):
            milestones.change_milestone(person("coordinator"), row, version=1, planned_on=day(50))
        with pytest.raises(RefusedError):
            milestones.remove_milestone(person("coordinator"), row, reason="weg")
        milestones.change_milestone(
            person("coordinator"), row, version=1, planned_on=day(-5), forecast_on=day(9)
        )
        assert row.forecast_on == day(9)

    def test_a_circle_is_named_and_nothing_is_kept(self) -> None:
        chief = person("coordinator")
        first = milestones.add_milestone(chief, measure(), title="Eins")
        second = milestones.add_milestone(chief, measure(), title="Zwei", after=[first])
        with pytest.raises(RefusedError, match=r"Eins .* → Zwei"):
            milestones.change_milestone(chief, first, version=1, after=[second])
        assert not first.after.exists()
        with pytest.raises(RefusedError):
            milestones.add_milestone(chief, measure(), title="Drei", after_measures=[measure()])
        assert Milestone.objects.filter(document="").count() == 2

    @pytest.mark.parametrize(("values", "field"), [
        ({"title": " "}, "title"), ({"done_on": day(1)}, "done_on"), ({"weight": 0}, "weight"), ({"title": "x" * 201}, "title"),
    ])  # fmt: skip
    def test_faults(self, values: dict[str, object], field: str) -> None:
        with pytest.raises(RefusedError) as refused:
            milestones.add_milestone(person("coordinator"), measure(), **{"title": "x", **values})  # type: ignore[arg-type]
        assert refused.value.field == field
        assert not Milestone.objects.filter(document="").exists()


class TestDependencies:
    def test_a_circle_of_measures_is_refused_and_named(self) -> None:
        chief = person("coordinator")
        milestones.add_dependency(chief, measure("A.1.1"), measure("A.1.2"), Kind.REQUIRES)
        milestones.add_dependency(chief, measure("A.1.2"), measure("A.2.1"), Kind.FINISH_TO_START)
        with pytest.raises(RefusedError, match=r"A\.1\.1.* → .*A\.1\.2"):
            milestones.add_dependency(chief, measure("A.2.1"), measure("A.1.1"), Kind.REQUIRES)
        assert measure("A.2.1").dependencies.count() == 0

    def test_a_contradiction_is_refused(self) -> None:
        chief = person("coordinator")
        milestones.add_dependency(chief, measure("A.1.1"), measure("A.1.2"), Kind.REQUIRES)
        with pytest.raises(RefusedError):
            milestones.add_dependency(chief, measure("A.1.2"), measure("A.1.1"), Kind.EXCLUDES)

    def test_twice_is_a_conflict_and_itself_is_refused(self) -> None:
        chief = person("coordinator")
        row = milestones.add_dependency(chief, measure("A.1.1"), measure("A.1.2"), Kind.INFORMS)
        with pytest.raises(ConflictError):
            milestones.add_dependency(chief, measure("A.1.1"), measure("A.1.2"), Kind.INFORMS)
        with pytest.raises(RefusedError):
            milestones.add_dependency(chief, measure("A.1.1"), measure("A.1.1"), Kind.INFORMS)
        milestones.remove_dependency(chief, row)
        assert logged("strategy.remove_dependency") == 1


class TestMoney:
    def test_a_correction_keeps_the_old_line(self, programme: FundingProgramme) -> None:
        chief = person("coordinator")
        old = money.plan_budget(
            chief, measure(), year=2026, programme=programme, planned=Decimal(100), source="Plan"
        )
        new = money.correct_budget(chief, old, planned=Decimal(90), source="Plan", reason="gekürzt")
        assert (new.revision, BudgetLine.objects.count()) == (2, 2)
        with pytest.raises(ConflictError):
            money.correct_budget(chief, old, planned=Decimal(80), source="Plan", reason="noch mal")
        with pytest.raises(RefusedError):
            money.correct_budget(chief, new, planned=Decimal(90), source="Plan", reason="nichts")
        with pytest.raises(RefusedError):
            money.correct_budget(chief, new, planned=Decimal(91), source="Plan", reason=" ")

    def test_one_line_a_year_and_source(self, programme: FundingProgramme) -> None:
        chief = person("coordinator")
        for source in (None, programme):
            money.plan_budget(
                chief, measure(), year=2026, programme=source, planned=Decimal(1), source="Plan"
            )
            with pytest.raises(ConflictError):
                money.plan_budget(
                    chief, measure(), year=2026, programme=source, planned=Decimal(2), source="Plan"
                )

    @pytest.mark.parametrize("amount", ["-1", "1.234", "1e12", "NaN", "Infinity"])
    def test_amounts_that_are_none(self, amount: str) -> None:
        with pytest.raises(RefusedError):
            money.plan_budget(
                person("coordinator"),
                measure(),
                year=2026,
                programme=None,
                planned=Decimal(amount),
                source="Plan",
            )

    def test_spent_needs_its_day(self) -> None:
        with pytest.raises(RefusedError) as refused:
            money.plan_budget(
                person("coordinator"),
                measure(),
                year=2026,
                programme=None,
                planned=None,
                spent=Decimal(1),
                source="P",
            )
        assert refused.value.field == "as_of"

    def test_a_broken_rule_turns_the_light_red(self, programme: FundingProgramme) -> None:
        money.plan_budget(
            person("coordinator"),
            measure(),
            year=2026,
            programme=programme,
            planned=Decimal(100),
            source="Plan",
        )
        found = state(measure())
        assert found.colour == Colour.RED
        assert [fault.code for fault in found.faults] == ["no_own_share"]
        assert state(measure(), public=True).lines == ()

    def test_staff_days_are_changed_in_view_of_what_stands(self) -> None:
        chief, organisation = person("coordinator"), measure().organisations.get().organisation
        row = money.set_staff_days(chief, measure(), organisation, 2026, planned=Decimal("12.5"))
        with pytest.raises(ConflictError):
            money.set_staff_days(chief, measure(), organisation, 2026, planned=Decimal(1))
        money.set_staff_days(
            chief, measure(), organisation, 2026, planned=Decimal(13), spent=Decimal(4), version=1
        )
        with pytest.raises(ConflictError):
            money.set_staff_days(chief, measure(), organisation, 2026, planned=Decimal(14), version=1)
        row.refresh_from_db()
        assert (row.planned, row.left) == (13, 9)


class TestRisksAndDecisions:
    def test_risks(self) -> None:
        row = risks.add_risk(
            person("coordinator"), measure(), title="Personal fehlt", probability=4, impact=4
        )
        assert row.level == "severe"
        risks.change_risk(person("coordinator"), row, version=1, state="closed")
        with pytest.raises(RefusedError):
            risks.change_risk(person("coordinator"), row, version=2, impact=6)
        with pytest.raises(ConflictError):
            risks.change_risk(person("coordinator"), row, version=1, impact=1)

    def test_decisions(self) -> None:
        add = risks.add_decision
        row = add(person("coordinator"), measure(), decided_on=day(-3), body="Rat", text="Zustimmung")
        with pytest.raises(RefusedError):
            add(person("coordinator"), measure(), decided_on=day(3), body="Rat", text="Zustimmung")
        with pytest.raises(RefusedError):
            add(
                person("coordinator"),
                measure(),
                decided_on=day(),
                body="Rat",
                text="x",
                url="javascript:alert(1)",
            )
        risks.remove_decision(person("coordinator"), row, reason="doppelt")
        assert logged("strategy.remove_decision") == 1


class TestReports:
    def test_nobody_who_wrote_on_it_releases(self) -> None:
        report = draft()
        with pytest.raises(RefusedError):
            reports.release_report(person("coordinator"), report, version=1)
        reports.edit_report(person("administrator"), report, version=1, text="Läuft gut.")
        with pytest.raises(RefusedError):
            reports.release_report(person("administrator"), report, version=2)
        with pytest.raises(PermissionDenied):
            reports.release_report(person("steering"), report, version=2)
        reports.release_report(person("approver"), report, version=2)
        assert published().get() == report

    def test_what_was_not_seen_is_not_released(self) -> None:
        report = draft()
        reports.edit_report(person("coordinator"), report, version=1, text="Anders.")
        with pytest.raises(ConflictError):
            reports.release_report(person("approver"), report, version=1)

    def test_the_database_wants_four_eyes(self) -> None:
        report = reports.release_report(person("approver"), draft(), version=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            StatusReport.objects.filter(pk=report.pk).update(released_by=report.author)

    def test_one_draft_at_a_time(self) -> None:
        draft()
        with pytest.raises(ConflictError):
            draft()

    def test_a_released_report_is_frozen_with_its_milestones(self) -> None:
        chief = person("coordinator")
        row = milestones.add_milestone(chief, measure(), title="Start", planned_on=day(30))
        report = reports.release_report(person("approver"), draft(), version=1)
        milestones.change_milestone(chief, row, version=1, forecast_on=day(200))
        report.refresh_from_db()
        assert report.snapshot["milestones"][0]["forecast_on"] is None
        with pytest.raises(RefusedError):
            reports.edit_report(chief, report, version=report.version, text="x")
        with pytest.raises(RefusedError):
            reports.discard_report(chief, report, reason="x")

    def test_it_is_published_on_its_day(self) -> None:
        reports.release_report(person("approver"), draft(), version=1, published_on=day(7))
        assert not published().exists()
        assert published(day(7)).exists()

    def test_it_counts_for_the_light_when_released(self) -> None:
        assert state(measure()).light.parts[3].code == "never_reported"
        report = draft()
        assert state(measure()).light.parts[3].code == "never_reported"
        reports.release_report(person("approver"), report, version=1)
        assert state(measure()).light.parts[3].code == "report_fresh"


class TestOverride:
    def test_it_holds_until_its_day_and_says_what_was_computed(self) -> None:
        milestones.add_milestone(person("coordinator"), measure(), title="Start", planned_on=day(-70))
        assert state(measure()).colour == Colour.RED
        reports.override_light(
            person("coordinator"), measure(), colour=Colour.YELLOW, reason="Nachtrag liegt vor", until=day(10)
        )
        found = state(measure())
        assert (found.colour, found.light.colour) == (Colour.YELLOW, Colour.RED)
        assert found.light.timeliness == Timeliness.LATE
        assert found.override is not None
        assert found.override.computed == "red"
        LightOverride.objects.update(until=day(-1))
        assert state(measure()).colour == Colour.RED

    def test_a_second_one_takes_the_place_of_the_first(self) -> None:
        for colour in (Colour.YELLOW, Colour.GREEN):
            reports.override_light(person("coordinator"), measure(), colour=colour, reason="x", until=day(10))
        assert LightOverride.objects.filter(withdrawn_at=None).count() == 1
        reports.withdraw_override(person("coordinator"), measure())
        with pytest.raises(RefusedError):
            reports.withdraw_override(person("coordinator"), measure())
        assert LightOverride.objects.count() == 2
