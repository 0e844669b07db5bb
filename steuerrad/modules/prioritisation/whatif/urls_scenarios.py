"""Addresses of saved scenarios, below those of prioritisation."""

from django.urls import path

from steuerrad.modules.prioritisation.whatif import views_compare, views_scenarios

urlpatterns = [
    path("", views_scenarios.scenarios, name="scenarios"),
    path("new/", views_scenarios.new, name="scenario_new"),
    path("compare/", views_compare.compare, name="compare"),
    path("compare/paper.<str:form>", views_compare.comparison_paper, name="comparison_paper"),
    path("<int:pk>/", views_scenarios.scenario, name="scenario"),
    path("<int:pk>/edit/", views_scenarios.edit, name="scenario_edit"),
    path("<int:pk>/copy/", views_scenarios.copy, name="scenario_copy"),
    path("<int:pk>/archive/", views_scenarios.archive, name="scenario_archive"),
    path("<int:pk>/publish/", views_scenarios.publish, name="scenario_publish"),
    path("<int:pk>/withdraw/", views_scenarios.withdraw, name="scenario_withdraw"),
    path("<int:pk>/paper.<str:form>", views_compare.paper, name="scenario_paper"),
]
