"""What each channel demands of a product, and what a product lacks of it: one function for all.

Feeds leave out what lacks something that their channel demands; the boards count the same.

Sources: Google, "Product data specification" (support.google.com/merchants/answer/7052112),
"Unsupported Shopping content" (answer/6150006) and the same of free listings (answer/12077589),
which show no tickets, and "Gender", "Age group" and "Color" (answer/6324479, 6324463, 6324487),
which are required of clothes and shoes; Meta, "Supported fields for products"
(developers.facebook.com/docs/commerce-platform/catalog/fields) and its commerce policies, which
take no alcohol and no tobacco. Looked up in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import ProductQuerySet, on_sale_sql
from shop.catalogue.worn import COLOUR_NAMES
from shop.core.languages import languages_like
from shop.festivals.models.prices import in_force_sql

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GOOGLE_SIDE, META_SIDE = 250, 500
"""Pixels of the shorter side of a picture: Google's least for clothes, Meta's for everything."""
PLACE = re.compile(r"%\((\w+)\)s")

ADULT_FROM = 13
"""Years from which Google and Meta call somebody an adult."""
HAS_COLOURS = (
    "EXISTS (SELECT FROM unnest(shop_product.option_names) n WHERE lower(n) IN ("
    + ", ".join(f"'{name}'" for name in COLOUR_NAMES) + "))"
)  # fmt: skip

# Each with its condition over the facts ``f`` of a product, its category and its translations.
LACKING = {
    "goods": "shop_product.kind <> 'goods'",
    "age": "f.min_age > 0",
    "variants": "f.sizes = 0",
    "price": "NOT f.has_price",
    "picture": "f.side IS NULL",
    "tiny": f"f.side < {GOOGLE_SIDE}",
    "small": f"f.side < {META_SIDE}",
    "description": "shop_product.description = '' AND shop_product.summary = ''",
    "weight": "f.is_unweighed",
    "words": "NOT f.is_translated",
    "gender": "f.is_worn AND shop_product.gender = ''",
    "age_group": f"f.is_worn AND shop_product.age_group = '' AND f.min_age < {ADULT_FROM}",
    "colour": f"f.is_worn AND shop_product.colour = '' AND NOT {HAS_COLOURS}",
}
CASES = ", ".join(f"CASE WHEN {sql} THEN '{code}' END" for code, sql in LACKING.items())
LACKS = f"""(
  SELECT array_remove(ARRAY[{CASES}]::text[], NULL) FROM (
    SELECT
      c.min_age, c.is_worn,
      g.sizes, g.is_unweighed,
      EXISTS (SELECT FROM shop_productspan s
              WHERE s.product_id = shop_product.id AND {in_force_sql("s")}) AS has_price,
      (SELECT least(i.width, i.height) * least(1, (
          SELECT max(w::int) FROM jsonb_object_keys(i.sizes->'jpeg') AS w)::numeric / i.width)
       FROM shop_productpicture r JOIN shop_picture i ON i.id = r.picture_id
       WHERE r.product_id = shop_product.id AND i.sizes->'jpeg' <> '{{}}'
       ORDER BY r.position LIMIT 1) AS side,
      %(language)s = %(usual)s OR (
        coalesce(shop_product.titles->>%(language)s, shop_product.titles->>%(plain)s) IS NOT NULL
      ) AND EXISTS (
        SELECT FROM shop_translation t
        WHERE t.product_id = shop_product.id AND t.language IN (%(language)s, %(plain)s)
          AND coalesce(t.words->>'description', t.words->>'summary', '') <> '') AS is_translated
    FROM (SELECT count(*) AS sizes, coalesce(bool_or(v.weight_g = 0), false) AS is_unweighed
          FROM shop_variant v
          WHERE v.product_id = shop_product.id AND {on_sale_sql("v")}) AS g
    JOIN shop_category c ON c.id = shop_product.category_id
  ) AS f
)"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class Channel:
    """A place beside the shop where products are shown, and what it demands of each."""

    code: str
    name: str
    file: str
    demands: tuple[str, ...]

    def takes(self, lacks: Iterable[str]) -> bool:
        """Tell whether a product that lacks these is fit for it."""
        return not set(self.demands).intersection(lacks)


