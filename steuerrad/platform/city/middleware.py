"""request.city: the city that this installation runs, or None before its data is loaded."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from steuerrad.platform.city.queries import current_city


class CityMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.city = SimpleLazyObject(current_city)  # type: ignore[attr-defined]
        return self.get_response(request)
