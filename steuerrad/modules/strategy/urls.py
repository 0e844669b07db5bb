"""Addresses of the strategy."""

from django.urls import include, path

from steuerrad.modules.strategy.views import findings, kpis, measures, proposals, structure, systems

app_name = "strategy"
urlpatterns = [
    path("", structure.index, name="index"),
    path("themes/<str:code>/", structure.theme, name="theme"),
    path("fields/<str:code>/", structure.field, name="field"),
    path("attention/", structure.attention, name="attention"),
    path("audit/", findings.finding_list, name="findings"),
    path("audit/<slug:fingerprint>/accept/", findings.accept, name="accept_finding"),
    path("audit/<slug:fingerprint>/withdraw/", findings.withdraw, name="withdraw_acceptance"),
    path("measures/", measures.measure_list, name="measures"),
    path("measures/<str:number>/", measures.measure, name="measure"),
    path("measures/<str:number>/status/", measures.status, name="measure_status"),
    path("kpis/", kpis.kpi_list, name="kpis"),
    path("kpis/<str:code>/", kpis.kpi, name="kpi"),
    path("kpis/<str:code>/values/new/", kpis.new_value, name="new_value"),
    path("kpis/<str:code>/values/<int:value_id>/correct/", kpis.correction, name="correct_value"),
    path("computed/", kpis.computed, name="computed"),
    path("proposals/", proposals.proposal_list, name="proposals"),
    path("proposals/<slug:kind>/<int:pk>/release/", proposals.release_proposal, name="release_proposal"),
    path(
        "proposals/<slug:kind>/<int:pk>/send-back/", proposals.send_back_proposal, name="send_back_proposal"
    ),
    path("proposals/<slug:kind>/<int:pk>/withdraw/", proposals.withdraw_proposal, name="withdraw_proposal"),
    path("systems/", systems.system_list, name="systems"),
    path("", include("steuerrad.modules.strategy.public.urls")),
    path("", include("steuerrad.modules.strategy.portfolio.urls")),
    path("sources/", systems.source_list, name="sources"),
]
