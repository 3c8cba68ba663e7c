"""Prices a cart: reads the facts of the price in four statements, then computes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Expression, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils.translation import get_language

from shop.catalogue.delivery.names import country_name
from shop.catalogue.delivery.quote import DeliveryOption, Parcel, delivery_options, parcel_of
from shop.catalogue.models import Product
from shop.catalogue.words import called_column
from shop.core.conditions import under
from shop.core.currencies import least_charge
from shop.core.errors import CannotDeliver
from shop.core.locks import locked_beside
from shop.core.statements.composed import MOMENT, TEXT, composed
from shop.festivals.deals.reserved_stock import LEFT, fencing_deals
from shop.festivals.holds.holdings import Holdings
from shop.festivals.models import Enrolment, Festival, Participation, PriceSpan, RegularPrice
from shop.festivals.prices.load import deals_now
from shop.festivals.pricing.quoting import Quote, quote
from shop.festivals.pricing.terms import Basket, DealTerms, PoolTerms, VariantTerms, WantedUnits
from shop.festivals.promotions.vouchers import Pick, promotions_now
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart, CartLine, CartVoucher
from shop.people.merchants.holidays import is_away
from shop.storefront.cache.catalogue_version import current_version


@dataclass(frozen=True)
class PricedCart:
    """A cart with its quote at a moment.

    ``options`` are the ways to send each merchant's parcel, ``chosen`` the one taken;
    ``undeliverable`` says why nothing can be sent, or is empty; ``taken_off`` are the promotions
    whose vouchers the shopper does not want for this cart.
    """

    cart: Cart
    lines: tuple[CartLine, ...]
    quote: Quote
    options: dict[int, tuple[DeliveryOption, ...]]
    chosen: dict[int, DeliveryOption]
    picks: tuple[Pick, ...]
    undeliverable: str = ""
    taken_off: tuple[int, ...] = ()

    @property
    def has_goods(self) -> bool:
        """Tell whether something has to be sent, or tickets alone are bought."""
        return any(line.variant.product.kind == Product.Kind.GOODS for line in self.lines)

    @property
    def lacks_contact(self) -> bool:
        """Tell whether it is not known yet who buys and, if something is sent, where it goes."""
        contact = self.cart.contact
        if contact is None or contact.country != self.cart.country:
            return True
        return self.has_goods and not contact.line1

    @property
    def asked_age(self) -> int:
        """Return the age in years that the shopper is asked to have; 0 for none."""
        return max(line.variant.product.category.min_age for line in self.lines)

    @cached_property
    def by_merchant(self) -> dict[int, list[CartLine]]:
        """Return the lines of each merchant, in the order in which they came in."""
        found: dict[int, list[CartLine]] = defaultdict(list)
        for line in self.lines:
            found[line.variant.product.merchant_id].append(line)
        return dict(found)


def price_cart(shopper: Shopper, *, at: datetime, lock: bool = False) -> PricedCart | None:
    """Return the shopper's cart with its price at a moment, or None when it is empty.

    Args:
        lock: keep others from changing the cart until the transaction ends.
    """
    lines = tuple(priced_lines(shopper.language, lock, token_hash=shopper.token_hash, at=at))
    if not lines:
        return None
    cart = lines[0].cart
    own = Holdings.from_json(cart.holdings)
    chosen_by_hand = [row for row in lines[0].picks if not row["is_off"]]
    picks = tuple(Pick(row["promotion"], row["claim"]) for row in chosen_by_hand)
    off = tuple(row["promotion"] for row in lines[0].picks if row["is_off"])
    deals = deals_now([line.variant_id for line in lines], at=at, shopper_id=shopper.limit_id)
    options, undeliverable = _options(cart, lines)
    chosen = {pk: _chosen(cart, pk, ways) for pk, ways in options.items()}
    basket = Basket(
        wanted=tuple(_wanted(line, deals.get(line.variant_id, []), own, at=at) for line in lines),
        pools=_pools(lines, own, _fenced_again(lines, deals, own, at=at)),
        promotions=promotions_now(
            at=at, picks=picks, shopper_id=shopper.limit_id, own=own, taken_off=off
        ),
        parcels={pk: option.price for pk, option in chosen.items()},
        minimum=least_charge(settings.SHOP_CURRENCY),
        currency=settings.SHOP_CURRENCY,
        hold_minutes=current_version(at=at).limits.hold_minutes,
    )
    priced = quote(basket, at=at)
    if reached := _reached(priced, lines):
        # What the goods cost is known by now: of these stores they are sent for nothing.
        options, undeliverable = _options(cart, lines, reached)
        chosen = {pk: _chosen(cart, pk, ways) for pk, ways in options.items()}
        prices = {pk: option.price for pk, option in chosen.items()}
        priced = quote(replace(basket, parcels=prices), at=at)
    return PricedCart(cart, lines, priced, options, chosen, picks, undeliverable, off)


NOTHING: Mapping[int, int] = {}


@composed(token_hash=TEXT, at=MOMENT)
def priced_lines(
    language: str, is_locked: bool, *, token_hash: Expression, at: Expression
) -> QuerySet[CartLine]:
    """Return the lines of a cart with all that their price depends on but the deals."""
    regular = RegularPrice.objects.begun(at=at).filter(variant=OuterRef("variant"))
    aside = (
        fencing_deals(at=at)
        .filter(variant__pool=OuterRef("variant__pool"))
        .values("variant__pool")
        .annotate(units=Sum(LEFT))
    )
    rates = Enrolment.objects.filter(
        festival=OuterRef("festival"),
        merchant=OuterRef("product__merchant"),
        state=Enrolment.State.ACCEPTED,
    )
    taking_part = (
        Participation.objects.filter(
            under("festival", Festival.live(at)),
            product=OuterRef("variant__product"),
        )
        .order_by("-festival__priority", "festival_id")
        .values(
            json=JSONObject(
                id="festival_id", commission_bp=Subquery(rates.values("commission_bp")[:1])
            )
        )
    )
    picks = CartVoucher.objects.filter(cart=OuterRef("cart")).order_by("pk")
    pick = JSONObject(promotion="promotion_id", claim="claim_id", is_off="is_off")
    span = PriceSpan.objects.in_force(at=at).filter(variant=OuterRef("variant"))
    rows = (
        CartLine.objects.filter(cart__token_hash=token_hash)
        .select_related("cart__contact", "variant__product__merchant", "variant__product__category",
                        "variant__product__listing",
                        "variant__pool__plan")
        .annotate(
            regular_now=Subquery(regular.values("amount")[:1]),
            public=Subquery(span.values(json=JSONObject(price="price", prior="prior_price"))[:1]),
            set_aside=Subquery(aside.values("units")[:1]),
            taking_part=ArraySubquery(taking_part),
            picks=ArraySubquery(picks.values(json=pick)),
            called=called_column("shop_variant.options::text[]", language),
        )
        .order_by("added_at", "pk")
    )  # fmt: skip
    return locked_beside(rows, "cart") if is_locked else rows


def _wanted(line: CartLine, deals: list[DealTerms], own: Holdings, *, at: datetime) -> WantedUnits:
    variant, product = line.variant, line.variant.product
    on_sale = (
        product.is_public
        and variant.is_active
        and variant.listed_at is not None
        and line.regular_now is not None
        and (product.kind == Product.Kind.GOODS or variant.session_start is not None)
        and not is_on_holiday(product, at=at)
        and not is_barred(product, line.cart.country)
    )
    regular = ((variant.listed_at, line.regular_now),) if on_sale else ()
    rates = {row["id"]: row["commission_bp"] for row in line.taking_part}
    return WantedUnits(
        variant=VariantTerms(
            variant.pk,
            regular,  # type: ignore[arg-type]  # what is on sale has both
            variant.listed_at or line.added_at,
            variant.closes_at,
            tuple(_credited(deal, own) for deal in deals),
        ),
        quantity=line.quantity,
        product_id=product.pk,
        merchant_id=product.merchant_id,
        pool_id=variant.pool_id,
        units_per_item=variant.units_per_item,
        category_id=product.category_id,
        festivals=tuple(row["id"] for row in line.taking_part),
        commission_bp=product.merchant.commission_bp,
        festival_commission_bp={pk: rate for pk, rate in rates.items() if rate is not None},
    )


def is_on_holiday(product: Product, *, at: datetime) -> bool:
    """Tell whether parcels with a product cannot be ordered since its store is away."""
    return product.kind == Product.Kind.GOODS and is_away(product.merchant, at=at)


def is_barred(product: Product, country: str) -> bool:
    """Tell whether a product is not sent to a country: by its category's rules, or its store."""
    if product.kind != Product.Kind.GOODS:
        return False
    return country in product.category.barred or country in product.merchant.closed_to


