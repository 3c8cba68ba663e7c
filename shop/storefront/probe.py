"""Looks at public pages as a visitor does, soon after a start, and compares their prices.

What the price function says and what the front serves are two things: a cache of somebody else
in between, or a clock that is wrong, would show itself here first.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import translation

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.currencies import in_whole
from shop.core.jobs import delete_some, each
from shop.festivals.models import Deal, Festival, Slot
from shop.festivals.prices.load import timelines
from shop.festivals.pricing.items import public_price
from shop.storefront.models import ProbeResult

log = logging.getLogger(__name__)

Outcome = ProbeResult.Outcome
ORDER = (Outcome.WRONG, Outcome.SILENT, Outcome.RIGHT)
PAGES = 10
LOOKED_FOR = timedelta(minutes=10)  # after a start; later ones are for whoever asks
AGAIN = timedelta(minutes=1)  # so long after a start; then the longer pause
LATER = timedelta(minutes=5)
KEPT_FOR = timedelta(days=90)
PATIENCE = 5  # seconds for one page
IN_ALL = 15  # seconds after which no further page is asked for: other work waits
LARGEST = 2_000_000  # bytes of one page
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
AGENT = "Baobab probe"


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """The answer of a page: its prices in whole units, or the trouble with it."""

    prices: tuple[str, ...] = ()
    trouble: str = ""


def probe_openings(*, at: datetime) -> int:
    """Look at the pages of every start of the last ten minutes, and again at those not right.

    Part of the beat.

    Returns:
        How many pages were wrong.
    """
    results: list[ProbeResult] = []

    def look(opening: tuple[Festival, datetime]) -> None:
        results.extend(_look_at_all(_unseen(*opening, at), *opening, at))

    each("look at the pages of a start", _openings(at), look, at=at, about=_name_of)
    results += look_again(at=at)
    return sum(result.outcome == Outcome.WRONG for result in results)


def probe(festival: Festival, opens_at: datetime, *, at: datetime) -> list[ProbeResult]:
    """Check the pages of up to ten products of a festival, save the results, and log faults."""
    return _look_at_all(_products(festival, opens_at, at), festival, opens_at, at)


def look_again(*, at: datetime, is_asked: bool = False) -> list[ProbeResult]:
    """Look at the pages that are not right until they are; those that wait longest come first.

    Args:
        is_asked: somebody wants to know now, whenever they were looked at last.
    """
    rows = not_right().filter(at__lt=at).select_related("festival", "product").order_by("at", "pk")
    due = [row for row in rows if is_asked or at - row.at >= _pause(row, at)]
    results: list[ProbeResult] = []

    def look(row: ProbeResult) -> None:
        results.append(_look_at(cast("Product", row.product), row.festival, row.opens_at, at))

    each("look at a page again", due[:PAGES], look, at=at, seconds=IN_ALL)
    return _keep(results)


def latest_probe(festival: Festival, *, at: datetime) -> list[ProbeResult]:
    """Return the newest result for each page of a festival's last start, up to an instant.

    What is not right comes first. One statement.
    """
    rows = ProbeResult.objects.filter(festival=festival, at__lte=at)
    last = rows.order_by("-opens_at").values("opens_at")[:1]
    newest = rows.filter(opens_at=last).order_by("address", "-at", "-pk").distinct("address")
    return sorted(newest, key=lambda row: (ORDER.index(row.outcome), row.address))


def not_right() -> QuerySet[ProbeResult]:
    """Return the newest look at each page that was not right, as long as it is in the shop.

    Whatever start it was looked at for: the next one asks the same page.
    """
    newer = ProbeResult.objects.filter(address=OuterRef("address")).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    )
    rows = ProbeResult.objects.exclude(outcome=Outcome.RIGHT)
    return rows.filter(~Exists(newer), product__listing__isnull=False)


def wrong_pages() -> QuerySet[ProbeResult]:
    """Return the pages that were wrong when they were looked at last."""
    return not_right().filter(outcome=Outcome.WRONG)


def forget_looks(*, at: datetime) -> int:
    """Delete the results of three months ago and before; return how many rows."""
    return delete_some(ProbeResult.objects.filter(at__lt=at - KEPT_FOR).order_by("at"))


def _look_at_all(
    products: Sequence[Product], festival: Festival, opens_at: datetime, at: datetime
) -> list[ProbeResult]:
    results: list[ProbeResult] = []

    def look(product: Product) -> None:
        results.append(_look_at(product, festival, opens_at, at))

    each("look at a page", products, look, at=at, seconds=IN_ALL)
    return _keep(results)


def _keep(results: list[ProbeResult]) -> list[ProbeResult]:
    """Save the results, and log wrong prices and silent pages."""
    ProbeResult.objects.bulk_create(results)
    for result in results:
        if result.outcome == Outcome.WRONG:
            facts = (result.address, result.found, result.expected)
            log.error("a page shows a wrong price: %s says %s instead of %s", *facts)
        elif result.outcome == Outcome.SILENT:
            log.warning("a page could not be looked at: %s, %s", result.address, result.found)
    return results


def _unseen(festival: Festival, opens_at: datetime, at: datetime) -> list[Product]:
    """Return those that were not looked at for a start: a slow page may have taken all the time."""
    rows = ProbeResult.objects.filter(festival=festival, opens_at=opens_at)
    seen = set(rows.values_list("product_id", flat=True))
    return [row for row in _products(festival, opens_at, at) if row.pk not in seen]


def _pause(row: ProbeResult, at: datetime) -> timedelta:
    return AGAIN if at - row.opens_at < LOOKED_FOR else LATER


def _name_of(opening: tuple[Festival, datetime]) -> str:
    festival, opens_at = opening
    return f"{festival.slug[:36]}, {opens_at:%Y-%m-%d %H:%M}"


def _openings(at: datetime) -> list[tuple[Festival, datetime]]:
    slots = Slot.objects.filter(
        festival__state=Festival.State.PUBLISHED,
        cancelled_at=None,
        starts_at__gt=at - LOOKED_FOR,
        starts_at__lte=at,
    )
    found = {(slot.festival, slot.starts_at) for slot in slots.select_related("festival")}
    return sorted(found, key=lambda pair: (pair[1], pair[0].pk))


def _products(festival: Festival, opens_at: datetime, at: datetime) -> list[Product]:
    """Return products with a deal that begins at the start, the most bought first."""
    deals = Deal.objects.filter(
        slot__festival=festival,
        state=Deal.State.APPROVED,
        variant__product=OuterRef("pk"),
        slot__starts_at__lte=opens_at,
        effective_to__gt=at,
    )
    rows = Product.objects.filter(Exists(deals), listing__isnull=False)
    return list(rows.order_by("-listing__popularity", "pk")[:PAGES])


def _look_at(product: Product, festival: Festival, opens_at: datetime, at: datetime) -> ProbeResult:
    with translation.override(settings.LANGUAGE_CODE):
        address = reverse("product", args=[product.slug])
    before = clock.now()
    answer = _ask(address)
    # Prices may turn over while a page is on its way: it is right by one of the two moments.
    expected = [_expected(product, moment) for moment in (before, clock.now())]
    return ProbeResult(
        festival=festival,
        opens_at=opens_at,
        at=at,
        address=address,
        product=product,
        expected=", ".join(expected[0])[:400],
        found=(answer.trouble or ", ".join(answer.prices) or "no price")[:400],
        outcome=_judged(answer, expected, product),
    )


def _judged(answer: PageAnswer, expected: Sequence[tuple[str, ...]], product: Product) -> str:
    if answer.trouble:
        return Outcome.SILENT
    is_right = any(_agree(answer, prices, product) for prices in expected)
    return Outcome.RIGHT if is_right else Outcome.WRONG


def _expected(product: Product, at: datetime) -> tuple[str, ...]:
    """Return the prices of the variants by the price function, the lowest first."""
    variants = timelines([product.pk]).get(product.pk, {}).values()
    prices = [price.price for terms in variants if (price := public_price(terms, at))]
    return tuple(str(in_whole(price, settings.SHOP_CURRENCY)) for price in sorted(prices))


def _agree(answer: PageAnswer, expected: Sequence[str], product: Product) -> bool:
    if not answer.prices:
        return False
    if product.kind == Product.Kind.EXPERIENCE:  # its page names the prices of one date
        return set(answer.prices) <= set(expected)
    return answer.prices == tuple(expected)


def _ask(address: str) -> PageAnswer:
    """Ask our own front for a page; where it leads elsewhere nobody follows."""
    front, public = urlsplit(settings.PROBE_URL or settings.SITE_URL), urlsplit(settings.SITE_URL)
    kind = HTTPSConnection if front.scheme == "https" else HTTPConnection
    headers = {"Host": public.netloc, "User-Agent": AGENT, "X-Forwarded-Proto": public.scheme}
    connection = kind(front.hostname or "", front.port, timeout=PATIENCE)
    try:
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        body = _read_in_time(answer)
    except (OSError, HTTPException) as error:
        return PageAnswer(trouble=f"no answer: {type(error).__name__}")
    finally:
        connection.close()
    if answer.status != 200:
        return PageAnswer(trouble=f"answered {answer.status}")
    if len(body) > LARGEST:
        return PageAnswer(trouble="too large")
    return _read(body.decode("utf-8", "replace"))


def _read_in_time(answer: HTTPResponse) -> bytes:
    """Read a page that comes whole within the patience; a drop now and then is no answer.

    Raises:
        TimeoutError: it takes longer in all.
    """
    body, ends = b"", time.monotonic() + PATIENCE
    while len(body) <= LARGEST and (part := answer.read1(LARGEST)):
        body += part
        if time.monotonic() > ends:
            raise TimeoutError
    return body


def _read(page: str) -> PageAnswer:
    """Return the prices that a page tells machines."""
    try:
        found = [json.loads(text) for text in DATA.findall(page)]
        offers = [offer for data in found for offer in data.get("offers", ())]
        prices = sorted((str(offer["price"]) for offer in offers), key=float)
    except (ValueError, TypeError, KeyError, AttributeError):
        return PageAnswer(trouble="cannot be read")
    return PageAnswer(prices=tuple(prices))
