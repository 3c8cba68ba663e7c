"""Limits how many wrong voucher codes somebody can try.

A try is noted before the code is looked up and struck out when it was a real one, so that many
requests at once get no more tries than one after the other. Guests of one network share a larger
number, since whoever guesses has any number of carts; it ends as soon as the oldest of their
tries is old, and an account with a confirmed address is counted by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from shop.core.errors import NeedsAccount, TooManyTries, VoucherRefused, WrongCode
from shop.core.jobs import delete_some
from shop.core.locks import one_after_another
from shop.core.networks import keyed_hash
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart, VoucherTry

WITHIN = timedelta(minutes=10)


@contextmanager
def one_try(cart: Cart, shopper: Shopper, *, at: datetime) -> Iterator[None]:
    """Note a try to look up a code in the block; it stays noted if the code is wrong.

    Raises:
        TooManyTries: no code is looked at for a while; the text says for how long.
    """
    noted = _note(cart, shopper, at=at)
    try:
        yield
    except WrongCode:
        raise
    except (VoucherRefused, NeedsAccount):
        noted.delete()
        raise
    noted.delete()


def forget_tries(*, at: datetime) -> int:
    """Delete tries that count no longer."""
    return delete_some(VoucherTry.objects.filter(at__lte=at - WITHIN).order_by("at"))


@transaction.atomic
def _note(cart: Cart, shopper: Shopper, *, at: datetime) -> VoucherTry:
    own = f"m{shopper.limit_id}" if shopper.limit_id else cart.shopper_key
    network = "" if shopper.limit_id else shopper.network_key
    one_after_another(keyed_hash(own), *filter(None, [network]))
    recent = VoucherTry.objects.filter(at__gt=at - WITHIN)
    _refuse(recent.filter(shopper_key=own), settings.VOUCHER_TRIES, at=at)
    if network:
        most = settings.VOUCHER_TRIES_OF_NETWORK
        _refuse(recent.filter(network_key=network), most, at=at, is_network=True)
    return VoucherTry.objects.create(shopper_key=own, network_key=network, at=at)


def _refuse(
    rows: QuerySet[VoucherTry], most: int, *, at: datetime, is_network: bool = False
) -> None:
    newest = rows.order_by("-at").values_list("at", flat=True)[:most]
    if len(newest) < most:
        return
    left = min(newest) + WITHIN - at
    raise TooManyTries(max(1, math.ceil(left.total_seconds() / 60)), is_network=is_network)
