"""The real memo: every error in it is found, with its cause, and nothing that rounding explains."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from steuerrad.modules.city_index.rules.audit import audit_report
from steuerrad.modules.city_index.rules.findings import Finding
from steuerrad.modules.city_index.rules.messages import BASES, MESSAGES, english
from steuerrad.modules.city_index.rules.tests.memo import (
    DOCUMENT,
    STRUCTURE_2019,
    STRUCTURE_2020,
    known,
    mappings,
    memo,
)

FINDINGS = audit_report(memo(), STRUCTURE_2020, STRUCTURE_2019, known(), mappings())

Summary = tuple[str, int, str, str, str, str, str]


def summary(finding: Finding) -> Summary:
    place = finding.place
    follows = "" if finding.follows is None else str(finding.follows.value)
    return (
        finding.rule,
        place.edition,
        place.category,
        place.row,
        place.column,
        finding.printed or "",
        follows,
    )


ERRORS: dict[Summary, str] = {
    ("rank_as_score", 2019, "Verwaltung", "Gesamtergebnis", "previous", "58,0", "44.2"): "certain",
    ("follows_from_error", 2020, "Verwaltung", "Gesamtergebnis", "change", "+1,6", "15.4"): "certain",
    ("follows_from_error", 2019, "Verwaltung", "", "text", "58,0", "44.2"): "certain",
    (
        "parts_contradict_score",
        2019,
        "IT und Kommunikation",
        "Gesamtergebnis",
        "previous",
        "64,9",
        "58.7",
    ): "certain",
    ("change_wrong", 2020, "Energie und Umwelt", "Gesamtergebnis", "change", "-11,8", "20.8"): "certain",
    ("change_wrong", 2020, "Gesellschaft", "Geodatenportal", "change", "-27,5", "-37.5"): "certain",
}


def one(rule: str, category: str, row: str) -> Finding:
    (found,) = [f for f in FINDINGS if (f.rule, f.place.category, f.place.row) == (rule, category, row)]
    return found


def test_finds_exactly_the_errors_of_the_memo() -> None:
    assert {summary(f): f.certainty for f in FINDINGS if f.severity == "error"} == ERRORS
    assert sum(f.severity == "error" and f.is_primary for f in FINDINGS) == 4


def test_warns_of_nothing_but_the_two_suspect_parts() -> None:
    warnings = [f for f in FINDINGS if f.severity == "warning"]
    assert [(f.place.row, f.certainty, f.basis) for f in warnings] == [
        ("LoRaWAN", "likely", "derivable"),
        ("Glasfaser", "possible", "supported"),
    ]
    lorawan, fibre = warnings
    assert lorawan.follows is not None
    assert fibre.follows is not None
    assert (lorawan.follows.value, fibre.follows.value) == (Decimal("32.3"), Decimal("35.7"))
    assert {f.caused_by for f in warnings} == {
        one("parts_contradict_score", "IT und Kommunikation", "Gesamtergebnis").id
    }


def test_the_notes() -> None:
    notes = {(f.rule, f.place.row) for f in FINDINGS if f.severity == "note"}
    assert notes == {
        ("misspelt_name", "Beschaffung und Entsorgung von Elektrogräten"),
        ("change_missing", "Pilotprojekte Mobilität"),
        ("change_missing", "Gesamtergebnis"),
        ("counterpart_not_compared", "Energielösungen (PV und Grüne Wäreme)"),
        ("counterpart_not_compared", "Smartes Verkehrsmanagement"),
        ("maximum_changed", "Pilotprojekte IT-Infrastruktur"),
        ("maximum_changed", "Pilotprojekte Mobilität"),
        ("maximum_changed", "Pilotprojekte Gesellschaft"),
        *(
            ("not_comparable", row)
            for row in (
                "Interne Prozesse",
                "Bürgeramt",
                "Bürgerinformation",
                "Smart Waste",
                "IoT-Netz",
                "Parken",
                "Vernetzter ÖPNV",
                "Sharing Angebote",
                "Bürgerbeteiligung",
                "FabLabs und Coworking",
                "Lokaler Handel und StartUp-Hubs",
            )
        ),
    }


def test_consequences_lead_to_their_cause() -> None:
    cause = one("rank_as_score", "Verwaltung", "Gesamtergebnis")
    assert [f.caused_by for f in FINDINGS if f.rule == "follows_from_error"] == [cause.id, cause.id]


def test_the_rank_typed_as_score_rests_on_parts_another_source_and_the_total() -> None:
    finding = one("rank_as_score", "Verwaltung", "Gesamtergebnis")
    outside = {(e.category, e.value) for e in finding.evidence if e.source != DOCUMENT}
    assert outside == {("Verwaltung", "44.2"), ("", "48.8")}
    assert finding.follows is not None
    assert finding.follows.low <= Decimal("44.2") <= finding.follows.high


def test_the_it_score_is_supported_by_the_total_and_by_a_neighbour_in_the_ranking() -> None:
    finding = one("parts_contradict_score", "IT und Kommunikation", "Gesamtergebnis")
    assert finding.basis == "score supported"
    assert finding.params["missing_low"] == ""  # 35 indicators are all accounted for
    outside = {(e.row, e.quantity, e.value) for e in finding.evidence if e.source != DOCUMENT}
    assert ("Braunschweig", "score", "59.0") in outside
    assert ("", "score", "48.8") in outside


def test_a_confirmed_score_is_not_to_be_replaced() -> None:
    assert not one("parts_contradict_score", "IT und Kommunikation", "Gesamtergebnis").replaces
    replaced = {f.printed for f in FINDINGS if f.severity == "error" and f.replaces}
    assert replaced == {"58,0", "+1,6", "-11,8", "-27,5"}


def test_how_the_wrong_changes_came_about() -> None:
    copied = one("change_wrong", "Energie und Umwelt", "Gesamtergebnis")
    assert (copied.message_key, copied.params["copied_from"]) == (
        "change_copied",
        "Gesellschaft: Gesamtergebnis",
    )
    assert one("change_wrong", "Gesellschaft", "Geodatenportal").message_key == "change_wrong_digit"


def test_merged_indicators_are_compared_with_all_that_they_were_made_of() -> None:
    assert one("not_comparable", "Gesellschaft", "FabLabs und Coworking").params["against_mean"] == Decimal(
        "-12.5"
    )
    assert one("not_comparable", "Mobilität", "Sharing Angebote").params["mean"] == Decimal("44.8")


def test_full_pilot_points_on_a_larger_scale_are_no_gain() -> None:
    assert one("maximum_changed", "IT und Kommunikation", "Pilotprojekte IT-Infrastruktur").message_key == (
        "maximum_changed_same_share"
    )


@pytest.mark.parametrize(
    ("category", "row"),
    [
        ("IT und Kommunikation", "Glasfaser"),  # 4,5 - 3,4 = 1,1 but +1,2 is printed: rounding
        ("Mobilität", "Gesamtergebnis"),  # 71,06 computed, 71,0 printed
    ],
)
def test_no_alarm_that_rounding_explains(category: str, row: str) -> None:
    alarms = [
        f for f in FINDINGS if f.place.category == category and f.place.row == row and f.place.edition == 2020
    ]
    assert all(f.severity == "note" for f in alarms)


def test_without_other_sources_the_errors_remain_and_the_undecided_stays_undecided() -> None:
    found = {
        summary(f): f for f in audit_report(memo(), STRUCTURE_2020, STRUCTURE_2019) if f.severity == "error"
    }
    assert set(found) == set(ERRORS)
    by_rule = {f.rule: f for f in found.values()}
    assert by_rule["rank_as_score"].certainty == "very likely"
    assert by_rule["parts_contradict_score"].basis == "undecided"


def test_without_any_structure_the_rows_themselves_are_the_structure() -> None:
    found = {summary(f) for f in audit_report(memo()) if f.severity == "error"}
    assert found == set(ERRORS)


def test_the_documents_own_figures_do_not_confirm_it() -> None:
    own = [replace(f, source=DOCUMENT) for f in known() if f.city == "Bochum"]
    others = [f for f in known() if f.city != "Bochum"]
    found = audit_report(memo(), STRUCTURE_2020, STRUCTURE_2019, [*own, *others])
    assert all(e.value != "48.8" for f in found for e in f.evidence)


def test_a_source_that_disagrees_with_a_sound_figure_is_reported_as_possible() -> None:
    changed = [
        replace(f, value="48.0")
        if (f.city, f.category, f.edition, f.quantity) == ("Bochum", "Mobilität", 2019, "score")
        else f
        for f in known()
    ]
    found = audit_report(memo(), STRUCTURE_2020, STRUCTURE_2019, changed)
    assert ("source_disagrees", "Mobilität", "43,4") in {(f.rule, f.place.category, f.printed) for f in found}


def test_a_missing_indicator_is_named_and_keeps_the_score_from_being_confirmed() -> None:
    report = memo()
    report = replace(report, rows=tuple(r for r in report.rows if r.name != "Breitband"))
    found = audit_report(report, STRUCTURE_2020, STRUCTURE_2019)
    assert [f.params["names"] for f in found if f.rule == "indicator_missing"] == ["Breitband", "Breitband"]
    # 66,8 (2020) can no longer be checked; 64,9 (2019) is out of reach even with full points for the missing one.
    (finding,) = [f for f in found if f.rule == "parts_contradict_score"]
    assert (finding.place.edition, finding.printed, finding.params["high"]) == (2019, "64,9", Decimal("61.6"))
    assert not any(f.rule == "suspect_part" for f in found)


def test_misread_cells_are_reported_and_do_not_stop_the_audit() -> None:
    report = memo()
    rows = list(report.rows)
    rows[0] = replace(rows[0], value="l00,0")
    rows[7] = replace(rows[7], value="36,0", change="+36,0")
    rows[9] = replace(rows[9], value="82", change="-24")
    found = audit_report(replace(report, rows=tuple(rows)), STRUCTURE_2020, STRUCTURE_2019)
    by_rule = {f.rule: f for f in found}
    assert by_rule["unreadable_figure"].printed == "l00,0"
    assert by_rule["pilot_above_maximum"].params["high"] == Decimal(35)
    assert by_rule["outside_scale"].printed == "82"


def test_a_printed_maximum_replaces_the_usual_one() -> None:
    report = memo()
    rows = list(report.rows)
    rows[7] = replace(rows[7], maximum="30")
    found = audit_report(replace(report, rows=tuple(rows)), STRUCTURE_2020, STRUCTURE_2019)
    assert [f.printed for f in found if f.rule == "pilot_above_maximum"] == ["35,0"]
    rows[7] = replace(rows[7], maximum="thirty")
    found = audit_report(replace(report, rows=tuple(rows)), STRUCTURE_2020, STRUCTURE_2019)
    assert [f.printed for f in found if f.rule == "unreadable_figure"] == ["thirty"]


def test_messages_can_be_filled_for_every_finding() -> None:
    for finding in FINDINGS:
        assert "{" not in english(finding.message_key, finding.params)
        assert finding.basis in BASES
    assert all(message for message in MESSAGES.values())


def test_findings_are_plain_data_and_their_ids_are_unique() -> None:
    assert len({f.id for f in FINDINGS}) == len(FINDINGS)
    data = json.loads(json.dumps(FINDINGS[1].as_data()))
    assert (data["printed"], data["follows"]["value"]) == ("58,0", "44.2")
