"""The address that a form starts with, and its fields as a page shows them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, cast

from django.utils.functional import SimpleLazyObject

from shop.catalogue.delivery.models import Contact
from shop.checkout.forms import AddressForm
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import PricedCart
from shop.orders.models import Order
from shop.people.accounts.models import User
from shop.storefront.cache.catalogue_version import current_version

FIELDS = ("email", "name", "phone", "line1", "line2", "city", "region", "postcode", "country")


class Fields(NamedTuple):
    """The fields of an address.

    ``blank`` is all that they depend on beside the language where nothing stands in them yet, so
    that they are written once for everybody; None otherwise.
    """

    form: AddressForm
    has_errors: bool = False
    blank: tuple[str, frozenset[str] | None] | None = None


def begun(priced: PricedCart, shopper: Shopper, *, at: datetime) -> Fields:
    """Return the fields that a cart begins with."""
    sends = priced.has_goods
    initial = initial_address(priced.cart, shopper.user, sends=sends)

    def form() -> AddressForm:
        made = AddressForm(initial=initial, country=priced.cart.country, needs_place=sends)
        return shown(made, priced, at=at).form

    if initial.keys() != {"country"}:
        return Fields(form())
    served = current_version(at=at).served if sends else None
    return Fields(cast("AddressForm", SimpleLazyObject(form)), blank=(priced.cart.country, served))


def shown(form: AddressForm, priced: PricedCart, *, at: datetime) -> Fields:
    """Return the fields of a form; where something is sent, countries are those that are served."""
    if priced.has_goods:
        form.fields["country"].offer(current_version(at=at).served)
    return Fields(form, has_errors=bool(form.errors))


def initial_address(cart: Cart, user: User | None, *, sends: bool) -> dict[str, str]:
    """Return the address typed for this cart, or that of the account's last order.

    The country is always the cart's: its delivery is being shown. Orders of tickets went nowhere:
    where something is sent, they are passed over.
    """
    contact = cart.contact
    if user and (contact is None or (sends and not contact.line1)):
        last = Order.objects.filter(user=user).select_related("contact").order_by("-placed_at")
        if sends:
            last = last.exclude(contact__line1="")
        order = last.first()
        contact = order.contact if order else contact
    known = {name: getattr(contact, name) for name in FIELDS} if contact else {}
    if user and not known.get("email"):
        known["email"] = user.email
    return known | {"country": cart.country}


def is_unchanged(before: Contact | None, after: Contact) -> bool:
    """Tell whether an address is the one that is noted already."""
    return before is not None and all(getattr(before, f) == getattr(after, f) for f in FIELDS)
