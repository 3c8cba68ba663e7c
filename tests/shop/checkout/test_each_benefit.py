"""Every kind of benefit on its way: cart, checkout, order, and what goes back of it."""

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import translation

from shop.core.currencies import written
from shop.festivals.models import Participation
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.promotions.text import gives
from shop.orders import end
from shop.orders.models import OrderLine, Refund
from shop.orders.reconcile import differences
from shop.orders.refund import record
from tests import make
from tests.make import NOON
from tests.shop.checkout.steps import ADDRESS, buy, give_address, link
from tests.shop.festivals.pricing.each_kind import each_choice, example
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def wanted():
    """Return what a cart holds: two things of one store, one of them on a deal, one of another."""
    store, festival = make.merchant(), make.festival()
    made = [
        make.variant(33_33, of=make.product(of=store)),
        make.variant(45_00, of=make.product(of=store)),
        make.variant(19_99, of=make.product(of=make.merchant())),
    ]
    for variant in made:
        Participation.objects.create(festival=festival, product=variant.product)
    make.deal(made[1], during=festival, price=40_00, allotment=9)
    return dict(zip(made, (3, 2, 4), strict=True))


def benefit(wanted, group, kind):
    """Return a benefit of a kind, which organizer and stores share."""
    store = next(iter(wanted)).product.merchant
    return make.promotion(
        Participation.objects.first().festival,
        title="The benefit",
        group=group,
        kind=kind.code,
        merchant=store if group == Group.MERCHANT else None,
        organizer_share=40,
        **example(kind),
    )


@each_choice
def test_it_is_the_same_in_cart_checkout_and_order(browser, till, wanted, group, kind):
    promotion = benefit(wanted, group, kind)
    fill(browser, wanted)
    give_address(browser)

    seen = words(browser.get("/cart/")), words(browser.get("/checkout/delivery/"))
    order = buy(browser, till, {})

    taken = sum(row.amount for row in order.discounts.filter(promotion=promotion))
    said = f"The benefit −{written(taken, settings.SHOP_CURRENCY, 'en')}"
    assert taken > 0
    assert [said in page for page in (*seen, words(browser.get(link(order))))] == [True] * 3
    assert ADDRESS["country"] == order.contact.country
    assert sum(row.organizer_part for row in order.discounts.all()) == taken * 40 // 100
    promotion.refresh_from_db()
    assert (promotion.used, promotion.spent, promotion.held_amount) == (1, taken, 0)


@each_choice
def test_what_goes_back_unit_by_unit_ends_at_what_was_paid(wanted, group, kind):
    make.delivery(5_00)
    benefit(wanted, group, kind)
    order = make.order(wanted)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)

    for line in order.lines.order_by("pk"):
        for done in range(line.quantity):
            back = sent_back(order, line, 1)
            paid = line.paid * (done + 1) // line.quantity - line.paid * done // line.quantity
            assert back == paid

    assert differences() == []


@transaction.atomic
def sent_back(order, line, units):
    """Send units of a line back; return what the shopper gets for them."""
    locked = end.lock(order.pk)
    row = OrderLine.objects.get(pk=line.pk)
    refund = record(locked, {row: units}, cause=Refund.Cause.SESSION_CANCELLED, at=NOON)
    return sum(each.paid for each in refund.lines.all())


@each_choice
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_it_can_be_said_in_every_language(wanted, group, kind, language):
    promotion = benefit(wanted, group, kind)

    with translation.override(language):
        text = gives(promotion, language)

    assert text
    assert "%(" not in text
