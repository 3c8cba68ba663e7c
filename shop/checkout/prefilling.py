"""The address that a form starts with."""

from __future__ import annotations

from shop.accounts.models import User
from shop.cart.models import Cart
from shop.delivery.models import Contact
from shop.orders.models import Order

FIELDS = ("email", "name", "phone", "line1", "line2", "city", "region", "postcode", "country")


def initial_address(cart: Cart, user: User | None, *, sends: bool) -> dict[str, str]:
    """Return what was typed for this cart, or where the account's last order went.

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
