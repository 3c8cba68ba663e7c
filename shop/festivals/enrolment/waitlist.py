"""Places for stores, and the line of those who wait for one.

A place that becomes free goes at once to the first in line whose country has room. It has
accepted the terms already; it is told by mail, and may leave again. An invitation keeps no
place: a store that answers late may have to wait.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import Count, Q

from shop.core.conditions import under
from shop.core.locks import lock
from shop.festivals.changelog import log_all
from shop.festivals.mail import tell_enrolled
from shop.festivals.models import Enrolment, Festival
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

State = Enrolment.State


def most_of(festival: Festival, country: str) -> int | None:
    """Return how many stores of a country a festival takes; None without a limit."""
    return festival.country_places.get(country, festival.max_stores_per_country)


def has_place(festival: Festival, country: str) -> bool:
    """Tell whether a store of a country finds a place; the festival's row is locked."""
    return _fits(festival, country, _taken(festival))


def fill(festival: Festival, *, at: datetime, by: User | None) -> list[Enrolment]:
    """Give free places to those who wait, in their order; the festival's row is locked.

    Returns:
        Those that take part by that; mails that tell them so are queued.
    """
    if not festival.is_open or festival.ends_at <= at:
        return []
    taken, lucky = _taken(festival), []
    rows = festival.enrolments.filter(state=State.WAITING).select_related("merchant")
    rows = rows.filter(under("merchant", Merchant.TRADING))  # a suspended one keeps its turn
    for row in sorted(lock(rows, fully=True), key=lambda row: (row.waiting_since or at, row.pk)):
        if _fits(festival, row.merchant.country, taken):
            taken[row.merchant.country] += 1
            lucky.append(row)
    for row in lucky:
        row.enter(State.ACCEPTED)
        row.accepted_at, row.waiting_since = at, None
    Enrolment.objects.bulk_update(lucky, ["state", "accepted_at", "waiting_since"])
    log_all([(row, "accepted", festival, {}) for row in lucky], at=at, by=by)
    tell_enrolled([row.pk for row in lucky])
    return lucky


def place_in_line(enrolment: Enrolment) -> int:
    """Return how many stores get a place before and with this one: 1 is the next.

    Where its country has a limit of its own, only stores of that country are counted.
    """
    festival, since = enrolment.festival, enrolment.waiting_since
    rows = festival.enrolments.filter(state=State.WAITING)
    if most_of(festival, enrolment.merchant.country) is not None:
        rows = rows.filter(merchant__country=enrolment.merchant.country)
    before = Q(waiting_since__lt=since) | Q(waiting_since=since, pk__lte=enrolment.pk)
    return rows.filter(before).count()


def _taken(festival: Festival) -> Counter[str]:
    rows = festival.enrolments.filter(state=State.ACCEPTED).order_by()
    return Counter(dict(rows.values_list("merchant__country").annotate(n=Count("pk"))))


def _fits(festival: Festival, country: str, taken: Counter[str]) -> bool:
    most = most_of(festival, country)
    has_room = festival.max_stores is None or taken.total() < festival.max_stores
    return has_room and (most is None or taken[country] < most)