CHANNELS = {
    channel.code: channel
    for channel in (
        Channel("google", "Google Merchant Center", "google.xml", (
            "goods", "variants", "price", "picture", "tiny", "description", "weight", "words",
            "gender", "age_group", "colour",
        )),
        Channel("meta", "Meta (Facebook, Instagram)", "meta.csv", (
            "goods", "age", "variants", "price", "picture", "small", "description", "words",
        )),
        Channel("lines", "JSON Lines", "products.jsonl", ("variants", "price")),
    )
}  # fmt: skip
BY_FILE = {channel.file: channel for channel in CHANNELS.values()}
WORDS: dict[str, StrOrPromise] = {
    "goods": _("Experiences: this channel takes no tickets"),
    "age": _("Asks for an age: this channel takes nothing of that kind"),
    "variants": _("Nothing of it is on sale"),
    "price": _("Without a price"),
    "picture": _("Without a picture"),
    "tiny": _("The first picture is smaller than 250 pixels"),
    "small": _("The first picture is smaller than 500 pixels"),
    "description": _("Without a description"),
    "weight": _("Without the packed weight"),
    "words": _("Not translated"),
    "gender": _("The gender is missing"),
    "age_group": _("The age group is missing"),
    "colour": _("The colour is missing"),
}


@dataclass(frozen=True, slots=True)
class Fitness:
    """How many products are fit for a channel, and how many lack each thing that it demands."""

    channel: Channel
    fit: int
    lacking: tuple[tuple[str, StrOrPromise, int], ...]


def lacks_column(language: str, *, at: datetime) -> RawSQL:
    """Return what each product lacks at an instant, as a column of codes.

    Args:
        language: of the feed; products without words in it lack these.
    """
    exact, plain = languages_like(language)
    values = {"at": at, "language": exact, "plain": plain, "usual": settings.LANGUAGE_CODE}
    names = PLACE.findall(LACKS)
    sql = PLACE.sub("%s", LACKS)
    codes = ArrayField(TextField())
    return RawSQL(sql, [values[name] for name in names], codes)  # noqa: S611 (no words from outside)


def fit_for(
    rows: ProductQuerySet, channel: Channel, language: str, *, at: datetime
) -> ProductQuerySet:
    """Keep the products that lack nothing of what a channel demands."""
    told = rows.annotate(lacks=lacks_column(language, at=at))
    return told.exclude(lacks__overlap=list(channel.demands))


def lacking(
    rows: ProductQuerySet, codes: Iterable[str], language: str, *, at: datetime
) -> ProductQuerySet:
    """Keep the products that lack one of some things; ``lacks`` are all that each of them lacks."""
    return rows.annotate(lacks=lacks_column(language, at=at)).filter(lacks__overlap=list(codes))


def fitness(rows: ProductQuerySet, language: str, *, at: datetime) -> tuple[int, list[Fitness]]:
    """Return how many products there are, and how fit they are for each channel. One statement."""
    told = rows.order_by().values_list(lacks_column(language, at=at)).annotate(n=Count("pk"))
    counts = {tuple(lacks): n for lacks, n in told}
    return sum(counts.values()), [_fitness(channel, counts) for channel in CHANNELS.values()]


def _fitness(channel: Channel, counts: Mapping[tuple[str, ...], int]) -> Fitness:
    fit = sum(n for lacks, n in counts.items() if channel.takes(lacks))
    by_code = [
        (code, WORDS[code], sum(n for lacks, n in counts.items() if code in lacks))
        for code in channel.demands
    ]
    return Fitness(channel, fit, tuple(row for row in by_code if row[2]))
