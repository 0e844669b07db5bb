"""All that the index contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import FileOwner, Module, NavigationItem, Permission
from steuerrad.modules.city_index.cards import CARDS
from steuerrad.modules.city_index.commands import COMMANDS
from steuerrad.modules.city_index.datasets import DATASETS
from steuerrad.modules.city_index.field_source import FIELDS
from steuerrad.modules.city_index.kpis import KPIS
from steuerrad.modules.city_index.links import LINKABLES
from steuerrad.modules.city_index.loaders import LOADER
from steuerrad.modules.city_index.loaders_city import LOADERS
from steuerrad.modules.city_index.panels import PANELS
from steuerrad.modules.city_index.question_files import LOADER as QUESTIONS_LOADER
from steuerrad.modules.city_index.question_source import QUESTIONS
from steuerrad.modules.city_index.search import SEARCH
from steuerrad.modules.city_index.uploads import OWNER, may_read_own

module = Module(
    slug="city_index",
    title=_("Smart City Index"),
    summary=_("Results of every edition checked and compared, and the yearly memo"),
    url_prefix="index/",
    urls="steuerrad.modules.city_index.urls",
    navigation=(NavigationItem(_("Smart City Index"), "city_index:overview", order=200),),
    permissions=(
        Permission("city_index.import", _("Import results of the index"), roles=("coordinator",)),
        Permission(
            "city_index.read_draft",
            _("Read drafts of the memo"),
            roles=("coordinator", "approver", "steering"),
        ),
        Permission("city_index.edit_memo", _("Write the memo of the index"), roles=("coordinator",)),
        Permission("city_index.release_memo", _("Release the memo of the index"), roles=("approver",)),
    ),
    api="steuerrad.modules.city_index.api:router",
    kpis=KPIS,
    cards=CARDS,
    panels=PANELS,
    datasets=DATASETS,
    search=SEARCH,
    linkables=LINKABLES,
    loaders=(LOADER, QUESTIONS_LOADER, *LOADERS),
    file_owners=(FileOwner(OWNER, _("Filled files before they are taken over"), may_read_own),),
    question_sources=(QUESTIONS,),
    field_sources=(FIELDS,),
    commands=COMMANDS,
    publishes=("city_index.results_imported", "city_index.memo_released"),
)
