"""Loading what a city's documents say about steering: funding programmes, criteria, milestones."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import CityLoader
from steuerrad.modules.strategy.loaders import cells
from steuerrad.modules.strategy.models import Criterion, FundingProgramme, Measure, Milestone
from steuerrad.modules.strategy.models.portfolio_rating import CRITERION_GROUPS
from steuerrad.platform.city.csv_files import CityRow, rows_of
from steuerrad.platform.city.loading import LoadContext, sync

SOURCE = ("document", "line")
CENTS = Decimal("0.01")


def load_portfolio(context: LoadContext) -> None:
    """Read all three files first; write only when none has a fault."""
    sound = not context.problems
    programmes, criteria = read_programmes(context), read_criteria(context)
    milestones = read_milestones(context, sound)
    if context.problems:
        return
    sync(context, FundingProgramme, programmes, key="key", scope=FundingProgramme.objects.filter(demo=False))
    sync(context, Criterion, criteria, key="code")
    printed = Milestone.objects.exclude(document="")
    sync(context, Milestone, milestones, key=("measure_id", "title"), scope=printed)


def read_programmes(context: LoadContext) -> list[dict[str, Any]]:
    optional = (
        "mark", "funder", "rate", "rate_up_to", "cap", "cap_of", "deadline", "spending_first", "spending_last",
        "conditions", "source", "url", *SOURCE,
    )  # fmt: skip
    name = "strategy/funding_programmes.csv"
    rows = []
    for order, row in enumerate(
        rows_of(context, name, required=("key", "name"), optional=optional, key="key", must_exist=False)
    ):
        first, last = row.date("spending_first"), row.date("spending_last")
        if first is not None and last is not None and last < first:
            row.fault("spending_last", f"is before the first day {first}")
        rate, highest = share(row, "rate"), share(row, "rate_up_to")
        if highest is not None and (rate is None or highest < rate):
            row.fault("rate_up_to", "needs a rate that is not above it")
        if not row.text("source") and not row.text("document"):
            row.fault("source", "a programme needs a source or a document")
        rows.append(cells.fits(row, FundingProgramme, {
            "key": row.slug("key"), "name": row.needed("name"), "mark": row.text("mark"),
            "funder": row.text("funder"), "rate": rate, "rate_up_to": highest, "cap": euros(row, "cap"),
            "cap_of_costs": row.choice("cap_of", ("grant", "costs")) == "costs", "deadline": row.date("deadline"),
            "spending_first": first, "spending_last": last, "conditions": row.text("conditions"),
            "source": row.text("source"), "url": cells.address(row, "url"), "order": order, **cells.source(row),
        }))  # fmt: skip
    return rows


def share(row: CityRow, column: str) -> Decimal | None:
    """A share between 0 and 1 with at most four places."""
    value = row.decimal(column)
    if value is not None and (not 0 < value <= 1 or value != value.quantize(Decimal("0.0001"))):
        row.fault(column, "is not a share between 0 and 1 with at most four decimal places")
        return None
    return value


def euros(row: CityRow, column: str) -> Decimal | None:
    value = row.decimal(column)
    if value is not None and (not 0 <= value < Decimal(10) ** 12 or value != value.quantize(CENTS)):
        row.fault(column, "is not an amount in EUR with at most two decimal places")
        return None
    return value


def read_criteria(context: LoadContext) -> list[dict[str, Any]]:
    optional = ("name_en", "description", "description_en", "group", "weight", *SOURCE)
    name, rows = "strategy/criteria.csv", []
    for order, row in enumerate(
        rows_of(context, name, required=("code", "name"), optional=optional, key="code", must_exist=False)
    ):
        weight = row.decimal("weight")
        if weight is not None and not 0 < weight < 1000:
            row.fault("weight", "is not a number between 0 and 1000")
            weight = None
        rows.append(cells.fits(row, Criterion, {
            "code": cells.code(row, "code"), "name": row.needed("name"), "name_en": row.text("name_en"),
            "description": row.text("description"), "description_en": row.text("description_en"),
            "group": row.choice("group", CRITERION_GROUPS) or "lever", "weight": weight or Decimal(1),
            "order": order, **cells.source(row),
        }))  # fmt: skip
    return rows


def read_milestones(context: LoadContext, sound: bool) -> list[dict[str, Any]]:
    """sound: the measures were read without a fault; otherwise each would be reported twice.

    planned, done: the last day of what is printed ("end of 2023" is 2023-12-31); as_printed keeps the words.
    """
    measures = dict(Measure.objects.values_list("number", "pk"))
    name, key, rows = "strategy/milestones.csv", ("measure", "title"), []
    for row in rows_of(context, name, required=key, optional=("planned", "done", "as_printed", *SOURCE), key=key, must_exist=False):  # fmt: skip
        number = row.needed("measure")
        if number and number not in measures:
            if sound:
                row.fault("measure", "unknown measure")
            continue
        if not row.text("document"):
            row.fault("document", "a milestone of the city's files needs its document")
        done = row.date("done")
        if done is not None and done > clock.today():
            row.fault("done", "lies in the future")
        values = {
            "title": row.needed("title"), "planned_on": row.date("planned"), "as_printed": row.text("as_printed"),
            "printed_done_on": done, **cells.source(row),
        }  # fmt: skip
        if done is not None:  # otherwise people say when it is done
            values["done_on"] = done
        rows.append(cells.fits(row, Milestone, values) | {"measure_id": measures.get(number)})
    return rows


LOADERS = (CityLoader("strategy.portfolio", 25, load_portfolio),)
