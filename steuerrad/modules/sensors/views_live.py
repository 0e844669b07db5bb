"""The live stream where no proxy leads to the data server: what is new at once, and come back in a while.

A browser's EventSource takes up a stream that has ended, so one page works with both; only the delay differs.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from steuerrad.modules.sensors.server import live as events
from steuerrad.platform.observations.store import UnavailableError, observations

COME_BACK_S = 20.0


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """?series=1,2,3 or ?thing=4 → one event with the latest values, unless nothing was stored since Last-Event-ID."""
    try:
        series, things = events.selection(request.META.get("QUERY_STRING", ""))
    except events.SelectionError as error:
        return _refused(400, str(error))
    numbers = events.visible_numbers(request.user, series, things)
    if not numbers and (series or things):
        return _refused(404, "There is no such series.")
    try:
        with observations() as store:
            position = int(store.status()["applied_seq"])  # first: what comes meanwhile is told again
            again = position == events.position_of(request.headers.get("Last-Event-ID", ""))
            body = b"" if again else events.event(position, store.latest(sorted(numbers)))
    except UnavailableError:
        return _refused(503, "The observations cannot be read now.")
    response = HttpResponse(events.retry(COME_BACK_S) + body, content_type=f"{events.KIND}; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _refused(status: int, message: str) -> HttpResponse:
    answer = JsonResponse({"message": message}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