def _credited(deal: DealTerms, own: Holdings) -> DealTerms:
    """Return a deal's terms with the units of the shopper's own pending order counted as left."""
    held = own.deals.get(deal.id, 0)
    if not held:
        return deal
    left = None if deal.left is None else deal.left + held
    shopper_left = deal.shopper_left
    if shopper_left is not None and own.shopper_id is not None:
        shopper_left += held
    return replace(deal, left=left, shopper_left=shopper_left)


def _fenced_again(
    lines: tuple[CartLine, ...], deals: dict[int, list[DealTerms]], own: Holdings, *, at: datetime
) -> dict[int, int]:
    """Return the items, by variant, that go back behind fences when the own order lets go.

    A paused deal gives no price now, and its fence stands all the same; behind that of a deal
    which the regular price undercuts nothing goes back.
    """
    found: dict[int, int] = defaultdict(int)
    regular = {line.variant_id: line.regular_now for line in lines}
    for variant_id, open_now in deals.items():
        for deal in open_now:
            if deal.left is not None and not deal.rule.is_undercut(regular[variant_id]):
                found[variant_id] += own.deals.get(deal.id, 0)
    known = {deal.id for open_now in deals.values() for deal in open_now}
    if closed := own.deals.keys() - known:
        rows = fencing_deals(at=at).filter(pk__in=closed)
        for deal_id, variant_id in rows.values_list("pk", "variant_id"):
            found[variant_id] += own.deals[deal_id]
    return found


