"""Mail about money that goes back: to the shopper, and to the stores that bear it."""

from __future__ import annotations

from django.tasks import task
from django.utils import translation

from shop.core.currencies import written
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once
from shop.orders.models import Refund, Suborder
from shop.orders.text import merchant_link, to_shopper
from shop.people.accounts.models import User
from shop.people.merchants.notifications import StoreMail, tell_stores, to_members
from shop.people.merchants.roles import Right


@notification("refund", promises={"Your voucher is yours again": "vouchers"})
def send_refund(refund_id: int) -> Mail | None:
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
    }
    return to_shopper(order, context)


@task
@at_once
def tell_stores_of_refund(refund_id: int) -> None:
    """Queue a mail to who sees the orders of each store that bears a part of a refund."""
    parts = Suborder.objects.filter(pk__in=stores_of(Refund.objects.get(pk=refund_id)))
    rows = [(part.merchant_id, (refund_id, part.pk)) for part in parts]
    tell_stores(send_refund_booked, rows)


@to_members("refund-booked", right=Right.ORDERS, place=2)
def send_refund_booked(refund_id: int, suborder_id: int, user: User) -> StoreMail | None:
    """Tell a member of a store what was refunded of a parcel, and why; sums if they may be seen."""
    refund = Refund.objects.get(pk=refund_id)
    part = Suborder.objects.select_related("order", "merchant").get(pk=suborder_id)
    own = user.memberships.filter(merchant=part.merchant_id).first()
    sees_money = own is not None and own.may(Right.PAYOUTS)
    language = user.language or "en"
    less = sum(row.earned for row in refund.lines.filter(line__suborder=part))
    less += sum(row.earned for row in refund.parcels.filter(suborder=part))
    less += sum(row.by_merchant for row in refund.goodwill.filter(suborder=part))
    with translation.override(language):
        reason = refund.said_reason
    context = {
        "order_number": part.order.number,
        "reason": reason,
        "less": written(less, part.order.currency, language) if sees_money else "",
        "merchant_link": merchant_link(part),
    }
    return StoreMail(part.merchant, context)


def stores_of(refund: Refund) -> set[int]:
    """Return the ids of the parts of an order that a refund concerns."""
    return (
        set(refund.lines.values_list("line__suborder", flat=True))
        | set(refund.parcels.values_list("suborder", flat=True))
        | set(refund.goodwill.values_list("suborder", flat=True))
    )
