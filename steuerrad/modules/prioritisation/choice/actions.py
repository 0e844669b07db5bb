"""All writes of studies: what is assumed, which limits hold, and asking for a computation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.choice.computing import ENGINE
from steuerrad.modules.prioritisation.choice.inputs import to_data
from steuerrad.modules.prioritisation.choice.permissions import EDIT
from steuerrad.modules.prioritisation.models import (
    Amount,
    Choice,
    Effect,
    Programme,
    Study,
    StudyRule,
    StudyTarget,
)
from steuerrad.platform.accounts.access import require
from steuerrad.platform.audit.log import record

MOST_DECIDABLE = 500  # measured: a portfolio of so many is within 1 % of the best after ten seconds
PARTS = {"effect": Effect, "amount": Amount, "rule": StudyRule, "programme": Programme, "target": StudyTarget}


class StudyError(Exception):
    """The study cannot be changed like that; the message says why."""


def ref(study: Study) -> str:
    return f"prioritisation.study:{study.pk}"


def begin_study(actor: Any, values: Mapping[str, Any], *, demo: bool = False) -> Study:
    """Make a study. Raises PermissionDenied."""
    if actor is not None or not demo:
        require(actor, EDIT)
    with transaction.atomic():
        study = Study.objects.create(**values, created_at=clock.now(), created_by=actor, is_demo=demo)
        record(actor, "prioritisation.begin_study", ref(study), title=study.title)
    return study


def edit_study(actor: Any, study_id: int, values: Mapping[str, Any]) -> Study:
    """Change title, note, index, survey day or caution. Raises PermissionDenied, StudyError."""
    with transaction.atomic():
        study = locked(actor, study_id)
        changes = {
            name: (getattr(study, name), value)
            for name, value in values.items()
            if getattr(study, name) != value
        }
        if changes:
            for name, value in values.items():
                setattr(study, name, value)
            touched(actor, study, "edit_study", study.title, changes)
    return study


def archive_study(actor: Any, study_id: int) -> Study:
    """Put a study aside; it stays readable and can no longer be changed. Raises PermissionDenied, StudyError."""
    with transaction.atomic():
        study = locked(actor, study_id)
        study.archived_at = clock.now()
        touched(actor, study, "archive_study", study.title, {})
    return study


def locked(actor: Any, study_id: int) -> Study:
    """The study, locked and open for change. Raises PermissionDenied, StudyError."""
    require(actor, EDIT)
    study = Study.objects.select_for_update().filter(pk=study_id).first()
    if study is None:
        raise StudyError(_("There is no such study."))
    if study.archived_at is not None:
        raise StudyError(_("This study is archived and cannot be changed."))
    return study


def touched(actor: Any, study: Study, what: str, title: str, changes: Mapping[str, tuple[Any, Any]]) -> None:
    study.revision += 1
    study.save()
    record(actor, f"prioritisation.{what}", ref(study), title=title, changes=changes)


def save_effect(actor: Any, study_id: int, candidate: str, target: str, values: Mapping[str, Any]) -> Effect:
    """State or change what a candidate adds to a target. Raises PermissionDenied, StudyError."""
    with transaction.atomic():
        study = locked(actor, study_id)
        return _set(actor, study, Effect, {"candidate": candidate, "target": target}, values)


def save_amounts(
    actor: Any, study_id: int, candidate: str, kind: str, years: Mapping[int, Any], basis: str
) -> None:
    """State what a candidate takes of a kind, for all years; an empty mapping goes back to the register.

    Raises PermissionDenied, StudyError.
    """
    with transaction.atomic():
        study = locked(actor, study_id)
        old = {row.year: row.amount for row in study.amounts.filter(candidate=candidate, kind=kind)}  # type: ignore[attr-defined]
        study.amounts.filter(candidate=candidate, kind=kind).delete()  # type: ignore[attr-defined]
        Amount.objects.bulk_create(
            Amount(study=study, candidate=candidate, kind=kind, year=year, amount=amount, basis=basis,
                   at=clock.now(), by=actor)
            for year, amount in years.items()
        )  # fmt: skip
        changes = {
            f"{kind} {year}": (old.get(year), years.get(year))
            for year in sorted({*old, *years})
            if old.get(year) != years.get(year)
        }
        touched(actor, study, "state_cost", candidate, changes)


def _set(
    actor: Any, study: Study, model: type[Any], key: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    held = model.objects.filter(study=study, **key).first()
    before = {name: getattr(held, name, None) for name in values}
    row = held or model(study=study, **key)
    for name, value in values.items():
        setattr(row, name, value)
    if model is Effect or model is Amount:
        row.at, row.by = clock.now(), actor
    row.save()
    changes = {name: (before[name], value) for name, value in values.items() if before[name] != value}
    touched(actor, study, f"state_{model._meta.model_name}", str(row), changes)
    return row


def add_rule(actor: Any, study_id: int, values: Mapping[str, Any]) -> StudyRule:
    """Add a limit or rule; one for the same kind, year and subject is replaced. Raises PermissionDenied, StudyError."""
    key = {
        name: values.get(name, default)
        for name, default in (("kind", ""), ("one", ""), ("other", ""), ("year", None))
    }
    if key["one"] and key["one"] == key["other"]:
        raise StudyError(_("A rule needs two different measures."))
    with transaction.atomic():
        study = locked(actor, study_id)
        return _set(
            actor, study, StudyRule, key, {"amount": values.get("amount"), "basis": values.get("basis", "")}
        )


def save_programme(actor: Any, study_id: int, key: str, values: Mapping[str, Any]) -> Programme:
    """State a grant that pays a share of own funds. Raises PermissionDenied, StudyError."""
    with transaction.atomic():
        return _set(actor, locked(actor, study_id), Programme, {"key": key}, values)


def save_target(actor: Any, study_id: int, key: str, values: Mapping[str, Any]) -> StudyTarget:
    """State a target of the study's own. Raises PermissionDenied, StudyError."""
    with transaction.atomic():
        return _set(actor, locked(actor, study_id), StudyTarget, {"key": key}, values)


