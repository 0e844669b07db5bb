"""All that the strategy contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import FileOwner, Module, NavigationItem, Permission
from steuerrad.modules.strategy.cards import CARDS
from steuerrad.modules.strategy.commands import COMMANDS
from steuerrad.modules.strategy.compute import COMPUTE, COMPUTE_DAILY
from steuerrad.modules.strategy.datasets import DATASETS
from steuerrad.modules.strategy.kpis import KPIS
from steuerrad.modules.strategy.links import LINKABLES
from steuerrad.modules.strategy.loaders import LOADERS
from steuerrad.modules.strategy.panels import PANELS
from steuerrad.modules.strategy.portfolio.candidates import CANDIDATES
from steuerrad.modules.strategy.portfolio.datasets import DATASETS as PORTFOLIO_DATASETS
from steuerrad.modules.strategy.portfolio.demo import DEMO
from steuerrad.modules.strategy.portfolio.events import EVENTS
from steuerrad.modules.strategy.portfolio.intake.access import IMPORTED, may_read_import
from steuerrad.modules.strategy.portfolio.jobs import DOSSIERS
from steuerrad.modules.strategy.portfolio.loaders import LOADERS as PORTFOLIO_LOADERS
from steuerrad.modules.strategy.portfolio.permissions import PERMISSIONS
from steuerrad.modules.strategy.portfolio.personal import PERSONAL_DATA
from steuerrad.modules.strategy.question_source import CHECKS_LOADER, QUESTIONS
from steuerrad.modules.strategy.search import SEARCH

module = Module(
    slug="strategy",
    title=_("Strategy"),
    summary=_("Themes, fields, measures, KPIs and the strategy audit"),
    urls="steuerrad.modules.strategy.urls",
    api="steuerrad.modules.strategy.api:router",
    navigation=(
        NavigationItem(_("Strategy"), "strategy:index", order=100),
        NavigationItem(_("Measures"), "strategy:measures", order=110, under="strategy:index"),
        NavigationItem(_("KPIs"), "strategy:kpis", order=120, under="strategy:index"),
        NavigationItem(_("Portfolio"), "strategy:portfolio", order=115, under="strategy:index"),
        NavigationItem(_("For the public"), "strategy:public", order=90),
    ),
    permissions=(
        Permission(
            "strategy.record_value",
            _("Record and correct values of KPIs"),
            roles=("coordinator",),
            own_roles=("contributor",),
        ),
        Permission(
            "strategy.release_value",
            _("Release reported values of KPIs, never the own"),
            roles=("approver", "coordinator"),
        ),
        Permission("strategy.change_status", _("Change the status of measures"), roles=("coordinator",)),
        Permission(
            "strategy.report_status",
            _("Report the status of measures for release"),
            own_roles=("contributor",),
        ),
        Permission(
            "strategy.accept_finding",
            _("Accept findings of the strategy audit"),
            roles=("coordinator", "approver"),
        ),
        *PERMISSIONS,
    ),
    kpis=KPIS,
    cards=CARDS,
    panels=PANELS,
    datasets=(*DATASETS, *PORTFOLIO_DATASETS),
    search=SEARCH,
    linkables=LINKABLES,
    jobs=(COMPUTE_DAILY, DOSSIERS),
    loaders=(*LOADERS, CHECKS_LOADER, *PORTFOLIO_LOADERS),
    question_sources=(QUESTIONS,),
    candidate_sources=(CANDIDATES,),
    demo=(DEMO,),
    personal_data=PERSONAL_DATA,
    file_owners=(
        FileOwner(
            IMPORTED, _("Filled workbooks of the portfolio before they are taken over"), may_read_import
        ),
    ),
    commands=(COMPUTE, *COMMANDS),
    publishes=(
        "strategy.value_recorded",
        "strategy.status_changed",
        "strategy.proposed",
        "strategy.proposal_decided",
        *EVENTS,
    ),
)
