"""Price, bar, stock and delivery of a product's page are those of the variant that is chosen."""

import json
import re

import pytest
from django.test import Client

from shop.catalogue.delivery.models import Rate
from shop.orders.cart.models import CartLine
from tests import make
from tests.make import NOON
from tests.shop.orders.cart.carts import words
from tests.shop.storefront.shelf import show

pytestmark = pytest.mark.django_db
PANEL = re.compile(r'(?s)data-variant="(\d*)"(?: data-options="[^"]*" data-most="\d+")?( hidden)?>')


@pytest.fixture
def throw():
    """Return a throw of two sizes: the larger is in a flash deal and costs more all the same."""
    product = make.product(title="Throw", option_names=["Size"])
    small = make.variant(48_00, of=product, options=["Small"], on_hand=20, weight_g=400)
    large = make.variant(66_00, of=product, options=["Large"], on_hand=9, weight_g=900, position=1)
    slot = make.slot(make.festival(), starts_at=NOON)
    make.deal(large, during=slot, price=52_80, allotment=5)
    return small, large


def asked(variant, language=""):
    address = f"{language}/products/{variant.product.slug}/?variant={variant.pk}"
    return Client().get(address)


def part(text, variant):
    """Return what the page keeps for a variant, without markup."""
    found = re.findall(
        rf'(?s)data-variant="{variant.pk}"[^>]*>(.*?)(?=data-variant=|<form|<own-part)', text
    )
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join(found)).split())


def shown(answer):
    """Return the text of a page without what is hidden."""
    text = re.sub(r"(?s)<(div|p|bdi)[^>]* hidden>.*?</\1>(?:\s*</div>)?", "", answer.text)
    return words(type("Page", (), {"text": text}))


def test_every_variant_has_its_own_price_bar_and_stock(throw):
    small, large = throw

    text = show(small.product)

    assert "$48.00" in part(text, small)
    assert "claimed" not in part(text, small)
    assert "In stock, 20 pieces in Nairobi" in part(text, small)
    assert "Flash price $52.80" in part(text, large)
    assert "0 of 5 claimed" in part(text, large)
    assert "In stock, 9 pieces in Nairobi" in part(text, large)


def test_while_nothing_is_chosen_the_lowest_price_is_a_from_and_the_deal_names_its_variant(throw):
    text = shown(Client().get(f"/products/{throw[0].product.slug}/"))

    assert "from $48.00" in text
    assert "Large: $52.80 · 5 left" in text
    assert "claimed" not in text
    assert "Choose this first: Size" in text
    assert "In stock" not in text


def test_an_address_with_a_variant_shows_that_one_and_has_it_chosen(throw):
    small, large = throw

    page = asked(large)

    text = shown(page)
    assert "Flash price $52.80" in text
    assert "0 of 5 claimed" in text
    assert "In stock, 9 pieces in Nairobi" in text
    assert "from $48.00" not in text
    assert f'value="{large.pk}" required checked' in page.text
    assert "from $48.00" in shown(Client().get(f"/products/{small.product.slug}/?variant=x"))


def test_a_variant_of_another_product_is_left_out(throw):
    other = make.variant(99_00)

    page = Client().get(f"/products/{throw[0].product.slug}/?variant={other.pk}")

    assert "from $48.00" in shown(page)
    assert "$99.00" not in page.text


def test_delivery_follows_the_weight_of_what_is_chosen(throw):
    small, large = throw
    Rate.objects.all().delete()
    for grams, price in ((500, 4_00), (1000, 9_00)):
        make.delivery(price)
        Rate.objects.filter(price=price).update(weight_to=grams, weight_from=grams - 499)

    assert "China, from $4.00" in shown(Client().get(f"/products/{small.product.slug}/"))
    assert "China, $4.00" in shown(asked(small))
    assert "China, $9.00" in shown(asked(large))


def test_two_options_are_two_selectors_and_make_one_variant(throw):
    product = make.product(title="Shirt", option_names=["Size", "Colour"])
    for place, options in enumerate((["S", "Red"], ["S", "Blue"], ["L", "Red"])):
        make.variant(
            10_00 + place * 100, of=product, options=options, position=place, on_hand=place
        )

    text = show(product)

    radios = re.findall(r'name="(option\d)" value="(\w+)" required( checked)?( disabled)?', text)
    assert radios == [
        ("option0", "S", "", ""), ("option0", "L", "", ""),
        ("option1", "Red", "", ""), ("option1", "Blue", "", ""),
    ]  # fmt: skip
    [first] = re.findall(r'data-options="([^"]*)"', text)[:1]
    assert json.loads(first.replace("&quot;", '"')) == ["S", "Red"]
    assert "$11.00" in shown(Client().get(f"/products/{product.slug}/?option0=S&option1=Blue"))
    assert add(product, option0="L", option1="Red").status_code == 303
    assert CartLine.objects.get().variant.options == ["L", "Red"]


def add(product, **chosen):
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
    return browser.post("/cart/add/", {"product": product.pk, "quantity": 1, **chosen})


@pytest.mark.parametrize(
    ("chosen", "refusal"),
    [
        ({}, "Choose this first: Size, Colour"),
        ({"option1": "Red"}, "Choose this first: Size"),
        ({"option0": "S"}, "Choose this first: Colour"),
        ({"option0": "L", "option1": "Blue"}, "There is none with these options. Choose others."),
        ({"option0": "x" * 300, "option1": "'"}, "There is none with these options."),
    ],
)
def test_what_makes_no_variant_is_refused_and_says_what_to_do(chosen, refusal):
    product = make.product(option_names=["Size", "Colour"])
    make.variant(of=product, options=["S", "Red"])

    answer = add(product, **chosen)

    assert answer.status_code == 409
    assert refusal in words(answer)
    assert not CartLine.objects.exists()


def test_one_variant_is_bought_without_a_question():
    kettle = make.variant(20_00)

    text = show(kettle.product)

    assert 'type="radio"' not in text.partition('id="cart-add"')[0].partition("<footer")[0]
    assert "from $" not in text
    assert add(kettle.product, variant=kettle.pk).status_code == 303


def test_a_card_shows_the_lowest_price_and_beside_it_the_deal_with_its_variant(throw):
    make.listed(throw[0].product)

    text = words(Client().get("/products/"))

    assert "from $48.00 Large: $52.80 · 5 left" in text
    assert "−20 %" in text
    assert "dès 48,00" in words(Client().get("/fr/products/"))
