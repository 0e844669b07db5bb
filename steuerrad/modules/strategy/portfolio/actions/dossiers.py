"""Dossiers for the steering committee, made behind the page that asks for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from steuerrad.kernel import clock
from steuerrad.modules.strategy.models import FundingProgramme, PortfolioDossier
from steuerrad.modules.strategy.portfolio.choosing import filtered
from steuerrad.modules.strategy.portfolio.forms import PortfolioFilterForm
from steuerrad.modules.strategy.portfolio.output.document import dossier_document
from steuerrad.modules.strategy.portfolio.output.facts import dossier_facts
from steuerrad.modules.strategy.portfolio.permissions import READ_STEERING
from steuerrad.platform.accounts.access import holds_anywhere
from steuerrad.platform.audit.log import record
from steuerrad.platform.documents.pdf import pdf_bytes
from steuerrad.platform.jobs import making

KEPT = 3  # dossiers of one person
REF = "strategy.portfolio:dossier"
#: Reading what is in it takes about as long as drawing; setting the pages takes most.
READ, DRAWN, SET, STEPS = 1, 2, 9, 10


def request_dossier(user: Any, query: str) -> PortfolioDossier:
    """Ask for the dossier of the measures that the filter chooses; while one is under way, that one is the answer.

    query: the filter as in an address. Raises PermissionDenied for those who read no steering.
    """
    if not holds_anywhere(user, READ_STEERING):
        raise PermissionDenied(READ_STEERING)
    own = PortfolioDossier.objects.filter(requested_by=user)
    running = own.filter(state__in=PortfolioDossier.UNDER_WAY)
    try:
        with transaction.atomic():
            return running.first() or _new(user, query)
    except IntegrityError:  # asked for twice in the same moment
        return running.get()


def _new(user: Any, query: str) -> PortfolioDossier:
    making.forget(PortfolioDossier.objects.filter(requested_by=user), KEPT - 1)
    made = PortfolioDossier.objects.create(
        requested_by=user, requested_at=clock.now(), query=query[:1000], step=_("waits"),
        language=translation.get_language() or "de",
    )  # fmt: skip
    record(user, "strategy.request_dossier", REF, title=_("Dossier"), changes={"filter": (None, made.query)})
    making.begin(made, build)
    return made


def build(made: PortfolioDossier) -> tuple[bytes, str]:
    """The PDF with what the person may see now."""
    tell = making.Teller(made, STEPS)
    tell(0, _("reads the portfolio"), at_once=True)
    form = PortfolioFilterForm(QueryDict(made.query))
    states = filtered(made.requested_by, form.values())
    tell(READ, _("draws the timeline"), at_once=True)
    programmes = dict(FundingProgramme.objects.values_list("key", "name"))
    document = dossier_document(dossier_facts(made.requested_by, form, states, programmes))
    tell(DRAWN, _("sets the pages"), at_once=True)
    content = pdf_bytes(document)
    tell(SET, _("keeps the file"), at_once=True)
    return content, f"strategy/dossiers/{made.pk}.pdf"


def make_left_behind() -> None:
    """The job: dossiers that nobody makes, or whose maker died."""
    making.take_up(PortfolioDossier, build)
