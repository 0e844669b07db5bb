"""Every rule of the strategy audit on the smallest strategy that shows it, and a sound one on which all are silent."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from zlib import crc32

import pytest
from django.utils.translation import override

from steuerrad.modules.strategy.audit_text import fact, message_of, proposal_of, rule_title, severity_noun
from steuerrad.modules.strategy.commands import configure_audit, run_audit
from steuerrad.modules.strategy.rules.audit.data import (
    FieldRow,
    FundingMentionRow,
    KpiRow,
    MeasureRow,
    OrganisationRow,
    ParticipationRow,
    StrategyData,
    SystemRow,
    TargetRow,
    ThemeRow,
    ValueRow,
)
from steuerrad.modules.strategy.rules.audit.finding import Finding, Severity
from steuerrad.modules.strategy.rules.audit.table import RULE, RULES, audit
from steuerrad.modules.strategy.rules.states import PeriodKind, Status

AS_OF, TODAY = date(2025, 6, 30), date(2026, 3, 1)


def measure(number: str, title: str, summary: str, **more: Any) -> MeasureRow:
    field = number.rpartition("-")[0]
    values: dict[str, Any] = {
        "number_as_printed": number, "status": Status.IN_PROGRESS, "period_kind": PeriodKind.RANGE,
        "period_as_printed": "2024-2027", "start": 2024, "end": 2027, "status_as_printed": "In Umsetzung",
        "status_since": AS_OF, "document": "plan", "line": crc32(number.encode()) % 100_000,
    }  # fmt: skip
    return MeasureRow(number=number, title=title, summary=summary, field=field, **{**values, **more})


def kpi(code: str, name: str, of: str = "", **more: Any) -> KpiRow:
    values: dict[str, Any] = {
        "code_as_printed": f"X-{code}", "unit": "Anzahl", "direction": "up", "kind": "count",
        "references": ("OWN",), "sdg": ("11.3",), "document": "plan", "line": crc32(code.encode()) % 100_000,
    }  # fmt: skip
    return KpiRow(code=code, name=name, field=code[:3], measure=of, **{**values, **more})


SOUND = StrategyData(
    city="Probe", today=TODAY, as_of=AS_OF,
    themes=[ThemeRow(code="A", name="Verkehr")],
    fields=[FieldRow(code="A-V", name="Radverkehr", theme="A"), FieldRow(code="A-W", name="Wald", theme="A")],
    measures=[
        measure("A-V-1", "Fahrradgarage am Bahnhof", "Räder stehen sicher und trocken."),
        measure("A-V-2", "Lastenräder leihen", "Familien holen sich Lastenräder für Einkäufe."),
        measure("A-W-1", "Bewässerung der Bäume", "Sensoren melden Trockenheit im Boden."),
    ],
    kpis=[
        kpi("A-V-K1", "Anzahl belegter Plätze in der Fahrradgarage", "A-V-1"),
        kpi("A-V-K2", "Anzahl geliehener Lastenräder", "A-V-2"),
        kpi("A-W-K1", "Anzahl der Bäume mit Sensoren", "A-W-1"),
        kpi("A-V-H1", "Verkehrsunfälle auf Radwegen pro Jahr", unit="Anzahl pro Jahr", direction="down"),
        kpi("A-W-H1", "Abgestorbene Altbuchen im Forst", direction="down"),
    ],
    targets=[
        TargetRow(
            code=f"T{number}", type="target", subject="Ziel", kpi=code, value=Decimal(10), unit=unit, year="2027",
            as_printed="10",
        ) for number, (code, unit) in enumerate((
            ("A-V-K1", "Plätze"), ("A-V-K2", "Räder"), ("A-W-K1", "Bäume"), ("A-V-H1", "Anzahl pro Jahr"),
            ("A-W-H1", "Bäume"),
        ))
    ],
    organisations=[OrganisationRow(key="amt", name="Amt", kind="city_unit")],
    participations=[
        ParticipationRow(measure=number, organisation="amt", role="lead") for number in ("A-V-1", "A-V-2", "A-W-1")
    ],
    values=[
        ValueRow(kpi=code, date=date(2025, 12, 31)) for code in ("A-V-K1", "A-V-K2", "A-W-K1", "A-V-H1", "A-W-H1")
    ],
    systems=[SystemRow(code="S1", name="Alles", runs=True, measures=("A-V-1", "A-V-2", "A-W-1"))],
)  # fmt: skip

Change = Callable[[StrategyData], StrategyData]


def with_measure(which: str = "A-V-1", /, **values: Any) -> Change:
    return lambda data: replace(
        data, measures=[replace(row, **values) if row.number == which else row for row in data.measures]
    )


def with_kpi(which: str = "A-V-K1", /, **values: Any) -> Change:
    return lambda data: replace(
        data, kpis=[replace(row, **values) if row.code == which else row for row in data.kpis]
    )


def without(table: str, key: str, value: str) -> Change:
    return lambda data: replace(
        data, **{table: [row for row in getattr(data, table) if getattr(row, key) != value]}
    )


def more(table: str, *rows: Any) -> Change:
    return lambda data: replace(data, **{table: [*getattr(data, table), *rows]})


def chain(*changes: Change) -> Change:
    def changed(data: StrategyData) -> StrategyData:
        for change in changes:
            data = change(data)
        return data

    return changed


def target(code: str, **values: Any) -> TargetRow:
    usual: dict[str, Any] = {
        "type": "target",
        "subject": "Ziel",
        "as_printed": "10",
        "document": "plan",
        "line": 9,
    }
    return TargetRow(code=code, **{**usual, **values})


MARKED = chain(
    *(with_measure(number, status=Status.IN_OPERATION) for number in ("A-V-1", "A-V-2", "A-W-1")),
    with_kpi("A-V-K1", marked=True), with_kpi("A-V-K2", marked=True), with_kpi("A-W-K1", marked=True),
    more("kpis", kpi("A-W-K1.1", "Anzahl der Bäume mit zwei Sensoren", "A-W-1", marked=True)),
    more("kpis", kpi("A-W-K1.2", "Anzahl der Bäume mit drei Sensoren", "A-W-1", marked=True)),
)  # fmt: skip
FUNDED = chain(with_measure(funding="FÖRD"), more("targets", target("F1", type="plan", subject="Ende der FÖRD", year="2027")))  # fmt: skip

# Rule → (change that makes it speak, object that it names, variant).
CASES: dict[str, list[tuple[Change, str, str]]] = {
    "kpi-measure-missing": [
        (with_kpi(measure="A-V-9"), "kpi:A-V-K1", "proposal"),
        (with_kpi(measure="A-V-9", name="Zufriedenheit"), "kpi:A-V-K1", ""),
    ],
    "kpi-measure-mismatch": [(with_kpi(measure="A-V-2"), "kpi:A-V-K1", "")],
    "kpi-measure-unrelated": [(with_kpi(name="Zufriedenheit der Gäste"), "city", "")],
    "kpi-field-elsewhere": [
        (with_kpi("A-W-H1", name="Bewässerung der Bäume"), "kpi:A-W-H1", "same_field"),
        (with_kpi("A-W-H1", name="Fahrradgarage am Bahnhof"), "kpi:A-W-H1", "other_field"),
    ],
    "kpi-mark-status": [
        (chain(MARKED, with_kpi("A-V-K1", marked=False)), "kpi:A-V-K1", "unmarked"),
        (chain(MARKED, with_measure("A-V-2", status=Status.PLANNED)), "kpi:A-V-K2", "marked"),
    ],
    "kpi-mark-unexplained": [(with_kpi(marked=True), "city", "")],
    "funding-text": [
        (more("funding_mentions", FundingMentionRow(funding="FÖRD", measure="A-V-2")), "measure:A-V-2", "named_only"),
        (
            chain(FUNDED, more("funding_mentions", FundingMentionRow(funding="FÖRD", measure="A-V-2"))),
            "measure:A-V-1", "marked_only",
        ),
    ],
    "funding-count": [
        (
            chain(FUNDED, more("targets", target("F2", type="fact", subject="Maßnahmen der FÖRD", value=Decimal(2), unit="Maßnahmen"))),
            "target:F2", "",
        ),
    ],
    "funding-period": [
        (chain(FUNDED, with_measure(end=2028)), "measure:A-V-1", "longer"),
        (chain(FUNDED, with_measure(end=2026)), "measure:A-V-1", "shorter"),
        (chain(FUNDED, with_measure(end=None)), "measure:A-V-1", "no_end"),
    ],
    "funding-over": [(chain(FUNDED, lambda data: replace(data, today=date(2027, 1, 1))), "city", "")],
    "period-ended-before-status": [(with_measure(end=2024), "measure:A-V-1", "")],
    "period-runs-before-start": [(with_measure(start=2026), "measure:A-V-1", "")],
    "status-outdated": [(lambda data: replace(data, today=date(2027, 12, 1)), "city", "")],
    "period-ended-since": [(with_measure(end=2025), "measure:A-V-1", "")],
    "period-start-passed": [
        (with_measure(status=Status.PLANNED), "measure:A-V-1", "before"),
        (with_measure(status=Status.IDEA, start=2025), "measure:A-V-1", "same_year"),
    ],
    "period-start-passed-since": [(with_measure(status=Status.PLANNED, start=2026), "measure:A-V-1", "")],
    "period-delivered-before-end": [(with_measure(status=Status.COMPLETED), "measure:A-V-1", "")],
    "period-expansion": [
        (with_measure(status=Status.IN_OPERATION_EXPANDING, end=2025), "measure:A-V-1", "")
    ],
    "period-idea-with-end": [(with_measure(status=Status.IDEA), "measure:A-V-1", "")],
    "period-not-set": [(with_measure(period_kind=PeriodKind.NOT_SET), "measure:A-V-1", "")],
    "period-open-ended": [(with_measure(period_kind=PeriodKind.FROM, end=None), "city", "")],
    "period-start-unknown": [(with_measure(start=None), "measure:A-V-1", "")],
    "period-refers-elsewhere": [
        (with_measure(period_kind=PeriodKind.REFERENCE, start=None, end=None, period_as_printed="siehe dort"), "measure:A-V-1", ""),
    ],
    "period-vague": [(with_measure(period_as_printed="2024-mind. 2027"), "measure:A-V-1", "")],
    "period-misread": [(with_measure(period_as_printed="2024-2026"), "measure:A-V-1", "")],
    "theme-without-field": [(more("themes", ThemeRow(code="B", name="Leer")), "theme:B", "")],
    "field-without-measure": [(more("fields", FieldRow(code="A-X", name="Leer", theme="A")), "field:A-X", "")],
    "field-without-kpi": [(more("fields", FieldRow(code="A-X", name="Leer", theme="A")), "field:A-X", "")],
    "field-without-own-kpi": [(without("kpis", "code", "A-W-H1"), "city", "")],
    "measure-without-kpi": [(without("kpis", "code", "A-W-K1"), "city", "")],
    "measure-funded-without-kpi": [(chain(FUNDED, without("kpis", "code", "A-V-K1")), "measure:A-V-1", "")],
    "measure-without-lead": [(without("participations", "measure", "A-V-2"), "city", "")],
    "measure-lead-unspecific": [
        (lambda data: replace(data, organisations=[OrganisationRow(key="amt", name="Stadt", kind="city")]), "city", ""),
    ],
    "measure-without-partner": [(without("participations", "measure", "A-V-2"), "city", "")],
    "measure-without-period": [
        (with_measure(status=Status.IDEA, period_kind=PeriodKind.NOT_SET, start=None, end=None), "city", "")
    ],
    "measure-without-system": [
        (lambda data: replace(data, systems=[replace(data.systems[0], runs=False)]), "city", "")
    ],
    "measure-without-summary": [(with_measure(summary=" "), "city", "")],
    "measure-double": [
        (with_measure("A-V-2", title="Fahrradgarage am Bahnhof"), "measure:A-V-1", "title"),
        (with_measure("A-V-2", summary="Räder stehen sicher und trocken."), "measure:A-V-1", "text"),
        (with_measure("A-V-2", summary="Trocken und sicher stehen Räder."), "measure:A-V-1", ""),
    ],
    "measure-description-of-other": [
        (with_measure(summary="Wie A-V-2 und sicher."), "measure:A-V-1", ""),
        (with_measure(summary="Irrtümlich der Text von A-V-2."), "measure:A-V-1", "mistaken"),
    ],
    "organisation-without-role": [(more("organisations", OrganisationRow(key="x", name="X")), "city", "")],
    "kpi-without-value": [(without("values", "kpi", "A-V-K1"), "city", "")],
    "kpi-without-target": [(without("targets", "kpi", "A-V-K1"), "city", "")],
    "kpi-value-old": [
        (lambda data: replace(data, values=[replace(row, date=date(2023, 1, 1)) for row in data.values]), "kpi:A-V-K1", ""),
    ],
    "kpi-without-unit": [(with_kpi(unit=""), "city", "")],
    "kpi-without-direction": [(with_kpi(direction=""), "city", "")],
    "kpi-direction-none": [(with_kpi(direction="none"), "kpi:A-V-K1", "")],
    "kpi-without-reference": [(with_kpi(references=()), "city", "")],
    "kpi-without-sdg": [(with_kpi(sdg=()), "city", "")],
    "kpi-unit-against-name": [
        (with_kpi(name="Anteil belegter Plätze in der Fahrradgarage"), "kpi:A-V-K1", "share"),
        (with_kpi(unit="%", kind="share"), "kpi:A-V-K1", "count"),
        (with_kpi(name="Plätze der Fahrradgarage pro 1000 Einwohner*innen"), "kpi:A-V-K1", "per"),
    ],
    "kpi-kind-against-unit": [(with_kpi(kind="share"), "kpi:A-V-K1", "")],
    "kpi-target-in-name": [
        (with_kpi(name="Mind. 10 Plätze in der Fahrradgarage"), "kpi:A-V-K1", "recorded"),
        (chain(with_kpi(name="Plätze der Fahrradgarage auf 70% belegt"), without("targets", "kpi", "A-V-K1")), "kpi:A-V-K1", ""),
    ],
    "kpi-two-things": [
        (with_kpi(name="Anzahl und Dauer der Nutzung der Fahrradgarage"), "kpi:A-V-K1", ""),
        (with_kpi(name="Nutzung der Fahrradgarage (Zugriffe / Nutzende)"), "kpi:A-V-K1", ""),
    ],
    "kpi-change": [
        (chain(with_kpi(name="Steigerung der Plätze in der Fahrradgarage"), without("values", "kpi", "A-V-K1")), "kpi:A-V-K1", "")
    ],
    "kpi-definition-open": [(with_kpi(name="Plätze der Fahrradgarage ggf. nach Art"), "kpi:A-V-K1", "")],
    "kpi-name-bare": [(with_kpi(name="Anzahl Plätze"), "kpi:A-V-K1", "")],
    "kpi-double": [
        (with_kpi("A-V-K2", name="Anzahl belegter Plätze in der Fahrradgarage"), "kpi:A-V-K1", "same"),
        (with_kpi("A-V-K2", name="Belegte Plätze der Fahrradgarage"), "kpi:A-V-K1", ""),
    ],
    "kpi-sdg": [
        (with_kpi(sdg=("4a",)), "kpi:A-V-K1", "malformed_mended"),
        (with_kpi(sdg=("Ziel 4",)), "kpi:A-V-K1", "malformed"),
        (with_kpi(sdg=("18.1",)), "kpi:A-V-K1", "unknown"),
        (with_kpi(sdg=("17.20",)), "kpi:A-V-K1", "unknown"),
    ],
    "kpi-sdg-goal": [(with_kpi(sdg=("9",)), "kpi:A-V-K1", "")],
    "kpi-sdg-repeated": [
        (with_kpi(sdg=("11.6", "11.6")), "kpi:A-V-K1", "twice"),
        (with_kpi(sdg=("6.4", "6.4.1")), "kpi:A-V-K1", "inside"),
    ],
    "kpi-sdg-spelling": [(chain(with_kpi(sdg=("9.C",)), with_kpi("A-V-K2", sdg=("9.c",))), "city", "")],
    "target-without-kpi": [(more("targets", target("T9", year="2027")), "city", "")],
    "target-without-year": [(more("targets", target("T9", kpi="A-V-H1")), "city", "")],
    "target-due": [(lambda data: replace(data, today=date(2028, 1, 1)), "target:T0", "")],
    "target-unit": [(more("targets", target("T9", kpi="A-V-K1", unit="%", value=Decimal(5), year="2030")), "target:T9", "")],
    "target-told-twice": [
        (more("targets", target("T9", kpi="A-V-K1", value=Decimal(10), year="2027")), "target:T9", "same"),
        (more("targets", target("T9", kpi="A-V-K1", value=Decimal(10), year="2027", qualifier="max")), "target:T9", "qualifier"),
        (more("targets", target("T9", kpi="A-V-K1", value=Decimal(11), year="2027")), "target:T9", "different"),
    ],
    "count-against-register": [
        (more("targets", target("T9", type="fact", subject="Maßnahmen", value=Decimal("3.5"), unit="Maßnahmen")), "target:T9", ""),
        (more("targets", target("T9", type="fact", subject="Felder je Leitthema", value=Decimal(3), unit="Handlungsfelder")), "theme:A", "per_theme"),
    ],
    "number-kpi-form": [
        (with_kpi(code_as_printed="X- A-V-K1"), "form:X- F-K9", "spaces"),
        (with_kpi(code_as_printed="X-A-V-1"), "form:X-F-9", ""),
    ],
    "number-kpi-prefix": [
        (lambda data: replace(data, fields=[replace(data.fields[0], kpi_prefix="B-V"), data.fields[1]]), "field:A-V", "")
    ],
    "number-kpi-gap": [(with_kpi("A-W-H1", code="A-W-H2"), "kpi:A-W-H2", "")],
    "number-kpi-single": [(with_kpi(code="A-V-K1.1"), "kpi:A-V-K1.1", "")],
    "number-kpi-order": [
        (chain(with_kpi(code="A-V-K1.2", line=1), with_kpi("A-V-K2", code="A-V-K1.1", line=2)), "kpi:A-V-K1.1", "")
    ],
    "number-measure-form": [(with_measure(number_as_printed="A- V-1"), "field:A-V", "")],
    "number-measure-gap": [(with_measure("A-V-2", number="A-V-3"), "field:A-V", "")],
    "number-twice": [(with_kpi("A-V-K2", code_as_printed="X-A-V- K1"), "kpi:A-V-K2", "")],
    "source-same-line": [(chain(with_kpi(line=7), with_kpi("A-V-K2", line=7)), "kpi:A-V-K2", "")],
    "spelling-field": [
        (lambda data: replace(data, fields=[replace(data.fields[0], aliases=("Rad",)), data.fields[1]]), "field:A-V", "")
    ],
    "spelling-status": [(with_measure(status_as_printed="in Umsetzung"), "status:in_progress", "")],
    "text-marks": [(with_kpi(name="Plätze der »Fahrradgarage»"), "kpi:A-V-K1", "")],
}  # fmt: skip


def of_rule(data: StrategyData, rule: str) -> list[Finding]:
    return audit(data, (RULE[rule],))


def test_every_rule_has_a_case() -> None:
    assert set(CASES) == {rule.id for rule in RULES}


def test_a_sound_strategy_has_no_findings() -> None:
    assert [(item.rule, item.object, item.params) for item in audit(SOUND)] == []


def test_an_empty_strategy_has_no_findings() -> None:
    assert audit(StrategyData(city="", today=TODAY)) == []


@pytest.mark.parametrize(
    ("rule", "change", "ref", "variant"),
    [(rule, *case) for rule, cases in CASES.items() for case in cases],
    ids=[f"{rule}-{number}" for rule, cases in CASES.items() for number in range(len(cases))],
)
def test_rule_speaks_on_its_case(rule: str, change: Change, ref: str, variant: str) -> None:
    found = of_rule(change(SOUND), rule)
    assert (ref, variant) in [(item.object, item.variant) for item in found]
    for item in found:
        assert message_of(item)
        assert proposal_of(item)
        assert rule_title(item.rule)
        assert "{" not in message_of(item) + proposal_of(item)


def test_fingerprint_follows_the_facts_and_not_the_score() -> None:
    (one,) = of_rule(with_kpi(measure="A-V-2")(SOUND), "kpi-measure-mismatch")
    scores = tuple((name, 0.99 if name.startswith("score") else value) for name, value in one.params)
    assert replace(one, params=scores).fingerprint == one.fingerprint
    moved = tuple((name, "A-W-1" if name == "better" else value) for name, value in one.params)
    assert replace(one, params=moved).fingerprint != one.fingerprint
    assert len(one.fingerprint) == 64


@pytest.mark.parametrize(
    ("reference", "good"),
    [("1.1", True), ("16.10", True), ("17.19", True), ("17.19.1", True), ("9.c", True), ("9.C.1", True),
     ("16.11", False), ("17.a", False), ("0.1", False), ("18.1", False), ("3.e", False), ("1.0", False)],
)  # fmt: skip
def test_sdg_targets_are_those_of_the_united_nations(reference: str, good: bool) -> None:
    found = of_rule(with_kpi(sdg=(reference,))(SOUND), "kpi-sdg")
    assert bool(found) != good


def test_there_are_169_sdg_targets() -> None:
    from steuerrad.modules.strategy.rules.sdg import TARGETS

    letters = {"": 0, "b": 2, "c": 3, "d": 4}
    assert sum(last + letters[letter] for last, letter in TARGETS.values()) == 169


@pytest.mark.django_db
def test_audit_without_a_city_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    configure_audit(parser)
    assert run_audit(parser.parse_args([])) == 1
    assert "steuerrad load" in capsys.readouterr().err


def test_numbers_of_findings_and_dates_in_them_read_well() -> None:
    with override("de"):
        assert severity_noun(Severity.WARNING, 1) == "Warnung"
        assert severity_noun(Severity.WARNING, 98) == "Warnungen"
        assert fact("when", "2022-11-30") == "30. November 2022"
