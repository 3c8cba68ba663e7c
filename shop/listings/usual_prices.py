"""Asks back where a typed price is far from the usual: somebody thought in another currency.

A price is far at ten times or a tenth of the median of its siblings, or else of the category. It
is a person's question and no rule of the data: whoever says that the price is right is believed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.models import Category, Product
from shop.currencies import written
from shop.festivals.models import RegularPrice
from shop.festivals.models.prices import in_force_sql
from shop.languages import in_language

TIMES = 10
ENOUGH = 5  # products of a category that say together what is usual
LATELY = 200  # the newest prices of tickets that say what a kind usually costs
VOICES = 2  # other prices typed beside one, from which on they say it

# Of a category and those above it the nearest one with enough products on sale.
STATEMENT = f"""
SELECT a.path, percentile_disc(0.5) WITHIN GROUP (ORDER BY s.price)
FROM unnest(%(paths)s::text[]) AS a(path)
JOIN shop_category c ON c.path = a.path OR starts_with(c.path, a.path || '/')
JOIN shop_product p ON p.category_id = c.id AND p.state = 'published' AND p.kind = %(kind)s
JOIN shop_productspan s ON s.product_id = p.id AND {in_force_sql("s")}
WHERE p.id IS DISTINCT FROM %(product)s
GROUP BY a.path HAVING count(*) >= %(enough)s ORDER BY length(a.path) DESC LIMIT 1
"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class Usual:
    """A usual price in minor units, and the things that have it, in words."""

    amount: int
    of: str


def is_odd(amount: int, usual: int) -> bool:
    """Tell whether a price is so far from the usual one that it is asked back."""
    return amount >= TIMES * usual or amount * TIMES <= usual


def odd_prices[Key: Hashable](
    typed: Mapping[Key, int],
    *,
    category: Category,
    product: Product | None = None,
    anew: Collection[Key] = (),
    kind: str = Product.Kind.GOODS,
    at: datetime,
) -> dict[Key, str]:
    """Return the question for each typed price that is far from the usual one.

    Two statements at the most, none where nothing is typed.

    Args:
        product: whose prices they are, if it is stored.
        anew: ids of variants that get a new price: what they cost so far says nothing.
    """
    if not typed:
        return {}
    usual = siblings_of(product, anew=anew, at=at) if product and product.pk else None
    usual = usual or category_of(category, kind=kind, product=product, at=at)
    found = {}
    for key, amount in typed.items():
        others = [other for name, other in typed.items() if name != key]
        beside = Usual(median_low(others), _siblings()) if len(others) >= VOICES else None
        for known in filter(None, (usual, beside)):
            if is_odd(amount, known.amount):
                found[key] = question(amount, known)
                break
    return found


def odd_tickets(typed: Mapping[str, int], product: Product, *, at: datetime) -> dict[str, str]:
    """Return the question for each kind of ticket whose price is far from the usual one.

    A child's ticket is compared with those of children before, and not with an adult's. Three
    statements at the most.
    """
    earlier = _earlier_tickets(product, at=at)
    known = {label: amount for label, amount in typed.items() if label in earlier}
    found = {
        label: question(amount, Usual(earlier[label], _("earlier tickets of this kind")))
        for label, amount in known.items()
        if is_odd(amount, earlier[label])
    }
    fresh = {label: amount for label, amount in typed.items() if label not in earlier}
    usual = fresh and category_of(product.category, kind=product.kind, product=product, at=at)
    if usual:
        found |= {
            label: question(amount, usual)
            for label, amount in fresh.items()
            if is_odd(amount, usual.amount)
        }
    return found


def _earlier_tickets(product: Product, *, at: datetime) -> dict[str, int]:
    rows = RegularPrice.objects.begun(at=at).filter(
        variant__product=product, variant__listed_at__isnull=False
    )
    prices: dict[str, list[int]] = {}
    for options, amount in rows.values_list("variant__options", "amount")[:LATELY]:
        prices.setdefault(", ".join(options), []).append(amount)
    return {label: median_low(amounts) for label, amounts in prices.items()}


def siblings_of(product: Product, *, anew: Collection[Any], at: datetime) -> Usual | None:
    """Return the usual price of the other variants that a product has on sale. One statement."""
    rows = RegularPrice.objects.begun(at=at).filter(
        variant__product=product, variant__is_active=True, variant__listed_at__isnull=False
    )
    prices = list(rows.exclude(variant__in=anew).amounts().values())
    return Usual(median_low(prices), _siblings()) if prices else None


def category_of(
    category: Category, *, kind: str, product: Product | None, at: datetime
) -> Usual | None:
    """Return the usual price in a category, or in one above it. Two statements at the most."""
    parts = category.path.split("/")
    paths = ["/".join(parts[:deep]) for deep in range(1, len(parts) + 1)]
    facts: dict[str, Any] = {"paths": paths, "kind": kind, "at": at, "enough": ENOUGH,
             "product": product.pk if product else None}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, facts)
        row = cursor.fetchone()
    if row is None:
        return None
    path, amount = row
    is_own = path == category.path
    found = category if is_own else Category.objects.filter(path=path).first() or category
    name = in_language(found.names, _language()) or found.name
    return Usual(amount, _("products in %(category)s") % {"category": name})


def question(amount: int, usual: Usual) -> str:
    """Ask whether a price is in the shop's currency."""
    facts = {
        "price": _written(amount),
        "usual": _written(usual.amount),
        "what": usual.of,
        "currency": settings.SHOP_CURRENCY,
        "times": amount // usual.amount,
    }
    if amount > usual.amount:
        text = _(
            "%(price)s is %(times)d times what %(what)s usually cost here, %(usual)s. "
            "Is it in %(currency)s?"
        )
    else:
        text = _(
            "%(price)s is a tenth or less of what %(what)s usually cost here, %(usual)s. "
            "Is it in %(currency)s?"
        )
    return text % facts


def _siblings() -> str:
    return _("the other choices of this product")


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _written(amount: int) -> str:
    return written(amount, settings.SHOP_CURRENCY, _language())
