"""How an order stands, in words for the person who ordered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from shop.checkout.order.refunds import DELAYED, DONE, returning, stands, told
from shop.core.errors import GatewayError
from shop.money.payments.apply import apply_session
from shop.money.payments.models import Payment
from shop.orders.cart.formats import amount, held_until
from shop.orders.models import Order


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """How an order stands that is not paid.

    ``pay_url`` leads to the open payment page; ``is_open`` while the goods are held for it;
    ``asks_again`` when the page should look again soon.
    """

    title: str
    text: str
    held: str = ""
    pay_url: str = ""
    is_open: bool = False
    may_retry: bool = False
    asks_again: bool = False


def bring_up_to_date(order: Order, *, came_from: str = "", at: datetime) -> bool | None:
    """Ask the provider about an order's own payments; False when one may be paid for all we know.

    None when it was asked a moment ago: whoever reloads, or a script, has to wait for that moment,
    and is told nothing about the money until then.

    Args:
        came_from: the session that the address names. It is believed in nothing: one that is
            not this order's changes and shows nothing.
    """
    if order.is_paid:
        return True
    named = Q(session_id=came_from if came_from.isprintable() else "")
    known = order.payments.exclude(session_id=None)
    just_now = at - timedelta(seconds=settings.SECONDS_BETWEEN_LOOKS)
    # One that was superseded may be paid until the provider has said that its page is closed.
    live = Q(pk__in=order.payments.live().exclude(state=Payment.State.REVIEW))
    try:
        asked = list(known.filter(live | named).order_by("pk"))
        if not _may_ask(asked, just_now, at=at):
            return None
        for payment in asked:
            apply_session(cast("str", payment.session_id), is_waited_for=True, at=at)
    except GatewayError:
        return False
    order.refresh_from_db(fields=["state", "paid_at", "ended_at"])
    return True


def _may_ask(payments: Sequence[Payment], just_now: datetime, *, at: datetime) -> bool:
    """Tell whether nobody has asked about these a moment ago, and note that we ask now.

    The first one's row stands for all of them: of many who come at once one asks, and a provider
    that does not answer is asked no more often.
    """
    if not payments:
        return True
    if any(payment.checked_at and payment.checked_at > just_now for payment in payments):
        return False
    first = Payment.objects.filter(pk=payments[0].pk)
    return bool(first.filter(Q(asked_at=None) | Q(asked_at__lte=just_now)).update(asked_at=at))


def standing(
    order: Order, *, zone: str, is_known: bool | None = True, stopped: bool = False
) -> OrderStatus:
    """Return how an order that is not paid stands. One statement, two when it was refunded.

    Args:
        zone: in which its deadline is told.
        is_known: ``bring_up_to_date`` has just asked the provider; without that nobody is told
            that nothing was charged.
        stopped: the shopper comes from the payment page without having paid.
    """
    if not is_known:
        return _unknown(is_silent=is_known is False)
    payments = list(order.payments.order_by("pk"))
    states = {payment.state for payment in payments}
    if order.state == Order.State.CANCELLED:
        return OrderStatus(_("Cancelled"), "")
    if Payment.State.REVIEW in states:
        text = _("We are looking at the payment and will email you.")
        return OrderStatus(_("Payment being checked"), text)
    if states & {Payment.State.REFUNDING, Payment.State.REFUNDED}:
        return _refunding(order)
    if order.is_pending:
        return _pending(order, payments, zone=zone, stopped=stopped)
    return _ended(order, payments, stopped=stopped)


def _unknown(*, is_silent: bool) -> OrderStatus:
    text = (
        _("The payment provider does not answer at the moment. This page asks again.")
        if is_silent
        else _("We have just asked about your payment. This page asks again in a moment.")
    )
    return OrderStatus(_("Payment being checked"), text, asks_again=True)


def _pending(
    order: Order, payments: Collection[Payment], *, zone: str, stopped: bool
) -> OrderStatus:
    if any(payment.state == Payment.State.PROCESSING for payment in payments):
        text = _("We are waiting for your bank. You can close this page, we will email you.")
        return OrderStatus(_("Payment waiting"), text, asks_again=True)
    if any(payment.is_live and payment.session_id is None for payment in payments):
        # Its page was made, or not, and nobody knows: only what the provider says is told.
        text = _("This order is not paid.")
    else:
        text = _stopped() if stopped else _("This order is not paid. Nothing was charged.")
    urls = [payment.session_url for payment in payments if payment.state == Payment.State.OPEN]
    return OrderStatus(
        _("Payment waiting"),
        text,
        held=held_until(order.pay_by, zone=zone),
        pay_url=urls[-1] if urls else "",
        is_open=True,
    )


def _ended(order: Order, payments: Collection[Payment], *, stopped: bool) -> OrderStatus:
    if any(payment.state == Payment.State.FAILED and payment.session_id for payment in payments):
        text = _("The card was declined. Try another card or ask your bank.")
        return OrderStatus(_("Payment failed"), text, may_retry=True)
    if stopped or (order.ended_at and order.ended_at < order.pay_by):
        return OrderStatus(_("This order is not paid"), _stopped(), may_retry=True)
    text = _("The time to pay has run out. Nothing was charged and your cart is still here.")
    return OrderStatus(_("Payment expired"), text, may_retry=True)


def _refunding(order: Order) -> OrderStatus:
    operation = returning().filter(payment__order=order).last()
    if operation is None:  # a person looked at the money and sent it back, and has told why
        return OrderStatus(told(DONE), "", may_retry=True)
    standing = stands(operation)
    if standing == DONE:
        text = _(
            "The payment came after the time had run out and the items were gone. "
            "All of it, %(amount)s, has been refunded."
        )
    elif standing == DELAYED:
        text = _(
            "The payment came after the time had run out and the items were gone. "
            "All of it, %(amount)s, goes back to you. It has not gone through yet: "
            "we are seeing to it."
        )
    else:
        text = _(
            "The payment came after the time had run out and the items were gone. "
            "All of it, %(amount)s, is on its way back to you."
        )
    written = amount(order.total, order.currency)
    return OrderStatus(told(standing), text % {"amount": written}, may_retry=True)


def _stopped() -> str:
    return _("You stopped the payment. Nothing was charged and your cart is still here.")
