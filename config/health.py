"""Tells monitors how the shop is: whether it lives, whether it can serve, whether all is well."""

from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.watching.metrics import is_monitor
from shop.core import clock
from shop.reports.monitor import ShopStatus, standing


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process serves requests, whatever the rest does."""
    return HttpResponse("live\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 while this process can serve shoppers: the database answers; else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return HttpResponse("the database does not answer\n", "text/plain", 503)
    return HttpResponse("ready\n", content_type="text/plain")


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all is well, else 503; it names nobody.

    What the problems are is for monitors of ``MONITOR_NETWORKS`` and for people with a desk.
    """
    try:
        now = standing(at=clock.moment_of(request))
    except (DatabaseError, InterfaceError):
        now = ShopStatus({"the database does not answer": None}, {})
    facts: dict[str, object] = {"is_well": not now.problems}
    if is_monitor(request) or _is_staff(request):
        facts |= {"problems": now.problems, "last_seen": now.last_seen}
    return JsonResponse(facts, status=503 if now.problems else 200)


def _is_staff(request: HttpRequest) -> bool:
    try:
        return request.user.is_authenticated and request.user.has_perm("wagtailadmin.access_admin")
    except (DatabaseError, InterfaceError):
        return False
