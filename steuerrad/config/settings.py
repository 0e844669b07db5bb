"""One settings file. What an operator may change is in options.py."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from steuerrad.config import database, files, mail, options
from steuerrad.config.modules import MODULES, PLATFORM

ROOT = options.ROOT
OPTIONS = options.read()
DATA_DIR: Path = OPTIONS["DATA_DIR"]
CITY: str = OPTIONS["CITY"]
OBSERVATIONS_URL: str = OPTIONS["OBSERVATIONS_URL"]
CITIES_DIR: Path = OPTIONS["CITIES_DIR"]
INDEXES_DIR: Path = OPTIONS["INDEXES_DIR"]
TLS: bool = OPTIONS["TLS"]
OPERATOR: str = OPTIONS["OPERATOR"]
CONTACT: str = OPTIONS["CONTACT"]


def secret_key() -> str:
    """The operator's key, else one made at the first start and kept readable for its owner only."""
    if OPTIONS["SECRET_KEY"]:
        return OPTIONS["SECRET_KEY"]
    path = DATA_DIR / "secret_key"
    if not path.exists():
        # Only the operator's account may look in: the database with all accounts lies here, too.
        DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = DATA_DIR / f"secret_key.{secrets.token_hex(8)}"
        own.touch(mode=0o600)
        own.write_text(secrets.token_urlsafe(64), encoding="ascii")
        with suppress(FileExistsError):
            os.link(own, path)  # in one step: of several processes at a first start, one wins, and whole
        own.unlink()
    return path.read_text(encoding="ascii")


SECRET_KEY = secret_key()
DEBUG: bool = OPTIONS["DEBUG"]
ALLOWED_HOSTS: list[str] = OPTIONS["ALLOWED_HOSTS"]

INSTALLED_APPS = [
    "steuerrad.portal",
    *MODULES,
    *PLATFORM,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "steuerrad.portal.limits.BodyLimit",
    "steuerrad.portal.limits.NoNul",
    "steuerrad.portal.limits.PrivatePages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "steuerrad.platform.accounts.link_sessions.NoAccountSettings",
    "steuerrad.platform.city.middleware.CityMiddleware",
]

ROOT_URLCONF = "steuerrad.config.urls"
WSGI_APPLICATION = "steuerrad.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "steuerrad.platform.ui.context.page",
                "steuerrad.platform.accounts.context.demo_logins",
                "steuerrad.platform.notifications.context.unread",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": (
        database.from_url(OPTIONS["DATABASE_URL"])
        if OPTIONS["DATABASE_URL"]
        else database.sqlite(DATA_DIR / "db.sqlite3")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits count here; a table, so that they hold across processes.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "steuerrad_cache"},
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["steuerrad.platform.accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "steuerrad.platform.accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "steuerrad.platform.accounts.adapters.SocialAccountAdapter"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "sign_in_link": "30/m/ip",
    "new_sign_in_link": "60/h/ip",
    "new_sign_in_link_address": "3/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = OPTIONS["PROXIES"]
SOCIALACCOUNT_LOGIN_ON_GET = False
# The one provider is the city's own, so an address that it calls verified may sign in to that account.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_AUTO_SIGNUP = True
OIDC_ROLES_CLAIM: str = OPTIONS["OIDC_ROLES_CLAIM"]
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "city",
                    "name": OPTIONS["OIDC_NAME"],
                    "client_id": OPTIONS["OIDC_CLIENT_ID"],
                    "secret": OPTIONS["OIDC_SECRET"],
                    "settings": {"server_url": OPTIONS["OIDC_ISSUER"]},
                }
            ],
        }
    }
    if OPTIONS["OIDC_ISSUER"]
    else {}
)

SITE_URL: str = mail.site_url(OPTIONS["URL"], ALLOWED_HOSTS, tls=TLS)
globals().update(mail.settings(OPTIONS["EMAIL_URL"]))
globals().update(mail.senders(SITE_URL, OPTIONS["EMAIL_FROM"], OPTIONS["EMAIL_BOUNCE"]))
EMAIL_JOURNAL: str = OPTIONS["EMAIL_JOURNAL"]
DIGEST_HOUR: int = OPTIONS["DIGEST_HOUR"]
LINK_ROLES: list[str] = OPTIONS["LINK_ROLES"]
EGRESS_HOSTS: list[str] = OPTIONS["EGRESS_HOSTS"]

LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("German")), ("en", _("English"))]
LOCALE_PATHS = [ROOT / "steuerrad" / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
NODE_MODULES = ROOT / "node_modules"
STATICFILES_DIRS = [
    (prefix, folder)
    for prefix, folder in (
        ("vendor/kern", NODE_MODULES / "@kern-ux" / "native" / "dist"),
        ("vendor/htmx", NODE_MODULES / "htmx.org" / "dist"),
    )
    if folder.is_dir()
]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": files.storage(OPTIONS["S3_URL"]),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
UPLOAD_LIMIT = OPTIONS["UPLOAD_MB"] * 1024 * 1024
CLAMD: str = OPTIONS["CLAMD"]
MQTT_URL: str = OPTIONS["MQTT_URL"]
MQTT_PASSWORD: str = OPTIONS["MQTT_PASSWORD"]
MQTT_PASSWORD_FILE: str = OPTIONS["MQTT_PASSWORD_FILE"]
MQTT_CA: str = OPTIONS["MQTT_CA"]
MQTT_CERTIFICATE: str = OPTIONS["MQTT_CERTIFICATE"]
MQTT_KEY: str = OPTIONS["MQTT_KEY"]
MQTT_LISTEN: str = OPTIONS["MQTT_LISTEN"]
MQTT_LISTEN_CERTIFICATE: str = OPTIONS["MQTT_LISTEN_CERTIFICATE"]
MQTT_LISTEN_KEY: str = OPTIONS["MQTT_LISTEN_KEY"]
MQTT_ADDRESS: str = OPTIONS["MQTT_ADDRESS"]
# The largest form that any page takes (an import of index results, an upload) and what surrounds the file in it.
LARGEST_BODY = max(21 * 1024 * 1024, UPLOAD_LIMIT + 1024 * 1024)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *([OPTIONS["OIDC_ISSUER"]] if OPTIONS["OIDC_ISSUER"] else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS and OPTIONS["PROXIES"] else None
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "steuerrad.portal.views.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"tokens": {"()": "steuerrad.config.logs.HideTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "steuerrad": {"level": "INFO"},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
