"""A product's page: pictures, words, the buying part, the store, and other products."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Expression, IntegerField, JSONField, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.catalogue.words import called_column, translated_column
from shop.core.images.renditions import shared_file
from shop.core.languages import said
from shop.core.statements.composed import TEXT, composed
from shop.people.merchants.holidays import away_sentence, next_turn
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.cards import Card, cards
from shop.storefront.listings.refresh import addresses
from shop.storefront.product.buy_box import Buying, buying
from shop.storefront.product.choice import AskedVariant, Offered, variant_asked
from shop.storefront.product.delivery import Delivery, Reader, deliveries
from shop.storefront.product.notify_me import WaitingNames, turns_of, waiting
from shop.storefront.product.sessions import Visit, date_asked, sessions_of, visit
from shop.storefront.product.specs import Spec, details, duration
from shop.storefront.product.structured_data import offer_data
from shop.storefront.product.variants import VariantNow, variants_now
from shop.storefront.product.words import WORDS, ProductWords, product_words
from shop.storefront.search.find import find_popular
from shop.storefront.stores.cards import place
from shop.storefront.stores.counts import OF_STORE

# As SQL, since Django takes longer to write such subqueries than the database to answer them.
GALLERY = """(
  SELECT coalesce(jsonb_agg(jsonb_build_object(
      'alt', i.alt, 'sizes', i.sizes, 'is_illustration', i.is_illustration)
    ORDER BY r.position), '[]')
  FROM shop_productpicture r JOIN shop_picture i ON i.id = r.picture_id
  WHERE r.product_id = shop_product.id
)"""
TOP = """(
  SELECT jsonb_build_object('name', t.name, 'names', t.names) FROM shop_category t
  WHERE t.path = split_part(shop_category.path, '/', 1)
)"""
IN_STORE = OF_STORE.format(id="shop_product.merchant_id")
LISTED = """(
  SELECT coalesce(jsonb_agg(t.festival_id), '[]') FROM shop_participation t
  WHERE t.product_id = shop_product.id
)"""
RAIL = 6
OF_STORE = "l.merchant_id = %(merchant)s AND l.product_id <> %(product)s"
ALIKE = "l.top_category = %(top)s AND l.merchant_id <> %(merchant)s AND l.is_available"
IN_FESTIVAL = " AND l.festivals && %(festivals)s::bigint[]"


@dataclass(frozen=True, slots=True)
class StoreBox:
    """Who sells it."""

    url: str
    name: str
    place: str
    cloth: str
    products: int
    packed_within: int


@dataclass(frozen=True, slots=True)
class ProductPage:
    """Everything that the page of a product says.

    ``travels`` says of each variant how it travels, where not all do in one way.
    """

    url: str
    words: ProductWords
    crumbs: tuple[tuple[str, str], ...]
    pictures: list[dict[str, Any]]
    shared: str
    is_experience: bool
    buying: Buying | None
    visit: Visit | None
    length: str
    delivery: Delivery | None
    travels: tuple[tuple[int, Delivery], ...]
    facts: tuple[Spec, ...]
    store: StoreBox
    of_store: list[Card]
    alike: list[Card]
    alike_title: str
    offer_data: SafeString
    waiting: WaitingNames
    holds_until: datetime | None
    away: str
    min_age: int
    report_url: str


def read_product(slug: str, language: str) -> Product | None:
    """Return a product with the columns of other tables for its page. One statement."""
    return next(iter(products_to_show(language, slug=slug)), None)


@composed(slug=TEXT)
def products_to_show(language: str, *, slug: Expression) -> QuerySet[Product]:
    """Return the product of an address with all columns that its page in a language needs."""
    rows = Product.objects.select_related("merchant", "category").annotate(
        gallery=RawSQL(GALLERY, [], JSONField()),  # noqa: S611 (nothing in it comes from outside)
        top=RawSQL(TOP, [], JSONField()),  # noqa: S611
        in_store=RawSQL(IN_STORE, [], IntegerField()),  # noqa: S611
        listed=RawSQL(LISTED, [], JSONField()),  # noqa: S611
        translated=translated_column("product", language),
        called=called_column(WORDS, language),
    )
    return rows.filter(slug=slug)


def product_page(
    product: Product,
    *,
    version: CatalogueVersion,
    at: datetime,
    reader: Reader,
    asked: AskedVariant,
    variants: list[VariantNow] | None = None,
) -> ProductPage:
    """Return the page of a product. Three statements.

    Args:
        asked: what of it is chosen already.
        variants: those to show; None: those that can be bought.
    """
    merchant, language = product.merchant, reader.language
    is_experience = product.kind == Product.Kind.EXPERIENCE
    variants = variants_now(product.pk, at=at) if variants is None else variants
    sessions = sessions_of(variants) if is_experience else []
    # The price at the head is that of the ticket and the date which are counted at first.
    chosen_date = date_asked(sessions, asked.day)
    first = chosen_date if chosen_date and chosen_date.is_open else None
    kinds = first.kinds if first else variants
    words = product_words(product, product.translated, product.called, language)
    shown: Any = [first.first] if first else kinds[:1] if is_experience else kinds
    chosen = variant_asked(shown, asked)
    offered = Offered(shown, product.option_names, chosen)
    box = buying(offered, words.terms, where=merchant.city, reader=reader, at=at)
    weights = set() if is_experience or box is None else {one.weight_g for one in variants}
    sent = _sent(product, weights, reader, at=at) if weights else {}
    gallery = [row for row in product.gallery if row["sizes"].get("jpeg")]
    pictures = [
        addresses(row["sizes"], row["alt"]) | {"is_illustration": row["is_illustration"]}
        for row in gallery
    ]
    url = reverse("product", args=[product.slug])
    away = "" if is_experience else away_sentence(merchant, language, at=at)
    offers = [one._replace(free=0, allotment=None) for one in kinds] if away else kinds
    of_store, alike = _rails(product, version, at=at, language=language)
    return ProductPage(
        url=url,
        words=words,
        crumbs=_crumbs(product, language),
        pictures=pictures,
        shared=shared_file(gallery[0]["sizes"]) if gallery else "",
        is_experience=is_experience,
        buying=box,
        visit=visit(sessions, chosen_date, words.terms, language, product=product, at=at)
        if chosen_date
        else None,
        length=duration(product.duration_minutes or 0) if is_experience else "",
        delivery=_first_delivery(sent, box) if box else None,
        travels=tuple((panel.id, sent[panel.weight_g]) for panel in box.panels)
        if box and len(set(sent.values())) > 1
        else (),
        facts=details(product, words, box.weight_g if box else 0, language),
        store=_store_box(product, language),
        of_store=of_store,
        alike=alike,
        alike_title=_("More from this festival") if version.live else _("You may also like"),
        offer_data=offer_data(
            product,
            offers,
            words,
            url=f"{settings.SITE_URL}{url}",
            pictures=[facts["large"] for facts in pictures],
        ),
        waiting=waiting(
            product, words.terms, variants, sessions, version=version, language=language
        ),
        holds_until=_holds_until(variants, None if is_experience else next_turn(merchant, at=at)),
        away=away,
        min_age=product.category.min_age,
        report_url=reverse("report-product", args=[product.slug]),
    )


def _sent(
    product: Product, weights: set[int], reader: Reader, *, at: datetime
) -> dict[int, Delivery]:
    """Return how one piece of each weight is sent to the reader's country."""
    country = reader.country
    is_barred = country in product.category.barred or country in product.merchant.closed_to
    return deliveries(product.merchant, weights, reader, start=at.date(), is_barred=is_barred)


