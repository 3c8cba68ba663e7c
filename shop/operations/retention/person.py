"""Whose data it is: an account, or whoever reads the mail of an address without having one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from shop.catalogue.delivery.models import Contact
from shop.merchant.applications.models import Application
from shop.merchant.content_reports.models import ContentReport
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from shop.orders.reminders.models import Reminder
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.accounts.models import User


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody about whom something is kept: the account if there is one, and mail addresses.

    ``keys`` are those of the mailboxes behind the addresses, by which orders of guests are found.
    """

    user: User | None
    addresses: frozenset[str]
    keys: frozenset[str]

    @property
    def orders(self) -> QuerySet[Order]:
        """Return the orders of the account, and those that a guest made with an address."""
        of_guest = Q(user=None, email_key__in=self.keys)
        return Order.objects.filter(of_guest | Q(user=self.user) if self.user else of_guest)

    @property
    def reminders(self) -> QuerySet[Reminder]:
        """Return what the person wants to be reminded of."""
        rows = Reminder.objects.alias(address=Lower("email"))
        by_mail = Q(email_key__in=self.keys) | Q(address__in=self.addresses)
        return rows.filter(by_mail | Q(user=self.user) if self.user else by_mail)

    @property
    def carts(self) -> QuerySet[Cart]:
        """Return the cart of the account; guests' are known by their browser alone."""
        return Cart.objects.filter(user=self.user) if self.user else Cart.objects.none()

    @property
    def contacts(self) -> QuerySet[Contact]:
        """Return the contacts with one of the addresses, wherever they stand."""
        return Contact.objects.all().of(self.addresses)

    @property
    def is_known(self) -> bool:
        """Tell whether anything is kept."""
        rows = (
            self.orders, self.reminders, self.contacts,
            ContentReport.objects.filter(email__in=self.addresses),
            Application.objects.filter(email__in=self.addresses),
        )  # fmt: skip
        return self.user is not None or any(found.exists() for found in rows)


def person_of(user: User) -> Person:
    """Return the person of an account, with all addresses that were proved to be theirs."""
    proved = EmailAddress.objects.filter(user=user, verified=True)
    return _person(user, [user.email, *proved.values_list("email", flat=True)])


def person_at(address: str) -> Person:
    """Return whoever reads the mail of an address: the person of its account, or a guest."""
    user = User.objects.filter(email__iexact=address, erased_at=None).first()
    return person_of(user) if user else _person(None, [address])


def _person(user: User | None, addresses: Iterable[str]) -> Person:
    known = frozenset(address.strip().lower() for address in addresses)
    return Person(user, known, frozenset(map(mailbox_key, known)))
