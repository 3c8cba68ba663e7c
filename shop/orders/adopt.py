"""A guest's order becomes part of an account."""

from __future__ import annotations

from typing import cast

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from shop.people.accounts.models import User


@transaction.atomic
def hand_over(order: Order, user: User, cart: Cart) -> None:
    """Let a guest's pending order go on as the account's, so that it stays payable.

    The order is locked and ``cart`` is the account's, with the guest's lines in it. If the
    account has opened a payment of its own meanwhile, that one stays the only one.
    """
    guests_cart = order.cart_id
    order.cart = cart
    order.save(update_fields=["cart"])
    try:
        with transaction.atomic():
            order.user, order.shopper_key = user, cart.shopper_key
            order.save(update_fields=["user", "shopper_key"])
    except IntegrityError:
        order.refresh_from_db()
        # The order runs out by itself; the cart that stays behind must not wait for it.
        Cart.objects.filter(pk=cast("int", guests_cart)).exclude(pk=cart.pk).update(holdings={})
        return
    if guests_cart not in (None, cart.pk):
        held = Cart.objects.get(pk=guests_cart).holdings
        Cart.objects.filter(pk=guests_cart).update(holdings={})
        Cart.objects.filter(pk=cart.pk).update(holdings=held)


def may_keep(order: Order, user: User) -> bool:
    """Tell whether a guest's order may be added to an account.

    Its link alone is not enough, since links get passed on: the account must have proved that
    the order's e-mail address is its own.
    """
    if order.user_id is not None or order.is_pending:
        return False
    return owns_address(order, user)


def owns_address(order: Order, user: User) -> bool:
    """Tell whether an account has proved that an order's e-mail address is its own."""
    if not order.contact.email:
        return False
    address = EmailAddress.objects.filter(user=user, email__iexact=order.contact.email)
    return address.filter(verified=True).exists()


def keep(order: Order, user: User) -> None:
    """Add a guest's order to an account.

    Raises:
        NotPossible: the account has not proved the order's e-mail address, or it is taken.
    """
    if not may_keep(order, user):
        raise NotPossible(
            _("Confirm the email address of this order for your account, then try again.")
        )
    Order.objects.filter(pk=order.pk, user=None).update(user=user)
