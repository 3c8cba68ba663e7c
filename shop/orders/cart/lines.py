"""One line of a cart in words: its price in parts, its limits, the units it cannot get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.date_plans import promise_of
from shop.catalogue.delivery.names import country_name
from shop.catalogue.returns import cancelling
from shop.catalogue.words import terms_of
from shop.core import dates
from shop.core.errors import LimitReached, OutOfStock
from shop.core.languages import Wording, beside, labelled, listed, sentences
from shop.festivals.pricing.items import deals_at, is_on_sale
from shop.festivals.pricing.quoting import Quote
from shop.festivals.pricing.segments import Segment
from shop.festivals.pricing.terms import DealTerms
from shop.festivals.words import deal_text
from shop.orders.cart.current import Shopper
from shop.orders.cart.formats import amount, language, less
from shop.orders.cart.models import CartLine
from shop.orders.cart.pricing import PricedCart, is_barred, is_on_holiday
from shop.people.merchants.holidays import away_sentence


@dataclass(frozen=True, slots=True)
class Hint:
    """A sentence, with a link that helps."""

    text: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line as the page says it; ``left`` is the number to set it to when units are missing."""

    variant_id: int
    title: str
    title_language: str
    label: str
    label_language: str
    url: str
    picture: str
    quantity: int
    price: str
    prior: str
    notes: tuple[str, ...]
    tags: tuple[str, ...]
    hints: tuple[Hint, ...]
    missing: str
    left: int

    @property
    def field(self) -> str:
        """Return the id of its number on the page."""
        return f"quantity-{self.variant_id}"


def show_line(
    line: CartLine,
    priced: PricedCart,
    shopper: Shopper,
    *,
    at: datetime,
) -> LineShown:
    """Return a line as the page shows it."""
    product, quote = line.variant.product, priced.quote
    parts = parts_of(line, quote)
    short = quote.missing.get(line.variant_id, 0)
    prior = _prior(parts, line)
    named, label = product.named(language()), _label(line)
    return LineShown(
        variant_id=line.variant_id,
        title=named.text,
        title_language=named.lang,
        label=label.text,
        label_language=label.lang,
        url=reverse("product", args=[product.slug]),
        picture=_picture(line),
        quantity=line.quantity,
        price=amount(sum(part.amount for part in parts)) if parts else "",
        prior=amount(prior * parts[0].quantity) if prior else "",
        notes=tuple(_notes(parts, prior)),
        tags=tuple(_tags(parts)),
        hints=(*hints(parts, shopper, at=at), *_next_set(parts, quote), *visit_rules(line, at=at)),
        missing=missing(line, short, quote) if short else "",
        left=line.quantity - short,
    )


def parts_of(line: CartLine, quote: Quote) -> list[Segment]:
    """Return the units of a line by their price."""
    return [part for part in quote.segments if part.wanted.variant.id == line.variant_id]


def hints(parts: Sequence[Segment], shopper: Shopper, *, at: datetime) -> list[Hint]:
    """Say why some units cost more than the best deal."""
    if not parts:
        return []
    used = {part.deal.id: part.quantity for part in parts if part.deal}
    if any(part.deal and part.deal.rule.counts_together for part in parts):
        return []  # counted together they cost less than at any price of one
    dearest = max(part.price for part in parts)
    wanted = parts[0].wanted
    found = []
    for price, deal in deals_at(wanted.variant, at, regular=parts[0].regular):
        if price >= dearest:
            continue
        units = used.get(deal.id, 0)
        if deal.per_shopper and units >= (deal.shopper_left or 0):
            found.append(_limit_hint(deal, price, shopper))
        elif deal.left is not None and 0 < deal.left <= units:
            text = ngettext(
                "Only %(count)d was left at the festival price. The rest is at the regular price.",
                "Only %(count)d were left at the festival price. The rest is at the regular price.",
                units,
            )
            found.append(Hint(text % {"count": units}))
    return found


def visit_rules(line: CartLine, *, at: datetime) -> list[Hint]:
    """Say of a visit until when it may be cancelled, and from how many guests it takes place.

    Both are a part of what is agreed by paying.
    """
    variant = line.variant
    if variant.session_start is None:
        return []
    cancel = cancelling(
        variant.product.cancel_hours, variant.session_start, variant.session_zone or "UTC",
        language(), at=at,
    )  # fmt: skip
    rules = (cancel, promise_of(variant, language()))
    return [Hint(rule) for rule in rules if rule]


def _label(line: CartLine) -> Wording:
    variant = line.variant
    terms = terms_of(variant.product, line.called, language())
    label = terms.label(variant.options)
    if variant.session_start is None:
        return label
    at, zone = variant.session_start, variant.session_zone or "UTC"
    place = variant.product.merchant.place_of_clock(at, zone, language())
    when = dates.of_visit(at, zone, language(), place)
    return Wording(beside(label.text, when))


