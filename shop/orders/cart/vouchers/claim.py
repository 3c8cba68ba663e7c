"""Vouchers that a signed-in shopper may claim, or has claimed and not used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from shop.core.errors import NeedsAccount, VoucherRefused
from shop.festivals.models import Claim, Promotion
from shop.festivals.promotions.text import named
from shop.festivals.promotions.vouchers import claim_voucher
from shop.orders.cart import change
from shop.orders.cart.current import Shopper, has_verified_email
from shop.orders.cart.formats import language, valid_until
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import PricedCart
from shop.orders.cart.vouchers import explain
from shop.orders.cart.vouchers.wallet import to_claim
from shop.people.accounts.models import User


@dataclass(frozen=True, slots=True)
class Claimable:
    """A voucher within reach; ``is_mine`` once it was claimed."""

    promotion_id: int
    title: str
    until: str
    is_mine: bool


def claimable(priced: PricedCart, shopper: Shopper, *, at: datetime) -> list[Claimable]:
    """Return the vouchers that the shopper may claim or use, and that are not in the cart.

    One statement, and none for guests.
    """
    if shopper.limit_id is None:
        return []
    claims = Claim.objects.filter(promotion=OuterRef("pk"))
    mine = claims.filter(shopper=shopper.user, state=Claim.State.AVAILABLE)
    had = claims.filter(Q(shopper=shopper.user) | Q(mailbox=shopper.limit_id))
    is_open = Q(pk__in=to_claim(at=at))
    rows = (
        Promotion.objects.offered()
        .usable(at=at)
        .filter(trigger=Promotion.Trigger.CLAIM)
        .exclude(pk__in=explain.in_cart(priced))
        .annotate(is_mine=Exists(mine), had=Exists(had))
        .filter(Q(is_mine=True) | (Q(had=False) & is_open))
        .select_related("festival")
        .order_by("use_to", "pk")
    )
    return [
        Claimable(row.pk, named(row, language()), valid_until(row), row.is_mine) for row in rows
    ]


def claim_for_later(promotion: Promotion, user: User, *, at: datetime) -> None:
    """Claim a voucher for a shopper who cannot use it yet.

    Raises:
        NeedsAccount: claims belong to accounts with a verified address.
        VoucherRefused: it cannot be claimed now, or all are taken.
    """
    if not has_verified_email(user):
        raise NeedsAccount(_("Vouchers and limited deals need a confirmed email address."))
    claim_voucher(promotion, user, at=at)


def claim_for_cart(cart: Cart, promotion: Promotion, shopper: Shopper, *, at: datetime) -> None:
    """Claim a voucher for the shopper, unless that was done, and pick it for the cart.

    Raises:
        NeedsAccount: claims belong to accounts with a verified address.
        VoucherRefused: it cannot be claimed now, is used, or all are taken.
    """
    if shopper.limit_id is None:
        raise NeedsAccount(_("Vouchers and limited deals need a confirmed email address."))
    claim = claim_voucher(promotion, cast("User", shopper.user), at=at)
    if claim.state == Claim.State.USED:
        raise VoucherRefused(_("You have already used this voucher."))
    change.use_claim(cart, claim)
