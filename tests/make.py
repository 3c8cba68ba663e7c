"""Makes one valid thing at a time and takes only the facts that matter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Collection

from shop.catalogue.delivery.models import Carrier, Contact, Country, Rate
from shop.catalogue.models import Category, Product, ProductPicture, Variant
from shop.catalogue.stock.models import Pool
from shop.core.images.models import Picture
from shop.core.networks import keyed_hash
from shop.festivals.models import (
    Deal,
    Enrolment,
    Festival,
    Nomination,
    Participation,
    Promotion,
    RegularPrice,
    Slot,
    Terms,
)
from shop.festivals.nominations import approve
from shop.festivals.prices import regular, spans
from shop.merchant.moderation.models import PendingChange
from shop.orders.agreement import Agreement, agreement
from shop.orders.cart import change
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant
from shop.storefront.listings.refresh import refresh

# The festival of the acceptance cases: live from 10 to 20 May 2027.
START = datetime(2027, 5, 10, tzinfo=UTC)
END = datetime(2027, 5, 20, tzinfo=UTC)
NOON = datetime(2027, 5, 12, 12, tzinfo=UTC)
LONG_AGO = datetime(2027, 1, 1, tzinfo=UTC)

_numbers = count(1)


def merchant(**facts: Any) -> Merchant:
    """Return an approved Kenyan merchant of goods without commission."""
    n = next(_numbers)
    known = {
        "slug": f"store-{n}", "name": f"Store {n}", "kind": "goods", "state": "approved",
        "country": "KE", "city": "Nairobi", "ship_region": "east", "commission_bp": 0,
        "colours": ["#2a2480", "#ffb81c", "#fff6df"], "pattern": "kanga", "created_at": LONG_AGO,
    }  # fmt: skip
    return Merchant.objects.create(**known | facts)


def variant(price: int = 20_00, *, on_hand: int = 1000, of: Product | None = None,
            listed_at: datetime = LONG_AGO, **facts: Any) -> Variant:  # fmt: skip
    """Return a published variant on sale at a regular price, with its spans."""
    n = next(_numbers)
    pool = facts.pop("pool", None) or Pool.objects.create(on_hand=on_hand)
    made = Variant.objects.create(
        product=of or product(listed_at=listed_at), sku=f"SKU-{n}", pool=pool,
        listed_at=listed_at, weight_g=facts.pop("weight_g", 500), **facts,
    )  # fmt: skip
    RegularPrice.objects.create(variant=made, amount=price, starts_at=listed_at)
    _respan(made.product_id, since=listed_at)
    return made


def product(*, of: Merchant | None = None, listed_at: datetime = LONG_AGO, **facts: Any) -> Product:
    """Return a published product without variants."""
    n = next(_numbers)
    category, _ = Category.objects.get_or_create(path="home/kitchen", defaults={"name": "Kitchen"})
    known = {"slug": f"product-{n}", "title": f"Product {n}", "state": "published",
             "published_at": listed_at, "category": category}  # fmt: skip
    return Product.objects.create(merchant=of or merchant(), **known | facts)


def festival(*, starts_at: datetime = START, ends_at: datetime = END, **facts: Any) -> Festival:
    """Return a published festival with its whole slot, which takes any price as a deal.

    Its terms have a text, unless ``terms`` is empty.
    """
    n, terms = next(_numbers), facts.pop("terms", "What is sold is sent.")
    known = {"slug": f"festival-{n}", "title": f"Festival {n}", "zone": "UTC",
             "state": "published", "commission_bp": 0,
             "must_beat_prior_price": False}  # fmt: skip
    made = Festival.objects.create(starts_at=starts_at, ends_at=ends_at, **known | facts)
    slot(made, kind="whole")
    if terms:
        Terms.objects.create(festival=made, version=made.terms_version, text=terms, at=LONG_AGO)
    return made


def slot(of: Festival, *, kind: str = "flash", **facts: Any) -> Slot:
    """Return a slot, as long as its festival unless other times are given."""
    known = {"label": kind, "starts_at": of.starts_at, "ends_at": of.ends_at}
    return Slot.objects.create(festival=of, kind=kind, **known | facts)


def nomination(of: Variant, *, during: Festival | Slot, price: int | None = None,
               percent: int | None = None, allotment: int | None = None, rule: str = "",
               **facts: Any) -> Nomination:  # fmt: skip
    """Return a submitted nomination of a variant's product; only this variant gets a price."""
    where = during if isinstance(during, Slot) else during.slots.get(kind="whole")
    enrolment, _ = Enrolment.objects.get_or_create(
        festival=where.festival, merchant=of.product.merchant,
        defaults={"state": "accepted", "commission_bp": where.festival.commission_bp},
    )  # fmt: skip
    Participation.objects.get_or_create(festival=where.festival, product=of.product)
    return Nomination.objects.create(
        slot=where, product=of.product, enrolment=enrolment, state="submitted",
        rule=rule or ("percent" if percent else "fixed"), percent=percent,
        prices={} if price is None else {str(of.pk): price},
        allotments={} if allotment is None else {str(of.pk): allotment}, **facts,
    )  # fmt: skip


