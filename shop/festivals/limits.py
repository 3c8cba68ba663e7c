"""The limits that keep openings fair: organizers set them, the settings give the defaults.

Pages read them with the version, in its one statement a second, so that no request asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.conf import settings
from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.models import Fairness
from shop.festivals.prices import spans
from shop.people.accounts.models import User


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits in force: on the units and time of unpaid orders, and on the queue.

    ``guest_units`` are held by one unpaid order of a guest at the most, ``guest_share`` is the
    part of a pool's free units, in percent, that the guests of one network hold together;
    ``account_units`` and ``account_share`` are the same for accounts with a verified address, and
    ``network_units`` is what either of them hold together in all from one network.
    ``queue_at_once`` are requests of the checkout in work at once in a process, 0 for no queue;
    ``queue_length`` is how many people may wait.
    """

    open_orders_per_email: int
    guest_units: int
    guest_share: int
    account_units: int
    account_share: int
    network_units: int
    hold_minutes: int
    least_hold_minutes: int
    flash_hold_minutes: int
    queue_at_once: int
    queue_length: int


NAMES = tuple(field.name for field in fields(Limits))
BOUNDS: dict[str, tuple[int, int]] = {
    "open_orders_per_email": (1, 20),
    "guest_units": (1, 1_000),
    "guest_share": (1, 100),
    "account_units": (1, 10_000),
    "account_share": (1, 100),
    "network_units": (20, 100_000),
    "hold_minutes": (5, 60),
    "least_hold_minutes": (2, 60),
    "flash_hold_minutes": (5, 60),
    "queue_at_once": (0, 200),
    "queue_length": (10, 20_000),
}
"""The least and the most that can be set: what lies beyond is a slip of the finger."""


def usual() -> Limits:
    """Return the limits of the settings, which hold where organizers set nothing."""
    return Limits(
        open_orders_per_email=settings.MOST_OPEN_ORDERS,
        guest_units=settings.GUEST_UNITS,
        guest_share=settings.GUEST_SHARE,
        account_units=settings.ACCOUNT_UNITS,
        account_share=settings.ACCOUNT_SHARE,
        network_units=settings.NETWORK_UNITS,
        hold_minutes=settings.HOLD_MINUTES,
        least_hold_minutes=settings.LEAST_HOLD_MINUTES,
        flash_hold_minutes=settings.FLASH_HOLD_MINUTES,
        queue_at_once=settings.QUEUE_AT_ONCE,
        queue_length=settings.QUEUE_LENGTH,
    )


def limits_of(row: Mapping[str, int | None] | None) -> Limits:
    """Return the limits in force, given the row that organizers set, if there is one."""
    found, row = usual(), row or {}
    if not any(row.get(name) is not None for name in NAMES):
        return found
    own = {name: row.get(name) for name in NAMES}
    return Limits(**{k: getattr(found, k) if v is None else v for k, v in own.items()})


def chosen() -> dict[str, int | None]:
    """Return the limits set by organizers, None where the settings hold. One statement."""
    row = Fairness.objects.values(*NAMES).first()
    return row or dict.fromkeys(NAMES)


@transaction.atomic
def change_limits(wanted: Mapping[str, int | None], *, at: datetime, by: User | None) -> bool:
    """Set the limits; they count within a second. Return whether anything is different now.

    Args:
        wanted: a number for each name, or None to follow the settings.

    Raises:
        NotPossible: a number lies out of bounds.
    """
    for name, (least, most) in BOUNDS.items():
        if (number := wanted[name]) is not None and not least <= number <= most:
            raise NotPossible(f"{name}: {least} to {most}.")
    Fairness.objects.get_or_create(pk=1)
    row = lock_one(Fairness.objects, 1, fully=True)
    before = {name: getattr(row, name) for name in NAMES}
    different = [name for name in NAMES if before[name] != wanted[name]]
    if not different:
        return False
    for name in different:
        setattr(row, name, wanted[name])
    row.save(update_fields=different)
    spans.mark_change("fairness", at=at)
    log(row, "change", at=at, by=by, festival=None,
        before={name: before[name] for name in different},
        after={name: wanted[name] for name in different})  # fmt: skip
    return True
