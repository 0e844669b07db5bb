"""Writes of the register: values, status, proposals, findings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from steuerrad.modules.strategy.actions.findings import accept_finding
from steuerrad.modules.strategy.actions.proposals import propose_value, release
from steuerrad.modules.strategy.queries import findings
from tests.support.writes.kinds import ADMINISTRATOR, BOTH, OWN, Objects, Write

VALUE = {"value": "7", "quality": "measured", "source": "Bericht"}
DAY = {"date": "2024-01-01", **VALUE}
CORRECTION = {**VALUE, "reason": "Tippfehler"}
STOPPED = {"status": "stopped", "since": "2026-01-02", "reason": "kein Geld"}
BACK = {"decision": "Beleg fehlt"}
WANTED = {"reason": "so gewollt"}
API = "api/v1/strategy/"


def kpi(objects: Objects) -> str:
    return f"strategy/kpis/{objects['kpi'].code}/values/"


def measure(objects: Objects) -> str:
    return f"strategy/measures/{objects['measure'].number}/status"


def waiting(objects: Objects) -> str:
    return f"strategy/proposals/value/{objects['waiting'].pk}"


def own(objects: Objects) -> str:
    return f"strategy/proposals/value/{objects['own'].pk}"


WRITES = (
    Write("strategy/kpis/<str:code>/values/new/", OWN, lambda o: f"/{kpi(o)}new/", DAY),
    Write("strategy/kpis/<str:code>/values/<int:value_id>/correct/", OWN,
          lambda o: f"/{kpi(o)}{o['value'].pk}/correct/", CORRECTION),
    Write("strategy/measures/<str:number>/status/", OWN, lambda o: f"/{measure(o)}/", {"before": "in_progress", **STOPPED}),
    Write("strategy/proposals/<slug:kind>/<int:pk>/release/", BOTH, lambda o: f"/{waiting(o)}/release/"),
    Write("strategy/proposals/<slug:kind>/<int:pk>/send-back/", BOTH, lambda o: f"/{waiting(o)}/send-back/", BACK),
    Write("strategy/proposals/<slug:kind>/<int:pk>/withdraw/", ADMINISTRATOR, lambda o: f"/{own(o)}/withdraw/"),
    Write("strategy/audit/<slug:fingerprint>/accept/", BOTH, lambda o: f"/strategy/audit/{o['finding']}/accept/", WANTED),
    Write("strategy/audit/<slug:fingerprint>/withdraw/", BOTH, lambda o: f"/strategy/audit/{o['accepted']}/withdraw/", WANTED),
    Write(f"{API}kpis/<code>/values", OWN, lambda o: f"/api/v1/{kpi(o)}".rstrip("/"), DAY, api=True),
    Write(f"{API}kpis/<code>/values/<value_id>/correction", OWN,
          lambda o: f"/api/v1/{kpi(o)}{o['value'].pk}/correction", CORRECTION, api=True),
    Write(f"{API}measures/<number>/status", OWN, lambda o: f"/api/v1/{measure(o)}", STOPPED, api=True),
    Write(f"{API}proposals/<kind>/<proposal_id>/release", BOTH, lambda o: f"/api/v1/{waiting(o)}/release", api=True),
    Write(f"{API}proposals/<kind>/<proposal_id>/withdraw", ADMINISTRATOR, lambda o: f"/api/v1/{own(o)}/withdraw", api=True),
    Write(f"{API}proposals/<kind>/<proposal_id>/send-back", BOTH, lambda o: f"/api/v1/{waiting(o)}/send-back",
          {"reason": "Beleg fehlt"}, api=True),
    Write(f"{API}findings/<fingerprint>/acceptance", BOTH, lambda o: f"/{API}findings/{o['finding']}/acceptance", WANTED, "put", api=True),
    Write(f"{API}findings/<fingerprint>/acceptance", BOTH, lambda o: f"/{API}findings/{o['accepted']}/acceptance", {}, "delete", api=True),
)  # fmt: skip


def prepare(objects: Objects) -> None:
    """A released value, one that waits, one that the administrator reported; a finding, and one that is accepted."""
    kpi_, office = objects["kpi"], objects["office"]
    reported: dict[str, Any] = {"value": Decimal(5), "quality": "measured", "source": "Bericht"}
    objects["value"] = release(
        objects["second"], propose_value(office, kpi_, day=date(2023, 1, 1), **reported)
    )
    objects["waiting"] = propose_value(office, kpi_, day=date(2022, 1, 1), **reported)
    objects["own"] = propose_value(objects["people"]["administrator"], kpi_, day=date(2021, 1, 1), **reported)
    every = findings.shown()
    objects["finding"] = every[0].finding.fingerprint
    objects["accepted"] = every[1].finding.fingerprint
    accept_finding(office, objects["accepted"], "so gewollt")