def deal(of: Variant, *, during: Festival | Slot, approved_at: datetime | None = None,
         **facts: Any) -> Deal:  # fmt: skip
    """Return an approved deal; approved long before its slot unless said otherwise."""
    made = nomination(of, during=during, **facts)
    at = approved_at or made.slot.starts_at - timedelta(days=3)
    return approve.approve(made, at=at)[0]


def promotion(of: Festival, **facts: Any) -> Promotion:
    """Return an active promotion that may be used throughout the festival."""
    known = {"title": "Save", "group": "save", "kind": "amount", "trigger": "automatic",
             "state": "active", "use_from": of.starts_at, "use_to": of.ends_at}  # fmt: skip
    return Promotion.objects.create(festival=of, **known | facts)


def reprice(of: Variant, price: int, *, at: datetime) -> None:
    """Change a regular price."""
    regular.change_prices({of.pk: price}, at=at)


def delivery(
    price: int = 0, *, country: str = "CN", service: str = "parcel", region: str = "east"
) -> None:
    """Open a country at one price for every parcel from a region of Africa."""
    Country.objects.get_or_create(
        code=country,
        defaults={"zone": "CEA", "service": "open", "currency": "CNY", "seen_on": "2026-11-24"},
    )
    Rate.objects.get_or_create(
        origin_region=region, zone="CEA", service=service, weight_from=0,
        defaults={"weight_to": 20_000, "price": price, "days_from": 5, "days_to": 9,
                  "is_tracked": True, "seen_on": "2026-11-24"},
    )  # fmt: skip


def origin(country: str = "KE", region: str = "east") -> None:
    """Let parcels start in a country, so that stores can be made there."""
    Country.objects.get_or_create(
        code=country,
        defaults={"zone": "AFE", "service": "open", "currency": "KES", "ship_region": region,
                  "seen_on": "2026-11-24"},
    )  # fmt: skip


def carrier(name: str, **facts: Any) -> Carrier:
    """Return a post that serves the world and is followed nowhere."""
    known = {"code": slugify(name), "name": name, "kind": "post", "serves": "world",
             "seen_on": LONG_AGO.date()}  # fmt: skip
    return Carrier.objects.create(**known | facts)


def user(email: str | None = None, *, is_verified: bool = True, **facts: Any) -> User:
    """Return a user with the password "baobab-tree" and a verified address."""
    made = User.objects.create_user(email or f"user{next(_numbers)}@example.org", "baobab-tree",
                                    **facts)  # fmt: skip
    EmailAddress.objects.create(user=made, email=made.email, verified=is_verified, primary=True)
    return made


def member(of: Merchant, email: str | None = None, *, role: str = "owner", **facts: Any) -> User:
    """Return a user who acts for a merchant."""
    made = user(email)
    Membership.objects.create(merchant=of, user=made, role=role, joined_at=LONG_AGO, **facts)
    return made


