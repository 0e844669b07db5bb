"""All writes of the index that persons do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.events import publish
from steuerrad.modules.city_index.catalogue import Catalogue, key_of
from steuerrad.modules.city_index.importing import Plan
from steuerrad.modules.city_index.models import Category, Import, Indicator, Result
from steuerrad.modules.city_index.reading import ResultRow
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

BATCH = 200
COMPLETED = ("score", "rank", "tendency")


class BadRowsError(Exception):
    """The file has bad rows and nobody said to leave them out; nothing was written."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(_("%(count)d bad rows; nothing was imported") % {"count": plan.skipped})
        self.plan = plan


class ImportedMeanwhileError(Exception):
    """Somebody else has imported since the plan was made; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody has imported in the meantime; nothing was written. Look at the file again.")
        )


def import_results(
    actor: Any, plan: Plan, catalogue: Catalogue, *, file: str, sha256: str, skip_bad: bool = False
) -> Import | None:
    """Write what the plan found. None: everything was known already.

    actor None is the operator at the command line; a person needs the right city_index.import.
    Raises BadRowsError unless skip_bad, PermissionDenied, ImportedMeanwhileError.
    """
    if actor is not None:
        require(actor, "city_index.import")
    if plan.problems and not skip_bad:
        raise BadRowsError(plan)
    if not plan.changes:
        return None
    try:
        return _write(actor, plan, catalogue, file=file, sha256=sha256)
    except IntegrityError as error:  # a row that was new when the plan was made
        raise ImportedMeanwhileError from error


def _write(actor: Any, plan: Plan, catalogue: Catalogue, *, file: str, sha256: str) -> Import:
    with transaction.atomic():
        done = Import.objects.create(
            at=clock.now(), by=actor, file=file[:255], sha256=sha256, added=len(plan.new),
            updated=len(plan.completed), unchanged=plan.unchanged, skipped=plan.skipped,
            conflicts=len(plan.conflicts),
        )  # fmt: skip
        indicators = add_indicators(plan, catalogue, done)
        insert_results(plan.new, done.pk)
        complete_results(plan.completed)
        record(
            actor, "city_index.import", f"city_index.import:{done.pk}", title=done.file,
            changes={
                "sha256": (None, sha256), "added": (0, done.added), "completed": (0, done.updated),
                "skipped": (0, done.skipped), "conflicts": (0, done.conflicts), "indicators": (0, indicators),
            },
        )  # fmt: skip
        publish(
            "city_index.results_imported", import_id=done.pk, editions=sorted({row.year for row in plan.new})
        )
    return done


def insert_results(rows: Sequence[ResultRow], import_id: int | None) -> None:
    """Write new rows in one prepared statement.

    bulk_create took five times as long for 100,000 rows: it makes an object of each and passes each value through
    a dozen calls. The constraints of the table hold here as well.
    """
    fields = ("edition", "city", "category_key", "indicator", "score", "decimals", "rank", "tendency", "source",
              "basis", "note", "imported")  # fmt: skip
    quote, adapt = connection.ops.quote_name, connection.ops.adapt_decimalfield_value
    columns = ", ".join(quote(Result._meta.get_field(name).column) for name in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(Result._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - names of the model
    scores = {row.score: None if row.score is None else adapt(row.score, 8, 4) for row in rows}
    with connection.cursor() as cursor:
        cursor.executemany(sql, [
            (row.edition, row.city, row.category, row.indicator, scores[row.score], row.decimals, row.rank,
             row.tendency, row.source, row.basis, row.note, import_id)
            for row in rows
        ])  # fmt: skip


def complete_results(completed: Iterable[tuple[int, ResultRow]]) -> None:
    """Write the ranks, scores and tendencies that a source added to its own figures.

    Raises ImportedMeanwhileError when another import has filled one of them with something else.
    """
    completed = list(completed)
    wanted = dict(completed)
    for start in range(0, len(completed), BATCH):
        ids = [pk for pk, _row in completed[start : start + BATCH]]
        there = Result.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        for pk, *known in there.values_list("pk", *COMPLETED):
            said = [getattr(wanted[pk], name) for name in COMPLETED]
            if any(old is not None and old != new for old, new in zip(known, said, strict=True)):
                raise ImportedMeanwhileError
    results = [
        Result(pk=pk, score=row.score, decimals=row.decimals, rank=row.rank, tendency=row.tendency)
        for pk, row in completed
    ]
    if results:
        Result.objects.bulk_update(results, ["score", "decimals", "rank", "tendency"], batch_size=BATCH)


def add_indicators(plan: Plan, catalogue: Catalogue, done: Import) -> int:
    """Add the indicators that the file names for the first time, as far as a row of them is imported."""
    wanted = {(row.year, row.category, row.indicator) for row in plan.new}
    new = sorted(item for item in plan.reading.new_indicators if item in wanted)
    places = {category.pk: category.indicators.count() for category in Category.objects.all()} if new else {}
    for year, key, name in new:
        category = catalogue.categories[year][key].id
        places[category] += 1
        Indicator.objects.create(
            category_id=category, name=name, key=key_of(name) or f"indicator_{places[category]}",
            order=places[category], source=done.file, imported=done,
        )  # fmt: skip
    return len(new)
