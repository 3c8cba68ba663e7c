"""What the test server must not remember: the tables are emptied under it between tests."""

from collections.abc import Callable

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse


class ForgetContentTypes:
    """Middleware: content types get new ids whenever a test empties the tables."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Forget, then answer."""
        ContentType.objects.clear_cache()
        return self.get_response(request)
