"""Writes of the steering of measures: milestones, money, staff, risks, decisions, reports, light, rating, filters."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import Milestone, StatusReport
from steuerrad.modules.strategy.portfolio.actions import milestones, money, rating, reports, risks, succession
from steuerrad.modules.strategy.portfolio.intake.access import IMPORTED
from steuerrad.modules.strategy.portfolio.output.content import gather
from steuerrad.modules.strategy.portfolio.output.workbook import workbook_bytes
from steuerrad.modules.strategy.portfolio.queries.overview import visible_states
from steuerrad.modules.strategy.portfolio.queries.rating import criteria
from steuerrad.modules.strategy.portfolio.queries.steering import steered_measures
from steuerrad.modules.strategy.portfolio.rules.dependencies import Kind
from steuerrad.modules.strategy.portfolio.rules.light import Colour
from steuerrad.modules.strategy.queries.measures import measures
from steuerrad.platform.files.actions import store
from steuerrad.platform.files.types import XLSX, FileTypes
from tests.support.writes.kinds import ALL, BOTH, OFFICE, OWN, READERS, STEERERS, Objects, Write

MEASURE = "strategy/measures/<str:number>/"
STEERING = f"{MEASURE}steering/<slug:kind>/"
API = "api/v1/strategy/portfolio/"
MILESTONE = {"title": "Vertrag", "planned_on": "2030-01-01", "weight": "1"}
BUDGET = {"planned": "1000", "source": "Haushalt"}
RISK = {"title": "Lieferant", "probability": "2", "impact": "3", "state": "open"}
DECISION = {"decided_on": "2026-01-01", "body": "Rat", "text": "So wird es gemacht"}


def day(offset: int = 0) -> date:
    return clock.today() + timedelta(days=offset)


def of(objects: Objects) -> str:
    return f"/strategy/measures/{objects['measure'].number}/"


def adding(kind: str, data: Any) -> Write:
    return Write(f"{STEERING}new/", OWN, lambda o: f"{of(o)}steering/{kind}/new/", data)


def changing(kind: str, data: dict[str, Any]) -> Write:
    return Write(
        f"{STEERING}<int:pk>/",
        OWN,
        lambda o: f"{of(o)}steering/{kind}/{o[kind].pk}/",
        {"version": "1", **data},
    )


def removing(kind: str) -> Write:
    return Write(f"{STEERING}<int:pk>/remove/", OWN, lambda o: f"{of(o)}steering/{kind}/{o[kind].pk}/remove/",
                 {"reason": "versehentlich"})  # fmt: skip


def report(objects: Objects) -> dict[str, Any]:
    return {"period_start": day(-60), "period_end": day(-1), "text": "Läuft weiter."}


def workbook(objects: Objects) -> SimpleUploadedFile:
    return SimpleUploadedFile("filled.xlsx", objects["workbook"])


def grades(objects: Objects) -> dict[str, str]:
    return {f"grade-{item.code}": "3" for item in criteria()}


def over_api(route: str, may: frozenset[str], what: Any, data: Any, method: str = "post") -> Write:
    """what: of the objects, the address below the measure."""
    here = f"{API}<number>/"
    return Write(
        f"{here}{route}", may, lambda o: f"/{API}{o['measure'].number}/{what(o)}", data, method, api=True
    )


def at(kind: str, folder: str, more: str = "") -> Any:
    return lambda o: f"{folder}/{o[kind].pk}{more}"


def plain(address: str) -> Any:
    return lambda _objects: address


WHY = {"reason": "versehentlich"}
API_WRITES = (
    over_api("milestones", OWN, plain("milestones"), {"title": "Vertrag", "planned_on": "2030-01-01"}),
    over_api("milestones/<milestone_id>", OWN, at("milestone", "milestones"), {"version": 1, "note": "neu"}, "patch"),
    over_api("milestones/<milestone_id>/removal", OWN, at("milestone", "milestones", "/removal"), WHY),
    over_api("budget", OWN, plain("budget"), {"year": 2031, **BUDGET}),
    over_api("budget/<line_id>/correction", OWN, at("budget", "budget", "/correction"), {**BUDGET, **WHY}),
    over_api("staff-days/<organisation>/<year>", OWN, lambda o: f"staff-days/{o['own_organisation'].key}/2031", {"planned": "5"}, "put"),
    over_api("risks", OWN, plain("risks"), {"title": "Lieferant", "probability": 2, "impact": 3}),
    over_api("risks/<risk_id>", OWN, at("risk", "risks"), {"version": 1, "impact": 5}, "patch"),
    over_api("decisions", OWN, plain("decisions"), DECISION),
    over_api("decisions/<decision_id>", OWN, at("decision", "decisions"), {"version": 1, "body": "Ausschuss"}, "patch"),
    over_api("decisions/<decision_id>/removal", OWN, at("decision", "decisions", "/removal"), WHY),
    over_api("dependencies", OWN, plain("dependencies"), lambda o: {"kind": "requires", "target": o["third"].number}),
    over_api("dependencies/<dependency_id>/removal", OWN, at("dependency", "dependencies", "/removal"), WHY),
    Write(f"{API}<number>/reports", OWN, lambda o: f"/{API}{o['reportless'].number}/reports", lambda o: dated(report(o)), api=True),
    over_api("reports/<report_id>", OWN, at("report", "reports"), {"version": 1, "text": "Läuft weiter."}, "patch"),
    over_api("reports/<report_id>/removal", OWN, at("report", "reports", "/removal"), WHY),
    over_api("reports/<report_id>/release", BOTH, at("report", "reports", "/release"), {"version": 1}),
    over_api("rating", READERS, plain("rating"), lambda o: {"grades": {item.code: {"grade": 3} for item in criteria()}}, "put"),
)  # fmt: skip


def dated(values: dict[str, Any]) -> dict[str, Any]:
    """Days as texts, for JSON."""
    return {name: str(value) if isinstance(value, date) else value for name, value in values.items()}


WRITES = (
    *API_WRITES,
    adding("milestone", MILESTONE), changing("milestone", MILESTONE), removing("milestone"),
    adding("budget", {"year": "2031", **BUDGET}), changing("budget", {**BUDGET, "reason": "neuer Beschluss"}),
    adding("staff", lambda o: {"organisation": o["own_organisation"].key, "year": "2031", "planned": "5"}),
    changing("staff", {"planned": "7"}), removing("staff"),
    adding("risk", RISK), changing("risk", RISK | {"impact": "5"}),
    adding("decision", DECISION), changing("decision", DECISION | {"body": "Ausschuss"}), removing("decision"),
    changing("report", {"period_start": "2026-01-01", "period_end": "2026-02-01", "text": "Läuft weiter."}), removing("report"),
    adding("dependency", lambda o: {"kind": "requires", "target": o["third"].number}), removing("dependency"),
    Write(f"{STEERING}new/", OWN, lambda o: f"/strategy/measures/{o['reportless'].number}/steering/report/new/", report),
    Write(f"{MEASURE}reports/<int:pk>/release/", BOTH, lambda o: f"{of(o)}reports/{o['report'].pk}/release/",
          lambda o: {"version": "1", "published_on": day()}),
    Write(f"{MEASURE}light/", OWN, lambda o: f"{of(o)}light/",
          lambda o: {"colour": "red", "reason": "Personal fehlt", "until": day(20)}),
    Write(f"{MEASURE}light/withdraw/", OWN, lambda o: f"{of(o)}light/withdraw/"),
    Write(f"{MEASURE}replace/", OFFICE, lambda o: f"{of(o)}replace/",
          lambda o: {"kind": "superseded", "into": o["third"].number, "reason": "geht darin auf"}),
    Write(f"{MEASURE}restore/", OFFICE, lambda o: f"/strategy/measures/{o['gone'].number}/restore/", {"reason": "doch nicht"}),
    Write(f"{MEASURE}rating/", READERS, lambda o: f"{of(o)}rating/", grades),
    Write("strategy/portfolio/filters/keep/", ALL, lambda o: "/strategy/portfolio/filters/keep/", {"name": "meins", "query": "q=x"}),
    Write("strategy/portfolio/files/dossier/", READERS | STEERERS, lambda o: "/strategy/portfolio/files/dossier/", {"query": "q=x"}),
    Write("strategy/portfolio/files/import/", STEERERS, lambda o: "/strategy/portfolio/files/import/", lambda o: {"file": workbook(o)}),
    Write("strategy/portfolio/files/import/<uuid:key>/", STEERERS,
          lambda o: f"/strategy/portfolio/files/import/{o['workbooks'][o['role']].key}/", {"do": "drop"}),
    Write("strategy/portfolio/filters/<int:pk>/delete/", ALL,
          lambda o: f"/strategy/portfolio/filters/{o['filters'][o['role']].pk}/delete/"),
)  # fmt: skip


def prepare(objects: Objects) -> None:
    """One entry of each kind about the measure, made by the office; a measure that went on as another one."""
    measure, office = objects["measure"], objects["office"]
    StatusReport.objects.filter(demo=True, state="draft").delete()
    Milestone.objects.filter(measure=measure, demo=True).delete()
    others = [item for item in steered_measures().order_by("order", "pk") if item.pk != measure.pk]
    objects["gone"], objects["second_measure"], objects["third"] = others[-1], others[-2], others[-3]
    objects["milestone"] = milestones.add_milestone(office, measure, title="Konzept", planned_on=day(30))
    objects["budget"] = money.plan_budget(
        office, measure, year=2032, programme=None, planned=Decimal(5), source="Haushalt"
    )
    objects["staff"] = money.set_staff_days(
        office, measure, objects["own_organisation"], 2032, planned=Decimal(3)
    )
    objects["risk"] = risks.add_risk(office, measure, title="Frist", probability=1, impact=2)
    objects["decision"] = risks.add_decision(
        office, measure, decided_on=day(-3), body="Rat", text="Beschlossen"
    )
    objects["report"] = reports.begin_report(
        office, measure, period_start=day(-90), period_end=day(-1), text="Läuft."
    )
    objects["dependency"] = milestones.add_dependency(
        office, measure, objects["second_measure"], Kind("requires")
    )
    reports.override_light(office, measure, colour=Colour.YELLOW, reason="Abgesprochen", until=day(10))
    succession.supersede_measure(office, objects["gone"], objects["second_measure"], reason="geht darin auf")
    objects["filters"] = {
        role: rating.save_filter(user, "portfolio", "alt", "q=y") for role, user in objects["people"].items()
    }
    objects["workbooks"] = waiting_files(objects)
    objects["reportless"] = reportless(objects)


def waiting_files(objects: Objects) -> dict[str, Any]:
    """A filled workbook of each person that waits for its confirmation."""
    office = objects["office"]
    content = gather(office, visible_states(office, measures()))
    objects["workbook"] = workbook_bytes(content, made_at=clock.now(), facts=())
    return {
        role: store(user, workbook(objects), owner=IMPORTED, types=FileTypes((XLSX,)))
        for role, user in objects["people"].items()
    }


def reportless(objects: Objects) -> Any:
    """A measure of the same organisation without a draft."""
    drafts = StatusReport.objects.filter(state="draft").values("measure")
    found = (
        steered_measures()
        .filter(organisations__organisation=objects["own_organisation"], organisations__retired=False)
        .exclude(pk__in=drafts)
        .exclude(pk__in=[objects[name].pk for name in ("measure", "gone")])
        .exclude(organisations__organisation=objects["other_organisation"])
        .first()
    )
    assert found is not None
    return found
