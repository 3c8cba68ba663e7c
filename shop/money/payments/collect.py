"""From a cart to the hosted payment page.

Three steps, so that the provider is never talked to inside a transaction: the order, its holds
and the intent to pay are committed; the session is made with a key from that row; its address
is committed. A crash in between is repaired by repeating the middle step with the same key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import GatewayError, NotPossible, ShopError, StaleState
from shop.money.payments.apply import UnknownOrder, apply_session, lock_payment
from shop.money.payments.models import Payment
from shop.money.payments.open_session import NeverOpened, open_session
from shop.money.payments.provider.gateway import SessionStatus
from shop.money.payments.provider.requests import Addresses, checkout_request
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end
from shop.orders.agreement import Agreement
from shop.orders.cart.current import Shopper
from shop.orders.freeze import frozen_rows
from shop.orders.models import Order
from shop.orders.place import Superseded, place_order

log = logging.getLogger(__name__)

# Stripe, Checkout sessions, checked 2026-11: a session lives 30 minutes at least, counted from
# its creation a moment after ours. So we ask for one more; ``pay_by`` still rules.
LEAST_LIFE, SHORTEST_LIFE = timedelta(minutes=31), timedelta(minutes=30)
# It outlives ``pay_by``, so that whoever comes back in the last minutes gets some more of them.
BEYOND_TIME_TO_PAY = timedelta(minutes=6)
LAST_MINUTES, LEAST_TO_PAY = timedelta(minutes=3), timedelta(minutes=1)
TRIES = 3
WRONG_AMOUNT = {"amount_too_small", "amount_too_large"}


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where the shopper goes now: to the payment page, or on when the order is paid already."""

    order: Order
    payment_url: str


def start_payment(
    shopper: Shopper, *, agreed: Agreement, addresses: Addresses, at: datetime
) -> NextStep:
    """Hold the cart's goods and return the address of the payment page.

    Raises:
        ShopError: what ``place_order`` refuses; an order that this one was to replace is
            closed by then and holds nothing.
        NotPossible: the provider cannot be reached; the order is kept for another try.
    """
    replaced: Order | None = None
    for _try in range(TRIES):
        try:
            payment = _place(shopper, agreed, addresses, replaced, at=at)
            return _with_session(_with_time(payment, at=at), at=at)
        except Superseded as open_order:
            if paid := _close_sessions(open_order.order, at=at):
                return NextStep(paid, "")
            replaced = open_order.order
        except StaleState:
            continue
        except ShopError:
            _let_go(replaced, at=at)
            raise
    raise StaleState


@transaction.atomic
def _place(
    shopper: Shopper,
    agreed: Agreement,
    addresses: Addresses,
    replaced: Order | None,
    *,
    at: datetime,
) -> Payment:
    may_replace = replaced.pk if replaced else None
    placed = place_order(shopper, agreed=agreed, at=at, may_replace=may_replace)
    order = placed.order
    if placed.rows is None:
        live = order.payments.live().select_related("order__contact")
        if found := live.exclude(state=Payment.State.SUPERSEDED).first():
            return found
        if live.exists():  # its page could not be closed the last time
            raise Superseded(order)
    payment = Payment(
        order=order,
        amount=order.total,
        currency=order.currency,
        session_ends_at=max(at + LEAST_LIFE, order.pay_by + BEYOND_TIME_TO_PAY),
        made_at=at,
    )
    rows = placed.rows or frozen_rows(order)
    payment.request = checkout_request(payment, rows, addresses, ends_at=payment.session_ends_at)
    payment.save(force_insert=True)
    return payment


@transaction.atomic
def _with_time(payment: Payment, *, at: datetime) -> Payment:
    """Give whoever pays in the last minutes three more, once.

    Raises:
        NotPossible: they were given already, and the page would close while it is filled in.
    """
    if payment.order.pay_by - at >= LAST_MINUTES:
        return payment
    order = end.lock(payment.order_id)
    if not order.is_pending or payment.is_undecided:
        return payment
    given = Payment.objects.filter(order=order, more_time_at__isnull=False)
    if not given.exists():
        payment.more_time_at = at
        payment.save(update_fields=["more_time_at"])
        order.pay_by = max(order.pay_by, min(at + LAST_MINUTES, payment.session_ends_at))
        order.save(update_fields=["pay_by"])
    elif order.pay_by - at < LEAST_TO_PAY:
        raise NotPossible(
            _("The time to pay for this order is over in a moment. Try again in two minutes.")
        )
    payment.order = order
    return payment


