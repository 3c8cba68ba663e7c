"""Erases a person who asks for it; what the law demands stays, and names nobody but for that.

Of the account only its number stays, so that the log and the books still say who did what. What
would go along with the row of an account goes; what only names who did something keeps the number.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from shop.core.demonstration.guards import spare
from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog, Claim
from shop.merchant.applications.cleanup import forget_applicant
from shop.merchant.content_reports.cleanup import forget_reporter
from shop.money.payments.models import GatewayEvent, Payment
from shop.operations.retention.contacts import forget, needing
from shop.operations.retention.person import Person, person_of
from shop.orders.cart.models import Cart
from shop.orders.models import Order, Replacement, Shipment
from shop.orders.tickets.models import GuestNeeds
from shop.people.accounts.mail import forget_mail
from shop.people.accounts.models import Mailbox, User
from shop.people.merchants.models import Membership, StoreInvitation

AT_ONCE = timedelta(0)
KEPT_ROWS = (Claim,)
"""What hangs on an account and is counted by its mailbox: a claim stays, and loses its shopper."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing a person means, before it is done."""

    orders_kept: int
    contacts_gone: int
    reminders: int
    barred: str = ""


def effect_of(person: Person, *, at: datetime) -> Erasure:
    """Return what stays and what goes of a person, and what stands in the way."""
    orders = person.orders
    kept = needing(orders, at, AT_ONCE).count()
    return Erasure(
        orders_kept=kept,
        contacts_gone=orders.count() - kept,
        reminders=person.reminders.count(),
        barred=_bar(person, list(orders.filter(state=Order.State.PENDING))),
    )


@transaction.atomic
def erase(person: Person, *, at: datetime, by: User | None, reason: str = "") -> None:
    """Erase a person: account, carts, reminders and the contacts that nothing needs any more.

    Paid orders keep their contact until the last document's time is over, and belong to no account.

    Args:
        by: who does it; the person, or an organizer whom the person has written to.
        reason: why, for the log. It is kept for ever.

    Raises:
        NotPossible: an order waits for its money, or the account still works for somebody.
    """
    user = person.user
    if user:
        spare(user)
    person.reminders.delete()
    orders = lock(person.orders)
    carts = lock(person.carts)
    # Whoever presses Pay holds the cart: what was placed before we had it is seen here.
    if {row.pk for row in orders} != set(person.orders.values_list("pk", flat=True)):
        raise NotPossible(_open_order())
    if said := _bar(person, [row for row in orders if row.is_pending]):
        raise NotPossible(said)
    contacts = _contacts_of(person, orders, carts)
    _let_go(person, orders, contacts)
    _forget_messages(orders)
    GuestNeeds.objects.filter(order__in=orders).delete()
    forget(contacts, at=at, unpaid_for=AT_ONCE)
    _scrub_log(person)
    StoreInvitation.objects.filter(email__in=person.addresses).delete()
    _forget_elsewhere(user, person.addresses)
    if user:
        _close(user, at=at)
    row = user or Mailbox.of(min(person.addresses))
    log(row, "erase", at=at, by=by, festival=None, reason=reason)


def erase_account(user: User, *, at: datetime) -> None:
    """Erase the person of an account, who asks for it.

    Raises:
        NotPossible: as for ``erase``.
    """
    erase(person_of(user), at=at, by=user)


def _forget_elsewhere(user: User | None, addresses: Collection[str]) -> None:
    forget_applicant(addresses)
    forget_reporter(addresses)
    forget_mail(user, addresses)
    for path in settings.FORGETS_PEOPLE:
        import_string(path)(user, addresses)


def _bar(person: Person, pending: Collection[Order]) -> str:
    """Say what stands in the way of erasing somebody; nothing where nothing does."""
    user = person.user
    if user and Membership.objects.filter(user=user).exists():
        return _("This account works for a store. It has to leave the store first.")
    if user and (user.is_superuser or user.groups.exists()):
        return _("This account has a role at the organizers’ desk. It has to be taken away first.")
    return _open_order() if pending else ""


def _open_order() -> str:
    return _("An order waits for its payment. Pay it or stop it first, or wait until it has ended.")


def _contacts_of(person: Person, orders: Collection[Order], carts: Collection[Cart]) -> set[int]:
    """Return the contacts of somebody: of orders, parcels and cart, and those with an address."""
    parcels = Shipment.objects.filter(suborder__order__in=orders, contact__isnull=False)
    again = Replacement.objects.filter(suborder__order__in=orders, contact__isnull=False)
    return {
        *(order.contact_id for order in orders),
        *(cart.contact_id for cart in carts if cart.contact_id),
        *parcels.values_list("contact", flat=True),
        *again.values_list("contact", flat=True),
        *person.contacts.values_list("pk", flat=True),
    }


def _let_go(person: Person, orders: Collection[Order], contacts: Collection[int]) -> None:
    """Take orders from the account, and addresses from carts."""
    if person.user:
        own = Order.objects.filter(pk__in=[row.pk for row in orders], user=person.user)
        own.update(user=None, cart=None, shopper_key="")
    Cart.objects.filter(contact__in=contacts).update(contact=None)


def _forget_messages(orders: Collection[Order]) -> None:
    """Blank what the provider's messages said about somebody's payments."""
    payments = Payment.objects.filter(order__in=orders)
    names = payments.values_list("session_id", "intent_id", "charge_id")
    ids = {name for row in names for name in row if name}
    about = GatewayEvent.objects.filter(object_id__in=ids, body__isnull=False)
    about.exclude(state=GatewayEvent.State.NEW).update(body=None)


def _scrub_log(person: Person) -> None:
    """Put the number of a person into the lines of the log that name an address."""
    address = KeyTextTransform("email", "after")
    lines = ChangeLog.objects.filter(after__has_key="email").alias(address=address)
    who = f"person {person.user.pk}" if person.user else "a person"
    for line in lines.filter(address__in=person.addresses):
        line.after["email"] = who
        line.save(update_fields=["after"])


def _close(user: User, *, at: datetime) -> None:
    """Leave of an account nothing but its number.

    Raises:
        NotPossible: somebody else has done it in this moment.
    """
    facts: dict[str, Any] = {
        "email": f"erased-{user.pk}@nobody.invalid", "first_name": "", "last_name": "",
        "password": make_password(None), "mailbox": None, "language": "", "last_login": None,
        "is_active": False, "is_staff": False, "erased_at": at,
        "sessions_ended": F("sessions_ended") + 1,
    }  # fmt: skip
    if not User.objects.filter(pk=user.pk, erased_at=None).update(**facts):
        raise NotPossible(_("This account is gone already."))
    Claim.objects.filter(shopper=user).update(shopper=None)
    for place in User._meta.get_fields(include_hidden=True):
        if not isinstance(place, models.ManyToOneRel) or place.on_delete is not models.CASCADE:
            continue
        if place.related_model not in KEPT_ROWS:
            rows = place.related_model._base_manager
            rows.filter(Q((place.field.name, user.pk))).delete()
