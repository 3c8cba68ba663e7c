"""What is taken down is sold and shown no more; its store cannot put it back by itself."""

from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue import translations
from shop.catalogue.models import Product, Variant
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog, Deal, PriceSpan
from shop.merchant.moderation import take_down, withdraw
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.storefront.listings import publish
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, deliver
from tests.queue import run_queued_work
from tests.shop.merchant.moderation.proposed import approve, propose

pytestmark = pytest.mark.django_db
REASON = "A counterfeit"
MONTHS = timedelta(days=60)


def down(product, organizer, *, at=NOON):
    found = take_down.take_down(product, REASON, at=at, by=organizer)
    take_down.end_open_ones(at=at, product_id=product.pk)  # as the worker does
    return found


def price_at(kettle, at):
    rows = PriceSpan.objects.filter(variant=kettle, starts_at__lte=at, ends_at__gt=at)
    return rows.values_list("price", flat=True).first()


def test_nothing_of_it_has_a_price_or_a_listing_any_more(product, kettle, organizer):
    who = make.cart({kettle: 1})

    found = down(product, organizer)

    assert not Listing.objects.filter(pk=product.pk).exists()
    assert price_at(kettle, NOON) is None
    assert price_cart(who, at=NOON).quote.goods == 0
    product.refresh_from_db()
    assert (product.state, product.review_note, found.since) == ("taken_down", REASON, NOON)
    line = ChangeLog.objects.get(action="take down")
    assert (line.by, line.reason) == (organizer, REASON)


def test_a_deal_that_runs_keeps_no_product_in_the_shop_and_counts_again_after(
    product, kettle, organizer
):
    deal = make.deal(kettle, during=make.festival(), price=15_00)

    down(product, organizer)
    assert price_at(kettle, NOON) is None
    publish.put_back(product, at=NOON + timedelta(hours=1), by=organizer)

    assert price_at(kettle, NOON + timedelta(hours=2)) == 15_00
    deal.refresh_from_db()
    assert deal.state == Deal.State.APPROVED


@pytest.mark.parametrize(
    "state", [state for state in Product.State.values if state != "taken_down"]
)
def test_only_what_was_taken_down_is_put_back(product, organizer, state):
    Product.objects.filter(pk=product.pk).update(state=state)

    with pytest.raises(StaleState):
        publish.put_back(product, at=NOON, by=organizer)

    assert Product.objects.get(pk=product.pk).state == state


def test_open_orders_end_and_paid_ones_stay(till, product, kettle, organizer):
    payment = begin(make.cart({kettle: 2}))
    till.pay(payment.session_id)
    deliver(till)
    paid = Order.objects.get()
    begin(make.cart({kettle: 1}))
    other = begin(make.cart({make.variant(): 1})).order

    assert down(product, organizer).open_orders == 1

    states = Order.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["paid", "expired", "pending"]
    paid.refresh_from_db()
    other.refresh_from_db()
    kettle.pool.refresh_from_db()
    assert (kettle.pool.held, kettle.pool.sold) == (0, 2)
    assert_books_agree()


def test_an_order_placed_in_the_same_second_is_ended_by_the_beat_of_what_is_down(
    till, product, kettle, organizer
):
    # It read the product before it was taken down, and was committed after the others were ended.
    who = make.cart({kettle: 1})
    agreed = make.agreed(who)
    place_order(who, agreed=agreed, at=NOON)
    publish.take_down(product, REASON, at=NOON, by=organizer)

    assert take_down.end_open_ones(at=NOON) == 1

    assert Order.objects.get().state == Order.State.EXPIRED


def test_a_take_down_needs_a_reason_and_something_on_sale(product, organizer):
    with pytest.raises(NotPossible, match="reason"):
        take_down.take_down(product, " ", at=NOON, by=organizer)
    down(product, organizer)

    with pytest.raises(StaleState):
        down(product, organizer)

    assert ChangeLog.objects.filter(action="take down").count() == 1


@pytest.mark.parametrize("way", [publish.submit, withdraw.withdraw])
def test_its_store_cannot_put_it_back(product, organizer, member, way):
    Product.objects.filter(pk=product.pk).update(origin="KE")
    down(product, organizer)

    with pytest.raises(StaleState):
        way(product, at=NOON, by=member)

    product.refresh_from_db()
    assert product.state == "taken_down"


def test_a_changed_version_comes_back_once_it_is_approved(product, kettle, organizer, member):
    down(product, organizer)

    made = propose(product, member, title="A plain kettle")
    product.refresh_from_db()
    assert (product.state, product.title) == ("taken_down", "Copper kettle")
    approve(made, organizer, at=NOON + timedelta(hours=1))

    product.refresh_from_db()
    assert (product.state, product.title, product.review_note) == (
        "published", "A plain kettle", "",
    )  # fmt: skip
    assert Listing.objects.get(pk=product.pk).title == "A plain kettle"
    assert price_at(kettle, NOON + timedelta(hours=2)) == 20_00


def test_what_is_put_back_is_what_was_approved(product, organizer, member):
    down(product, organizer)
    propose(product, member, title="Rolex")

    publish.put_back(product, at=NOON, by=organizer)

    assert Listing.objects.get(pk=product.pk).title == "Copper kettle"


def test_what_was_down_for_long_has_no_price_to_be_compared_with(product, kettle, organizer):
    down(product, organizer)

    publish.put_back(product, at=NOON + MONTHS, by=organizer)

    assert Variant.objects.get(pk=kettle.pk).listed_at == NOON + MONTHS


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "Taken down: Copper kettle"), ("sw", "Imeondolewa: Copper kettle")],
)
def test_the_store_reads_why(product, organizer, member, mailoutbox, language, subject):
    type(member).objects.filter(pk=member.pk).update(language=language)
    down(product, organizer)
    publish.put_back(product, at=NOON, by=organizer)

    run_queued_work()

    first, second = [mail for mail in mailoutbox if mail.to == [member.email]]
    assert first.subject == subject
    assert REASON in first.body
    assert "Copper kettle" in second.subject


def test_the_words_of_a_page_are_gone_in_every_language(organizer):
    store = make.merchant(tagline="Rolex", story="Real ones.")
    translations.write(store, {"fr": {"story": "Des vraies."}}, at=NOON)

    take_down.clear_page(store, REASON, at=NOON, by=organizer)

    assert translations.words_in(store) == {}
    assert "Des vraies." not in Client().get(f"/fr/stores/{store.slug}/").text
    kept = ChangeLog.objects.get(action="take down").before
    assert kept["translations"] == {"fr": {"story": "Des vraies."}}
