"""What accounts contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Demo, Job, Module, Permission
from steuerrad.platform.accounts.commands import COMMANDS
from steuerrad.platform.accounts.demo import make_demo_accounts
from steuerrad.platform.accounts.sign_in_links import drop_old

module = Module(
    slug="accounts",
    title=_("Accounts"),
    summary=_("Accounts, roles and rights"),
    kind="platform",
    permissions=(Permission("accounts.manage", _("Manage accounts and roles")),),
    urls="steuerrad.platform.accounts.urls",
    url_prefix="sign-in/",
    jobs=(Job("accounts.old_links", _("Take away old sign-in links"), drop_old, every_minutes=24 * 60),),
    publishes=("accounts.link_wanted",),
    commands=COMMANDS,
    demo=(Demo("accounts.logins", 10, make_demo_accounts),),
)
