"""The orders of an account, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop.checkout.order.refunds import DELAYED, DONE, ON_ITS_WAY, returning, told
from shop.core.languages import Wording, beside
from shop.money.payments.models import STUCK, Operation
from shop.orders.cart.formats import amount, between, full_day_at, language, parcels
from shop.orders.models import Order, OrderLine, Suborder
from shop.people.accounts.models import User

PAGE = 20
PICTURES = 4


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order in the list.

    ``placed`` has the day by the shop's clock, ``placed_own`` has ``{date}`` for the reader's own.
    """

    number: str
    token: str
    is_paid: bool
    total: str
    tag: str
    tag_kind: str
    placed_at: datetime
    placed: str
    placed_own: str
    news: str
    pictures: tuple[str, ...]
    titles: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of orders; ``last`` is where the next one begins, None at the end."""

    orders: tuple[OrderRow, ...]
    last: int | None


def orders_of(user: User, *, before: int | None = None) -> OrderPage:
    """Return orders of an account, the newest first; those never paid are left out.

    Three statements.

    Args:
        before: id of the last order of the page before.
    """
    found = Order.objects.filter(user=user).exclude(state=Order.State.EXPIRED)
    if before is not None:
        seen = Order.objects.filter(user=user, pk=before)
        placed = Subquery(seen.values("placed_at")[:1])
        found = found.filter(Q(placed_at__lt=placed) | Q(placed_at=placed, pk__lt=before))
    refunds = returning().filter(payment__order=OuterRef("pk"))
    stuck = Q(state__in=STUCK, resolved_at=None)
    found = found.annotate(
        has_refund=Exists(refunds),
        has_delay=Exists(refunds.filter(stuck)),
        has_all_back=~Exists(refunds.exclude(state=Operation.State.DONE)),
    )
    found = found.prefetch_related("suborders__lines").order_by("-placed_at", "-pk")
    orders = list(found[: PAGE + 1])
    last = orders[PAGE - 1].pk if len(orders) > PAGE else None
    return OrderPage(tuple(_row(order) for order in orders[:PAGE]), last)


def _row(order: Order) -> OrderRow:
    parts = list(order.suborders.all())
    lines = [line for part in parts for line in part.lines.all()]
    sent = [part for part in parts if part.service and part.state != Suborder.State.CANCELLED]
    tag, kind = _tag(order, parts, sent)
    packed = parcels(len(sent)) if sent else ""
    return OrderRow(
        number=order.number,
        token=order.token,
        is_paid=order.paid_at is not None,
        total=amount(order.total, order.currency),
        tag=tag,
        tag_kind=kind,
        placed_at=order.placed_at,
        placed=beside(full_day_at(order.placed_at), packed),
        placed_own=beside("{date}", packed),
        news=_news(order, sent),
        pictures=tuple(line.picture for line in lines if line.picture)[:PICTURES],
        titles=tuple(_counted(line, order) for line in lines[:PICTURES]),
    )


def _tag(order: Order, parts: list[Suborder], sent: list[Suborder]) -> tuple[str, str]:
    if order.is_pending:
        return _("Payment waiting"), "warn"
    if order.state == Order.State.CANCELLED:
        return _("Cancelled"), "bad"
    if all(part.state == Suborder.State.CANCELLED for part in parts):
        return _gone(order)
    if not sent:
        return pgettext("order state", "Paid"), "good"
    return _on_the_way([part.state for part in sent])


def _on_the_way(states: list[str]) -> tuple[str, str]:
    """Say how far the parcels of an order are."""
    if all(state == Suborder.State.DELIVERED for state in states):
        return _("Delivered"), "good"
    gone = sum(state != Suborder.State.WAITING for state in states)
    if gone == len(states):
        return _("On the way"), "info"
    return _("%(sent)d of %(total)d sent") % {"sent": gone, "total": len(states)}, "info"


def _gone(order: Order) -> tuple[str, str]:
    """Say how the money of an order stands of which nothing is left."""
    if not order.has_refund:
        return _("Cancelled"), "bad"
    back = DONE if order.has_all_back else ON_ITS_WAY
    standing = DELAYED if order.has_delay else back
    return told(standing), standing


def _news(order: Order, sent: list[Suborder]) -> str:
    """Say when the next parcel comes."""
    ahead = [
        part for part in sent if part.state in (Suborder.State.WAITING, Suborder.State.SHIPPED)
    ]
    if not order.is_paid or not ahead:
        return ""
    soonest = min(ahead, key=lambda part: (part.arrives_from, part.arrives_to))
    days = between(cast("date", soonest.arrives_from), cast("date", soonest.arrives_to))
    return _("Next parcel arrives %(from)s to %(to)s") % days


def _counted(line: OrderLine, order: Order) -> Wording:
    facts = {"quantity": line.quantity, "product": line.read_title}
    return Wording(_("%(quantity)d × %(product)s") % facts, line.mark(order, language()))
