"""Up to which moment a store is settled, and when it is next."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from shop.people.merchants.models import Merchant

WEEK = timedelta(days=7)


def last_cut_off(merchant: Merchant, *, at: datetime) -> datetime:
    """Return the latest cut-off: Monday, or the 1st, at 0:00 UTC."""
    today = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    if merchant.settle_every == Merchant.SettleEvery.MONTH:
        return today.replace(day=1)
    return today - timedelta(days=today.weekday())


def next_cut_off(merchant: Merchant, *, at: datetime) -> datetime:
    """Return the next one."""
    last = last_cut_off(merchant, at=at)
    if merchant.settle_every == Merchant.SettleEvery.MONTH:
        return (last + timedelta(days=32)).replace(day=1)
    return last + WEEK
