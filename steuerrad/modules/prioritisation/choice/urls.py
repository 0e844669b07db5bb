"""Addresses of portfolios, below those of prioritisation."""

from django.urls import path

from steuerrad.modules.prioritisation.choice import assumptions, exchange_views, views

urlpatterns = [
    path("", views.studies, name="studies"),
    path("new/", views.begin, name="study_begin"),
    path("<int:pk>/", views.study, name="study"),
    path("<int:pk>/settings/", views.edit, name="study_edit"),
    path("<int:pk>/compute/", views.ask, name="study_ask"),
    path("<int:pk>/archive/", views.archive, name="study_archive"),
    path("<int:pk>/measures/", assumptions.candidates, name="study_candidates"),
    path("<int:pk>/measure/", assumptions.candidate, name="study_candidate"),
    path("<int:pk>/rules/", assumptions.rules, name="study_rules"),
    path("<int:pk>/remove/<slug:kind>/<int:part>/", assumptions.remove, name="study_remove"),
    path("<int:pk>/tables/", exchange_views.exchange, name="study_exchange"),
    path("<int:pk>/tables/confirm/", exchange_views.confirm, name="study_confirm"),
    path("<int:pk>/tables/<slug:kind>.<slug:form>", exchange_views.table, name="study_table"),
    path("<int:pk>/paper-<int:number>.<slug:form>", views.download, name="study_paper"),
]
