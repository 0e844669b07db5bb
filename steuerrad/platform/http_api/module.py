"""What the API contributes."""

from django.utils.translation import gettext_lazy as _

from steuerrad.kernel.contributions import Module

module = Module(
    slug="http_api",
    title=_("API"),
    summary=_("REST API with OpenAPI description"),
    kind="platform",
    urls="steuerrad.platform.http_api.urls",
    url_prefix="api/",
)
