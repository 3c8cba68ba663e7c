import re
from datetime import timedelta

import pytest
from django.test import Client

from shop.catalogue.delivery.models import Rate
from shop.festivals.models import Closure
from tests import make
from tests.make import END, NOON
from tests.shop.storefront.shelf import show

pytestmark = pytest.mark.django_db


RADIO = re.compile(
    r'name="variant" value="\d+"([^>]*)><span><bdi>(.*?)</bdi></span>(?:<small>(.*?)</small>)?'
)


def choices(text):
    found = RADIO.findall(text)
    return [(label, note, "checked" in rest, "disabled" in rest) for rest, label, note in found]


def test_a_product_at_its_everyday_price_can_be_bought():
    kettle = make.variant(20_00, on_hand=34)

    text = show(kettle.product)

    assert "<strong>$20.00</strong>" in text
    assert '<form method="post" action="/cart/add/">' in text
    assert f'<input type="hidden" name="variant" value="{kettle.pk}">' in text
    assert 'name="quantity"' in text
    assert "In stock, 34 pieces in Nairobi" in text
    assert "csrfmiddlewaretoken" not in text


def test_a_festival_price_stands_beside_the_lowest_of_the_30_days_before():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)

    text = show(kettle.product)

    assert '<ins><span class="hide">Festival price </span>$15.00</ins>' in text
    assert "Lowest price in the 30 days before: $20.00" in text
    assert "−25 %" in text
    assert "Festival price until 19 May" in text
    assert 'datetime="2027-05-20T00:00:00+00:00"' in text


def test_the_end_of_a_flash_deal_is_named_with_its_zone():
    kettle = make.variant(20_00)
    festival = make.festival(zone="Africa/Nairobi")
    slot = make.slot(festival, starts_at=NOON, ends_at=NOON + timedelta(hours=6))
    make.deal(kettle, during=slot, price=15_00, allotment=10)

    assert "Deal ends 12 May at 21:00, East Africa Time" in show(kettle.product)


def test_a_limited_deal_says_that_it_needs_an_account():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=60, per_shopper=2)

    text = show(kettle.product)

    assert "60 left" in text
    assert "Limit 2 per shopper" in text
    assert "It is limited to 2 units per account." in text
    assert f'href="/account/login/?next=/products/{kettle.product.slug}/"' in text


def test_when_all_is_claimed_the_regular_price_is_back():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=10)
    type(deal).objects.filter(pk=deal.pk).update(sold=10)
    Closure.objects.create(deal=deal, reason="sold_out", starts_at=NOON)
    with make.transaction.atomic():
        since = make.spans.lock_prices([kettle.product_id], at=NOON)
        make.spans.rebuild([kettle.product_id], since=since, what="sold out")

    text = show(kettle.product)

    assert "<strong>$20.00</strong>" in text
    assert "10 of 10 claimed" in text
    assert "All claimed, regular price" in text


def test_units_that_wait_for_a_deal_to_come_are_not_for_sale():
    kettle = make.variant(20_00, on_hand=10)
    festival = make.festival(starts_at=NOON + timedelta(days=1), ends_at=END)
    make.deal(kettle, during=festival, price=15_00, allotment=8)

    assert "In stock, 2 pieces in Nairobi" in show(kettle.product)


def test_no_variant_is_chosen_beforehand_and_what_is_gone_stays_to_see():
    small = make.variant(10_00, options=["Small"], on_hand=0)
    make.variant(30_00, of=small.product, options=["Large"], position=1)
    make.variant(20_00, of=small.product, options=["Medium"], position=2)

    text = show(small.product)

    assert choices(text) == [
        ("Small", "Sold out", False, True),
        ("Large", "$30.00", False, False),
        ("Medium", "$20.00", False, False),
    ]
    assert "<strong>from $20.00</strong>" in text


def test_names_of_options_are_translated_where_they_are_known():
    small = make.variant(of=make.product(option_names=["Size", "Colour"]), options=["S", "Red"])
    make.variant(of=small.product, options=["L", "Red"])

    english, french = show(small.product), show(small.product, "/fr")

    assert re.findall("<legend>(.*?)</legend>", english) == ["Size", "Colour"]
    assert re.findall("<legend>(.*?)</legend>", french) == ["Taille", "Couleur"]


def test_a_product_that_is_sold_out_has_no_button_to_press():
    kettle = make.variant(on_hand=0)

    text = show(kettle.product)

    assert '<button class="btn big" disabled>Sold out</button>' in text
    assert "Add to cart" not in text


def test_a_product_without_a_price_cannot_be_bought():
    text = show(make.product())

    assert "This product is no longer on sale." in text
    assert "Add to cart" not in text


def test_the_cheapest_delivery_to_the_chosen_country_is_promised():
    kettle = make.variant()
    make.delivery(6_90)
    make.delivery(19_00, service="express")

    text = show(kettle.product)

    assert "Arrives 18 to 26 May" in text
    assert "China, $6.90" in text
    assert "Duties are not included" in text


def test_ordinary_post_is_named_with_what_a_tracked_parcel_costs():
    kettle = make.variant()
    make.delivery(6_90, service="packet")
    Rate.objects.update(is_tracked=False)
    make.delivery(9_40)
    make.delivery(19_00, service="express")

    text = show(kettle.product)

    assert "China, $6.90" in text
    assert "By ordinary post, without a tracking number. With one: $9.40." in text


def test_ordinary_post_alone_is_named_and_tracked_parcels_need_no_word():
    kettle = make.variant()
    make.delivery(6_90, service="packet")
    assert "ordinary post" not in show(kettle.product)

    Rate.objects.update(is_tracked=False)

    assert "By ordinary post, without a tracking number.<" in show(make.variant().product)


def test_a_country_that_is_not_served_is_told():
    kettle = make.variant()
    browser = Client()
    browser.cookies["country"] = "FR"

    assert "This product cannot be sent to France." in show(kettle.product, client=browser)


def test_a_price_in_the_shoppers_currency_is_marked_as_approximate():
    kettle = make.variant(20_00)
    browser = Client()
    browser.cookies["currency"] = "CNY"

    text = show(kettle.product, client=browser)

    assert re.search(r"About CN¥1\d\d\.\d\d in your currency\. You pay \$20\.00\.", text)
    assert "in your currency" not in show(kettle.product)


def test_an_experience_cannot_be_bought_before_there_are_dates():
    walk = make.variant(of=make.product(kind="experience", duration_minutes=150,
                                        meeting_point="At the old gate"))  # fmt: skip

    text = show(walk.product)

    assert "Dates open soon" in text
    assert "Add to cart" not in text
    assert "2 hours 30 minutes" in text
    assert "At the old gate" in text
