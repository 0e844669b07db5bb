"""Writes of the what-if and of the choice of portfolios."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from steuerrad.modules.prioritisation.choice import actions as studies
from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.whatif import actions as scenarios
from steuerrad.modules.prioritisation.whatif import fields
from steuerrad.modules.prioritisation.whatif.rules import Change
from tests.support.writes.kinds import ALL, READERS, STUDY, Objects, Write

SCENARIO = "prioritisation/scenarios/<int:pk>/"
STUDIES = "prioritisation/portfolios/<int:pk>/"
EFFECT = {"target": "own:aim", "low": "1", "likely": "2", "high": "3", "success": "90", "basis": "geschätzt"}


def scenario(what: str, name: str = "scenario") -> Any:
    return lambda o: f"/prioritisation/scenarios/{o[name].pk}/{what}"


def study(what: str) -> Any:
    return lambda o: f"/prioritisation/portfolios/{o['study'].pk}/{what}"


def changed(objects: Objects) -> dict[str, Any]:
    row = objects["figure"]
    return {
        "title": "Was wäre wenn", "note": "", "own": "typical", "method": "", "seen": "1", "c-TOTAL_FORMS": "1",
        "c-INITIAL_FORMS": "0", "c-0-figure": f"{row.of}:{row.key}", "c-0-kind": "value", "c-0-likely": "60",
    }  # fmt: skip


def typed(objects: Objects) -> dict[str, Any]:
    row, place = objects["figure"], objects["place"]
    return {
        "title": "Was wäre wenn", "source": place[0], "edition": place[1],
        "changes": [{"key": row.key, "of": row.of, "likely": 60}],
    }  # fmt: skip


def costs(objects: Objects) -> dict[str, Any]:
    text = io.StringIO()
    csv.writer(text).writerows([
        ("candidate", "kind", "year", "amount", "basis"), (objects["refs"][1], "own", "2027", "7", "Angebot"),
    ])  # fmt: skip
    return {"kind": "costs", "file": SimpleUploadedFile("costs.csv", text.getvalue().encode())}


def upload(client: Client, objects: Objects) -> None:
    client.post(study("tables/")(objects), costs(objects))


WRITES = (
    Write("prioritisation/scenarios/new/", STUDY,
          lambda o: f"/prioritisation/scenarios/new/?source={o['place'][0]}&edition={o['place'][1]}", changed),
    Write(f"{SCENARIO}edit/", STUDY, scenario("edit/"), lambda o: changed(o) | {"title": "Anders"}),
    Write(f"{SCENARIO}copy/", STUDY, scenario("copy/")),
    Write(f"{SCENARIO}archive/", STUDY, scenario("archive/")),
    Write(f"{SCENARIO}publish/", READERS, scenario("publish/"), {"version": "1"}),
    Write(f"{SCENARIO}withdraw/", READERS, scenario("withdraw/", "public"), {"reason": "überholt"}),
    Write("api/v1/prioritisation/scenarios", STUDY, lambda o: "/api/v1/prioritisation/scenarios", typed, api=True),
    Write("prioritisation/portfolios/new/", STUDY, lambda o: "/prioritisation/portfolios/new/", {"title": "Neu", "caution": "0"}),
    Write(f"{STUDIES}settings/", STUDY, study("settings/"), {"title": "Anders", "caution": "0"}),
    Write(f"{STUDIES}compute/", STUDY, study("compute/")),
    Write(f"{STUDIES}archive/", STUDY, study("archive/")),
    Write(f"{STUDIES}measure/", STUDY, lambda o: f"{study('measure/')(o)}?ref={o['refs'][1]}", EFFECT | {"what": "effect"}),
    Write(f"{STUDIES}measure/", STUDY, lambda o: f"{study('measure/')(o)}?ref={o['refs'][1]}",
          {"what": "amount", "kind": "own", "years": "2027: 80", "basis": "Angebot"}),
    Write(f"{STUDIES}rules/", STUDY, study("rules/"), {"what": "rule", "rule-kind": "own", "rule-amount": "50"}),
    Write(f"{STUDIES}rules/", STUDY, study("rules/"),
          {"what": "target", "target-key": "ziel", "target-title": "Ziel", "target-basis": "Rat"}),
    Write(f"{STUDIES}rules/", STUDY, study("rules/"), lambda o: {
        "what": "programme", "programme-key": "topf", "programme-title": "Topf", "programme-rate": "50", "programme-cap": "9",
        "programme-first": "2027", "programme-last": "2028", "programme-candidates": [o["refs"][0]], "programme-basis": "Aufruf"}),
    Write(f"{STUDIES}remove/<slug:kind>/<int:part>/", STUDY, lambda o: study(f"remove/effect/{o['effect'].pk}/")(o)),
    Write(f"{STUDIES}tables/confirm/", STUDY, study("tables/confirm/"), before=upload),
)  # fmt: skip
CALCULATE = (
    Write(f"{STUDIES}tables/", STUDY, study("tables/"), costs),
    Write("api/v1/prioritisation/editions/<source>/<edition>/what-if", ALL | {"anonymous"},
          lambda o: "/api/v1/prioritisation/editions/{}/{}/what-if".format(*o["place"]), {"changes": []}, api=True),
)  # fmt: skip


def something_published() -> tuple[Any, Any]:
    """The newest edition of which a figure of the own city is known, and that figure."""
    for source, edition in fields.editions():
        loaded = fields.load(source.id, edition.key)
        for row in loaded.rows.values():
            if row.present is not None:
                return loaded, row
    raise AssertionError("no edition can be computed with")


def prepare(objects: Objects) -> None:
    """A scenario, a public one, and a study of one measure with one target of its own."""
    office = objects["office"]
    loaded, row = something_published()
    objects["place"], objects["figure"] = [loaded.source.id, loaded.edition.key], row
    change = Change(row.key, 55.0, 55.0, 55.0, row.of)
    for name in ("scenario", "public"):
        asked = scenarios.draft(loaded, [change], name)
        objects[name] = scenarios.save_scenario(office, asked).scenario
    scenarios.publish_scenario(objects["second"], objects["public"].pk, 1)
    made = objects["study"] = studies.begin_study(office, {"title": "Probe", "caution": Decimal(0)})
    aim = {
        "title": "Ziel",
        "unit": "",
        "gap": Decimal(9),
        "worth": Decimal(1),
        "yes_no": False,
        "basis": "Rat",
    }
    studies.save_target(office, made.pk, "aim", aim)
    every = queries.candidates_of(office)
    tied = {ref for one in every for ref in (*one.requires, *one.excludes)}
    refs = objects["refs"] = [
        one.ref for one in every if not (one.requires or one.excludes or one.ref in tied)
    ]
    for kind, amount in (("own", 5), ("grants", 0)):
        studies.save_amounts(office, made.pk, refs[0], kind, {2027: Decimal(amount)}, "Angebot")
    points = {name: Decimal(3) for name in ("low", "likely", "high")}
    delays = {name: Decimal(0) for name in ("delay_low", "delay_likely", "delay_high")}
    objects["effect"] = studies.save_effect(
        office, made.pk, refs[0], "own:aim", {**points, **delays, "success": Decimal(100), "basis": "Probe"}
    )
