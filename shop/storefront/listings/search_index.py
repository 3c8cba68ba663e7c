"""Keeps the index of the search: each listing's words, and the vocabulary of them all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Category, Product, Term, Translation, Variant
from shop.catalogue.translations import term_names
from shop.core.jobs import each, repeat
from shop.storefront.listings.heads import head_mark
from shop.storefront.listings.models import Listing
from shop.storefront.listings.words import document, mark_of, near_misses, tongue_of, without_tongue

BATCH = 500
# Raised when something else is noted in a listing's text: the beat then brings all up to it.
EDITION = 3
VECTORS = """
UPDATE shop_listing AS l SET text = new.text::tsvector, edition = %s
FROM unnest(%s::bigint[], %s::text[]) AS new (id, text) WHERE l.product_id = new.id
"""
# Words of letters, as they are mistyped; in one order, so that two writers do not wait in a circle.
NEW_WORDS = """
WITH held AS (
  SELECT w.lexeme COLLATE "C" AS word, max(coalesce(w.weights && '{A,B}', false)::int) AS titles
  FROM shop_listing l, unnest(l.text) AS w
  WHERE l.product_id = ANY(%s) AND w.lexeme !~ '^([#0-9]|.?$)'
    AND w.lexeme !~ '[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]'
  GROUP BY 1)
SELECT h.word, h.titles, k.word IS NOT NULL
FROM held h LEFT JOIN shop_searchword k ON k.word = h.word
WHERE k.word IS NULL OR (h.titles > 0 AND k.titles = 0)
ORDER BY h.word
"""
# A title has a word now that only texts had. Rows that are being counted are left to the count.
NAMED = """
UPDATE shop_searchword AS k SET titles = 1
FROM (SELECT word FROM shop_searchword WHERE word = ANY(%s) AND titles = 0
      ORDER BY word FOR UPDATE SKIP LOCKED) AS named
WHERE k.word = named.word
"""
ADD_WORDS = """
INSERT INTO shop_searchword (word, listings, titles, near_misses)
SELECT word, 1, titles, ARRAY(SELECT jsonb_array_elements_text(misses))
FROM jsonb_to_recordset(%s::jsonb) AS new (word text, titles int, misses jsonb)
ORDER BY word COLLATE "C" ON CONFLICT (word) DO NOTHING
"""
# How often a word is there tells what is rare and what is mistyped: of a large shop a part says it
# as well. Counting cannot be interrupted, and of a million listings would take minutes.
COUNTED = 20_000  # listings
MOST_GONE = 2_000  # words that a count of a part looks for, whether any listing holds them still
SIZE = "SELECT greatest(0, reltuples) FROM pg_class WHERE oid = 'shop_listing'::regclass"
PART = "SELECT text FROM shop_listing TABLESAMPLE SYSTEM ({percent:.6f}) REPEATABLE ({seed})"
COUNT_WORDS = """
WITH now AS (
  SELECT word COLLATE "C" AS word, round(ndoc / %(share)s)::int AS ndoc FROM ts_stat(%(texts)s)),
strong AS (
  SELECT word COLLATE "C" AS word, round(ndoc / %(share)s)::int AS ndoc
  FROM ts_stat(%(texts)s, 'ab')),
unseen AS (
  SELECT word FROM shop_searchword k WHERE NOT EXISTS (SELECT 1 FROM now WHERE now.word = k.word)),
gone AS (DELETE FROM shop_searchword k USING ({gone}) AS dead WHERE k.word = dead.word)
UPDATE shop_searchword AS k SET listings = now.ndoc, titles = coalesce(strong.ndoc, {unnamed})
FROM now LEFT JOIN strong ON strong.word = now.word
WHERE now.word = k.word
  AND (k.listings, k.titles) <> (now.ndoc, coalesce(strong.ndoc, {unnamed}))
"""
# A part of the listings does not tell that no title has a word.
ALL_UNNAMED, SOME_UNNAMED = "0", "k.titles"
ALL_UNSEEN = "SELECT word FROM unseen"
SOME_UNSEEN = """
  SELECT word FROM (
    SELECT word FROM unseen ORDER BY hashtext(word || %(seed)s::text) LIMIT %(most)s) AS drawn
  WHERE NOT EXISTS (
    SELECT 1 FROM shop_listing l WHERE l.text @@ quote_literal(word)::tsquery)"""


def index(product_ids: Collection[int]) -> None:
    """Write the words of products' listings, and note those that the vocabulary lacks."""
    found = Product.objects.filter(pk__in=product_ids, listing__isnull=False)
    rows = list(found.select_related("merchant", "category").order_by("pk"))
    told, called = _translations(rows), _materials(rows)
    choices, tops = _choices(rows), _tops(rows)
    documents = {
        row.pk: _document(row, told[row.pk], called, choices[row.pk], tops.get(_top_of(row)))
        for row in rows
    }
    with connection.cursor() as cursor:
        cursor.execute(VECTORS, [EDITION, list(documents), list(documents.values())])
        cursor.execute(NEW_WORDS, [list(documents)])
        said = cursor.fetchall()
        new = [
            {"word": word, "titles": titles, "misses": _misses(word)}
            for word, titles, is_there in said
            if not is_there
        ]
        if new:
            cursor.execute(ADD_WORDS, [json.dumps(new)])
        if named := [word for word, _titles, is_there in said if is_there]:
            cursor.execute(NAMED, [named])


