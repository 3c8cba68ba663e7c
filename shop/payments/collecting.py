"""From a cart to the hosted payment page.

Three steps, so that the provider is never talked to inside a transaction: the order, its holds
and the intent to pay are committed; the session is made with a key from that row; its address
is committed. A crash in between is repaired by repeating the middle step with the same key.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shop.cart.current import Shopper
from shop.errors import GatewayError, NotPossible, ShopError, StaleState
from shop.orders import ending
from shop.orders.agreement import Agreement
from shop.orders.freezing import frozen_rows
from shop.orders.models import Order
from shop.orders.placing import Superseded, place_order
from shop.payments.applying import UnknownOrder, apply_session
from shop.payments.gateway import SessionStatus
from shop.payments.models import Payment
from shop.payments.requests import Addresses, checkout_request
from shop.payments.stripe_gateway import gateway

log = logging.getLogger(__name__)

# Stripe, Checkout sessions, checked 2026-11: a session lives 30 minutes at least, counted from
# its creation a moment after ours. So we ask for one more; ``pay_by`` still rules.
SESSION_LIFE, SHORTEST_LIFE = timedelta(minutes=31), timedelta(minutes=30)
# The provider keeps keys for 24 hours; within 23 a repeat surely meets the first try.
KEY_LIFE = timedelta(hours=23)
TRIES = 3
# With these a refusal says nothing about whether a session was made before.
NO_VERDICT = {"authentication", "idempotency", "refused"}
WRONG_AMOUNT = {"amount_too_small", "amount_too_large"}


class NeverOpened(GatewayError):
    """The provider will make no session for a payment, and has made none."""


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
            return _with_session(payment, at=at)
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


def open_session(payment: Payment, *, at: datetime) -> Payment:
    """Make the provider's session of a payment, or find the one that was made before.

    Raises:
        NeverOpened: there is none, and the provider will make none, because it is too late or
            the amount too small; the payment has failed.
        GatewayError: the provider did not answer, or its answer says nothing about a session.
    """
    email = payment.order.contact.email
    try:
        session = gateway().open_checkout(payment.request, email=email, key=str(payment.uuid))
    except GatewayError as refused:
        # The key would have found a session that was made before, so then there is none.
        if refused.may_retry or refused.code in NO_VERDICT:
            raise
        give_up(payment, at=at)
        raise NeverOpened(str(refused), may_retry=False, code=refused.code) from refused
    if (session.amount, session.currency) != (payment.amount, payment.currency):
        log.error("payment %s: the session's total differs from the order's", payment.uuid)
        gateway().close_checkout(session.id)
        apply_session(session.id, at=at)
        raise GatewayError("the session's total differs", may_retry=False, code="total")
    payment.session_id, payment.session_url = session.id, session.url
    known = {"session_id": session.id, "session_url": session.url}
    fresh = Payment.objects.filter(pk=payment.pk, state=Payment.State.CREATING)
    if session.status == SessionStatus.OPEN and fresh.update(state=Payment.State.OPEN, **known):
        payment.state = Payment.State.OPEN
    else:  # a message about it was faster, or another tab, which may have closed it
        Payment.objects.filter(pk=payment.pk, session_id=None).update(**known)
        payment.refresh_from_db(fields=["state", "session_url"])
    return payment


@transaction.atomic
def give_up(payment: Payment, *, at: datetime) -> None:
    """Let a payment fail for which no session was made; another try makes a new payment."""
    ending.lock(payment.order_id)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if payment.session_id is None and payment.state == Payment.State.CREATING:
        payment.checked_at = at
        payment.move_to(Payment.State.FAILED)


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
        session_ends_at=at + SESSION_LIFE,
        made_at=at,
    )
    rows = placed.rows or frozen_rows(order)
    payment.request = checkout_request(payment, rows, addresses, ends_at=payment.session_ends_at)
    payment.save(force_insert=True)
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
    """Close a session and apply what the provider says of it; only its word counts.

    Raises:
        GatewayError: it may still be paid.
    """
    session = gateway().close_checkout(payment.session_id)
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
    return unreachable()


def unreachable() -> str:
    """Say that the payment page cannot be had just now."""
    return _("The payment page cannot be reached at the moment. Try again in a few seconds.")


@transaction.atomic
def _supersede(payment: Payment) -> None:
    ending.lock(payment.order_id)
    payment = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    if payment.state in (Payment.State.CREATING, Payment.State.OPEN):
        payment.move_to(Payment.State.SUPERSEDED)


@transaction.atomic
def _let_go(order: Order | None, *, at: datetime) -> None:
    """Free an order whose session was closed for one that was then refused."""
    if order is None:
        return
    order = ending.lock(order.pk)
    if order.is_pending and not order.payments.live().exists():
        ending.expire(order, at=at)
