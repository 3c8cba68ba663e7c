"""The targets of phrases: which kinds there are, and whether each target exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from django.db import connection

from shop.catalogue.models import Category
from shop.storefront.listings.models import Meaning
from shop.storefront.listings.words import every_word
from shop.storefront.search.filters import is_country
from shop.storefront.search.meaning import fact_of
from shop.storefront.search.tsquery import text_of

Kind = Meaning.Kind
MOST = 60  # targets of a phrase: a continent has 54 countries
LONGEST = 80  # letters of one
PRICES = ("max", "min", "near", "range", "low", "high")
# What listings carry as marks, beside their country and category.
MARKS = ("tag", "material", "certificate", "option")
THINGS = ("country", "category", *MARKS)
# By kind of a meaning, what may fit it.
ALLOWED = {
    Kind.PLACE: ("country",),
    Kind.WISH: THINGS,
    Kind.CONDITION: THINGS,
    Kind.PRICE: ("price",),
    Kind.JOINT: (),
}
HELD = """
SELECT n FROM unnest(%s::text[]) WITH ORDINALITY AS asked (query, n)
WHERE EXISTS (SELECT 1 FROM shop_listing l WHERE l.text @@ asked.query::tsquery)
"""


def misfits(kind: str, targets: Collection[str]) -> Iterator[str]:
    """Yield the errors in the form of a phrase's targets, each with its remedy."""
    allowed = ALLOWED[Kind(kind)]
    if not allowed:
        if targets:
            yield "A word that only joins others fits nothing: leave this empty."
        return
    if not targets:
        yield f"Say what fits, a line for each, such as {_example(allowed)}."
    if len(targets) > MOST:
        yield f"{len(targets)} lines are too many: keep the best {MOST}."
    for target in targets:
        name, _colon, value = target.partition(":")
        if name not in allowed:
            yield f"“{target}” does not go with this kind: begin with {_listed(allowed)}."
        elif not every_word(value) or len(target) > LONGEST:
            yield f"“{target[:LONGEST]}” is no target: write it as in {_example((name,))}."


def missing(targets: Iterable[str]) -> dict[str, str]:
    """Return the targets that do not exist, each with its remedy. Two statements at most."""
    wanted = dict.fromkeys(targets)
    found: dict[str, str] = {}
    paths, marks = [], []
    for target in wanted:
        name, _colon, value = target.partition(":")
        if name == "country" and not is_country(value):
            found[target] = f"“{value}” is no country: write its code of two letters, such as KE."
        elif name == "price" and value not in PRICES:
            found[target] = f"“{target}” is no bound: write one of {_bounds()}."
        elif name == "category":
            paths.append(target)
        elif name in MARKS:
            marks.append(target)
    return found | _without_category(paths) | _without_listing(marks)


def _without_category(targets: list[str]) -> dict[str, str]:
    if not targets:
        return {}
    paths = set(Category.objects.values_list("path", flat=True))
    paths |= {path.partition("/")[0] for path in paths}
    return {
        target: f"There is no category “{path}”: see Categories for how they are called."
        for target in targets
        if (path := target.partition(":")[2].removesuffix("/*")) not in paths
    }


def _without_listing(targets: list[str]) -> dict[str, str]:
    """Return the targets whose mark no product on sale carries: nobody would notice an error."""
    if not targets:
        return {}
    queries = [text_of(fact_of(target)) for target in targets]
    with connection.cursor() as cursor:
        cursor.execute(HELD, [queries])
        held = {targets[n - 1] for (n,) in cursor.fetchall()}
    return {
        target: f"No product on sale has “{target}”: write it as products have it."
        for target in targets
        if target not in held
    }


def _example(names: Collection[str]) -> str:
    examples = {
        "country": "country:KE", "category": "category:home/baskets", "tag": "tag:gift",
        "material": "material:raffia", "certificate": "certificate:Fair Trade",
        "option": "option:Size=L", "price": "price:max",
    }  # fmt: skip
    return _listed([examples[name] for name in names])


def _bounds() -> str:
    return _listed([f"price:{name}" for name in PRICES])


def _listed(words: Collection[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
