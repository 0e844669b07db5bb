"""Who answers what, from a table: code, organisation (key or name), due."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from steuerrad.modules.campaign.actions.assigning import assign
from steuerrad.modules.campaign.models import Round
from steuerrad.platform.organisations.models import Organisation
from steuerrad.platform.tables.fields import parse_date
from steuerrad.platform.tables.limits import FILLED, MIB
from steuerrad.platform.tables.problems import Problems
from steuerrad.platform.tables.read import Source, open_table

LIMITS = replace(FILLED, size=5 * MIB)
Wanted = dict[tuple[Organisation, date | None], list[int]]


def read_split(round_: Round, source: Source, name: str) -> tuple[Wanted, Problems]:
    """Ids of questions by organisation and day; all faults with their lines. Raises TableProblem."""
    questions = dict(round_.questions.values_list("code", "pk"))
    organisations: dict[str, Organisation] = {}
    for item in Organisation.objects.filter(retired=False):
        organisations |= {item.key.casefold(): item, item.name.casefold(): item}
        if item.short:
            organisations.setdefault(item.short.casefold(), item)
    problems = Problems()
    wanted: Wanted = defaultdict(list)
    seen: dict[str, int] = {}
    for row in open_table(source, required=("code", "organisation"), optional=("due",), name=name,
                          limits=LIMITS, problems=problems):  # fmt: skip
        code, due = row["code"], row.parse("due", parse_date, problems, required=False)
        question = questions.get(code)
        if question is None:
            problems.add(row.problem("code", _("is no question of this round")))
        elif code in seen:
            problems.add(row.problem("code", _("stands already in line %(line)d") % {"line": seen[code]}))
        seen.setdefault(code, row.line)
        organisation = organisations.get(row["organisation"].casefold())
        if organisation is None:
            problems.add(row.problem("organisation", _("is no organisation of this city")))
        elif question is not None:
            wanted[(organisation, due)].append(question)
    return wanted, problems


def apply_split(actor: Any, wanted: Wanted) -> int:
    """All or nothing. Returns how many questions changed. Raises what assign raises."""
    with transaction.atomic():
        return sum(
            assign(actor, questions, organisation=organisation, due_on=due)
            for (organisation, due), questions in wanted.items()
        )
