"""Addresses of the portfolio, below those of the strategy."""

from django.urls import path

from steuerrad.modules.strategy.portfolio.views import (
    decide,
    dossiers,
    edit,
    files,
    importing,
    measure,
    overview,
    pictures,
)

MEASURE = "measures/<str:number>/"
urlpatterns = [
    path("portfolio/", overview.table, name="portfolio"),
    path("portfolio/timeline/", pictures.timeline, name="portfolio_timeline"),
    path("portfolio/board/", pictures.board, name="portfolio_board"),
    path("portfolio/files/", files.files, name="portfolio_files"),
    path("portfolio/files/workbook.xlsx", files.workbook, name="portfolio_workbook"),
    path("portfolio/files/dossier/", dossiers.start, name="start_portfolio_dossier"),
    path("portfolio/files/dossier/<int:pk>/", dossiers.page, name="portfolio_dossier"),
    path("portfolio/files/dossier/<int:pk>/state/", dossiers.state, name="portfolio_dossier_state"),
    path("portfolio/files/dossier/<int:pk>/file/", dossiers.file, name="portfolio_dossier_file"),
    path("portfolio/files/import/", importing.upload, name="portfolio_import"),
    path("portfolio/files/import/<uuid:key>/", importing.confirm, name="portfolio_import_confirm"),
    path("portfolio/due/", overview.due, name="portfolio_due"),
    path("portfolio/budget/", overview.budget, name="portfolio_budget"),
    path("portfolio/load/", overview.load, name="portfolio_load"),
    path("portfolio/programmes/", overview.programme_list, name="programmes"),
    path("portfolio/light/", overview.light_help, name="light_help"),
    path("portfolio/rating/", decide.ranking, name="ranking"),
    path("portfolio/filters/keep/", overview.keep_filter, name="keep_filter"),
    path("portfolio/filters/<int:pk>/delete/", overview.drop_filter, name="drop_filter"),
    path(f"{MEASURE}steering/", measure.steering, name="steering"),
    path(f"{MEASURE}reports/<int:pk>/", measure.report, name="report"),
    path(f"{MEASURE}reports/<int:pk>/release/", decide.release, name="release_report"),
    path(f"{MEASURE}light/", decide.override, name="override_light"),
    path(f"{MEASURE}light/withdraw/", decide.withdraw_override, name="withdraw_override"),
    path(f"{MEASURE}replace/", decide.replace, name="replace_measure"),
    path(f"{MEASURE}restore/", decide.restore, name="restore_measure"),
    path(f"{MEASURE}rating/", decide.rating, name="rating"),
    path(f"{MEASURE}steering/<slug:kind>/new/", edit.new, name="new_entry"),
    path(f"{MEASURE}steering/<slug:kind>/<int:pk>/", edit.change, name="change_entry"),
    path(f"{MEASURE}steering/<slug:kind>/<int:pk>/remove/", edit.remove, name="remove_entry"),
]
