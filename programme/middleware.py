"""Bad input that no form sees is a 400, never a 500; and no answer is an empty page."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.template.loader import render_to_string


class BadInputMiddleware:
    """Refuse NUL characters, which PostgreSQL cannot store, in paths and query strings.

    Form fields refuse them by themselves, at their place. Whoever opens an address that only takes
    what a page sends (by signing in again on the way, say) gets a page that says so.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            response.content = render_to_string("405.html", request=request)
        return response

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]
    ) -> None:
        query = any("\x00" in value for values in request.GET.lists() for value in values[1])
        if query or any("\x00" in str(value) for value in kwargs.values()):
            raise BadRequest("The address has a character in it that we cannot read.")
