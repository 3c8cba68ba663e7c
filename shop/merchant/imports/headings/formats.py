"""The columns of product sheets: our own, those of other systems, and those that stores invent.

The names are those that the systems write themselves, as they publish them (Shopify Help Center,
"Using CSV files to import and export products", older and newer headings; WooCommerce wiki,
"Product CSV Import Schema"; Etsy, "Download your listing data"; looked up in November 2026).
In other languages they stand in ``abroad``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shop.catalogue.fields.table import FIELDS
from shop.catalogue.worn import COLOUR_NAMES, SIZE_NAMES
from shop.merchant.imports.headings.abroad import folded, guesses, in_other_languages
from shop.merchant.imports.models import CatalogueSpreadsheet

Format = CatalogueSpreadsheet.Format
OTHER_LANGUAGES = ("fr", "zh-hans", "ar", "sw", "pt")
TRANSLATED = ("title", *(name for name, row in FIELDS.items() if row.is_translated and row.column))
MOST_PICTURES = 12
PICTURE = "image"
"""A column with addresses or names of pictures; a sheet has many of them."""
CHOICE = "choice"
"""A column whose heading is what can be chosen, like Size, and its cells are the sizes."""
REPEATED = {PICTURE, CHOICE}


def _elsewhere(system: str) -> dict[str, str]:
    """Return the headings of product fields in another system, with our field of each."""
    return {
        heading: name
        for name, row in FIELDS.items()
        if row.column
        for heading in row.column.elsewhere.get(system, ())
    }


FIRST = ("name", "summary", "description")
LAST = ("tags",)
COLUMNS = {row.column.heading: name for name, row in FIELDS.items() if row.column}
OWN = {
    "product": "product", **{heading: COLUMNS[heading] for heading in FIRST},
    "category": "category", "sku": "sku", "price": "price", "currency": "currency",
    "stock": "stock", "weight_g": "weight_g",
    **{heading: name for heading, name in COLUMNS.items() if heading not in LAST},
    **{heading: COLUMNS[heading] for heading in LAST},
    "state": "status", "image_alt": "image_alt",
    **{f"option {n}": f"option{n}_name" for n in (1, 2, 3)},
    **{f"value {n}": f"option{n}" for n in (1, 2, 3)},
    **{f"image_{n}": PICTURE for n in range(1, MOST_PICTURES + 1)},
    **{f"{heading}_{language.partition('-')[0]}": f"{name}:{language}"
       for heading, name in COLUMNS.items() if name in TRANSLATED for language in OTHER_LANGUAGES},
}  # fmt: skip
SHOPIFY = {
    **_elsewhere("shopify"),
    # Those that our own export writes.
    **{row.column.shopify.lower(): name
       for name, row in FIELDS.items() if row.column and row.column.shopify},
    # Older headings
    "handle": "product", "variant sku": "sku", "variant price": "price",
    "variant inventory qty": "stock", "variant grams": "weight_g",
    "image src": PICTURE, "image alt text": "image_alt", "published": "published",
    # Newer ones
    "url handle": "product", "sku": "sku", "price": "price",
    "inventory quantity": "stock", "weight value (grams)": "weight_g",
    "product image url": PICTURE, "published on online store": "published",
    # Both
    "product category": "category", "type": "category", "status": "status",
    **{f"option{n} {what}": f"option{n}{after}"
       for n in (1, 2, 3) for what, after in (("name", "_name"), ("value", ""))},
}  # fmt: skip
WOOCOMMERCE = {
    **_elsewhere("woocommerce"),
    "id": "id", "type": "type", "sku": "sku", "published": "published",
    "visibility in catalog": "visibility", "in stock?": "in_stock", "stock": "stock",
    "regular price": "price", "categories": "category", "images": PICTURE, "parent": "parent",
    "weight (kg)": "weight_kg", "weight (g)": "weight_g", "weight (lbs)": "weight_lb",
    "weight (oz)": "weight_oz",
    **{f"attribute {n} {what}": f"option{n}{after}"
       for n in (1, 2, 3) for what, after in (("name", "_name"), ("value(s)", ""))},
}  # fmt: skip
ETSY = {
    **_elsewhere("etsy"),
    "price": "price", "currency_code": "currency", "quantity": "stock", "sku": "sku",
    **{f"image{n}": PICTURE for n in range(1, MOST_PICTURES + 1)},
    **{f"variation {n} {what}": f"values{n}{after}"
       for n in (1, 2, 3) for what, after in (("name", "_name"), ("values", ""))},
}  # fmt: skip
# By what a format is told: one of these sets stands among the headings.
SIGNS: dict[str, tuple[set[str], ...]] = {
    Format.SHOPIFY: (
        {"handle", "title", "option1 name"}, {"handle", "variant sku"},
        {"url handle", "title", "option1 name"}, {"url handle", "inventory quantity"},
    ),
    Format.WOOCOMMERCE: (
        {"type", "sku", "name", "regular price"}, {"type", "name", "attribute 1 name"},
    ),
    Format.ETSY: ({"title", "currency_code", "quantity"}, {"title", "variation 1 values"}),
    Format.OWN: ({"name", "sku", "weight_g"}, {"name", "sku", "value 1"}, {"sku", "weight_g"}),
}  # fmt: skip
# The same by fields, for headings in other languages.
SIGNS_ABROAD: dict[str, tuple[set[str], ...]] = {
    Format.WOOCOMMERCE: (
        {"type", "title", "published"}, {"type", "title", "option1_name"},
        {"title", "price", "published", "visibility"},
    ),
    Format.ETSY: ({"title", "currency", "stock"}, {"title", "values1"}),
}  # fmt: skip
NOTHING: Mapping[str, str] = {}
KNOWN: dict[str, Mapping[str, str]] = {
    Format.SHOPIFY: SHOPIFY, Format.WOOCOMMERCE: WOOCOMMERCE, Format.ETSY: ETSY, Format.OWN: OWN,
}  # fmt: skip
# What stores call their columns, in the shop's languages; a guess that somebody looks at.
GUESSES: dict[str, str] = {
    word: field
    for field, words in {
        **{name: row.column.guesses
           for name, row in FIELDS.items() if row.column and row.column.guesses},
        "sku": "sku|code|code article|référence|reference|ref|réf|artikelnummer|item code|"
               "código|codigo|msimbo|رمز|الرمز|编号|货号",
        "product": "product code|parent sku|product id|modèle|modelo|model|款号",
        "title:fr": "title fr|name fr|nom fr|désignation fr",
        "title:zh-hans": "title zh|name zh", "title:ar": "title ar|name ar",
        "title:sw": "title sw|name sw", "title:pt": "title pt|name pt",
        "category": "category|catégorie|categorie|categoria|aina|kundi|الفئة|فئة|类别|分类",
        "price": "price|price usd|unit price|prix|prix unitaire|tarif|preço|preco|bei|السعر|سعر|"
                 "价格|单价",
        "currency": "currency|devise|monnaie|moeda|sarafu|العملة|货币",
        "stock": "stock|stk|qty|quantity|in stock|on hand|quantité|quantite|qté|qte|estoque|"
                 "quantidade|idadi|hisa|المخزون|الكمية|库存|数量",
        "weight_g": "weight g|weight in g|grams|poids g|peso g|gramu|重量 克|الوزن غ",
        "weight_kg": "weight|weight kg|poids|poids kg|peso|peso kg|uzito|uzito kg|الوزن|الوزن كغ|"
                     "重量|重量 kg",
        "weight_lb": "weight lb|weight lbs|pounds", "weight_oz": "weight oz|ounces",
        "status": "status|state|statut|état|estado|hali|الحالة|状态",
        PICTURE: "image|images|photo|photos|picture|pictures|image url|imagem|fotos|foto|picha|"
                 "الصورة|صورة|图片|照片",
        "image_alt": "alt|alt text|image alt|texte alternatif|texto alternativo",
        CHOICE: "|".join((*SIZE_NAMES, *COLOUR_NAMES, "length", "longueur", "scent", "flavour",
                          "flavor", "material choice")),
    }.items()
    for word in words.split("|")
}  # fmt: skip
SIGNS_AND_BLANKS = re.compile(r"[\s_.:/()\[\]-]+")
NUMBERED = re.compile(r"^(?:image|photo|picture|foto|imagem|picha) ?\d{1,2}$")


@dataclass(frozen=True, slots=True)
class Recognized:
    """What the headings of a sheet tell: its format, the field of each column, which are guesses.

    ``fields`` and ``is_guess`` are as long as the headings.
    """

    format: str
    fields: list[str]
    is_guess: list[bool]


def recognize(headings: Sequence[str]) -> Recognized:
    """Return the format of a sheet and the field of each of its columns; of some, a guess."""
    plain = [heading.strip().casefold() for heading in headings]
    there = set(plain)
    found = next(
        (str(name) for name, signs in SIGNS.items() if any(sign <= there for sign in signs)),
        "",
    )
    known = KNOWN.get(found, NOTHING)
    is_sure = bool(found)
    if not found:
        found, known, is_sure = _in_another_language(plain)
    taken: set[str] = set()
    fields, is_guess = [], []
    for heading in plain:
        field = known.get(heading, "")
        guess = "" if field or found != Format.OTHER else guessed(heading)
        told = field or guess
        if told in taken and told not in REPEATED:
            told = guess = ""
        taken.add(told)
        fields.append(told)
        is_guess.append(bool(told) and (bool(guess) or not is_sure))
    return Recognized(found, _better(found, fields, plain), is_guess)


def guessed(heading: str) -> str:
    """Return the field that a heading of a store's own seems to mean, or nothing."""
    words = SIGNS_AND_BLANKS.sub(" ", heading.casefold()).strip()
    if NUMBERED.match(words):
        return PICTURE
    found = OWN.get(heading) or GUESSES.get(heading.strip()) or GUESSES.get(words)
    return found or guesses().get(folded(heading), "")


def _in_another_language(headings: Sequence[str]) -> tuple[str, Mapping[str, str], bool]:
    """Return the format and the fields of headings in another language, and whether that is sure.

    It is not where no file with such headings was seen yet.
    """
    best: tuple[str, dict[str, str], bool] = (Format.OTHER, {}, False)
    for own in in_other_languages():
        told = {heading: own.fields[key] for heading in headings
                if (key := folded(heading)) in own.fields}  # fmt: skip
        fields = set(told.values())
        is_known = any(sign <= fields for sign in SIGNS_ABROAD[own.format])
        if is_known and len(fields) > len(set(best[1].values())):
            best = (own.format, told, own.is_seen)
    return best


def _better(found: str, fields: list[str], plain: Sequence[str]) -> list[str]:
    """Return the fields with the better one of two columns that say the same."""
    if found == Format.SHOPIFY and "type" in plain and "product category" in plain:
        # Their own word for it, which a store chose, says more than the place in a large tree.
        fields[plain.index("type")], fields[plain.index("product category")] = "category", ""
    return fields