def _pools(
    lines: tuple[CartLine, ...], own: Holdings, fenced: dict[int, int]
) -> dict[int, PoolTerms]:
    found: dict[int, PoolTerms] = {}
    for line in lines:
        variant, pool = line.variant, line.variant.pool
        free = pool.free + own.pools.get(pool.pk, 0)
        # Units that the own pending order took from an allotment go back behind its fence.
        back = fenced.get(variant.pk, 0) * variant.units_per_item
        before = found.get(pool.pk)
        aside = before.set_aside if before else line.set_aside or 0
        found[pool.pk] = PoolTerms(free=free, set_aside=aside + back)
    return found


def _options(
    cart: Cart, lines: tuple[CartLine, ...], goods: Mapping[int, int] = NOTHING
) -> tuple[dict[int, tuple[DeliveryOption, ...]], str]:
    """Return the ways to send each store's parcel, or why the cart cannot be sent.

    Args:
        goods: what the goods of stores cost together, by merchant id.
    """
    parcels: dict[int, Parcel] = {}
    for line in lines:
        product = line.variant.product
        if product.kind != Product.Kind.GOODS or cart.country in product.merchant.closed_to:
            continue
        before = parcels.get(product.merchant_id)
        weight = (before.weight_g if before else 0) + line.variant.weight_g * line.quantity
        parcel = parcel_of(product.merchant, weight, cart.country)
        parcels[product.merchant_id] = replace(parcel, goods=goods.get(product.merchant_id, 0))
    try:
        return delivery_options(parcels, cart.country), ""
    except CannotDeliver:
        return {}, str(CannotDeliver(country_name(cart.country, get_language() or "en")))


def _reached(priced: Quote, lines: tuple[CartLine, ...]) -> dict[int, int]:
    """Return what goods cost, at the prices of deals, of the stores that send them for nothing."""
    asks = {line.variant.product.merchant_id: line.variant.product.merchant.free_from
            for line in lines}  # fmt: skip
    if not any(least is not None for least in asks.values()):
        return {}
    goods = {line.variant_id for line in lines
             if line.variant.product.kind == Product.Kind.GOODS}  # fmt: skip
    sums: dict[int, int] = defaultdict(int)
    for segment in priced.segments:
        if segment.wanted.variant.id in goods:
            sums[segment.wanted.merchant_id] += segment.amount
    found = {}
    for pk, amount in sums.items():
        least = asks.get(pk)
        if least is not None and amount >= least:
            found[pk] = amount
    return found


def _chosen(cart: Cart, merchant_id: int, ways: tuple[DeliveryOption, ...]) -> DeliveryOption:
    wish = cart.services.get(str(merchant_id))
    return next((option for option in ways if option.service == wish), ways[0])
