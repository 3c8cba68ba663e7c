"""Whether an order is the reader's own, and how this browser remembers that it is.

An order's link gets passed on, and mails lie around for years. So the link alone opens where the
parcels are; what shows an address or acts, and everything of an order that is long over, asks for
a proof.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.db.models import DateTimeField, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce, Greatest
from django.http import HttpRequest, HttpResponse

from shop.core import cookies
from shop.orders.adopt import owns_address
from shop.orders.cart.current import guest_token_hash, signed_in
from shop.orders.models import Order, OrderLine, Shipment, Suborder

OLD_AFTER = timedelta(days=90)
"""So long after the delivery an order's link opens nothing by itself any more."""
KNOWN_FOR = timedelta(hours=12)
MOST = 10
"""Orders that one browser is remembered for."""

COOKIE = "proved"
COOKIE_SALT = "orders.proved"


def with_end(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Add ``over_at``: when the last of an order was paid, sent, delivered or took place."""
    own = {"order": OuterRef("pk")}
    arrival = Cast(Max("arrives_to"), DateTimeField())
    arrived = Suborder.objects.filter(**own).values("order").annotate(last=arrival)
    parcels = Shipment.objects.filter(suborder__order=OuterRef("pk")).values("suborder__order")
    left = parcels.annotate(last=Max("shipped_at"))
    sessions = OrderLine.objects.filter(**own).order_by().values("order")
    began = sessions.annotate(last=Max("variant__session_start"))
    last = [
        Subquery(rows.order_by().values("last"), output_field=DateTimeField())
        for rows in (arrived, left, began)
    ]
    # The greatest of those that are known: PostgreSQL leaves out what is null.
    return orders.annotate(over_at=Greatest(Coalesce("paid_at", "pay_by"), *last))


def is_old(order: Order, *, at: datetime) -> bool:
    """Tell whether an order is long over. It was read ``with_end``."""
    return at > order.over_at + OLD_AFTER


def is_proved(request: HttpRequest, order: Order, *, at: datetime) -> bool:
    """Tell whether the reader has shown that the order is their own.

    No statement for a guest; one for an account that the order does not belong to.
    """
    if _was_placed_here(request, order) or order.pk in _remembered(request, at=at):
        return True
    user = signed_in(request)
    return user is not None and (order.user_id == user.pk or owns_address(order, user))


def prove(request: HttpRequest, response: HttpResponse, order: Order, *, at: datetime) -> None:
    """Let the browser know an order for some hours; of many, the latest ten."""
    known = _remembered(request, at=at) | {order.pk: int(at.timestamp())}
    latest = sorted(known.items(), key=lambda item: item[1])[-MOST:]
    value = signing.dumps(latest, salt=COOKIE_SALT)
    cookies.keep(response, COOKIE, value, seconds=int(KNOWN_FOR.total_seconds()))


def _was_placed_here(request: HttpRequest, order: Order) -> bool:
    """Tell whether this browser's cart is the guest's cart that the order was placed from."""
    token_hash = guest_token_hash(request)
    if not token_hash:
        return False
    cart = order.cart
    # An account's order is not opened by what its owner left behind when signing out.
    is_carts = cart is not None and cart.user_id is None and cart.token_hash == token_hash
    return is_carts or order.shopper_key == f"c{token_hash}"


def _remembered(request: HttpRequest, *, at: datetime) -> dict[int, int]:
    """Return the orders that the browser's cookie knows, each with the second of its proof."""
    try:
        known = signing.loads(cookies.read(request, COOKIE), salt=COOKIE_SALT)
    except signing.BadSignature:
        return {}
    since, now = int((at - KNOWN_FOR).timestamp()), int(at.timestamp())
    return {order_id: second for order_id, second in known if since < second <= now}
