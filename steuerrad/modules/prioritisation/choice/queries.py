"""Reading studies: which there are, what they assume, and what was computed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from steuerrad.kernel import clock
from steuerrad.kernel.deciding import Candidate, Lever
from steuerrad.kernel.registry import registry
from steuerrad.modules.prioritisation.choice.inputs import (
    INDEX,
    OWN_TARGET,
    EffectData,
    Inputs,
    ItemData,
    ProgrammeData,
    RuleData,
    TargetData,
    to_data,
)
from steuerrad.modules.prioritisation.choice.permissions import READ
from steuerrad.modules.prioritisation.models import Amount, Choice, Effect, Study
from steuerrad.modules.prioritisation.whatif import fields
from steuerrad.modules.prioritisation.whatif.snapshot import seal
from steuerrad.platform.accounts.access import allowed

Years = dict[str, float]


def studies(user: Any) -> QuerySet[Study]:
    """The studies that the person may read, newest first, with the number of effects and the newest choice."""
    if not allowed(user, READ):
        return Study.objects.none()
    newest = Choice.objects.filter(study=OuterRef("pk")).order_by("-number")
    return Study.objects.select_related("created_by").annotate(
        effect_count=Count("effects", distinct=True), newest_state=Subquery(newest.values("state")[:1])
    )


def choices_of(study: Study) -> QuerySet[Choice]:
    return study.choices.select_related("asked_by").order_by("-number")  # type: ignore[attr-defined]


def newest_done(study: Study) -> Choice | None:
    return choices_of(study).filter(state=Choice.DONE).first()


def candidates_of(user: Any) -> list[Candidate]:
    """What may be chosen, in the order of its register."""
    every = (one for source in registry.all("candidate_sources") for one in source.candidates(user))
    return list({one.ref: one for one in every}.values())


def targets_of(study: Study) -> tuple[TargetData, ...]:
    """Indicators of the study's edition with their worth, then the study's own targets.

    An indicator whose present value is not published has no limit of what it can gain but its maximum; the basis
    says so. Raises NoSuchEditionError, NotPossibleError.
    """
    return (*index_targets(study), *own_targets(study))


def index_targets(study: Study) -> tuple[TargetData, ...]:
    if not study.field:
        return ()
    loaded = fields.load(study.field, study.edition)
    prepared = fields.prepared_of(loaded)
    found: list[TargetData] = []
    for group in loaded.groups:
        for row in group.rows:
            if row.of != "indicator":
                continue
            found.append(
                TargetData(
                    key=INDEX + row.key,
                    title=f"{group.title}: {row.title}",
                    kind="index",
                    weight=prepared.worth(row.key).mean,
                    room=max(0.0, row.headroom),
                    present=row.present,
                )
            )
    return tuple(found)


def own_targets(study: Study) -> tuple[TargetData, ...]:
    return tuple(
        TargetData(
            key=OWN_TARGET + one.key, title=one.title, kind="own", unit=one.unit, weight=number(one.worth),
            room=number(one.gap), yes_no=one.yes_no, basis=one.basis,
        )
        for one in study.targets.all()  # type: ignore[attr-defined]
    )  # fmt: skip


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def field_title(study: Study) -> str:
    if not study.field:
        return ""
    editions = {item.key: item for item in fields.source_of(study.field).editions()}
    return editions[study.edition].title if study.edition in editions else study.edition


def inputs_of(study: Study, user: Any) -> Inputs:
    """What the study assumes now, with what this person may see of the candidates. Bounded number of queries.

    Raises NoSuchEditionError, NotPossibleError when the index has gone.
    """
    effects: dict[str, list[Effect]] = defaultdict(list)
    for effect in study.effects.select_related("by"):  # type: ignore[attr-defined]
        effects[effect.candidate].append(effect)
    amounts: dict[tuple[str, str], list[Amount]] = defaultdict(list)
    for amount in study.amounts.all():  # type: ignore[attr-defined]
        amounts[amount.candidate, amount.kind].append(amount)
    items = tuple(item_of(candidate, effects[candidate.ref], amounts) for candidate in candidates_of(user))
    return Inputs(
        items=items,
        targets=targets_of(study),
        rules=tuple(
            RuleData(rule.kind, rule.one, rule.other, rule.year, number(rule.amount), rule.basis)
            for rule in study.rules.all()  # type: ignore[attr-defined]
        ),
        programmes=tuple(
            ProgrammeData(
                p.key, p.title, float(p.rate) / 100, float(p.cap), p.first, p.last,
                p.closes.isoformat() if p.closes else "", tuple(p.candidates), p.basis,
            )
            for p in study.programmes.all()  # type: ignore[attr-defined]
        ),
        caution=float(study.caution),
        survey_day=study.survey_day.isoformat() if study.survey_day else "",
        field=f"{study.field}/{study.edition}" if study.field else "",
        field_title=field_title(study),
        demo=study.is_demo,
        today=clock.today().isoformat(),
    )  # fmt: skip


def item_of(
    candidate: Candidate, effects: Iterable[Effect], amounts: dict[tuple[str, str], list[Amount]]
) -> ItemData:
    stated = {kind: amounts[candidate.ref, kind] for kind in (Amount.OWN, Amount.GRANTS, Amount.STAFF)}
    basis = {kind: "; ".join(dict.fromkeys(row.basis for row in rows)) for kind, rows in stated.items()}
    costs = "; ".join(text for text in (basis[Amount.OWN], basis[Amount.GRANTS]) if text)
    return ItemData(
        ref=candidate.ref, code=candidate.code, title=candidate.title, url=candidate.url, group=candidate.group,
        group_title=candidate.group_title, own=merged(candidate.own_funds, stated[Amount.OWN]),
        grants=merged(candidate.grants, stated[Amount.GRANTS]),
        staff=merged(candidate.staff_days, stated[Amount.STAFF]), cost_basis=costs,
        staff_basis=basis[Amount.STAFF], requires=candidate.requires, excludes=candidate.excludes,
        ends=candidate.ends.isoformat() if candidate.ends else "",
        effects=tuple(effect_data(effect) for effect in effects),
    )  # fmt: skip


def merged(register: Any, stated: list[Amount]) -> Years | None:
    """The study's amounts where it states any, else the register's, else None for "not known"."""
    if stated:
        return {str(row.year): float(row.amount) for row in stated}
    return {str(year): float(amount) for year, amount in sorted(register.items())} if register else None


def effect_data(effect: Effect) -> EffectData:
    return EffectData(
        effect.target, float(effect.low), float(effect.likely), float(effect.high), float(effect.success) / 100,
        (float(effect.delay_low), float(effect.delay_likely), float(effect.delay_high)), effect.basis,
        str(effect.by) if effect.by else "",
    )  # fmt: skip


def inputs_seal(inputs: Inputs) -> str:
    """Hash over what was assumed. The day of asking and titles that depend on the reader's language do not count."""
    items = tuple(replace(item, group_title="") for item in inputs.items)
    return seal(to_data(replace(inputs, items=items, today="", field_title="")))


@dataclass(frozen=True)
class Proposal:
    """A link that the city's data know, without a number: somebody must say how much."""

    candidate: str
    target: str
    basis: str


def proposals(study: Study) -> list[Proposal]:
    """Links from the index's levers that have no effect in the study yet."""
    if not study.field:
        return []
    source = fields.source_of(study.field)
    taken = set(study.effects.values_list("candidate", "target"))  # type: ignore[attr-defined]
    levers: Iterable[Lever] = source.levers(study.edition)
    return [
        Proposal(one.candidate, INDEX + one.indicator, one.basis)
        for one in levers
        if (one.candidate, INDEX + one.indicator) not in taken
    ]
