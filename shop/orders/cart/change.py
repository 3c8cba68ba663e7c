"""Everything that changes a cart. It is a wish, so nothing here holds stock or fixes a price."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Variant, buyable_sql
from shop.core.errors import NeedsAccount, NotPossible
from shop.festivals.models import Claim, Promotion
from shop.festivals.promotions.vouchers import find_voucher
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart, CartLine, CartVoucher

MOST_OF_ONE = 999

# The cart's day is noted along: carts that nobody touches for long are forgotten.
ADD = """
WITH touched AS (UPDATE shop_cart SET changed_at = %s WHERE id = %s)
INSERT INTO shop_cartline (cart_id, variant_id, quantity, seen_price, added_at)
VALUES (%s, %s, %s, (SELECT price FROM shop_pricespan
                     WHERE variant_id = %s AND starts_at <= %s AND ends_at > %s), %s)
ON CONFLICT (cart_id, variant_id)
DO UPDATE SET quantity = least(shop_cartline.quantity + excluded.quantity, %s)
"""
# Asked with every add: written out, since putting it together would cost more than asking it.
BUYABLE = f"""
SELECT EXISTS (
  SELECT FROM shop_variant v
  JOIN shop_product p ON p.id = v.product_id JOIN shop_merchant m ON m.id = p.merchant_id
  WHERE v.id = %(variant)s AND {buyable_sql("v", "p", "m")})
"""  # noqa: S608 (constants only)


def add(cart: Cart, variant_id: int, quantity: int, *, at: datetime) -> None:
    """Put units of a variant into the cart, on top of those that are there.

    Raises:
        NotPossible: the quantity is not one that can be bought.
    """
    check_quantity(quantity)
    row = (at, cart.pk, cart.pk, variant_id, quantity, variant_id, at, at, at, MOST_OF_ONE)
    with connection.cursor() as cursor:
        cursor.execute(ADD, row)


def set_quantity(cart: Cart, variant_id: int, quantity: int) -> None:
    """Set how many units of a variant the cart holds; zero removes the line."""
    line = CartLine.objects.filter(cart=cart, variant_id=variant_id)
    if quantity == 0:
        line.delete()
        return
    check_quantity(quantity)
    line.update(quantity=quantity)


def is_buyable(variant_id: int, *, at: datetime) -> bool:
    """Tell whether a variant may be put into a cart; of an experience only a session to come."""
    with connection.cursor() as cursor:
        cursor.execute(BUYABLE, {"variant": variant_id, "at": at})
        return cursor.fetchone()[0]


def buyable_seats(pool_id: int, *, at: datetime) -> list[Variant]:
    """Return the kinds of tickets of a session that may be put into a cart, in their order."""
    return list(
        Variant.objects.buyable(at=at)
        .filter(pool=pool_id, session_start__isnull=False)
        .select_related("product")
        .order_by("position", "pk")
    )


def use_voucher(cart: Cart, code: str, *, shopper: Shopper, at: datetime) -> None:
    """Pick a voucher for the cart by its code.

    Raises:
        VoucherRefused: there is none, or it cannot be used now; the text says why.
        NeedsAccount: only a shopper with a verified address can use it.
    """
    pick = find_voucher(code, at=at, user=shopper.user)
    limited = Promotion.objects.filter(pk=pick.promotion_id, per_shopper__isnull=False)
    if shopper.limit_id is None and limited.exists():
        raise NeedsAccount(_("Sign in with a confirmed email address to use this voucher."))
    CartVoucher.objects.update_or_create(
        cart=cart,
        promotion_id=pick.promotion_id,
        defaults={"claim_id": pick.claim_id, "is_off": False},
    )


def use_claim(cart: Cart, claim: Claim) -> None:
    """Pick a voucher that the shopper has claimed."""
    CartVoucher.objects.update_or_create(
        cart=cart, promotion_id=claim.promotion_id, defaults={"claim": claim, "is_off": False}
    )


def drop_voucher(cart: Cart, promotion_id: int) -> None:
    """Take a voucher out of the cart; one that was claimed does not come back by itself."""
    if Claim.objects.filter(promotion=promotion_id, shopper__cart=cart).exists():
        CartVoucher.objects.update_or_create(
            cart=cart, promotion_id=promotion_id, defaults={"claim": None, "is_off": True}
        )
    else:
        CartVoucher.objects.filter(cart=cart, promotion_id=promotion_id).delete()


def send_to(cart: Cart, country: str) -> None:
    """Set where the parcels go; the services chosen for another country are forgotten."""
    Cart.objects.filter(pk=cart.pk).exclude(country=country).update(country=country, services={})


def set_contact(cart: Cart, contact: Contact) -> None:
    """Note who gets the parcels and where. The contact's country is where they go."""
    contact.save(force_insert=True)
    changes = {"contact": contact, "country": contact.country}
    if contact.country != cart.country:
        changes["services"] = {}
    Cart.objects.filter(pk=cart.pk).update(**changes)


def choose_services(shopper: Shopper, services: dict[int, str]) -> None:
    """Note how each merchant's parcel should travel, by merchant id."""
    chosen = {str(merchant_id): service for merchant_id, service in services.items()}
    carts = Cart.objects.filter(token_hash=shopper.token_hash)
    carts.exclude(services=chosen).update(services=chosen)


def put_back(cart_id: int, quantities: dict[int, int], *, at: datetime) -> None:
    """Put units that were not paid back into the cart, unless their variants are in it again."""
    CartLine.objects.bulk_create(
        (CartLine(cart_id=cart_id, variant_id=variant_id, quantity=quantity, added_at=at)
         for variant_id, quantity in quantities.items()),
        ignore_conflicts=True,
    )  # fmt: skip


def check_quantity(quantity: int) -> None:
    """Refuse a quantity of one variant that nobody can buy.

    Raises:
        NotPossible: it is less than one or more than ``MOST_OF_ONE``.
    """
    if not 1 <= quantity <= MOST_OF_ONE:
        text = _("Enter a quantity from 1 to %(maximum)d") % {"maximum": MOST_OF_ONE}
        raise NotPossible(text)
