"""A small festival to walk through: stores, goods, deals, a voucher, and people who sell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from PIL import Image
from wagtail.models import Collection

from shop.catalogue.delivery.models import Carrier
from shop.catalogue.models import Category, Product, ProductPicture, Variant
from shop.core.images.models import Picture
from shop.festivals.models import Festival
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON

TRACKING = "https://dhl.example/track?number={number}"
STORY = "Three sisters dye with leaves that their grandmother planted.\n\nVisitors may help."

SHAWL = {"option_names": ["Colour"], "titles": {"ar": "وشاح أديري"}, "origin": "NG"}


@dataclass(frozen=True, slots=True)
class Market:
    """What there is to buy, and from whom.

    ``shawl`` costs 40.00 and in the festival 32.00, in two colours; ``jar`` costs 18.00 and in
    the flash deal of noon 12.00, twenty units of it; ``lamp`` costs 50.00 and in the festival
    35.00, one for each account with a confirmed address; ``mat`` is sold out; ``tour`` is an
    experience. The code BAOBAB10 takes 10 % off. Delivery costs 5.00 for each parcel.
    """

    festival: Festival
    loom: Merchant
    kiln: Merchant
    weaver: User
    potter: User
    indigo: Variant
    saffron: Variant
    jar: Variant
    lamp: Variant
    mat: Product
    tour: Product


def open_market() -> Market:
    """Fill the shop; the festival runs, and at noon a flash deal as well."""
    make.delivery(5_00)
    make.delivery(12_00, service="express")
    Carrier.objects.create(code="dhl", name="DHL Express", kind="courier", serves="world",
                           tracking_url=TRACKING, seen_on="2026-11-24")  # fmt: skip
    festival = make.festival(
        zone="Africa/Nairobi",
        title="100 African stores, 1,000 African products",
        texts={"en": {"tagline": "Ten days in which the whole continent sells together."}},
    )
    loom = make.merchant(name="Itoku Indigo Rooms", slug="itoku-indigo-rooms", country="NG",
                         city="Abeokuta", tagline="Cloth that was blue before jeans.", story=STORY,
                         founded=1994, makers=7, certifications=["Fair trade"])  # fmt: skip
    kiln = make.merchant(name="Oued Fès Clayworks", slug="oued-fes-clayworks", country="MA",
                         city="Fès", story=STORY)  # fmt: skip
    shawl, jar, lamp, mat, tour = _products(loom, kiln)
    market = Market(
        festival=festival,
        loom=loom,
        kiln=kiln,
        weaver=make.member(loom, "weaver@example.org"),
        potter=make.member(kiln, "potter@example.org"),
        indigo=make.variant(40_00, of=shawl, options=["Indigo"], position=1),
        saffron=make.variant(40_00, of=shawl, options=["Saffron"], position=2),
        jar=make.variant(18_00, of=jar),
        lamp=make.variant(50_00, of=lamp),
        mat=mat,
        tour=tour,
    )
    make.variant(25_00, of=mat, on_hand=0)
    _lower_prices(market)
    make.listed(shawl, jar, lamp, mat, tour)
    return market


def _products(loom: Merchant, kiln: Merchant) -> list[Product]:
    cloth = Category.objects.create(path="home/cloth", name="Cloth", names={"ar": "قماش"})
    Category.objects.create(path="home", name="Home", names={"ar": "البيت"})
    rows = (
        (loom, "Adire shawl with river pattern", "adire-shawl", SHAWL),
        (kiln, "Zellige jar", "zellige-jar", {}),
        (kiln, "Brass lamp of the old town", "brass-lamp", {}),
        (loom, "Sleeping mat", "sleeping-mat", {}),
        (loom, "A day at the dye pits", "dye-pits", {"kind": "experience"}),
    )
    known = {
        "category": cloth,
        "summary": "Made by hand.",
        "description": STORY,
        "materials": ["Cotton"],
    }
    made = [
        make.product(of=store, title=title, slug=slug, **known | facts)
        for store, title, slug, facts in rows
    ]
    for product in made[:3]:
        _show(product)
    return made


def _lower_prices(market: Market) -> None:
    make.deal(market.indigo, during=market.festival, percent=20)  # and the saffron one
    noon = make.slot(
        market.festival, starts_at=NOON - timedelta(hours=2), ends_at=NOON + timedelta(hours=4)
    )
    make.slot(market.festival, starts_at=NOON + timedelta(hours=4),
              ends_at=NOON + timedelta(hours=10))  # fmt: skip
    make.deal(market.jar, during=noon, price=12_00, allotment=20)
    make.deal(market.lamp, during=market.festival, price=35_00, allotment=30, per_shopper=1)
    make.promotion(market.festival, group="voucher", kind="percent", value=10, trigger="code",
                   code="BAOBAB10", title="Ten off")  # fmt: skip


def _show(product: Product) -> None:
    """Give a product two pictures with files that the server finds."""
    folder = Path(settings.MEDIA_ROOT, "market")
    folder.mkdir(parents=True, exist_ok=True)
    for width in (320, 800):
        Image.new("RGB", (width, width), "#2a2480").save(folder / f"{width}.jpg")
    sizes = {"jpeg": {str(w): f"/media/market/{w}.jpg" for w in (320, 800)}}
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    for position in (0, 1):
        picture = Picture.objects.create(
            title=product.title, file="market/800.jpg", width=800, height=800, collection=root,
            alt=f"{product.title}, seen from side {position + 1}", sizes=sizes,
        )  # fmt: skip
        ProductPicture.objects.create(product=product, picture=picture, position=position)
