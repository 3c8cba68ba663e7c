"""The queue of all processes: a row for each place, in the order in which people came.

Only whoever has to wait writes here. Numbers are given one after the other under a lock, so that
the order of numbers is the order of coming.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from shop.core.jobs import delete_some
from shop.core.locks import Work, alone_at, locked
from shop.storefront.waiting_room.models import Place
from shop.storefront.waiting_room.tickets import LASTS, QueueTicket

KEPT_FOR = LASTS / 4
"""For so long a place is kept whose page does not ask any more."""
THERE = timedelta(seconds=40)
"""Who has not asked for so long does not hold the others up; the number stays theirs."""
LOOK = timedelta(seconds=1)
FEW = 10
"""So many places of a short queue one network may take: people share an address."""
MOST_KEPT = 20_000  # characters of what was posted

# A row that was forgotten meanwhile is written again as the signed ticket says it was.
ASK = """
INSERT INTO shop_place (id, came_at, asked_at, kept, network_key)
VALUES (%(id)s, %(came)s, %(at)s, %(kept)s, '')
ON CONFLICT (id) DO UPDATE
SET asked_at = greatest(shop_place.asked_at, excluded.asked_at),
    kept = shop_place.kept || excluded.kept
RETURNING (SELECT count(*) FROM shop_place p
           WHERE p.id < %(id)s AND p.asked_at > %(since)s AND p.passed_at IS NULL)
"""


def waiting(*, at: datetime) -> int:
    """Return how many wait."""
    return Place.objects.filter(passed_at=None, asked_at__gt=at - THERE).count()


def keep(ticket: QueueTicket, kept: dict[str, Any], *, at: datetime) -> QueueTicket:
    """Keep the post of somebody who may pass, and return their ticket with its number."""
    place = Place.objects.create(came_at=ticket.came_at, asked_at=at, passed_at=at, kept=kept)
    return QueueTicket(place.pk, ticket.came_at, ticket.passes_until)


@transaction.atomic
def join(
    kept: dict[str, Any], *, network_key: str, most: int, at: datetime
) -> tuple[QueueTicket, int] | None:
    """Give the next number to somebody new, with how many are ahead; None when all are taken.

    One network takes a tenth of the places at the most: a script has any number of cookies.

    Args:
        kept: what was posted, by address.
    """
    alone_at(Work.QUEUE_UP)
    there = Place.objects.filter(passed_at=None, asked_at__gt=at - THERE)
    mine = Count("pk", filter=Q(network_key=network_key))
    ahead, from_here = there.aggregate(all=Count("pk"), mine=mine).values()
    if ahead >= most or from_here >= max(FEW, most // 10):
        return None
    place = Place.objects.create(came_at=at, asked_at=at, kept=kept, network_key=network_key)
    return QueueTicket(place.pk, at), ahead


def ask(ticket: QueueTicket, kept: dict[str, Any], *, at: datetime) -> int:
    """Note that somebody still waits; return how many who came before wait too."""
    facts: dict[str, Any] = {
        "id": ticket.number,
        "came": ticket.came_at,
        "at": at,
        "since": at - THERE,
    }
    with connection.cursor() as cursor:
        cursor.execute(ASK, facts | {"kept": json.dumps(kept)})
        return cursor.fetchone()[0]


def let_in(ticket: QueueTicket, *, at: datetime) -> None:
    """Note that somebody waits no longer."""
    Place.objects.filter(pk=ticket.number).update(passed_at=at)


@transaction.atomic
def take_kept(ticket: QueueTicket, address: str) -> list[Any] | None:
    """Return the fields posted to an address while their sender waited, once."""
    place = locked(Place.objects.filter(pk=ticket.number), fully=True).first()
    if place is None or address not in place.kept:
        return None
    kept = place.kept.pop(address)
    place.save(update_fields=["kept"])
    return kept


def forget_places(*, at: datetime) -> int:
    """Delete the places of those who went away, and with them their posts."""
    return delete_some(Place.objects.filter(asked_at__lt=at - KEPT_FOR).order_by("asked_at"))