def remove_part(actor: Any, study_id: int, kind: str, pk: int) -> None:
    """Take back an effect, amount, rule, grant or target. Raises PermissionDenied, StudyError."""
    model: Any = PARTS.get(kind)
    with transaction.atomic():
        study = locked(actor, study_id)
        row = None if model is None else model.objects.filter(study=study, pk=pk).first()
        if row is None:
            raise StudyError(_("This has been removed already."))
        if kind == "target" and study.effects.filter(target=f"own:{row.key}").exists():  # type: ignore[attr-defined]
            raise StudyError(_("Effects are stated on this target; remove them first."))
        title = str(row)
        row.delete()
        touched(actor, study, f"remove_{kind}", title, {kind: (title, None)})


def import_plan(
    actor: Any, study_id: int, revision: int, writes: list[Callable[[Study], None]], title: str, rows: int
) -> Study:
    """Write what an import found, all or nothing. Raises PermissionDenied, StudyError when the study has changed."""
    with transaction.atomic():
        study = locked(actor, study_id)
        if study.revision != revision:
            raise StudyError(
                _("The study has changed since you looked at the difference; please look again.")
            )
        for write in writes:
            write(study)
        touched(actor, study, "import_assumptions", title, {"rows": (None, rows)})
    return study


def ask_for_choice(actor: Any, study_id: int) -> Choice:
    """Freeze what is assumed now and ask for the portfolio. Raises PermissionDenied, StudyError."""
    with transaction.atomic():
        study = locked(actor, study_id)
        if study.choices.filter(state__in=[Choice.WAITING, Choice.RUNNING]).exists():  # type: ignore[attr-defined]
            raise StudyError(_("A computation of this study is under way already."))
        inputs = queries.inputs_of(study, actor)
        if not inputs.decidable:
            raise StudyError(
                _("Nothing can be decided yet: no measure has both a cost and an effect that counts.")
            )
        if len(inputs.decidable) > MOST_DECIDABLE:
            raise StudyError(_(
                "%(count)d measures can be decided, more than the %(most)d that a study can compute. Take back effects"
                " of measures that are out of the question anyway."
            ) % {"count": len(inputs.decidable), "most": MOST_DECIDABLE})  # fmt: skip
        number = (study.choices.aggregate(last=Max("number"))["last"] or 0) + 1  # type: ignore[attr-defined]
        choice = Choice.objects.create(
            study=study, number=number, inputs=to_data(inputs), inputs_hash=queries.inputs_seal(inputs), engine=ENGINE,
            asked_at=clock.now(), asked_by=actor,
        )  # fmt: skip
        record(actor, "prioritisation.ask_for_choice", ref(study), title=f"{study} · {number}")
    return choice
