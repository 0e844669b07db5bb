"""What accounts contribute."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Demo, Module, Permission
from steuerrad.platform.accounts.demo import make_demo_accounts

module = Module(
    slug="accounts",
    title=_("Accounts"),
    summary=_("Accounts, roles and rights"),
    kind="platform",
    permissions=(Permission("accounts.manage", _("Manage accounts and roles")),),
    demo=(Demo("accounts.logins", 10, make_demo_accounts),),
)
