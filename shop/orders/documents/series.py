"""Numbers without gaps: taken from a locked counter in the transaction that writes the paper."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shop.core.locks import lock_one
from shop.orders.documents.models import Document, Series
from shop.people.merchants.sellers import Seller

MARKS = {
    Document.Kind.INVOICE: "",
    Document.Kind.CREDIT_NOTE: "C-",
    Document.Kind.COMMISSION: "P-",
    Document.Kind.COMMISSION_CREDIT: "PC-",
}
"""What tells the numbers of kinds apart."""


def lock_series(seller: Seller, kind: str, *, at: datetime) -> Series:
    """Return a seller's counter for papers of a kind, locked until the transaction ends.

    Its year is that of the place where the seller sits.
    """
    year = at.astimezone(ZoneInfo(seller.zone)).year
    rows = Series.objects.filter(merchant=seller.merchant, kind=kind, year=year)
    known = rows.first()
    if known is None:
        new = Series(merchant=seller.merchant, kind=kind, year=year, prefix=seller.prefix)
        Series.objects.bulk_create([new], ignore_conflicts=True)  # waits for who makes it, too
        known = rows.get()
    return lock_one(Series.objects, known.pk)


def number_of(series: Series, n: int) -> str:
    """Return a number as a paper has it: KAZ-2026-00001, and KAZ-C-2026-00001 for a credit note."""
    return f"{series.prefix}-{MARKS[Document.Kind(series.kind)]}{series.year}-{n:05d}"


def write(
    series: Series, say: Callable[[str], Mapping[str, Any]], *, at: datetime, **about: Any
) -> Document:
    """Write a paper under the next number of a series that the caller holds locked.

    Args:
        say: returns what it says, given its number.
        about: what it is about, as the fields of the row.
    """
    n = series.next
    number = number_of(series, n)
    facts = say(number)
    frozen = canonical(facts)
    made = Document.objects.create(
        series=series, kind=series.kind, merchant=series.merchant, n=n, number=number,
        issued_at=at, total=facts["total"], currency=facts["currency"], frozen=frozen,
        digest=digest_of(frozen), **about,
    )  # fmt: skip
    series.next = n + 1
    series.save(update_fields=["next"])
    return made


def canonical(facts: Mapping[str, Any]) -> str:
    """Return facts as the one text that stands for them."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(frozen: str) -> str:
    """Return the digest of the text of facts."""
    return hashlib.sha256(frozen.encode()).hexdigest()
