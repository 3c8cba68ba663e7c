"""Which carrier a store means by what it types, where its number leads, and what is suggested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from shop.catalogue.delivery.models import Carrier
from shop.core.errors import NotPossible

S10 = re.compile(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}")
"""What posts of all countries write: a service, eight digits, a check digit, a country."""
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class WrongNumber(NotPossible):
    """A tracking number has a typing error in it."""


def has_wrong_digit(number: str) -> bool:
    """Return whether a number has the form of the posts' S10, and a check digit that differs."""
    found = S10.fullmatch(number)
    if not found:
        return False
    rest = (
        11 - sum(int(digit) * weight for digit, weight in zip(found[1], WEIGHTS, strict=True)) % 11
    )
    return int(found[2]) != {10: 0, 11: 5}.get(rest, rest)


def carried_by(typed: str, number: str, *, country: str) -> dict[str, Any]:
    """Return what a parcel keeps of its carrier and number: the names of its fields and values.

    A carrier that is known is kept by its own name and code, any other as it was typed. One whose
    own page is not known is followed by the page that follows all of them.

    Args:
        country: of the store, which decides what a name means that several have.

    Raises:
        WrongNumber: the carrier is a post, and the number's check digit differs.
    """
    rows = list(Carrier.objects.all())
    known = meant(rows, typed, country)
    if known and known.kind == Carrier.Kind.POST:
        _refuse_wrong_digit(number)
    url = ""
    if known and number:
        pattern = known.tracking_url or _for_all(rows)
        url = pattern.replace("{number}", quote(number, safe=""))
    return {
        "carrier": known.name if known else typed,
        "carrier_code": known.code if known else "",
        "tracking_number": number,
        "tracking_url": url,
    }


def refuse_typing_error(typed: str, number: str, *, country: str) -> None:
    """Refuse a number in the form of the posts whose check digit differs. One statement.

    A carrier that is known and no post may have numbers of its own in that form.

    Raises:
        WrongNumber: the check digit differs.
    """
    known = meant(Carrier.objects.all(), typed, country)
    if known is None or known.kind == Carrier.Kind.POST:
        _refuse_wrong_digit("".join(number.split()).upper())


def _refuse_wrong_digit(number: str) -> None:
    if has_wrong_digit(number):
        said = _("%(number)s has a typing error: its check digit does not fit. Compare it with the "
                 "receipt.")  # fmt: skip
        raise WrongNumber(said % {"number": number})


def meant(carriers: Iterable[Carrier], typed: str, country: str) -> Carrier | None:
    """Return the carrier that a store means, or None: by a name, or a beginning one alone has.

    Of several that people call the same, the one at home in the store's country is meant; else
    the one whose own name or code it is; else none.
    """
    said = typed.casefold()
    rows = list(carriers)
    found = [row for row in rows if said in row.called]
    if not found:
        return _only(row for row in rows if row.name.casefold().startswith(f"{said} "))
    at_home = [row for row in found if country and row.home == country]
    return _only(at_home) or _only(found) or _only(row for row in found if said in row.own_names)


def suggested(country: str) -> list[str]:
    """Return names to suggest to a store: carriers of its country, those that serve it, the rest.

    The rest are those that serve the whole world. One statement.
    """
    ranked = [
        (rank, row.name)
        for row in Carrier.objects.exclude(kind=Carrier.FOR_ALL)
        if (rank := _rank(row, country)) is not None
    ]
    return [name for _rank_of, name in sorted(ranked)]


def _rank(row: Carrier, country: str) -> int | None:
    serves = row.serves.split()
    if row.home == country:
        return 0
    if country in serves:
        return 1
    return 2 if Carrier.WORLD in serves else None


def _only(rows: Iterable[Carrier]) -> Carrier | None:
    found = list(rows)
    return found[0] if len(found) == 1 else None


def _for_all(rows: Iterable[Carrier]) -> str:
    return next((row.tracking_url for row in rows if row.kind == Carrier.FOR_ALL), "")
