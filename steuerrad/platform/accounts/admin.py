"""Accounts in the administration."""

from contextlib import suppress

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from steuerrad.platform.accounts.models import Membership, User
from steuerrad.platform.audit.admin_log import LoggedAdmin

# Groups mean nothing here, and the provider is set by the operator: pages for them would be writes past the log.
UNUSED = (Group, EmailAddress, SocialAccount, SocialApp, SocialToken)


def close_side_doors(site: admin.AdminSite) -> None:
    """Sign in to the administration by the one sign-in page (a second one would know no limit of guesses), and
    leave out the pages that would write past the log. Once, after all apps have registered theirs."""
    site.login = secure_admin_login(site.login)  # type: ignore[method-assign]
    for model in UNUSED:
        with suppress(NotRegistered):
            site.unregister(model)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0


@admin.register(User)
class AccountAdmin(LoggedAdmin, UserAdmin):
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_active", "is_demo")
    search_fields = ("email", "first_name", "last_name")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name")}),
        (_("State"), {"fields": ("is_active", "is_staff", "is_superuser", "is_demo")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "password1", "password2")}),)
    inlines = (MembershipInline,)
    filter_horizontal = ()
    list_filter = ("is_active", "is_demo")
