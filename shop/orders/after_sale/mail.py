"""Mail about money that goes back: to the shopper, and to the stores that bear it."""

from __future__ import annotations

from django.tasks import task
from django.utils import translation

from shop.core.currencies import written
from shop.core.mail import send
from shop.core.tasks import at_once, enqueue, tried_again
from shop.orders.models import Refund, Suborder
from shop.orders.text import merchant_link, order_link
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may


@task
@tried_again
def send_refund(refund_id: int) -> None:
    """Tell the shopper which sum goes back, what for, and which vouchers come with it."""
    refund = Refund.objects.select_related("order__contact").get(pk=refund_id)
    order, language = refund.order, refund.order.language
    with translation.override(language):
        reason = refund.said_reason
        lines = [
            {"title": row.line.read_title, "options": row.line.read_label,
             "quantity": row.quantity, "amount": written(row.paid, order.currency, language)}
            for row in refund.lines.select_related("line").order_by("line__position")
        ]  # fmt: skip
    delivery = sum(refund.parcels.values_list("paid", flat=True))
    gifts = [gift.paid for gift in refund.goodwill.all()]
    given, had = sum(n for n in gifts if n > 0), -sum(n for n in gifts if n < 0)
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "cause": refund.cause,
        "reason": reason,
        "amount": written(refund.amount, order.currency, language),
        "lines": lines,
        "delivery": written(delivery, order.currency, language) if delivery else "",
        "gift": written(given, order.currency, language) if given else "",
        "had": written(had, order.currency, language) if had else "",
        "vouchers": [
            {"title": row.claim.promotion.title, "code": (row.instead or row.claim).code or ""}
            for row in refund.claims.select_related("claim__promotion", "instead")
        ],
        "order_link": order_link(order),
    }
    send("refund", order.contact.email, language=language, context=context)


@task
@at_once
def tell_stores_of_refund(refund_id: int) -> None:
    """Queue a mail to who sees the orders of each store that bears a part of a refund."""
    parts = stores_of(Refund.objects.get(pk=refund_id))
    members = Membership.objects.filter(who_may(Right.ORDERS), merchant__suborders__in=parts)
    for part_id, user_id in members.values_list("merchant__suborders", "user").distinct():
        if part_id in parts:
            enqueue(send_refund_booked, refund_id, part_id, user_id)


@task
@tried_again
def send_refund_booked(refund_id: int, suborder_id: int, user_id: int) -> None:
    """Tell a member of a store what was refunded of a parcel, and why; sums if they may be seen."""
    refund, user = Refund.objects.get(pk=refund_id), User.objects.get(pk=user_id)
    part = Suborder.objects.select_related("order", "merchant").get(pk=suborder_id)
    own = Membership.objects.filter(user=user, merchant=part.merchant_id).first()
    if own is None or not own.may(Right.ORDERS):  # has left the store or the role meanwhile
        return
    language = user.language or "en"
    less = sum(row.earned for row in refund.lines.filter(line__suborder=part))
    less += sum(row.earned for row in refund.parcels.filter(suborder=part))
    less += sum(row.by_merchant for row in refund.goodwill.filter(suborder=part))
    with translation.override(language):
        reason = refund.said_reason
    context = {
        "name": user.name,
        "order_number": part.order.number,
        "reason": reason,
        "less": written(less, part.order.currency, language) if own.may(Right.PAYOUTS) else "",
        "merchant_link": merchant_link(part),
    }
    send("refund-booked", user.email, language=language, context=context)


def stores_of(refund: Refund) -> set[int]:
    """Return the ids of the parts of an order that a refund concerns."""
    return (
        set(refund.lines.values_list("line__suborder", flat=True))
        | set(refund.parcels.values_list("suborder", flat=True))
        | set(refund.goodwill.values_list("suborder", flat=True))
    )
