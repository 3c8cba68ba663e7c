"""Tells a monitor whether the shop is well: the database answers, and nothing is stuck."""

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop import clock
from shop.payments.watching import problems


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503 with what is wrong; it names nobody."""
    found: dict[str, int | None]
    try:
        found = problems(at=clock.moment_of(request))
    except (DatabaseError, InterfaceError):
        found = {"the database does not answer": None}
    status = 503 if found else 200
    return JsonResponse({"is_well": not found, "problems": found}, status=status)
