"""Counts who comes by a link: sums by day, in one statement each, and nothing of the person."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest

from shop.core.jobs import delete_some
from shop.core.networks import network_key
from shop.core.rate_limits.store import limits
from shop.storefront.share_links.models import ShareDay, ShareLink

MOST, WITHIN = 30, 600
"""Visits of one link by one network that are counted, and the seconds within which."""
KEPT_FOR = timedelta(days=400)
PROGRAMS = re.compile(
    r"bot|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|curl|wget|python|"
    r"headless|monitor|scan|fetch|java/|go-http|libwww|okhttp",
    re.IGNORECASE,
)
ADD = """
INSERT INTO shop_shareday AS d (link_id, day, visits, carts)
SELECT id, %(day)s, %(visits)s, %(carts)s FROM shop_sharelink
WHERE code = %(code)s AND stopped_at IS NULL
ON CONFLICT (link_id, day) DO UPDATE SET
  visits = d.visits + excluded.visits, carts = d.carts + excluded.carts
"""


def count_visit(link: ShareLink, request: HttpRequest, *, at: datetime) -> bool:
    """Count a visit, unless a program or the browser by itself made it; tell whether it counted.

    Of one network so many visits of a link count in ten minutes: a keyed hash of the network is
    kept for that long, apart from the link's sums.
    """
    if link.stopped_at or not is_person(request):
        return False
    if limits.count(f"share:{link.code}:{network_key(request)}", seconds=WITHIN) > MOST:
        return False
    _add(link.code, at=at, visits=1)
    return True


def count_cart(code: str, *, at: datetime) -> None:
    """Count that somebody who came by a link has put something into the cart."""
    _add(code, at=at, carts=1)


def is_person(request: HttpRequest) -> bool:
    """Tell whether somebody opens a page, as far as the request says: not a program, not ahead."""
    if request.method != "GET":
        return False
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    if "prefetch" in ahead or "prerender" in ahead or "preview" in ahead:
        return False
    agent = request.headers.get("User-Agent", "")
    return bool(agent) and PROGRAMS.search(agent) is None


def forget_days(*, at: datetime) -> int:
    """Delete sums that are too old to be shown; return how many."""
    return delete_some(ShareDay.objects.filter(day__lt=(at - KEPT_FOR).date()).order_by("day"))


def _add(code: str, *, at: datetime, visits: int = 0, carts: int = 0) -> None:
    values: dict[str, Any] = {"code": code, "day": at.date(), "visits": visits, "carts": carts}
    with connection.cursor() as cursor:
        cursor.execute(ADD, values)
