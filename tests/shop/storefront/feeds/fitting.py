"""Products that are fit for every channel, and their feeds as machines read them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from django.test import Client

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.catalogue.stock.models import Pool
from shop.core.images.models import Picture
from shop.festivals.models import PriceSpan, ProductSpan
from shop.festivals.models.prices import FOREVER
from shop.storefront.feeds import addresses
from shop.storefront.feeds.addresses import PROGRAMME, FeedScope
from tests import make
from tests.make import NOON

G = "{http://base.google.com/ns/1.0}"


def picture(of: Product, *, side: int = 800, alt: str = "A kettle") -> ProductPicture:
    """Return a picture of a product with ready-made files up to its whole width."""
    made = Picture.objects.create(
        title=alt, alt=alt, file="none.jpg", width=side, height=side, collection=make.collection(),
        sizes={"jpeg": {"320": "/media/a-320.jpg", str(side): f"/media/a-{side}.jpg"},
               "avif": {"320": "/media/a-320.avif"}},
    )  # fmt: skip
    return ProductPicture.objects.create(
        product=of, picture=made, position=of.shown_pictures.count()
    )


def fit(price: int = 20_00, *, side: int = 800, options: Any = (), on_hand: int = 9,
        **facts: Any) -> Variant:  # fmt: skip
    """Return a variant of a new product that lacks nothing."""
    known = {"description": "A kettle of steel.", "summary": "For tea", "origin": "KE"}
    product = make.product(**known | facts)
    picture(product, side=side)
    return make.variant(price, of=product, options=list(options), on_hand=on_hand)


def many(count: int) -> None:
    """Make many products that lack nothing, each with one variant and one picture."""
    first = fit()
    shown = first.product.shown_pictures.get().picture
    known = {"merchant": first.product.merchant, "category": first.product.category,
             "state": "published", "published_at": make.LONG_AGO, "title": "Kettle",
             "description": "Of steel."}  # fmt: skip
    products = Product.objects.bulk_create(
        Product(slug=f"kettle-{n}", **known) for n in range(count - 1)
    )
    ProductPicture.objects.bulk_create(
        ProductPicture(product=one, picture=shown) for one in products
    )
    pools = Pool.objects.bulk_create(Pool(on_hand=5) for _one in products)
    variants = Variant.objects.bulk_create(
        Variant(product=product, merchant=known["merchant"], sku=f"K-{product.pk}", pool=pool,
                weight_g=500, listed_at=make.LONG_AGO)
        for product, pool in zip(products, pools, strict=True)
    )  # fmt: skip
    time = {"starts_at": make.LONG_AGO, "ends_at": FOREVER, "price": 9_00}
    PriceSpan.objects.bulk_create(PriceSpan(variant=one, regular=9_00, **time) for one in variants)
    ProductSpan.objects.bulk_create(
        ProductSpan(product=one, highest=9_00, **time) for one in products
    )


def path(file: str, scope: FeedScope = PROGRAMME, *, country: str = "", language: str = "") -> str:
    """Return the path of a feed, whose address is made where there is none."""
    if addresses.feed_of(scope) is None:
        addresses.new_address(scope, at=NOON, by=make.user())
    found = addresses.addresses_of(addresses.feed_of(scope))
    (whole,) = (urlsplit(one.url).path for one in found if one.channel.file == file)
    if country:
        whole = whole.replace(f"/{file}", f"/{country}/{file}")
    return f"/{language}{whole}" if language else whole


def fetched(file: str, scope: FeedScope = PROGRAMME, **where: str) -> bytes:
    """Return a feed as a machine that is signed in nowhere gets it."""
    answer = Client().get(path(file, scope, **where))
    assert answer.status_code == 200, answer.status_code
    return b"".join(answer.streaming_content)


def google(scope: FeedScope = PROGRAMME, **where: str) -> list[dict[str, Any]]:
    """Return Google's items: texts by name; what stands there several times as a list."""
    root = ElementTree.fromstring(fetched("google.xml", scope, **where))  # noqa: S314 (our own)
    found = []
    for item in root.findall("./channel/item"):
        told: dict[str, Any] = {}
        for one in item:
            name = one.tag.removeprefix(G)
            inside = {part.tag.removeprefix(G): part.text for part in one}
            if name == "additional_image_link":
                told.setdefault(name, []).append(one.text)
            else:
                assert name not in told, name
                told[name] = inside or one.text
        found.append(told)
    return found


def meta(scope: FeedScope = PROGRAMME, **where: str) -> list[dict[str, str]]:
    """Return Meta's rows by their headings."""
    return list(csv.DictReader(io.StringIO(fetched("meta.csv", scope, **where).decode())))


def lines(scope: FeedScope = PROGRAMME, **where: str) -> list[dict[str, Any]]:
    """Return the objects of JSON Lines."""
    text = fetched("products.jsonl", scope, **where).decode()
    return [json.loads(line) for line in text.splitlines()]
