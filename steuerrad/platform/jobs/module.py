"""What jobs contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module, NavigationItem, Permission

module = Module(
    slug="jobs",
    title=_("Jobs"),
    summary=_("Work that is due by the clock"),
    kind="platform",
    urls="steuerrad.platform.jobs.urls",
    url_prefix="jobs/",
    navigation=(
        NavigationItem(
            _("Background jobs"), "jobs:list", order=910, permission="jobs.read", under="audit:log"
        ),
    ),
    permissions=(
        Permission("jobs.read", _("See what runs by itself and how it went"), roles=("coordinator",)),
    ),
)
