"""What every page needs around its own content: names, navigation, languages, account, footer links."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from steuerrad import __version__
from steuerrad.kernel.contributions import NavigationItem
from steuerrad.kernel.registry import Registry, registry
from steuerrad.platform.accounts.access import holds_anywhere, memberships
from steuerrad.platform.accounts.roles import Role

PRODUCT_NAME = "Steuerrad"
SOURCE_LICENCE = "EUPL-1.2"

#: Footer links in reading order: (URL names, first that exists wins; link text). Unknown ones are left out.
FOOTER_LINKS: tuple[tuple[tuple[str, ...], Any], ...] = (
    (("imprint", "portal:imprint"), _("Imprint")),
    (("accessibility", "portal:accessibility"), _("Accessibility statement")),
    (("privacy", "portal:privacy"), _("Privacy")),
    (("sources", "portal:sources"), _("Sources and licences")),
    (
        ("http_api:reference",),
        _("Programming interface (API)"),
    ),
)


@dataclass(frozen=True)
class Language:
    """One language the page can be read in; `active` marks the current one."""

    code: str
    name: str
    active: bool


@dataclass(frozen=True)
class Link:
    title: Any
    url: str


@dataclass(frozen=True)
class NavigationLink:
    """One entry of the main navigation as the templates read it."""

    title: Any
    url: str
    active: bool
    children: tuple["NavigationLink", ...] = ()


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor for `ui/base.html`. Costs no query until a template asks for one of its values."""
    return {
        "product_name": PRODUCT_NAME,
        "product_version": __version__,
        "source_licence": SOURCE_LICENCE,
        "city_name": SimpleLazyObject(lambda: _city_name(request)),
        "navigation": SimpleLazyObject(lambda: navigation_for(request)),
        "languages": _languages(),
        "footer_links": SimpleLazyObject(_footer_links),
        "sign_in_url": url_or_empty("account_login"),
        "sign_out_url": url_or_empty("account_logout"),
        "set_language_url": url_or_empty("set_language"),
        "search_url": url_or_empty("search") or "/search/",
        "account_role": SimpleLazyObject(lambda: _role(request)),
    }


def navigation_for(request: HttpRequest, source: Registry = registry) -> tuple[NavigationLink, ...]:
    """Main navigation of `source`, without what this user may not open; the nearest entry and its parent are active."""
    links: dict[str, tuple[NavigationItem, str]] = {}
    for entry in source.navigation():
        url = url_or_empty(entry.url_name)
        if url and _may(request, entry.permission):
            links[entry.url_name] = (entry, url)
    nearest = max(
        (url for _entry, url in links.values() if is_active(request.path, url)), key=len, default=""
    )
    below: dict[str, list[NavigationLink]] = {}
    for entry, url in links.values():
        if entry.under in links:
            below.setdefault(entry.under, []).append(NavigationLink(entry.title, url, url == nearest))
    return tuple(
        NavigationLink(
            entry.title,
            url,
            url == nearest or any(link.active for link in below.get(name, ())),
            tuple(below.get(name, ())),
        )
        for name, (entry, url) in links.items()
        if entry.under not in links
    )


def is_active(path: str, url: str) -> bool:
    """True when `path` is `url` or lies below it; the home page is active only on itself."""
    if url == "/":
        return path == "/"
    return path == url or path.startswith(url if url.endswith("/") else f"{url}/")


def url_or_empty(name: str) -> str:
    """The path of a URL name that takes no arguments; empty when nothing has that name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _may(request: HttpRequest, permission: str) -> bool:
    return not permission or holds_anywhere(getattr(request, "user", None), permission)


def _city_name(request: HttpRequest) -> str:
    return str(getattr(getattr(request, "city", None), "name", "") or "")


def _languages() -> tuple[Language, ...]:
    current = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return tuple(Language(code, str(name), code == current) for code, name in settings.LANGUAGES)


def _footer_links() -> tuple[Link, ...]:
    links = (Link(title, next(filter(None, map(url_or_empty, names)), "")) for names, title in FOOTER_LINKS)
    return tuple(link for link in links if link.url)


def _role(request: HttpRequest) -> str:
    """The user's roles in words, in the order in which they are declared; empty for visitors."""
    held = {role for role, _organisation in memberships(getattr(request, "user", None))}
    return ", ".join(str(role.label) for role in Role if role.value in held)
