"""Asks back where a typed price is far from the usual: somebody thought in another currency.

A price is far at ten times or a tenth of the median of its siblings, or else of the category. It
is a person's question and no rule of the data: whoever says that the price is right is believed.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.models import Category, Product
from shop.core.currencies import written
from shop.core.languages import in_language
from shop.festivals.models import RegularPrice
from shop.festivals.models.prices import in_force_sql

TIMES = 10
ENOUGH = 5  # products of a category that say together what is usual
LATELY = 200  # the newest prices of tickets that say what a kind usually costs
VOICES = 2  # other prices typed beside one, from which on they say it

# Of categories, and of those above them, the ones with enough products on sale.
STATEMENT = f"""
SELECT a.path, percentile_disc(0.5) WITHIN GROUP (ORDER BY s.price)
FROM unnest(%(paths)s::text[]) AS a(path)
JOIN shop_category c ON c.path = a.path OR starts_with(c.path, a.path || '/')
JOIN shop_product p ON p.category_id = c.id AND p.state = 'published' AND p.kind = %(kind)s
JOIN shop_productspan s ON s.product_id = p.id AND {in_force_sql("s")}
WHERE p.id IS DISTINCT FROM %(product)s
GROUP BY a.path HAVING count(*) >= %(enough)s
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
    return {key: question(typed[key], known) for key, known in far_from(typed, usual).items()}


def far_from[Key: Hashable](typed: Mapping[Key, int], usual: Usual | None) -> dict[Key, Usual]:
    """Return, for each typed price that is far from a usual one, which that is.

    Prices that are typed together say of each other what is usual, too.
    """
    found = {}
    for key, amount in typed.items():
        others = [other for name, other in typed.items() if name != key]
        beside = usual_of(others) if len(others) >= VOICES else None
        for known in filter(None, (usual, beside)):
            if is_odd(amount, known.amount):
                found[key] = known
                break
    return found


def usual_of(amounts: Sequence[int]) -> Usual | None:
    """Return the usual price of the choices of a product by what some of them cost."""
    return Usual(median_low(amounts), _("the other choices of this product")) if amounts else None


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
    return usual_of(list(rows.exclude(variant__in=anew).amounts().values()))


def category_of(
    category: Category, *, kind: str, product: Product | None, at: datetime
) -> Usual | None:
    """Return the usual price in a category, or in one above it. Two statements at the most."""
    return usual_in([category], kind=kind, product=product, at=at).get(category.path)


def usual_in(
    categories: Collection[Category],
    *,
    kind: str = Product.Kind.GOODS,
    product: Product | None = None,
    at: datetime,
) -> dict[str, Usual]:
    """Return the usual price in each category, or in the nearest one above it, by path.

    Two statements at the most.

    Args:
        product: whose own price says nothing.
    """
    above = {row.path: _with_those_above(row.path) for row in categories}
    paths = sorted({path for chain in above.values() for path in chain})
    facts: dict[str, Any] = {"paths": paths, "kind": kind, "at": at, "enough": ENOUGH,
             "product": product.pk if product else None}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, facts)
        amounts = dict(cursor.fetchall())
    nearest = {path: next((one for one in chain if one in amounts), None)
               for path, chain in above.items()}  # fmt: skip
    rows = {row.path: row for row in categories}
    if others := {path for path in nearest.values() if path and path not in rows}:
        rows |= {row.path: row for row in Category.objects.filter(path__in=others)}
    return {
        path: Usual(amounts[one], _("products in %(category)s") % {"category": _named(rows[one])})
        for path, one in nearest.items() if one
    }  # fmt: skip


def _with_those_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:deep]) for deep in range(len(parts), 0, -1)]


def _named(category: Category) -> str:
    return in_language(category.names, _language()) or category.name


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


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _written(amount: int) -> str:
    return written(amount, settings.SHOP_CURRENCY, _language())
