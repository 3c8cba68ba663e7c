"""What shopper and store wrote about a parcel, as the page of one of them shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.core import dates
from shop.orders.models import OrderMessage, Suborder
from shop.orders.thread.forms import MessageForm
from shop.orders.thread.write import has_thread, is_open, open_until

MOST = 50
"""Messages that a page shows of one parcel: the newest."""
Side = OrderMessage.Side


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A message as one side reads it.

    ``text`` is empty of what an organizer took away; ``reason`` is for who wrote it.
    """

    pk: int
    author: str
    is_own: bool
    at: datetime
    when: str
    zone: str
    is_of_store: bool
    text: str
    is_hidden: bool
    reason: str
    is_reported: bool


@dataclass(frozen=True, slots=True)
class ThreadShown:
    """What was written about a parcel, the oldest first, and the field to write in if it is open.

    ``url`` is where forms are sent, empty for who only reads; ``until`` a day, where it has one.
    """

    part: Suborder
    url: str
    rows: tuple[MessageShown, ...]
    is_cut: bool
    form: MessageForm | None
    until: str

    @property
    def is_there(self) -> bool:
        """Tell whether there is something to read, or to write."""
        return bool(self.rows or self.form)


def read_messages(parts: Iterable[Suborder]) -> None:
    """Read the newest messages of parcels. One statement, however many; none without a thread."""
    rows = OrderMessage.objects.select_related("by").order_by("-pk")[: MOST + 1]
    found = [part for part in parts if has_thread(part)]
    prefetch_related_objects(found, Prefetch("messages", rows, to_attr="newest"))


def show_thread(
    part: Suborder, side: str, *, url: str, at: datetime, form: MessageForm | None = None
) -> ThreadShown:
    """Return what one side sees of a parcel whose messages were read.

    Args:
        url: where forms are sent; empty for who may read and not write.
        form: what was typed and not taken; else an empty one.
    """
    newest = getattr(part, "newest", [])
    zone = part.merchant.zone if side == Side.STORE else settings.SHOP_ZONE
    language = get_language() or settings.LANGUAGE_CODE
    rows = tuple(_shown(row, part, side, zone, language) for row in reversed(newest[:MOST]))
    until = open_until(part) if url else None
    return ThreadShown(
        part=part,
        url=url,
        rows=rows,
        is_cut=len(newest) > MOST,
        form=(form or MessageForm(part, side)) if url and is_open(part, at=at) else None,
        until=dates.full_day_in(until, zone, language) if until else "",
    )


def _shown(row: OrderMessage, part: Suborder, side: str, zone: str, language: str) -> MessageShown:
    is_own = row.side == side
    return MessageShown(
        pk=row.pk,
        author=_author(row, part, side),
        is_own=is_own,
        at=row.at,
        when=dates.moment(row.at, zone, language, has_year=True),
        zone=zone,
        is_of_store=side == Side.STORE,
        text="" if row.is_hidden else row.text,
        is_hidden=row.is_hidden,
        reason=row.hidden_reason if is_own else "",
        is_reported=row.reported_at is not None and not is_own,
    )


def _author(row: OrderMessage, part: Suborder, side: str) -> str:
    """Name who wrote: members of a store by their own name among each other alone."""
    if row.side == Side.SHOPPER:
        return _("You") if side == Side.SHOPPER else part.order.contact.name
    if side == Side.STORE and row.by and row.by.name:
        return row.by.name
    return part.merchant.name
