"""Wordings of the audit's rules about KPIs, targets and their numbers: rule → (title, message, proposal)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

KPI_WORDINGS: dict[str, tuple[Any, Any, Any]] = {
    "kpi-measure-missing": (
        _("KPI points to no measure"),
        {
            "": _("The number of {kpi} points to measure {measure}, which does not exist."),
            "proposal": _(
                "The number of {kpi} points to measure {measure}, which does not exist. By its content it belongs to {better} “{better_title}” ({score_better} of its words)."
            ),
        },
        {
            "": _("Name the measure that this KPI follows, or make it a KPI of the field."),
            "proposal": _("Number the KPI after {better}."),
        },
    ),
    "kpi-measure-mismatch": (
        _("KPI points to the wrong measure"),
        {
            "": _(
                "{kpi} stands with {measure} “{measure_title}”, but fits {better} “{better_title}” better: {score_better} of its words against {score_own}."
            ),
            "several": _(
                "{kpi} stands with {measure} “{measure_title}”, but fits {better} “{better_title}” better: {score_better} of its words against {score_own}. Also near: {near}."
            ),
        },
        _("Number the KPI after {better}, or explain how it measures {measure}."),
    ),
    "kpi-measure-unrelated": (
        _("KPIs that have no word in common with their measure"),
        _(
            "{count} of {total} KPIs of measures share no word with their measure, nor with another KPI of it. Some may be numbered wrongly."
        ),
        _("Go through the list and check each number."),
    ),
    "kpi-field-elsewhere": (
        _("KPI of a field that fits one measure"),
        {
            "same_field": _(
                "{kpi} is a KPI of the whole field, but fits measure {better} “{better_title}” ({score_better} of its words)."
            ),
            "other_field": _(
                "{kpi} is a KPI of the field {field}, but fits measure {better} “{better_title}” of another field ({score_better} of its words)."
            ),
            "": _("{kpi} fits measure {better}."),
        },
        _("Decide whether it is to follow {better} as well."),
    ),
    "kpi-mark-status": (
        _("Asterisk against the status of the measure"),
        {
            "marked": _(
                "{kpi} carries the asterisk of running measures, but the status of {measure} is: {status}."
            ),
            "unmarked": _(
                "{kpi} carries no asterisk, although {measure} runs: {status}. KPIs of running measures are marked elsewhere."
            ),
            "": _("{kpi}: asterisk and status of {measure} disagree."),
        },
        {
            "marked": _("Check the status of {measure}, or take the asterisk away."),
            "": _("Add the asterisk, or check the status of {measure}."),
        },
    ),
    "kpi-mark-unexplained": (
        _("Meaning of the asterisk unclear"),
        _("{count} KPIs carry an asterisk, and their measures do not show what it means: most do not run."),
        _("Say what the asterisk means, and check each marked KPI against it."),
    ),
    "kpi-without-value": (
        _("KPIs without any value"),
        _("{count} of {total} KPIs have no value at all, and no module computes them."),
        _("Collect first values, or drop KPIs that nobody will collect."),
    ),
    "kpi-without-target": (
        _("KPIs without target"),
        _("{count} of {total} KPIs have no quantified target, so nobody can say whether they are on course."),
        _("Set targets together with the first values."),
    ),
    "kpi-value-old": (
        _("Value is old"),
        _("The newest value of {kpi} is from {date}; full years since then: {years}."),
        _("Collect a new value."),
    ),
    "kpi-without-unit": (
        _("KPIs without unit"),
        _("{count} of {total} KPIs have no unit."),
        _("Give each a unit before values are collected."),
    ),
    "kpi-without-direction": (
        _("KPIs without direction"),
        _("{count} of {total} KPIs do not say whether higher or lower is better."),
        _("Give each a direction."),
    ),
    "kpi-direction-none": (
        _("KPI without a good direction"),
        _("For {kpi} neither more nor less is better, so it cannot show success."),
        _("Replace it by a share, a time or a result that has a good direction."),
    ),
    "kpi-without-reference": (
        _("KPIs without reference"),
        _("{count} of {total} KPIs do not say from which framework they come."),
        _("Add the reference: United Nations, European Union or own."),
    ),
    "kpi-without-sdg": (
        _("KPIs without SDG target"),
        _("{count} of {total} KPIs name no target of the Sustainable Development Goals."),
        _("Add the target, or state that there is none."),
    ),
    "kpi-unit-against-name": (
        _("Unit against name"),
        {
            "share": _("The name of {kpi} asks for a share, its unit is “{unit}”."),
            "count": _("The name of {kpi} asks for a count, its unit is “{unit}”."),
            "per": _("The name of {kpi} asks for a figure per inhabitant, its unit is “{unit}”."),
            "": _("Name and unit of {kpi} disagree: “{unit}”."),
        },
        _("Change the unit or the name."),
    ),
    "kpi-kind-against-unit": (
        _("Kind against unit"),
        _("{kpi} is entered as kind “{kind}” with the unit “{unit}”."),
        _("Correct the kind or the unit."),
    ),
    "kpi-target-in-name": (
        _("Name holds a target"),
        {
            "": _("The name of {kpi} holds a target (“{text}”) that is not recorded as one."),
            "recorded": _("The name of {kpi} holds a target (“{text}”); it is recorded as {targets}."),
        },
        {
            "": _("Record the target with value and year, and name the KPI without it."),
            "recorded": _("Name the KPI without the target."),
        },
    ),
    "kpi-two-things": (
        _("KPI measures two things"),
        _("{kpi} measures more than one thing (“{text}”), but has one unit: {unit}."),
        _("Make it several KPIs, each with its own unit."),
    ),
    "kpi-change": (
        _("KPI is a change without a starting value"),
        _("{kpi} measures a change (“{text}”), and no starting value is recorded."),
        _("Record the starting value with its date, or measure the state instead of the change."),
    ),
    "kpi-definition-open": (
        _("Definition left open"),
        _("The name of {kpi} leaves open what is counted: “{text}”."),
        _("Say exactly what is counted."),
    ),
    "kpi-name-bare": (
        _("Name does not say of what"),
        _("The name of {kpi} does not say of what or of whom."),
        _("Name the object, the area and the period."),
    ),
    "kpi-double": (
        _("KPIs nearly the same"),
        {
            "": _("{kpi} and {other} “{other_name}” share most of their words."),
            "same": _("{kpi} and {other} have the same name."),
        },
        _("Keep one of them, or make the difference plain in the names."),
    ),
    "kpi-sdg": (
        _("SDG target wrong"),
        {
            "malformed_mended": _("{kpi} names the SDG target “{reference}”, which is written wrongly."),
            "malformed": _("{kpi} names “{reference}”, which is no SDG target."),
            "unknown": _("{kpi} names the SDG target “{reference}”, which does not exist."),
            "": _("{kpi}: {reference}"),
        },
        {
            "malformed_mended": _("Write {meant}."),
            "": _("Look up the target and correct it."),
        },
    ),
    "kpi-sdg-goal": (
        _("SDG goal without target"),
        _("{kpi} names goal {reference} as a whole, not one of its targets."),
        _("Name the target."),
    ),
    "kpi-sdg-repeated": (
        _("SDG target named twice"),
        {
            "twice": _("{kpi} names {reference} twice."),
            "inside": _("{kpi} names {reference} and also a part of it: {references}."),
            "": _("{kpi} names {reference} twice."),
        },
        _("Keep the more exact one; perhaps another target was meant."),
    ),
    "kpi-sdg-spelling": (
        _("Letters of SDG targets written in two ways"),
        _("{count} of {total} SDG targets with a letter have a capital one, such as {example}."),
        _("Write all letters small, as the United Nations do."),
    ),
    "target-without-kpi": (
        _("Targets without KPI"),
        _("{count} of {total} quantified targets are followed by no KPI."),
        _("Tie each target to a KPI, or add one."),
    ),
    "target-without-year": (
        _("Targets without year"),
        _("{count} of {total} quantified targets do not say until when."),
        _("Set a year for each."),
    ),
    "target-due": (
        _("Target is due, result unknown"),
        _("{target} was to be reached by {year}, and no value tells whether it was (KPI: {kpi})."),
        _("Find out and record the value, or report the target as missed or given up."),
    ),
    "target-unit": (
        _("Target and KPI in different units"),
        _("{target} is given in “{unit}”, its KPI {kpi} in “{kpi_unit}”."),
        _("Use one unit for both, or tie the target to another KPI."),
    ),
    "target-told-twice": (
        _("Target told twice"),
        {
            "same": _("{other} and {target} tell the same target for {kpi}: {value}."),
            "qualifier": _(
                "{other} and {target} tell the same figure for {kpi} ({value}), once with another limit."
            ),
            "different": _(
                "{other} and {target} tell different targets for {kpi}: {other_value} and {value}."
            ),
            "": _("{other} and {target} tell targets for {kpi}."),
        },
        {
            "different": _("Decide which holds, or split the KPI."),
            "": _("Keep one of them."),
        },
    ),
    "count-against-register": (
        _("Figure of the text against the tables"),
        {
            "": _("The text says {printed} {unit} ({target}); the tables hold {actual}."),
            "per_theme": _("The text says {printed} fields for each theme ({target}); {theme} has {actual}."),
        },
        _("Bring the text up to date, or say what the figure counts."),
    ),
    "number-kpi-form": (
        _("KPI numbers in different forms"),
        {
            "": _(
                "{count} of {total} KPI numbers have another form than most, such as “{example}” (F: the field's code, 9: a number; most: {main}, these: {form})."
            ),
            "spaces": _("{count} of {total} KPI numbers contain spaces, such as “{example}”."),
        },
        _("Write all numbers alike."),
    ),
    "number-kpi-prefix": (
        _("KPI numbers with another code than their field"),
        _("The KPIs of the field {field} are printed with {prefix} (KPIs: {count})."),
        _("Use the field's code {field}."),
    ),
    "number-kpi-gap": (
        _("KPI number missing"),
        _("In the series {group} numbers are missing: {missing}."),
        _("Find out whether a KPI was lost, or number them anew."),
    ),
    "number-kpi-single": (
        _("Numbered as first of several, but alone"),
        _("{kpi} is numbered as the first of several, but the measure has no other KPI."),
        _("Find out whether a KPI was lost, or drop the second number."),
    ),
    "number-kpi-order": (
        _("KPIs out of order"),
        _("In the series {group}, {before} is printed before {after}."),
        _("Put them in order."),
    ),
    "number-twice": (
        _("Number given twice"),
        _("“{printed}” is also the number of {other}."),
        _("Give one of them another number."),
    ),
    "source-same-line": (
        _("Same line as source"),
        _("This and {other} are taken from the same line {line}."),
        _("Check the source."),
    ),
    "text-marks": (
        _("Quotation mark or bracket not closed"),
        _("The marks {mark} in this text do not pair up."),
        _("Correct the text."),
    ),
}
