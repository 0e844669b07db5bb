"""A study to try things out with: every cost, effect and limit in it is made up and says so."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Demo
from steuerrad.modules.prioritisation.choice import queries
from steuerrad.modules.prioritisation.choice.computing import ENGINE
from steuerrad.modules.prioritisation.choice.inputs import to_data
from steuerrad.modules.prioritisation.choice.running import run_choice
from steuerrad.modules.prioritisation.models import Amount, Choice, Effect, Programme, Study, StudyRule
from steuerrad.modules.prioritisation.whatif import fields
from steuerrad.platform.accounts.models import User
from steuerrad.platform.audit.log import record

MEASURES = 8
FIGURES = ((1, 3, 6, 90), (0, 4, 9, 60), (2, 5, 8, 75), (1, 2, 3, 95), (0, 6, 14, 50), (2, 4, 7, 80))
"""Made up: least, likely, most points and probability of success in percent, in turn."""
COSTS = ((60_000, 40_000), (120_000, 80_000), (30_000, 30_000), (200_000, 150_000), (90_000, 20_000))
DAYS = (40, 90, 25, 160, 60)


def make_demo_study(folder: Path) -> list[str]:
    """One study over the newest edition of an index; nothing where there is none, or where there are studies."""
    editions = fields.editions()
    steering = User.objects.filter(is_demo=True, memberships__role="steering").first()
    if Study.objects.exists() or not editions or steering is None:
        return []
    source, edition = editions[0]
    known = {item.ref for item in queries.candidates_of(steering)}
    levers = [one for one in source.levers(edition.key) if one.candidate in known]
    refs = list(dict.fromkeys(one.candidate for one in levers))[:MEASURES]
    if len(refs) < 2:
        return []
    with transaction.atomic(), translation.override("de"):
        study = Study.objects.create(
            title=_("Demonstration: measures for the index"), note=_("All costs, effects and limits are made up."),
            field=source.id, edition=edition.key, is_demo=True, created_at=clock.now(), created_by=steering,
        )  # fmt: skip
        targets = {target.key for target in queries.index_targets(study)}
        fill(study, refs, [(one.candidate, f"index:{one.indicator}") for one in levers], targets, steering)
        inputs = queries.inputs_of(study, steering)
        record(None, "prioritisation.begin_study", f"prioritisation.study:{study.pk}", title=study.title)
        if not inputs.decidable:
            return []
        choice = Choice.objects.create(
            study=study, number=1, inputs=to_data(inputs), inputs_hash=queries.inputs_seal(inputs), engine=ENGINE,
            asked_at=clock.now(), asked_by=steering,
        )  # fmt: skip
    run_choice(choice.pk)
    return []


def fill(
    study: Study, refs: list[str], links: list[tuple[str, str]], targets: set[str], author: User
) -> None:
    basis, year = _("made up for the demonstration"), clock.today().year + 1
    made = [(ref, target) for ref, target in dict.fromkeys(links) if ref in refs and target in targets]
    Effect.objects.bulk_create(
        Effect(study=study, candidate=ref, target=target, low=low, likely=likely, high=high, success=success,
               basis=basis, at=clock.now(), by=author)
        for number, (ref, target) in enumerate(made)
        for low, likely, high, success in [FIGURES[number % len(FIGURES)]]
    )  # fmt: skip
    kinds = (Amount.OWN, Amount.STAFF)
    for number, ref in enumerate(refs):
        for kind, figures in zip(
            kinds, (COSTS[number % len(COSTS)], (DAYS[number % len(DAYS)],) * 2), strict=True
        ):
            Amount.objects.bulk_create(
                Amount(study=study, candidate=ref, kind=kind, year=year + offset, amount=amount, basis=basis,
                       at=clock.now(), by=author)
                for offset, amount in enumerate(figures)
            )  # fmt: skip
    spent = [sum(COSTS[number % len(COSTS)][offset] for number in range(len(refs))) for offset in (0, 1)]
    StudyRule.objects.bulk_create(
        StudyRule(
            study=study,
            kind="own",
            year=year + offset,
            amount=Decimal(total * 45 // 100_000 * 1000),
            basis=basis,
        )
        for offset, total in enumerate(spent)
    )
    StudyRule.objects.create(study=study, kind="staff", year=year, amount=Decimal(300), basis=basis)
    Programme.objects.create(
        study=study, key="demo", title=_("Demonstration programme"), rate=Decimal(50), cap=Decimal(80_000), first=year,
        last=year, candidates=refs[::2], basis=basis,
    )  # fmt: skip


DEMO = (Demo("prioritisation.study", 150, make_demo_study),)