def index_missing(*, at: datetime) -> int:
    """Index the listings whose words are missing or of an earlier edition; return how many."""
    missing = Listing.objects.filter(edition__lt=EDITION).order_by("pk")
    ids = missing.values_list("pk", flat=True)
    return repeat(lambda: _index_some(list(ids[:BATCH]), at=at))


def count_words(*, at: datetime) -> int:
    """Count in how many listings each word stands, and drop those of none.

    In a large shop a part of the listings is counted, another one each time.
    """
    seed = int(at.timestamp()) // 3600
    with connection.cursor() as cursor:
        cursor.execute(SIZE)
        share = min(1.0, COUNTED / max(1.0, cursor.fetchone()[0]))
        texts, gone, unnamed = "SELECT text FROM shop_listing", ALL_UNSEEN, ALL_UNNAMED
        if share < 1:
            texts = PART.format(percent=share * 100, seed=seed)
            gone, unnamed = SOME_UNSEEN, SOME_UNNAMED
        values = {"share": share, "texts": texts, "seed": seed, "most": MOST_GONE}
        statement = COUNT_WORDS.replace("{gone}", gone).replace("{unnamed}", unnamed)
        cursor.execute(statement, values)
        return cursor.rowcount


def marks(country: str, category: str, store: str, kind: str) -> Iterator[str]:
    """Yield the filters of a listing as marks beside its words."""
    yield f"#country:{country}"
    yield f"#store:{store}"
    yield f"#kind:{kind}"
    top, slash, _below = category.partition("/")
    yield f"#category:{top}"
    if slash:
        yield f"#category:{category}"


def _index_some(ids: list[int], *, at: datetime) -> int:
    """Index many at once; if that fails, one by one, so that a bad one stops no other."""
    try:
        with transaction.atomic():
            index(ids)
    except Exception:  # noqa: BLE001 (which one it is and why is noted below)
        name = "index what has no words"
        return each(name, ids, transaction.atomic(lambda pk: index([pk])), at=at, about=Product)
    return len(ids)


def _translations(products: Collection[Product]) -> dict[int, dict[str, str]]:
    """Return the translated summaries of products, by language."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = Translation.objects.filter(product__in=products).order_by("pk")
    for product_id, language, summary in rows.values_list(
        "product_id", "language", "words__summary"
    ):
        found[product_id][language] = summary or ""
    return found


def _materials(products: Collection[Product]) -> dict[str, dict[str, str]]:
    """Return the names of the products' materials, by word and language."""
    words = {word for product in products for word in product.materials}
    return term_names(Term.Kind.MATERIAL, words) if words else {}


def _tops(products: Collection[Product]) -> dict[str, Category]:
    """Return the categories that those of products stand below, by their paths."""
    return {row.path: row for row in Category.objects.filter(path__in=set(map(_top_of, products)))}


def _misses(word: str) -> list[str]:
    """Return the misspellings by which a word of the vocabulary is found, in its language."""
    bare = without_tongue(word)
    mark = word.removesuffix(bare)
    return [f"{mark}{miss}" for miss in near_misses(bare)]


def _choices(products: Collection[Product]) -> dict[int, set[tuple[str, str]]]:
    """Return the choices of each product: names of options with their values."""
    names = {product.pk: product.option_names for product in products}
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    rows = Variant.objects.filter(product__in=products, is_active=True).exclude(options=[])
    for product_id, options in rows.order_by().values_list("product_id", "options").distinct():
        found[product_id] |= set(zip(names[product_id], options, strict=False))
    return found


def _top_of(product: Product) -> str:
    """Return the path of the category that the product's one stands below, or is."""
    return product.category.path.partition("/")[0]


def _document(
    product: Product,
    told: Mapping[str, str],
    called: Mapping[str, Mapping[str, str]],
    choices: Collection[tuple[str, str]],
    top: Category | None,
) -> str:
    merchant, category = product.merchant, product.category
    languages = [code for code, _ in settings.LANGUAGES]
    fields = [
        (product.title, "A", ""),
        *((title, "A", tongue_of(code)) for code, title in product.titles.items()),
        (merchant.name, "B", ""),
        *((tag, "B", "") for tag in product.tags),
        (category.name, "B", ""),
        *((name, "B", tongue_of(code)) for code, name in category.names.items()),
        (category.path.replace("/", " "), "C", ""),
        *((name, "C", tongue_of(code)) for code, name in (top.names if top else {}).items()),
        (product.summary, "C", ""),
        *((material, "B", "") for material in product.materials),
        (merchant.city, "C", ""),
        *((country_name(merchant.country, code), "C", "") for code in languages),
        (product.description, "D", ""),
        # What is said in other languages is long: it is found, and has no places.
        *((summary, "", tongue_of(code)) for code, summary in told.items()),
        *(
            (name, "B", tongue_of(code))
            for material in product.materials
            for code, name in called.get(material, {}).items()
        ),
        *(
            (own[material], "B", tongue_of(code))
            for material in product.materials
            for code, own in product.terms.items()
            if material in own
        ),
    ]
    facts = [
        *marks(merchant.country, category.path, merchant.slug, product.kind),
        *(mark_of("tag", tag) for tag in product.tags),
        *(mark_of("material", material) for material in product.materials),
        *(mark_of("certificate", certificate) for certificate in merchant.certifications),
        *(mark_of("option", f"{name} {value}") for name, value in sorted(choices)),
        head_mark(product.title, settings.LANGUAGE_CODE),
        *(head_mark(title, code) for code, title in product.titles.items()),
    ]
    return document(fields, filter(None, dict.fromkeys(facts)))
