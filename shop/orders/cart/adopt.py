"""Joins the cart that a guest has filled to the account, at sign-in."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from shop.core.locks import lock
from shop.core.networks import keyed_hash
from shop.orders.cart.models import Cart, CartLine, CartVoucher
from shop.orders.cart.saved.save import move_saved
from shop.people.accounts.models import User


@transaction.atomic
def adopt_cart(guest: Cart, user: User, *, at: datetime) -> Cart:
    """Move a guest's lines, vouchers, saved products and address to the account's cart; return it.

    Of a variant in both the larger quantity stays: the same wish was noted twice. The address
    is the guest's, since it was typed last. The guest's cart stays behind, empty.
    """
    facts = {"token_hash": _unknown_token(), "country": guest.country, "changed_at": at}
    own, _ = Cart.objects.get_or_create(user=user, defaults=facts)
    # One order of locks for all who take two carts, and the lines are read behind them.
    lock(Cart.objects.filter(pk__in=[guest.pk, own.pk]))
    have = {line.variant_id: line for line in own.lines.all()}
    for line in guest.lines.all():
        if mine := have.get(line.variant_id):
            larger = max(mine.quantity, line.quantity)
            CartLine.objects.filter(pk=mine.pk).update(quantity=larger)
        else:
            CartLine.objects.filter(pk=line.pk).update(cart=own)
    guest.lines.all().delete()
    known = CartVoucher.objects.filter(cart=own).values("promotion")
    guest.vouchers.exclude(promotion__in=known).update(cart=own)
    guest.vouchers.all().delete()
    move_saved(guest, own)
    _take_address(own, guest)
    _take_link(own, guest)
    Cart.objects.filter(pk=own.pk).update(changed_at=at)
    return own


def _take_address(own: Cart, guest: Cart) -> None:
    if guest.contact_id:
        own.contact, own.country, own.services = guest.contact, guest.country, guest.services
        own.save(update_fields=["contact", "country", "services"])


def _take_link(own: Cart, guest: Cart) -> None:
    # The guest came by it just now; what the account came by before is further back.
    if guest.came_from:
        facts = {"came_from": guest.came_from, "came_until": guest.came_until}
        Cart.objects.filter(pk=own.pk).update(**facts)


def _unknown_token() -> str:
    # No cookie leads to an account's cart, so nobody needs to know the token.
    return keyed_hash(secrets.token_urlsafe(16))
