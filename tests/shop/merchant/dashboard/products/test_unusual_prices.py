"""A merchant who thinks in another currency is asked before 12 500 francs cost $12,500.00."""

import pytest

from shop.catalogue.models import Product
from shop.festivals.models import RegularPrice
from tests import make
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.products.test_edit import body, row
from tests.shop.orders.tickets import visits

pytestmark = pytest.mark.django_db

SURE = "The prices are right as they are"


@pytest.fixture
def kitchen(desk):
    for _ in range(5):
        make.variant(20_00)


@pytest.fixture
def new(desk):
    return desk.address("{store}/products/new/")


def test_a_field_names_its_currency(client, desk, new):
    page = client.get(new).content.decode()

    assert ">Price (USD)</th>" in page
    assert "Price (USD), row 1" in page
    prices = client.get(desk.address("{store}/products/{product}/prices/")).content.decode()
    assert "New price (USD)" in prices


def test_a_price_far_from_the_category_s_is_asked_and_nothing_is_written(client, kitchen, new):
    before = Product.objects.count()
    sent = body(row(price="12 500"))

    answer = client.post(new, sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "$12,500.00 is 625 times what products in Kitchen usually cost here, $20.00." in page
    assert SURE in page
    assert 'href="#sure"' in page
    assert Product.objects.count() == before + 1  # the one that gave the category


def test_saying_yes_saves_it(client, kitchen, new):
    answer = client.post(new, body(row(price="12500"), sure="12500.00"))

    assert answer.status_code == 302
    assert RegularPrice.objects.latest("pk").amount == 12_500_00


def test_a_yes_to_one_price_is_none_to_another(client, kitchen, new):
    answer = client.post(new, body(row(price="13000"), sure="12500.00"))

    assert answer.status_code == 422
    assert 'value="13000.00"' in answer.content.decode()


def test_a_new_price_is_asked_about_before_it_is_confirmed(client, kitchen, desk):
    prices = desk.address("{store}/products/{product}/prices/")
    field = f"price_{desk.variant.pk}"

    shown = client.post(prices, {field: "9000"}).content.decode()
    other = client.post(prices, {field: "9500", "sure": "9000.00", "confirm": "1"})

    assert "$9,000.00 is 450 times what products in Kitchen usually cost here" in shown
    assert '<input type="hidden" name="sure" value="9000.00">' in shown
    assert other.status_code == 200
    assert RegularPrice.objects.filter(variant=desk.variant).count() == 1
    sent = {field: "9000", "sure": "9000.00", "confirm": "1"}
    assert client.post(prices, sent).status_code == 302
    assert RegularPrice.objects.filter(variant=desk.variant).latest("pk").amount == 9_000_00


def test_a_ticket_is_compared_with_earlier_ones_of_its_kind(client, clock_at):
    adult, _child, *_ = visits.session()
    walk, store = adult.product, adult.product.merchant
    clock_at(adult.session_start.replace(day=1))
    client.force_login(make.member(store))
    address = f"/merchant/{store.slug}/products/{walk.pk}/dates/"
    typed = {"first": "2027-06-13", "last": "2027-06-26", "weekdays": ["5"], "hour": "09:00",
             "seats": "8", "closes_before": "24", "price_adult": "24000"}  # fmt: skip
    before = walk.variants.count()

    asked = client.post(address, typed)

    assert asked.status_code == 422
    assert "what earlier tickets of this kind usually cost here" in asked.text
    assert walk.variants.count() == before
    assert client.post(address, typed | {"sure": "24000.00"}).status_code == 302


def test_a_reviewer_is_told_of_a_price_that_is_far_off(client, kitchen, desk):
    odd = make.variant(12_500_00, of=make.product(state="submitted", published_at=None))
    client.force_login(organizer("reviewer"))

    page = client.get(f"/organize/new-products/{odd.product_id}/").text

    assert f"{odd.sku}: $12,500.00 is 625 times what products in Kitchen usually cost" in page
