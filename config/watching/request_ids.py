"""Gives each request an id, which its answer names and all that is done for it keeps."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from shop.core.occasions import begin_request, fitting_id

HEADER = "X-Request-ID"


class RequestIds:
    """Takes the id that a listed proxy gave, or makes one; the answer names it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the id in the header."""
        found = fitting_id(request.headers.get(HEADER, ""))
        begin_request(
            found
        )  # kept until the next one: Django writes a line when all of us are done
        response = self.get_response(request)
        response.headers[HEADER] = found
        return response
