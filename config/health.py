"""Tells a monitor whether the shop is well: the database answers, and nothing is stuck."""

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop import clock
from shop.reports.monitor import ShopStatus, standing


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503 with the problems; it names nobody."""
    try:
        now = standing(at=clock.moment_of(request))
    except (DatabaseError, InterfaceError):
        now = ShopStatus({"the database does not answer": None}, {})
    facts = {"is_well": not now.problems, "problems": now.problems, "last_seen": now.last_seen}
    return JsonResponse(facts, status=503 if now.problems else 200)
