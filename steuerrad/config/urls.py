"""All addresses: the portal, what the platform offers, and every module under its own prefix."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path

from steuerrad.kernel.registry import registry
from steuerrad.platform.accounts.admin import close_side_doors
from steuerrad.platform.http_api.api import build_api

api = build_api()
close_side_doors(admin.site)


def no_page(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("steuerrad.portal.urls")),
    path("admin/", admin.site.urls),
    # Addresses come from the office or the provider: who could take another's would meet its owner's roles there.
    path("account/email/", no_page),
    path("account/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
]
for module in registry:
    if module.urls:
        prefix = module.slug.replace("_", "-") + "/" if module.url_prefix is None else module.url_prefix
        urlpatterns.append(path(prefix, include(module.urls)))

handler400 = "steuerrad.portal.views.bad_request"
handler403 = "steuerrad.portal.views.forbidden"
handler404 = "steuerrad.portal.views.not_found"
handler500 = "steuerrad.portal.views.server_error"