def _picture(line: CartLine) -> str:
    listing = getattr(line.variant.product, "listing", None)
    return listing.picture.get("small", "") if listing else ""


def _prior(parts: Sequence[Segment], line: CartLine) -> int | None:
    """Return the price of one that may be struck through: only where all units are at the deal."""
    if len(parts) != 1 or line.public is None or parts[0].deal is None:
        return None
    return line.public["prior"] if line.public["price"] == parts[0].price else None


def _notes(parts: Sequence[Segment], prior: int | None) -> list[str]:
    found = []
    if len(parts) == 1 and parts[0].quantity > 1:
        found.append(_("%(price)s each") % {"price": amount(parts[0].price)})
    if len(parts) > 1:
        found.append(_split(parts))
    if prior:
        found.append(_("Lowest in 30 days: %(price)s") % {"price": amount(prior)})
    for part in parts:
        if part.reduced and part.deal:
            found.append(labelled(deal_text(part.deal.rule), less(part.reduced)))
    return found


def _next_set(parts: Sequence[Segment], quote: Quote) -> Iterator[Hint]:
    """Say how many more units are paid less for together; once, at the first line of a product."""
    for part in parts:
        if part.counted_with is None or part.deal is None:
            continue
        same = [other for other in quote.segments if other.counted_with == part.counted_with]
        more = part.deal.rule.units_to_next(sum(other.quantity for other in same))
        if more and same[0] is part:
            text = ngettext(
                "%(deal)s: add %(count)d more of this product.",
                "%(deal)s: add %(count)d more of this product.",
                more,
            )
            yield Hint(text % {"deal": deal_text(part.deal.rule), "count": more})


def _split(parts: Sequence[Segment]) -> str:
    if len(parts) == 2:
        first, second = parts
        return _("%(first)d at %(first_price)s, %(second)d at %(second_price)s") % {
            "first": first.quantity,
            "first_price": amount(first.price),
            "second": second.quantity,
            "second_price": amount(second.price),
        }
    facts = [{"count": part.quantity, "price": amount(part.price)} for part in parts]
    return listed(_("%(count)d at %(price)s") % fact for fact in facts)


def _tags(parts: Sequence[Segment]) -> list[str]:
    found = []
    deal = parts[0].deal if parts else None
    if deal and deal.left is not None:
        text = ngettext("%(count)d left at this price", "%(count)d left at this price", deal.left)
        found.append(text % {"count": deal.left})
    if deal and deal.per_shopper:
        limit = deal.per_shopper
        text = ngettext("Limit %(count)d per shopper", "Limit %(count)d per shopper", limit)
        found.append(text % {"count": limit})
        if deal.shopper_left is not None and 0 < deal.shopper_left < limit:
            left = deal.shopper_left
            text = ngettext("%(count)d left for you", "%(count)d left for you", left)
            found.append(text % {"count": left})
    return found


def _limit_hint(deal: DealTerms, price: int, shopper: Shopper) -> Hint:
    limit = deal.per_shopper or 0
    each = _("%(price)s each") % {"price": amount(price)}
    if shopper.user is None:
        text = ngettext(
            "Sign in to buy at this price. It is limited to %(count)d unit per account.",
            "Sign in to buy at this price. It is limited to %(count)d units per account.",
            limit,
        ) % {"count": limit}
        return Hint(sentences(each, text), f"{reverse('account_login')}?next={reverse('cart')}",
                    _("Sign in"))  # fmt: skip
    if not shopper.has_verified_email:
        text = _("Vouchers and limited deals need a confirmed email address.")
        return Hint(
            sentences(each, text), reverse("account_email"), _("Confirm your email address")
        )
    if deal.shopper_left == limit:  # nothing of it was bought before: the cart wants more
        text = ngettext(
            "You can buy %(count)d of these at the festival price. The rest is at the regular "
            "price.",
            "You can buy %(count)d of these at the festival price. The rest is at the regular "
            "price.",
            limit,
        )
        return Hint(text % {"count": limit})
    return Hint(str(LimitReached(limit, 0, 0)))


def missing(line: CartLine, short: int, quote: Quote) -> str:
    """Say why so many units of a line cannot be had."""
    product = line.variant.product
    if is_on_holiday(product, at=quote.at):
        return away_sentence(product.merchant, language(), at=quote.at)
    country = line.cart.country
    if is_barred(product, country):
        text = _("%(title)s may not be sent to %(country)s. Remove it, or choose another country.")
        where = country_name(country, language())
        return text % {"title": product.title_in(language()), "country": where}
    wanted = next(w for w in quote.basket.wanted if w.variant.id == line.variant_id)
    if not wanted.variant.regular or not is_on_sale(wanted.variant, quote.at):
        return _("This product is no longer on sale.")
    return str(OutOfStock(product.title_in(language()), line.quantity - short))
