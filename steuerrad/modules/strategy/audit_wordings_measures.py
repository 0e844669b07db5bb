"""Wordings of the audit's rules about themes, fields, measures, organisations: rule → (title, message, proposal)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

MEASURE_WORDINGS: dict[str, tuple[Any, Any, Any]] = {
    "funding-text": (
        _("Funding mark against the text"),
        {
            "named_only": _(
                "The text names {measure} as funded by {funding}, but its number does not carry the mark."
            ),
            "marked_only": _(
                "The number of {measure} carries the mark {funding}, but the text does not name it as funded."
            ),
            "": _("{measure}: funding by {funding} is unclear."),
        },
        {
            "named_only": _("Check the grant decision; add the mark or correct the text."),
            "": _("Check the grant decision; take the mark away or correct the text."),
        },
    ),
    "funding-count": (
        _("Number of funded measures against the marks"),
        _("The text counts {printed} measures funded by {funding} ({target}); {actual} carry its mark."),
        _("Say which measures the figure means: a bundle may stand for several."),
    ),
    "funding-period": (
        _("Period against the end of funding"),
        {
            "longer": _("{measure} runs until {end}; {funding} pays until {last}."),
            "shorter": _("{measure} ends in {end} already; {funding} pays until {last}."),
            "no_end": _("{measure} has no end; {funding} pays until {last}."),
            "": _("{measure}: {funding} pays until {last}."),
        },
        {
            "shorter": _("Check whether the period is out of date."),
            "": _("Say who pays after {last}."),
        },
    ),
    "funding-over": (
        _("Funding ends"),
        _("{funding} pays until {last}; {count} of its measures are not yet in operation."),
        _("Ask for an extension, or decide who pays from then on."),
    ),
    "status-outdated": (
        _("Status of the measures is out of date"),
        _("For {count} of {total} measures no newer status is known than that of {known}."),
        _("Ask all leads for the present status."),
    ),
    "period-ended-before-status": (
        _("Period over before the day of the status"),
        _("{measure} ended in {end}, but its status of {known} is: {status}."),
        _("Correct the period or the status."),
    ),
    "period-runs-before-start": (
        _("Runs before its start"),
        _("{measure} begins in {start}, but its status of {known} is: {status}."),
        _("Correct the period or the status."),
    ),
    "period-ended-since": (
        _("Period over, status not brought up to date"),
        _("{measure} was to end in {end}; its newest status is of {known}: {status}."),
        _("Ask the lead for the present status, or set a new period."),
    ),
    "period-start-passed": (
        _("Not begun although the period has"),
        {
            "before": _("{measure} was to begin in {start}, but its status of {known} is: {status}."),
            "same_year": _("{measure} was to begin in {start}; its status of {known} is still: {status}."),
            "": _("{measure} was to begin in {start}."),
        },
        _("Set a new start, or report that it has begun."),
    ),
    "period-start-passed-since": (
        _("Start has passed, status not brought up to date"),
        _("{measure} was to begin in {start}; its newest status is of {known}: {status}."),
        _("Ask the lead whether it has begun."),
    ),
    "period-delivered-before-end": (
        _("Implemented before its end"),
        _("The status of {measure} of {known} is “{status}”, but its period goes on until {end}."),
        _("Correct the period, or say what is still to come."),
    ),
    "period-expansion": (
        _("Expansion without a period"),
        _("{measure} is being expanded, but its period ended in {end}."),
        _("Say until when the expansion runs."),
    ),
    "period-idea-with-end": (
        _("Idea with an end"),
        _("{measure} is only an idea, but has a period: {period}."),
        _("Decide on it, or leave the period open."),
    ),
    "period-not-set": (
        _("Planned or running without a period"),
        _("The status of {measure} is “{status}”, but its period is not set (“{period}”)."),
        _("Set the period."),
    ),
    "period-open-ended": (
        _("In progress without an end"),
        _("{count} of {total} measures are in progress and name no end."),
        _("Set an end, or report them as in operation."),
    ),
    "period-start-unknown": (
        _("End without a start"),
        _("The period of {measure} names no start: {period}."),
        _("Add the start."),
    ),
    "period-refers-elsewhere": (
        _("Period refers elsewhere"),
        _("Instead of a period, {measure} has a reference: “{period}”."),
        _("Enter the period here."),
    ),
    "period-vague": (
        _("Period is vague"),
        _("The period of {measure} is not firm: {period}."),
        _("Set a firm end, or say on what it depends."),
    ),
    "period-misread": (
        _("Years against the printed period"),
        _("{measure} is printed with “{period}”, but entered with {years}."),
        _("Correct the entered years."),
    ),
    "theme-without-field": (
        _("Theme without field of action"),
        _("The theme {theme} “{name}” has no field of action."),
        _("Add fields or drop the theme."),
    ),
    "field-without-measure": (
        _("Field of action without measure"),
        _("The field {field} “{name}” has no measure."),
        _("Add measures or drop the field."),
    ),
    "field-without-kpi": (
        _("Field of action without KPI"),
        _("The field {field} “{name}” has no KPI, so its success cannot be seen."),
        _("Add a KPI."),
    ),
    "field-without-own-kpi": (
        _("Fields without a KPI of their own"),
        _("{count} of {total} fields have KPIs of single measures only, none of the field as a whole."),
        _("Add a KPI that shows the effect of the field."),
    ),
    "measure-without-kpi": (
        _("Measures without KPI"),
        _("{count} of {total} measures have no KPI."),
        _("Add a KPI, at least for measures that run."),
    ),
    "measure-funded-without-kpi": (
        _("Funded measure without KPI"),
        _("{measure} runs with money of {funding}, and no KPI shows what it brings."),
        _("Add a KPI before the funding body asks."),
    ),
    "measure-without-lead": (
        _("Measures without lead"),
        _("For {count} of {total} measures nobody is named as lead."),
        _("Name who leads."),
    ),
    "measure-lead-unspecific": (
        _("Led by the city as a whole"),
        _("{count} of {total} measures are led by the city as a whole, so no unit answers for them."),
        _("Name the unit that leads."),
    ),
    "measure-without-partner": (
        _("Measures without anybody"),
        _("For {count} of {total} measures no organisation is named at all."),
        _("Name who leads and who takes part."),
    ),
    "measure-without-period": (
        _("Ideas without a period"),
        _("{count} of {total} measures are ideas whose period is not set."),
        _("Decide which of them are to be pursued, and when."),
    ),
    "measure-without-system": (
        _("Measures that no running system delivers"),
        _("{count} of {total} measures are delivered by no system that runs here."),
        _("Decide which system is to come next."),
    ),
    "measure-without-summary": (
        _("Measures without description"),
        _("{count} of {total} measures have no description."),
        _("Describe them."),
    ),
    "measure-double": (
        _("Measures nearly the same"),
        {
            "": _("The descriptions of {measure} and {other} “{other_title}” share most of their words."),
            "title": _("{measure} and {other} have the same title."),
            "text": _("{measure} and {other} “{other_title}” have the same description."),
        },
        {
            "": _("Merge them, or make the difference plain."),
            "text": _("One of them stands with the wrong text; write its own."),
        },
    ),
    "measure-description-of-other": (
        _("Description belongs to another measure"),
        {
            "": _("The description of {measure} speaks of {other}."),
            "mistaken": _("{measure} is printed with the description of {other}."),
        },
        {
            "": _("Check whether the right text stands there."),
            "mistaken": _("Write a description of {measure}."),
        },
    ),
    "organisation-without-role": (
        _("Organisations without a role"),
        _("{count} of {total} organisations that the documents name take part in no measure."),
        _("Add their role, or leave them out."),
    ),
    "number-measure-form": (
        _("Measure numbers contain spaces or differ"),
        _("In the field {field}, {count} measures are printed with another form of their number, such as “{example}”."),
        _("Write all numbers alike."),
    ),
    "number-measure-gap": (
        _("Measure number missing"),
        _("In the field {field} numbers are missing: {missing}."),
        _("Find out whether a measure was lost."),
    ),
    "spelling-field": (
        _("Field spelt in several ways"),
        _("The field {field} “{name}” is also called: {aliases}."),
        _("Use one name throughout."),
    ),
    "spelling-status": (
        _("Status in several wordings"),
        _("The status “{main}” is also worded: {wordings}."),
        _("Use one wording for each status."),
    ),
}  # fmt: skip
