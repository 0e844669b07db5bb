"""English message templates of the findings, and what the words for bases mean.

A page or a command renders ``gettext(MESSAGES[finding.message_key]).format(**finding.params)``; decimals in
``params`` are Decimal, so that the caller can write them in the reader's language. Figures that were printed
stay as they were printed.
"""

from __future__ import annotations

from collections.abc import Mapping


def gettext_noop(message: str) -> str:
    """Mark a text for the translators without translating it here: rules know no language."""
    return message


MESSAGES: Mapping[str, str] = {
    "unreadable_figure": gettext_noop("“{printed}” is not a figure."),
    "outside_scale": gettext_noop("{printed} lies outside the scale from {low} to {high}."),
    "pilot_above_maximum": gettext_noop(
        "{printed} points for pilot projects are more than the maximum of {high}."
    ),
    "duplicate_name": gettext_noop("“{name}” occurs twice, with {first} and with {second}."),
    "unknown_name": gettext_noop("The edition of {edition} has no indicator “{name}”."),
    "misspelt_name": gettext_noop("“{name}” is most likely “{proposal}”."),
    "indicator_missing": gettext_noop("The edition of {edition} also has: {names}."),
    "rank_as_score": gettext_noop(
        "The score {printed} is the rank {rank} in the wrong place; the indicators give {implied}."
    ),
    "score_wrong": gettext_noop("The score {printed} is wrong; the indicators give {implied}."),
    "parts_contradict_score": gettext_noop(
        "The score {printed} does not follow from the indicators, which give {implied}. Either it is wrong, "
        "or one of these figures: {suspects}."
    ),
    "parts_contradict_score_bounds": gettext_noop(
        "The score {printed} is out of reach: whatever {names} may be, the indicators give {low} to {high}."
    ),
    "parts_contradict_supported_score": gettext_noop(
        "The indicators give {implied} instead of {printed}, but other figures confirm {printed}: an indicator "
        "is wrong or missing. Alone, only these could be: {suspects}."
    ),
    "suspect_part_culprit": gettext_noop(
        "{name} {printed} is most likely wrong: with {low} to {high} the category score is right, and another "
        "figure asks for that value."
    ),
    "suspect_part_unsupported": gettext_noop(
        "{name} {printed} could be wrong: with {low} to {high} the category score would be right."
    ),
    "suspect_part_derivable": gettext_noop(
        "{name} {printed} could be wrong: with {low} to {high} the category score would be right. The printed "
        "change agrees with {printed}, but may have been computed from it."
    ),
    "suspect_part_supported": gettext_noop(
        "{name} {printed} could be wrong: with {low} to {high} the category score would be right. But another "
        "figure that was not computed from it confirms {printed}."
    ),
    "total_contradicted": gettext_noop("The categories give a total of {implied}; {source} says {printed}."),
    "total_outside_ranking": gettext_noop(
        "The categories give a total of {implied}, but the neighbours of rank {rank} allow only {low} to {high}."
    ),
    "score_outside_ranking": gettext_noop(
        "The neighbours of rank {rank} allow scores from {low} to {high}, not {printed}."
    ),
    "change_wrong": gettext_noop("The change is {right}, not {printed} ({value} against {previous})."),
    "change_wrong_sign": gettext_noop("The change is {right}, not {printed}: the sign is wrong."),
    "change_wrong_digit": gettext_noop("The change is {right}, not {printed}: one digit is wrong."),
    "change_wrong_transposed": gettext_noop(
        "The change is {right}, not {printed}: two digits have changed places."
    ),
    "change_copied": gettext_noop("The change is {right}; {printed} is that of {copied_from}."),
    "change_missing": gettext_noop("The change is not printed; it is {right}."),
    "change_follows_from_error": gettext_noop(
        "The change {printed} follows from a wrong figure; with the right one it is {right}."
    ),
    "statement_repeats_error": gettext_noop("The text repeats the wrong figure {printed}; right is {right}."),
    "statement_against_table": gettext_noop("The text says {printed}, the table gives {right}."),
    "statement_against_sources": gettext_noop("The text says {printed}; {source}: {right}."),
    "pilot_statement_wrong": gettext_noop(
        "The text says {printed} points for pilot projects, the table {right}."
    ),
    "source_disagrees": gettext_noop("Printed is {printed}; {source} says {other}."),
    "not_comparable_split": gettext_noop(
        "“{name}” is only a part of last year's “{previous_name}”: the difference is no change of the same thing."
    ),
    "not_comparable_merged": gettext_noop(
        "“{name}” was merged from “{previous_name}” and others: the difference is no change of the same thing."
    ),
    "not_comparable_same": gettext_noop(
        "“{name}” is named like last year's “{previous_name}”, but was probably rated otherwise: the difference may be "
        "no change of the same thing."
    ),
    "not_comparable_narrower": gettext_noop(
        "“{name}” covers less than last year's “{previous_name}”: the difference is no change of the same thing."
    ),
    "not_comparable_broader": gettext_noop(
        "“{name}” covers more than last year's “{previous_name}”: the difference is no change of the same thing."
    ),
    "not_comparable_different": gettext_noop(
        "“{name}” and last year's “{previous_name}” are different things: the difference says nothing."
    ),
    "compared_with_one_of_several": gettext_noop(
        "“{name}” was merged from {all_previous}, but is compared with “{previous_name}” alone. Against the "
        "mean {mean} of all of them the difference is {against_mean}."
    ),
    "compared_with_one_of_several_unknown": gettext_noop(
        "“{name}” was merged from {all_previous}, but is compared with “{previous_name}” alone."
    ),
    "counterpart_not_compared": gettext_noop(
        "Last year's “{previous_name}” ({previous}) is related to “{name}”, but stands apart from it."
    ),
    "maximum_changed": gettext_noop(
        "The maximum was {previous_maximum} and is {maximum} now: {previous_share} % then, {share} % now."
    ),
    "maximum_changed_same_share": gettext_noop(
        "No real change: {previous} of {previous_maximum} and {value} of {maximum} are the same share."
    ),
}

# What the certainty of a finding rests on.
BASES: Mapping[str, str] = {
    "form": gettext_noop("the form of the figure"),
    "scale": gettext_noop("the scale of the figure"),
    "structure": gettext_noop("the list of indicators of the edition"),
    "parts": gettext_noop("the indicators of the category"),
    "parts and other figures": gettext_noop("the indicators of the category and other figures"),
    "score supported": gettext_noop("other figures that confirm the score"),
    "undecided": gettext_noop("the contradiction alone; nothing decides between its two sides"),
    "culprit": gettext_noop("another figure that asks for the same value"),
    "unsupported": gettext_noop("the arithmetic alone"),
    "derivable": gettext_noop("the arithmetic; the printed change may come from the wrong figure"),
    "supported": gettext_noop("the arithmetic, against another figure"),
    "categories": gettext_noop("the category scores"),
    "ranking": gettext_noop("ranks and scores of other cities"),
    "values": gettext_noop("the two printed values"),
    "values confirmed by their categories": gettext_noop(
        "the two values, confirmed by their category scores"
    ),
    "consequence": gettext_noop("another finding"),
    "table": gettext_noop("the table of the document"),
    "source": gettext_noop("other sources"),
    "mapping": gettext_noop("how the indicators of the two editions are related"),
}


def english(key: str, params: Mapping[str, object]) -> str:
    """Render a message in English."""
    return MESSAGES[key].format(**params)
