"""How allauth behaves here: nobody registers by themselves; accounts come from the office or from the city's
OpenID Connect provider, which may also say which roles a person holds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, password_reset, password_set, user_logged_in
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.signals import social_account_added, social_account_removed
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest

from steuerrad.platform.accounts.provided_roles import apply_provided_roles
from steuerrad.platform.audit.log import record


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under the installation's own address: whoever asks for the mail chooses the Host of the request."""
        return settings.SITE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Accounts of the city's OpenID Connect provider: made at the first sign-in, without any role of their own."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True


@receiver(user_logged_in)
def take_over_roles(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """After each sign-in over OpenID Connect, the roles are those that the provider states now."""
    login = kwargs.get("sociallogin")
    if login is None or not settings.OIDC_ROLES_CLAIM:
        return
    data = login.account.extra_data or {}
    claims = {**data, **(data.get("id_token") or {}), **(data.get("userinfo") or {})}
    stated = claims.get(settings.OIDC_ROLES_CLAIM, [])
    apply_provided_roles(user, [stated] if isinstance(stated, str) else list(stated))


@receiver((password_changed, password_set, password_reset))
def log_new_password(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """A new password is a write like any other; the log says that, never which."""
    record(user, "accounts.new_password", f"accounts.user:{user.pk}", title=str(user))


@receiver((social_account_added, social_account_removed))
def log_connection(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """A sign-in of the provider was tied to an account, or untied."""
    untied = kwargs.get("socialaccount")
    account = untied or kwargs["sociallogin"].account
    verb = "disconnect" if untied else "connect"
    record(
        account.user, f"accounts.{verb}_provider", f"accounts.user:{account.user_id}", title=str(account.user)
    )