def _with_session(payment: Payment, *, at: datetime) -> NextStep:
    if payment.is_undecided:
        return NextStep(payment.order, "")
    if not payment.session_url:
        try:
            payment = open_session(payment, at=at)
        except NeverOpened as refused:
            if payment.session_ends_at - at < SHORTEST_LIFE:
                raise StaleState from refused  # it came too late: another try has time enough
            log.error("payment %s: the provider will not take it: %s", payment.uuid, refused)
            raise NotPossible(_why_refused(refused)) from refused
        except GatewayError as error:
            log.warning("payment %s: no session: %s", payment.uuid, error)
            raise NotPossible(unreachable()) from error
    return NextStep(payment.order, payment.session_url)


def _close_sessions(order: Order, *, at: datetime) -> Order | None:
    """Make an order's sessions unpayable; return the order if one was paid before that.

    The order stays pending: its holds go to the new one in a single step. A payment that is
    marked as superseded keeps a late message from releasing them first.

    Raises:
        NotPossible: the provider is silent, or somebody has to decide on money that is there.
    """
    for found in order.payments.payable().order_by("pk"):
        payment = found
        try:
            if payment.session_id is None:
                payment = open_session(payment, at=at)
            _supersede(payment)
            _apply_closed(payment, at=at)
        except NeverOpened:
            continue
        except (GatewayError, UnknownOrder) as error:
            log.warning("payment %s: not closed: %s", payment.uuid, error)
            raise NotPossible(unreachable()) from error
    order.refresh_from_db()
    if order.is_paid:
        return order
    refuse_undecided(order)
    return None


def refuse_undecided(order: Order) -> None:
    """Keep an order as it is while a bank or a person decides on its money.

    Raises:
        NotPossible: somebody does; the text says who.
    """
    states = set(order.payments.undecided().values_list("state", flat=True))
    if Payment.State.PROCESSING in states:
        raise NotPossible(
            _("We are waiting for your bank. You can close this page, we will email you.")
        )
    if states:
        raise NotPossible(_("We are looking at the payment and will email you."))


def _apply_closed(payment: Payment, *, at: datetime) -> None:
    """Close a session and apply the provider's state of it; only its word counts.

    Raises:
        GatewayError: it may still be paid.
    """
    session = gateway().close_checkout(cast("str", payment.session_id))
    if session.status == SessionStatus.OPEN:
        raise GatewayError("the session is still open", may_retry=True, code="open")
    if session.status == SessionStatus.COMPLETE:
        apply_session(session.id, at=at)
        return
    superseded = Payment.objects.filter(pk=payment.pk, state=Payment.State.SUPERSEDED)
    superseded.update(session_url="")


def _why_refused(refused: GatewayError) -> str:
    if refused.code in WRONG_AMOUNT:
        return _("This amount cannot be paid. Change your cart, then try again.")
    if refused.code == "email_invalid":
        return _("Enter an email address in the correct format, like name@example.com")
    return _(
        "The payment provider does not accept this order. Nothing was charged. "
        "Try another way to pay, or write to us."
    )


def unreachable() -> str:
    """Say that the payment page cannot be had just now."""
    return _("The payment page cannot be reached at the moment. Try again in a few seconds.")


@transaction.atomic
def _supersede(payment: Payment) -> None:
    payment = lock_payment(payment.pk)
    if payment.state in (Payment.State.CREATING, Payment.State.OPEN):
        payment.save_as(Payment.State.SUPERSEDED)


@transaction.atomic
def _let_go(order: Order | None, *, at: datetime) -> None:
    """Free an order whose session was closed for one that was then refused."""
    if order is None:
        return
    order = end.lock(order.pk)
    if order.is_pending and not order.payments.live().exists():
        end.expire(order, at=at)
