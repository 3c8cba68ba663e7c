"""Gives the sample's payments their charges in the sandbox, so that they can be refunded.

Orders of earlier days are written without a payment page. Here each of them gets one after all:
made by the shop's own gateway, paid at once, and kept on the payment. Nothing is booked by it. Its
money can be used at once, as that of orders from weeks ago can, so that stores can be paid.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from itertools import batched
from typing import Any

from django.db import transaction

from sample.progress import Progress
from sample.till import SandboxSilent, press_pay, refuse_without_sandbox
from shop.checkout.charge import return_addresses
from shop.core.currencies import least_charge
from shop.core.errors import GatewayError
from shop.money.payments.collect import LEAST_LIFE
from shop.money.payments.models import Operation, Payment
from shop.money.payments.provider.gateway import CheckoutSession, Payer, SessionStatus
from shop.money.payments.provider.requests import checkout_request
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders.freeze import frozen_rows

AT_ONCE, BATCH = 4, 40
WORK = "Paying in the sandbox"
SINCE = datetime(2020, 1, 1, tzinfo=UTC)  # before every sandbox


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the sandbox for a payment, and its session if one was made before."""

    payment: Payment
    request: dict[str, Any]
    email: str
    known: CheckoutSession | None


def uncharged() -> list[Payment]:
    """Return the sample's payments without a charge; whatever a page took money for has one."""
    paid = Payment.objects.filter(state=Payment.State.PAID, session_id=None, charge_id=None)
    rows = paid.select_related("order__contact").order_by("pk")
    return [row for row in rows if row.amount >= least_charge(row.currency)]


def charge(payments: list[Payment], progress: Progress, *, at: datetime) -> int:
    """Make and pay a session for each payment, or find the paid one; return how many.

    Raises:
        SandboxSilent: nothing more can be paid; call it again another time.
    """
    if not payments:
        return 0
    refuse_without_sandbox()
    try:
        _charge_all(payments, progress, at=at)
    except (GatewayError, HTTPException, OSError) as problem:
        raise SandboxSilent(str(problem)) from problem
    progress.report(WORK, len(payments), len(payments))
    return len(payments)


def _charge_all(payments: list[Payment], progress: Progress, *, at: datetime) -> None:
    known = _made_before()
    done = 0
    with ThreadPoolExecutor(AT_ONCE) as tills:
        for some in batched(payments, BATCH):
            progress.report(WORK, done, len(payments))
            asked = list(_asked(some, known, at=at))
            # The threads never touch the database: its connection is this one's.
            for one, session in zip(asked, tills.map(_paid, asked), strict=True):
                _keep(one, session)
            done += len(some)


def _made_before() -> dict[str, CheckoutSession]:
    """Return the sessions of a load that died before it could keep them: none is paid twice."""
    found = reversed(list(gateway().sessions_since(SINCE)))
    usable = (one for one in found if one.is_paid or one.status == SessionStatus.OPEN)
    # Of several the last one stays: a paid one, or else the newest.
    return {one.payment_uuid: one for one in sorted(usable, key=lambda one: one.is_paid)}


def _asked(
    payments: tuple[Payment, ...], known: dict[str, CheckoutSession], *, at: datetime
) -> Iterator[Asked]:
    addresses = return_addresses()
    for payment in payments:
        rows = frozen_rows(payment.order)
        request = checkout_request(payment, rows, addresses, ends_at=at + LEAST_LIFE)
        email = payment.order.contact.email
        yield Asked(payment, request, email, known.get(str(payment.uuid)))


def _paid(asked: Asked) -> CheckoutSession:
    session = asked.known or _opened(asked)
    if session.is_paid:
        return session
    press_pay(session.url, "pay-available")
    return gateway().session(session.id)


def _opened(asked: Asked) -> CheckoutSession:
    # A later load asks for a later end, so its key is another one as well.
    key = f"{asked.payment.uuid}-{asked.request['ends_at']}"
    return gateway().open_checkout(asked.request, whose=Payer(asked.email), key=key)


@transaction.atomic
def _keep(asked: Asked, session: CheckoutSession) -> None:
    """Write down what the sandbox said; refunds that were asked for meanwhile name the charge."""
    if not session.charge_id:
        raise GatewayError("The sandbox did not take the money.", may_retry=True)
    ids = {"session_id": session.id, "intent_id": session.intent_id}
    ids["charge_id"] = session.charge_id
    Payment.objects.filter(pk=asked.payment.pk).update(request=asked.request, **ids)
    for operation in Operation.objects.filter(payment=asked.payment, request__charge=None):
        operation.request["charge"] = session.charge_id
        operation.save(update_fields=["request"])
