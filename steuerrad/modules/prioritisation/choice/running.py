"""Computing what was asked for: at once when it is small, else by the job that runs every minute."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from steuerrad.engines.portfolio import ProblemError
from steuerrad.kernel import clock
from steuerrad.kernel.contributions import Job
from steuerrad.kernel.events import publish
from steuerrad.modules.prioritisation.choice.computing import compute
from steuerrad.modules.prioritisation.choice.inputs import from_data, to_data
from steuerrad.modules.prioritisation.choice.ranks import rank_effect
from steuerrad.modules.prioritisation.models import Choice
from steuerrad.modules.prioritisation.whatif.kept import Kept
from steuerrad.modules.prioritisation.whatif.snapshot import plain, seal
from steuerrad.platform.audit.log import record

log = logging.getLogger(__name__)
AT_ONCE = 14
"""Largest number of decidable measures that is computed while the person waits (about two seconds)."""
_answers: Kept[dict[str, Any]] = Kept(8)  # the same question has the same answer
DEAD_AFTER = timedelta(minutes=30)


def small(choice: Choice) -> bool:
    return len(from_data(choice.inputs).decidable) <= AT_ONCE


def run_choice(choice_id: int) -> Choice | None:
    """Compute one choice that waits; None when another process has it. A failure is kept with its message."""
    taken = Choice.objects.filter(pk=choice_id, state=Choice.WAITING).update(
        state=Choice.RUNNING, started_at=clock.now()
    )
    if not taken:
        return None
    choice = Choice.objects.select_related("study").get(pk=choice_id)
    try:
        inputs = from_data(choice.inputs)
        result = dict(_answers.get(seal(to_data(inputs)), lambda: plain(compute(inputs))))
        result["rank"] = rank_effect(inputs, result.get("chosen", []))
    except ProblemError as error:
        return finished(choice, Choice.FAILED, message=str(error))
    except Exception as error:
        log.exception("choice %s failed", choice_id)
        return finished(choice, Choice.FAILED, message=type(error).__name__)
    return finished(choice, Choice.DONE, result=plain(result))


def finished(choice: Choice, state: str, *, result: dict | None = None, message: str = "") -> Choice:
    with transaction.atomic():
        choice.state, choice.finished_at, choice.message = state, clock.now(), message[:500]
        if result is not None:
            choice.result, choice.result_hash = result, seal(result)
        choice.save(update_fields=["state", "finished_at", "message", "result", "result_hash"])
        record(None, "prioritisation.choice_computed", f"prioritisation.study:{choice.study_id}", title=str(choice),
               changes={"state": (None, state)})  # fmt: skip
    publish("prioritisation.choice_computed", study=choice.study_id, number=choice.number, state=state)
    return choice


def run_waiting() -> None:
    """The job: everything that waits, oldest first; what died half-way begins again."""
    dead = clock.now() - DEAD_AFTER
    Choice.objects.filter(state=Choice.RUNNING, started_at__lt=dead).update(state=Choice.WAITING)
    for pk in (
        Choice.objects.filter(Q(state=Choice.WAITING)).order_by("asked_at").values_list("pk", flat=True)
    ):
        run_choice(pk)


JOBS = (
    Job("prioritisation.choices", _("Compute portfolios that were asked for"), run_waiting, every_minutes=1),
)
PUBLISHES = ("prioritisation.choice_computed",)
