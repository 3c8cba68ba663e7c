"""Amounts, counts and days as the reader's language writes them."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shop.core import dates
from shop.core.currencies import written
from shop.festivals.local_time import last_day
from shop.festivals.models import Promotion


def amount(minor: int, currency: str = "") -> str:
    """Return an amount of minor units, of the shop's currency unless another is given."""
    return written(minor, currency or settings.SHOP_CURRENCY, language())


def less(minor: int, currency: str = "") -> str:
    """Return an amount that is taken off, with its minus sign."""
    return f"−{amount(minor, currency)}"


def items(count: int) -> str:
    """Return "6 items"."""
    return ngettext("%(count)d item", "%(count)d items", count) % {"count": count}


def stores(count: int) -> str:
    """Return "3 stores"."""
    return ngettext("%(count)d store", "%(count)d stores", count) % {"count": count}


def parcels(count: int) -> str:
    """Return "3 parcels"."""
    return ngettext("%(count)d parcel", "%(count)d parcels", count) % {"count": count}


def day(of: date) -> str:
    """Return "3 December"."""
    return dates.day(of, language())


def day_at(of: datetime) -> str:
    """Return the day of an instant by the shop's clock, which tells all of an order."""
    return dates.day_in(of, settings.SHOP_ZONE, language())


def full_day_at(of: datetime) -> str:
    """Return the day of an instant by the shop's clock, with its year."""
    return dates.day_of_year_in(of, settings.SHOP_ZONE, language())


def starts_on(voucher: Promotion) -> str:
    """Say on which day a voucher starts, where its festival takes place."""
    day = dates.day_in(voucher.use_from, voucher.festival.zone, language())
    return _("This voucher starts on %(date)s.") % {"date": day}


def ended_on(voucher: Promotion) -> str:
    """Say which was the last day of a voucher, where its festival takes place."""
    return _("This voucher ended on %(date)s.") % {"date": _last_day(voucher)}


def valid_until(voucher: Promotion) -> str:
    """Say which is the last day of a voucher, where its festival takes place."""
    return _("Valid until %(date)s") % {"date": _last_day(voucher)}


def full_day(of: date) -> str:
    """Return "3 December 2026"."""
    return dates.day_of_year(of, language())


def clock_time(of: datetime, *, zone: str) -> str:
    """Return "20:31 (East Africa Time)": the server does not know where the reader is."""
    return dates.clock(of, zone, language())


def held_until(pay_by: datetime, *, zone: str) -> str:
    """Say until when an order that is not paid keeps its price; there is no other deadline."""
    text = _("Your price is held until %(time)s, even after the festival ends.")
    return text % {"time": clock_time(pay_by, zone=zone)}


def arrives(first: date, last: date) -> str:
    """Return "Arrives 3 to 9 December"."""
    return _("Arrives %(from)s to %(to)s") % between(first, last)


def between(first: date, last: date) -> dict[str, str]:
    """Return two days for a sentence with ``from`` and ``to``; a common month is said once."""
    start, end = dates.from_to(first, last, language())
    return {"from": start, "to": end}


def language() -> str:
    """Return the code of the page's language."""
    return get_language() or settings.LANGUAGE_CODE


def _last_day(voucher: Promotion) -> str:
    return day(last_day(voucher.use_to, voucher.festival.zone))
