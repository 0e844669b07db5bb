"""Addresses of the index."""

from django.urls import include, path

from steuerrad.modules.city_index.views import audit, compare, editions, imports, scales

app_name = "city_index"
urlpatterns = [
    path("", editions.overview, name="overview"),
    path("<int:year>/", editions.edition, name="edition"),
    path("<int:year>/audit/", audit.audit, name="audit"),
    path("<int:year>/checks/", audit.checks, name="checks"),
    path("cities/<slug:key>/", compare.city, name="city"),
    path("compare/", compare.compare, name="compare"),
    path("indicators/<slug:category>/<slug:key>/", compare.indicator, name="indicator"),
    path("conflicts/", audit.conflicts, name="conflicts"),
    path("scales/", scales.scales, name="scales"),
    path("mappings/", editions.mappings, name="mappings"),
    path("memo/", include("steuerrad.modules.city_index.memo.urls")),
    path("import/", imports.upload, name="import"),
    path("import/<uuid:token>/", imports.confirm, name="import_confirm"),
]
