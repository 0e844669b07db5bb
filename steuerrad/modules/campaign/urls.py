from django.urls import path, register_converter
from django.urls.converters import IntConverter

from steuerrad.modules.campaign.actions.moves import MOVES
from steuerrad.modules.campaign.views import answer, importing, outputs, question, rounds, split, table, tasks


class RowConverter(IntConverter):
    """A key that a database can hold; a longer number is no address."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")
app_name = "campaign"
urlpatterns = [
    path("", rounds.index, name="index"),
    path("new/", rounds.new_round, name="new"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("review/", table.review, name="review"),
    path("<row:pk>/", rounds.round_page, name="round"),
    path("<row:pk>/change/", rounds.change, name="change"),
    path("<row:pk>/split/", split.split, name="split"),
    path("<row:pk>/split/file/", split.split_file, name="split_file"),
    path("<row:pk>/open/", rounds.open_, name="open"),
    path("<row:pk>/refresh/", rounds.refresh, name="refresh"),
    path("<row:pk>/discard/", rounds.discard, name="discard"),
    path("<row:pk>/freeze/", rounds.freeze, name="freeze"),
    path("<row:pk>/reopen/", rounds.reopen, name="reopen"),
    path("<row:pk>/close/", rounds.close, name="close"),
    path("<row:pk>/questions/", table.questions, name="questions"),
    path("<row:pk>/decide/", table.decide, name="decide"),
    path("<row:pk>/files/", outputs.files, name="files"),
    path("<row:pk>/download/<str:what>.<str:form>", outputs.download, name="download"),
    path("<row:pk>/dossier/", outputs.start_dossier, name="start_dossier"),
    path("dossiers/<row:pk>/", outputs.dossier, name="dossier"),
    path("dossiers/<row:pk>/state/", outputs.dossier_state, name="dossier_state"),
    path("dossiers/<row:pk>/file/", outputs.dossier_file, name="dossier_file"),
    path("<row:pk>/import/", importing.upload, name="import"),
    path("<row:pk>/import/<uuid:key>/", importing.confirm, name="import_confirm"),
    path("questions/<row:pk>/", question.question, name="question"),
    path("questions/<row:pk>/answer/", answer.answer, name="answer"),
    path("questions/<row:pk>/answer/check/", answer.check, name="answer_check"),
    path("questions/<row:pk>/take-over/", answer.take_over, name="take_over"),
    path("questions/<row:pk>/fill-live/", answer.fill_live, name="fill_live"),
    path("questions/<row:pk>/compare/", answer.compare, name="compare"),
    *(
        path(f"questions/<row:pk>/{name.replace('_', '-')}/", question.move, {"name": name}, name=name)
        for name in MOVES
    ),
]
