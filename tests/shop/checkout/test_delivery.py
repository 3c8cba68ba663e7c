import pytest

from shop.catalogue.delivery.models import ImportRule
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from tests import make
from tests.budgets import statements
from tests.shop.checkout.steps import (
    give_address,
    press_pay,
)
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]
WIDE = "\N{NO-BREAK SPACE}"
HTMX = {"HX-Request": "true"}


def at_delivery(browser, wanted, **address):
    fill(browser, wanted)
    give_address(browser, **address)


def test_without_an_address_the_step_leads_back_to_it(browser):
    fill(browser, {make.variant(): 1})

    answer = browser.get("/checkout/delivery/")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/checkout/")


def test_every_way_shows_its_price_and_its_days(browser):
    make.delivery(9_00, service="express")
    at_delivery(browser, {make.variant(of=make.product(of=make.merchant(name="Adire"))): 1})

    with statements(most=6):
        answer = browser.get("/checkout/delivery/")

    text = words(answer)
    assert "Parcel from Adire Standard $5.00 Arrives 18 to 26 May Express $9.00" in text
    assert "Pay $25.00" in text
    assert "terms of sale" not in text


def test_the_terms_of_sale_are_named_where_there_are_any(browser, settings):
    settings.TERMS_LINK = "https://baobab.example/terms/"
    at_delivery(browser, {make.variant(): 1})

    answer = browser.get("/checkout/delivery/")

    named = "By paying you accept the terms of sale."
    assert f'<a href="https://baobab.example/terms/">{named}</a>' in answer.text


def test_another_way_changes_the_total(browser):
    make.delivery(9_00, service="express")
    kettle = make.variant()
    at_delivery(browser, {kettle: 1})
    field = f"service-{kettle.product.merchant_id}"

    plain = browser.post("/checkout/delivery/", {field: "express"})
    fragment = browser.post("/checkout/delivery/", {field: "express"}, headers=HTMX)

    assert (plain.status_code, plain.headers["Location"]) == (303, "/checkout/delivery/")
    assert "Pay $29.00" in words(browser.get("/checkout/delivery/"))
    assert fragment.text.strip().startswith('<form class="split')
    assert "Pay $29.00" in words(fragment)
    assert Cart.objects.get().services == {str(kettle.product.merchant_id): "express"}


@pytest.mark.parametrize("posted", [("1", "rocket"), ("x", "express"), ("9" * 40, "express")])
def test_a_way_that_does_not_exist_changes_nothing(browser, posted):
    at_delivery(browser, {make.variant(): 1})

    browser.post("/checkout/delivery/", {f"service-{posted[0]}": posted[1]})

    assert Cart.objects.get().services == {}
    assert "Pay $25.00" in words(browser.get("/checkout/delivery/"))


def test_a_way_chosen_without_looking_at_its_total_is_asked_about_before_paying(browser):
    make.delivery(9_00, service="express")
    kettle = make.variant()
    at_delivery(browser, {kettle: 1})

    answer = press_pay(browser, **{f"service-{kettle.product.merchant_id}": "express"})

    assert answer.status_code == 409
    assert "Before: $25.00. Now: $29.00." in words(answer)
    assert not Order.objects.exists()


def test_duties_are_never_called_included(browser):
    make.delivery(5_00, country="DE")
    ImportRule.objects.create(
        country_id="DE", limit_currency="EUR", duty_free_limit="0", tax_name="VAT",
        standard_rate="19", note="Flat duty of 3 EUR.", seen_on="2026-11-24", certainty="checked",
    )  # fmt: skip
    at_delivery(
        browser, {make.variant(): 1}, country="DE", postcode="20457", phone="+49 40 1234567"
    )

    text = words(browser.get("/checkout/delivery/"))

    assert "Duties are not included. You may have to pay them on delivery." in text
    assert "Germany usually asks VAT of 19% on imports." in text
    assert "As of 24 November 2026." in text
    assert "Flat duty of 3 EUR." in text
    assert "free of duty" not in text
    assert "included" not in text.replace("not included", "")


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("VAT", "fr", f"Taxe habituelle à l’importation (Ghana){WIDE}: TVA à 20{WIDE}%."),
        ("VAT with NHIL and GETFund", "zh-hans", "加纳对进口商品一般征收 20% 增值税。"),
        ("sales tax", "pt", f"imposto sobre as vendas a 20{WIDE}%."),
        ("KDV", "sw", "Ghana kwa kawaida hutoza KDV ya 20% kwa bidhaa zinazoingia."),
    ],
)  # fmt: skip
def test_an_import_tax_is_named_and_written_in_the_language_of_the_page(
    browser, name, language, text
):
    make.delivery(5_00, country="GH")
    ImportRule.objects.create(
        country_id="GH", tax_name=name, standard_rate="20", seen_on="2026-11-24",
        certainty="checked",
    )  # fmt: skip
    at_delivery(browser, {make.variant(): 1}, country="GH", postcode="", phone="+233 30 1234567")

    assert text in browser.get(f"/{language}/checkout/delivery/").text


def test_a_limit_below_which_no_duty_is_due_is_named(browser):
    make.delivery()
    ImportRule.objects.create(
        country_id="CN", limit_currency="CNY", duty_free_limit="50", seen_on="2026-11-24",
        certainty="checked",
    )  # fmt: skip
    at_delivery(browser, {make.variant(): 1})

    text = words(browser.get("/checkout/delivery/"))

    assert "Goods up to CN¥50.00 are free of duty in China." in text


def test_inside_one_country_no_duty_is_mentioned(browser):
    kettle = make.variant(of=make.product(of=make.merchant(country="CN")))
    at_delivery(browser, {kettle: 1})

    assert "uties" not in words(browser.get("/checkout/delivery/"))


def test_every_discount_stands_in_the_order_total(browser):
    festival, store = make.festival(), make.merchant()
    make.promotion(festival, title="Ten off", value=10_00)
    make.promotion(
        festival, title="Free parcel", group="shipping", kind="free_shipping", min_spend=20_00
    )
    kettle = make.variant(40_00, of=make.product(of=store))
    make.deal(kettle, during=festival, price=30_00, allotment=5)
    at_delivery(browser, {kettle: 1})

    text = words(browser.get("/checkout/delivery/"))

    assert "Ten off −$10.00" in text
    assert "Delivery to China, 1 parcel $5.00 Free parcel −$5.00" in text
    assert "Standard free" in text
    assert "Pay $20.00" in text
