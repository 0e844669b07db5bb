"""Writing what an import showed: all rows or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from steuerrad.kernel import clock
from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.choice.actions import import_plan
from steuerrad.modules.prioritisation.choice.exchange import EFFECTS, FIGURES, held
from steuerrad.modules.prioritisation.models import Amount, Effect, Study

FROM_REGISTER = "–"


def write_rows(
    actor: Any, study_id: int, revision: int, kind: str, rows: Sequence[Mapping[str, Any]]
) -> Study:
    """Write the rows that `exchange.compare` found. Raises PermissionDenied, StudyError."""
    write = effects_writer(actor, rows) if kind == EFFECTS else costs_writer(actor, rows)
    return import_plan(actor, study_id, revision, [write], f"{kind}: {len(rows)}", len(rows))


def effects_writer(actor: Any, rows: Sequence[Mapping[str, Any]]) -> Callable[[Study], None]:
    def write(study: Study) -> None:
        for row in rows:
            Effect.objects.update_or_create(
                study=study, candidate=row["candidate"], target=row["target"],
                defaults={
                    **{name: Decimal(row[name]) for name in FIGURES},
                    "basis": row["basis"], "at": clock.now(), "by": actor,
                },
            )  # fmt: skip

    return write


def costs_writer(actor: Any, rows: Sequence[Mapping[str, Any]]) -> Callable[[Study], None]:
    """A year stated for a kind puts the register's years aside, so the others are stated with it, as they stand."""

    def write(study: Study) -> None:
        items = queries.inputs_of(study, actor).named()
        by_kind: dict[tuple[str, str], dict[int, tuple[Decimal, str]]] = defaultdict(dict)
        for row in rows:
            key = row["candidate"], row["kind"]
            by_kind[key][int(row["year"])] = Decimal(row["amount"]), row["basis"]
        for (ref, kind), years in by_kind.items():
            item = items[ref]
            basis = (item.staff_basis if kind == Amount.STAFF else item.cost_basis) or FROM_REGISTER
            kept = {int(year): (Decimal(str(euro)), basis) for year, euro in (held(item, kind) or {}).items()}
            study.amounts.filter(candidate=ref, kind=kind).delete()  # type: ignore[attr-defined]
            Amount.objects.bulk_create(
                Amount(study=study, candidate=ref, kind=kind, year=year, amount=amount, basis=why[:500],
                       at=clock.now(), by=actor)
                for year, (amount, why) in sorted({**kept, **years}.items())
            )  # fmt: skip

    return write
