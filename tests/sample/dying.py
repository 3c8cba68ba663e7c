"""A load that is killed on its way: ``python -m tests.sample.dying POINT MEDIA_ROOT``.

It replaces one function in itself by its own end, so that the loader needs no hook for it. The
database, the clock and the sandbox come by environment.
"""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import os
import signal
import sys
from itertools import count
from typing import Any, NoReturn

import django

django.setup()

from django.conf import settings

from sample import ordering
from shop.festivals.nominations import approve as nominations_approve
from shop.people.merchants.models import Merchant
from tests.sample.loaded import load_six

approve, press_pay, ship = nominations_approve.approve_together, ordering.press_pay, ordering.ship
calls = count(1)


def die() -> NoReturn:
    """End without a word to anybody, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def die_among_the_last_deals(*args: Any, **facts: Any) -> Any:
    """Approve, until the sixth store is being written."""
    if Merchant.objects.count() == 6:
        die()
    return approve(*args, **facts)


def die_when_the_second_order_is_paid(address: str) -> None:
    """Pay, and do not live to hear of it."""
    press_pay(address)
    if next(calls) == 2:
        die()


def die_before_the_second_parcel(*args: Any, **facts: Any) -> Any:
    """Send one parcel."""
    if next(calls) == 2:
        die()
    return ship(*args, **facts)


POINTS = {
    "among the deals": (
        nominations_approve,
        "approve_together",
        die_among_the_last_deals,
    ),
    "paid": (ordering, "press_pay", die_when_the_second_order_is_paid),
    "among the parcels": (ordering, "ship", die_before_the_second_parcel),
}


if __name__ == "__main__":
    settings.DEMO, settings.MEDIA_ROOT = True, sys.argv[2]
    owner, name, end = POINTS[sys.argv[1]]
    setattr(owner, name, end)
    load_six()