def draft(of: Merchant, *, price: int = 20_00, on_hand: int = 5, **facts: Any) -> Product:
    """Return a draft with one variant that lacks nothing but a picture."""
    known = {"state": "draft", "published_at": None, "origin": "KE", "description": "A kettle."}
    made = product(of=of, **known | facts)
    row = Variant.objects.create(
        product=made, sku=f"DRAFT-{made.pk}", weight_g=500,
        pool=Pool.objects.create(on_hand=on_hand),
    )  # fmt: skip
    RegularPrice.objects.create(variant=row, amount=price, starts_at=LONG_AGO)
    return made


def shown_picture(of: Product, *, alt: str = "A kettle on a table") -> ProductPicture:
    """Return a picture of a product without files."""
    made = Picture.objects.create(
        title=alt, alt=alt, file="none.jpg", width=400, height=400, collection=collection(),
        sizes={"jpeg": {"320": "/media/sizes/none-320.jpg"},
               "share": {"1200": "/media/sizes/none-share.jpg"}},
    )  # fmt: skip
    place = of.shown_pictures.count()
    return ProductPicture.objects.create(product=of, picture=made, position=place)


def collection() -> Collection:
    """Return the root of all collections of files."""
    # Tests that commit empty every table behind them, and with them what migrations made.
    return Collection.get_first_root_node() or Collection.add_root(name="Root")


def pending_change(of: Product | Merchant, *, words: dict[str, Any], at: datetime = NOON,
              by: User | None = None, **facts: Any) -> PendingChange:  # fmt: skip
    """Return a change of what shoppers see that waits for a look."""
    field = "product" if isinstance(of, Product) else "merchant"
    known = {"waits_since": at, "sent_at": at, "by": by, field: of}
    return PendingChange.objects.create(words=words, **known | facts)


def shopper(account: User | None = None, *, address: str | None = None) -> Shopper:
    """Return a shopper with an own cart token and, unless given, an own network address."""
    n = next(_numbers)
    token = account.cart.token_hash if account and hasattr(account, "cart") else f"{n:064d}"
    where = address or f"127.{n // 60_000}.{n // 250 % 250}.{n % 250 + 1}"
    return Shopper(token, account, account is not None, keyed_hash(where))


def cart(wanted: dict[Variant, int], *, of: Shopper | None = None, email: str | None = None,
         at: datetime = NOON, codes: tuple[str, ...] = ()) -> Shopper:  # fmt: skip
    """Return a shopper whose cart holds these and whose address is known."""
    delivery()
    who = of or shopper()
    made, _ = Cart.objects.get_or_create(
        token_hash=who.token_hash,
        defaults={"user": who.user, "country": "CN", "changed_at": at},
    )
    contact = Contact(
        email=email or f"guest{next(_numbers)}@example.org", name="Lin Yue", phone="+8613800000000",
        line1="88 Renmin Road", city="Changsha", region="Hunan", postcode="410000", country="CN",
        made_at=at,
    )  # fmt: skip
    change.set_contact(made, contact)
    for chosen, quantity in wanted.items():
        change.add(made, chosen.pk, quantity, at=at)
    for code in codes:
        change.use_voucher(made, code, shopper=who, at=at)
    return who


def agreed(who: Shopper, *, at: datetime = NOON) -> Agreement:
    """Return what the shopper would agree to at a moment."""
    return agreement(price_cart(who, at=at))


def order(wanted: dict[Variant, int], *, at: datetime = NOON, **facts: Any) -> Order:
    """Return a pending order, placed at what the cart costs at that moment."""
    who = cart(wanted, at=at, **facts)
    return place_order(who, agreed=agreed(who, at=at), at=at).order


def listed(*products: Product, at: datetime = LONG_AGO) -> None:
    """Write the listing rows of products."""
    refresh([made.pk for made in products], at=at)


@transaction.atomic
def _respan(product_id: int, *, since: datetime) -> None:
    spans.rebuild([product_id], since=spans.lock_prices([product_id], at=since), what="made")
