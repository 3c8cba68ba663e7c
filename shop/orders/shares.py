"""How much of an order's line or delivery goes back: pure sums, which always end at the whole."""

from __future__ import annotations

from dataclasses import dataclass


def part(total: int, done: int, count: int, of: int) -> int:
    """Return the share of an amount for ``count`` of ``of`` units when ``done`` went back before.

    Rounded down over all units so far, so that any order of partial refunds ends exactly at the
    total: of 165.83 for three, one by one, 55.27, 55.28 and 55.28.
    """
    return total * (done + count) // of - total * done // of


@dataclass(frozen=True, slots=True)
class Share:
    """What of a line's money goes back, or went back before: each party's part of it."""

    quantity: int = 0
    paid: int = 0
    funded: int = 0
    commission: int = 0


def share_of(whole: Share, before: Share, quantity: int, paid: int | None = None) -> Share:
    """Return the share of a line for some units, or for an amount, after what went back before.

    Units that go back take their part of the price, but never more than is left of it; an amount
    without units takes the others' parts along in proportion. What closes the line takes the rest.

    Args:
        paid: what the shopper gets; None: what the units cost.
    """
    left = whole.paid - before.paid
    by_units = part(whole.paid, before.quantity, quantity, whole.quantity)
    back = min(by_units, left) if paid is None else paid
    is_over = before.quantity + quantity == whole.quantity and back == left
    if is_over or (whole.paid and back == left):
        return Share(
            quantity, back, whole.funded - before.funded, whole.commission - before.commission
        )
    by_the_unit = before.paid == part(whole.paid, 0, before.quantity, whole.quantity)
    if back == by_units and by_the_unit:
        done, count, of = before.quantity, quantity, whole.quantity
    else:
        done, count, of = before.paid, back, whole.paid
    return Share(
        quantity,
        back,
        _rest(whole.funded, before.funded, done + count, of),
        _rest(whole.commission, before.commission, done + count, of),
    )


def _rest(total: int, before: int, reached: int, of: int) -> int:
    """Return what is missing to the part of a total that is reached now; never less than nothing.

    Measured from what went back before, so that parts by units and by amounts end at the total.
    """
    return max(0, total * reached // of - before)
