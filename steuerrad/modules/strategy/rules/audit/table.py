"""All rules of the strategy audit, as a table. Wordings: modules/strategy/audit_text.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from steuerrad.modules.strategy.rules.audit import (
    assignment,
    coverage,
    definitions,
    figures,
    numbering,
    periods,
)
from steuerrad.modules.strategy.rules.audit.data import StrategyData
from steuerrad.modules.strategy.rules.audit.finding import Draft, Finding, Severity, finding

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True)
class Rule:
    id: str
    severity: Severity
    check: Callable[[StrategyData], Iterator[Draft]]


RULES: tuple[Rule, ...] = (
    Rule("kpi-measure-missing", ERROR, assignment.measure_missing),
    Rule("kpi-measure-mismatch", WARNING, assignment.measure_mismatch),
    Rule("kpi-measure-unrelated", NOTE, assignment.measure_unrelated),
    Rule("kpi-field-elsewhere", NOTE, assignment.field_kpi_elsewhere),
    Rule("kpi-mark-status", WARNING, assignment.mark_against_status),
    Rule("kpi-mark-unexplained", NOTE, assignment.mark_unexplained),
    Rule("funding-text", ERROR, figures.funding_text),
    Rule("funding-count", WARNING, figures.funding_counts),
    Rule("funding-period", NOTE, figures.funding_periods),
    Rule("funding-over", WARNING, figures.funding_over),
    Rule("period-ended-before-status", ERROR, periods.ended_before_status),
    Rule("period-runs-before-start", ERROR, periods.runs_before_start),
    Rule("status-outdated", WARNING, periods.status_outdated),
    Rule("period-ended-since", WARNING, periods.ended_since),
    Rule("period-start-passed", WARNING, periods.start_passed),
    Rule("period-start-passed-since", NOTE, periods.start_passed_since),
    Rule("period-delivered-before-end", WARNING, periods.delivered_before_end),
    Rule("period-expansion", NOTE, periods.expansion_without_period),
    Rule("period-idea-with-end", NOTE, periods.idea_with_end),
    Rule("period-not-set", WARNING, periods.runs_without_period),
    Rule("period-open-ended", NOTE, periods.open_ended),
    Rule("period-start-unknown", NOTE, periods.start_unknown),
    Rule("period-refers-elsewhere", WARNING, periods.period_refers_elsewhere),
    Rule("period-vague", NOTE, periods.period_vague),
    Rule("period-misread", ERROR, periods.period_misread),
    Rule("theme-without-field", ERROR, coverage.themes_without_fields),
    Rule("field-without-measure", ERROR, coverage.fields_without_measures),
    Rule("field-without-kpi", WARNING, coverage.fields_without_kpis),
    Rule("field-without-own-kpi", NOTE, coverage.fields_without_own_kpi),
    Rule("measure-without-kpi", WARNING, coverage.measures_without_kpi),
    Rule("measure-funded-without-kpi", WARNING, coverage.running_without_kpi),
    Rule("measure-without-lead", WARNING, coverage.measures_without_lead),
    Rule("measure-lead-unspecific", NOTE, coverage.measures_led_by_city),
    Rule("measure-without-partner", NOTE, coverage.measures_without_partner),
    Rule("measure-without-period", NOTE, coverage.measures_without_period),
    Rule("measure-without-system", NOTE, coverage.measures_without_system),
    Rule("measure-without-summary", WARNING, coverage.measures_without_summary),
    Rule("measure-double", WARNING, definitions.near_double_measures),
    Rule("measure-description-of-other", WARNING, definitions.description_of_other),
    Rule("organisation-without-role", NOTE, coverage.organisations_without_role),
    Rule("kpi-without-value", WARNING, coverage.kpis_without_value),
    Rule("kpi-without-target", WARNING, coverage.kpis_without_target),
    Rule("kpi-value-old", WARNING, coverage.kpis_with_old_value),
    Rule("kpi-without-unit", WARNING, definitions.without_unit),
    Rule("kpi-without-direction", WARNING, definitions.without_direction),
    Rule("kpi-direction-none", NOTE, definitions.neutral_direction),
    Rule("kpi-without-reference", NOTE, definitions.without_reference),
    Rule("kpi-without-sdg", NOTE, definitions.without_sdg),
    Rule("kpi-unit-against-name", WARNING, definitions.unit_against_name),
    Rule("kpi-kind-against-unit", WARNING, definitions.kind_against_unit),
    Rule("kpi-target-in-name", NOTE, definitions.target_in_name),
    Rule("kpi-two-things", WARNING, definitions.two_things),
    Rule("kpi-change", NOTE, definitions.change_as_kpi),
    Rule("kpi-definition-open", NOTE, definitions.open_definition),
    Rule("kpi-name-bare", NOTE, definitions.bare_name),
    Rule("kpi-double", WARNING, definitions.near_doubles),
    Rule("kpi-sdg", WARNING, definitions.sdg_references),
    Rule("kpi-sdg-goal", NOTE, definitions.sdg_goal_only),
    Rule("kpi-sdg-repeated", NOTE, definitions.sdg_repeated),
    Rule("kpi-sdg-spelling", NOTE, definitions.sdg_spellings),
    Rule("target-without-kpi", WARNING, figures.without_kpi),
    Rule("target-without-year", WARNING, figures.without_year),
    Rule("target-due", WARNING, figures.due_without_value),
    Rule("target-unit", WARNING, figures.unit_against_kpi),
    Rule("target-told-twice", NOTE, figures.told_twice),
    Rule("count-against-register", NOTE, figures.counts),
    Rule("number-kpi-form", NOTE, numbering.kpi_numbers),
    Rule("number-kpi-prefix", WARNING, numbering.kpi_prefixes),
    Rule("number-kpi-gap", WARNING, numbering.kpi_gaps),
    Rule("number-kpi-single", NOTE, numbering.kpi_single_serial),
    Rule("number-kpi-order", NOTE, numbering.kpi_order),
    Rule("number-measure-form", NOTE, numbering.measure_numbers),
    Rule("number-measure-gap", WARNING, numbering.measure_gaps),
    Rule("number-twice", ERROR, numbering.printed_twice),
    Rule("source-same-line", NOTE, numbering.same_lines),
    Rule("spelling-field", NOTE, numbering.field_spellings),
    Rule("spelling-status", NOTE, numbering.status_spellings),
    Rule("text-marks", NOTE, definitions.unbalanced_marks),
)
RULE = {rule.id: rule for rule in RULES}


def audit(data: StrategyData, rules: tuple[Rule, ...] = RULES) -> list[Finding]:
    """All findings: errors first, then warnings and notes, in the order of the table."""
    found = [finding(rule.id, rule.severity, draft) for rule in rules for draft in rule.check(data)]
    order = list(Severity)
    return sorted(found, key=lambda item: order.index(item.severity))