def _first_delivery(sent: dict[int, Delivery], box: Buying) -> Delivery | None:
    """Return the delivery of the chosen variant; while none is chosen, the cheapest of all."""
    if box.is_open:
        return min(sent.values(), key=lambda way: way.price, default=None)
    return sent.get(box.weight_g)


def _crumbs(product: Product, language: str) -> tuple[tuple[str, str], ...]:
    path, listed = product.category.path, reverse("products")
    top, _slash, below = path.partition("/")
    is_experience = product.kind == Product.Kind.EXPERIENCE
    above = (
        (f"{listed}?kind=experience", _("Experiences"))
        if is_experience
        else (listed, _("Products"))
    )
    found = [(reverse("home"), _("Festival")), above]
    if (
        below and product.top and not is_experience
    ):  # the top of theirs is called as all of them are
        name = said(product.top["names"], product.top["name"], language).text
        found.append((f"{listed}?category={top}", name))
    category = (f"{listed}?{urlencode({'category': path})}", product.category.name_in(language))
    return (*found, category)


def _store_box(product: Product, language: str) -> StoreBox:
    merchant = product.merchant
    return StoreBox(
        url=reverse("store", args=[merchant.slug]),
        name=merchant.name,
        place=place(merchant.city, merchant.country, language),
        cloth=merchant.cloth,
        products=product.in_store,
        packed_within=merchant.dispatch_to,
    )


def _rails(
    product: Product, version: CatalogueVersion, *, at: datetime, language: str
) -> tuple[list[Card], list[Card]]:
    """Return more from the same store, and the same kind of thing from others."""
    festivals = [known.id for known in version.live]
    values = {
        "merchant": product.merchant_id,
        "product": product.pk,
        "top": product.category.path.partition("/")[0],
        "festivals": festivals,
    }
    wheres = [OF_STORE, ALIKE + (IN_FESTIVAL if festivals else "")]
    rows = find_popular(wheres, values, most=RAIL, at=at, language=language)
    of_store, alike = (cards([r for r in rows if r.branch == n], language) for n in (0, 1))
    return of_store, alike


def _holds_until(variants: list[VariantNow], holiday: datetime | None) -> datetime | None:
    turns = [variant.holds_until for variant in variants if variant.holds_until]
    turns += [holiday] if holiday else []
    return min(turns + turns_of(variants), default=None)
