"""What is chosen from lists in an address: its area, and its country."""

import re

import pytest
from django.utils.translation import override

from shop.catalogue.delivery.models import Country
from shop.checkout.forms import AddressForm
from shop.orders.cart.models import Cart
from tests import make
from tests.shop.checkout.steps import ADDRESS, give_address
from tests.shop.orders.cart.carts import fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]


@pytest.mark.parametrize(
    ("language", "country", "text", "chosen"),
    [
        ("en", "US", "california", '<option value="CA" selected>California</option>'),
        ("en", "US", "ca", '<option value="CA" selected>California</option>'),
        ("fr", "CA", "Quebec", '<option value="QC" selected>Québec</option>'),
        ("ar", "EG", "Aswan Governorate", '<option value="أسوان" selected>أسوان</option>'),
        ("en", "EG", "أسوان", '<option value="Aswan Governorate" selected>Aswan Governorate'),
        ("en", "ES", "Alava", '<option value="Álava" selected>Álava</option>'),
        ("en", "US", "Far <West>", '<option value="Far &lt;West&gt;" selected>Far &lt;West&gt;'),
    ],
)
def test_an_area_is_chosen_by_any_of_its_names_and_an_unknown_one_is_kept(
    language, country, text, chosen
):
    with override(language):
        asked = AddressForm(country=country, initial={"region": text})
        posted = AddressForm({"country": country, "region": text}, country=country)

        assert chosen in str(asked["region"])
        assert chosen in str(posted["region"])


def test_an_area_is_noted_as_its_country_writes_it(browser):
    make.delivery(country="US")
    fill(browser, {make.variant(): 1})

    answer = give_address(
        browser, country="US", city="Cupertino", region="California", postcode="95014",
        phone="+1 408 555 0100",
    )  # fmt: skip

    assert answer.status_code == 303
    assert Cart.objects.get().contact.lines[-1] == "Cupertino, CA 95014"


def test_where_areas_are_known_one_has_to_be_chosen_only_if_the_country_needs_it(browser):
    fill(browser, {make.variant(): 1})

    answer = give_address(browser, country="US", region="")

    assert answer.status_code == 422
    assert answer.text.count(">Choose a state, province or region") == 2
    assert '<select name="region"' in answer.text
    assert AddressForm(ADDRESS | {"country": "NG", "region": ""}, country="NG").is_valid()


def test_an_area_of_the_country_before_is_no_area_of_the_next_one(browser):
    fill(browser, {make.variant(): 1})

    answer = browser.post("/checkout/", ADDRESS | {"country": "US", "update": "1"})

    assert '<option value="NV">Nevada</option>' in answer.text
    assert "Hunan" not in answer.text


def test_only_countries_that_are_served_are_offered_and_the_chosen_one(browser):
    make.delivery(country="GH")
    Country.objects.create(
        code="KP", zone="CEA", service="closed_until_checked", currency="KPW", seen_on="2026-11-24"
    )
    fill(browser, {make.variant(): 1})

    for page in ("/checkout/", "/cart/"):
        [offered] = re.findall('<select[^>]* id="id_country".*?</select>', browser.get(page).text)
        assert re.findall(r'value="(..)"', offered) == ["CN", "GH"], page

    answer = browser.post("/checkout/", ADDRESS | {"country": "KP", "update": "1"})
    assert '<option value="KP" selected>North Korea</option>' in answer.text
