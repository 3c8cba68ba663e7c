import pytest
from django.test import Client, RequestFactory

from shop.storefront.preferences import country_of, currency_of
from tests import make

pytestmark = pytest.mark.django_db

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def choose(client, headers=SAME_ORIGIN, **fields):
    return client.post("/preferences/", fields, headers=headers)


def test_a_choice_is_kept_in_cookies_and_leads_back():
    client = Client()

    answer = choose(client, country="FR", currency="EUR", next="/fr/products/?sort=price")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/products/?sort=price")
    assert "no-store" in answer.headers["Cache-Control"]
    cookie = answer.cookies["country"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("FR", True, "Lax")
    page = client.get("/products/").text
    assert '<option value="FR" selected>France</option>' in page
    assert '<option value="EUR" selected>Euro (EUR)</option>' in page


@pytest.mark.parametrize(
    "back",
    ["", "https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"],
)
def test_a_choice_leads_to_no_other_site(back):
    answer = choose(Client(), country="FR", next=back)

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("country", "currency"), [("XX", "XYZ"), ("fr", "eur"), ("", ""), ("F\nR", "€")]
)
def test_what_is_no_country_and_no_currency_is_not_kept(country, currency):
    answer = choose(Client(), country=country, currency=currency)

    assert (answer.status_code, dict(answer.cookies)) == (303, {})


@pytest.mark.parametrize("value", ["XX", "", "<b>", "K" * 4000])
def test_a_cookie_that_somebody_made_up_counts_for_nothing(settings, value):
    request = RequestFactory().get("/")
    request.COOKIES.update({"country": value, "currency": value})

    assert country_of(request) == settings.SHOP_COUNTRY
    assert currency_of(request) == settings.SHOP_CURRENCY


def test_reading_the_address_changes_nothing():
    assert Client().get("/preferences/").status_code == 405


def test_another_site_cannot_choose():
    client = Client(enforce_csrf_checks=True)

    answer = choose(client, {"Sec-Fetch-Site": "cross-site"}, country="FR")

    assert (answer.status_code, dict(answer.cookies)) == (403, {})


def test_a_browser_that_says_nothing_is_asked_once_more():
    client = Client(enforce_csrf_checks=True)

    answer = choose(client, {}, country="FR", next="/stores/")

    assert answer.status_code == 403
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<input type="hidden" name="country" value="FR">' in answer.text
    assert "country" not in answer.cookies
    token = answer.cookies["csrftoken"].value
    again = choose(client, {}, country="FR", next="/stores/", csrfmiddlewaretoken=token)
    assert (again.status_code, again.headers["Location"]) == (303, "/stores/")


def test_a_refusal_is_a_page_that_names_its_reason_and_changes_nothing():
    kettle = make.variant(is_active=False)
    client = Client(headers=SAME_ORIGIN)

    answer = client.post("/cart/add/", {"variant": kettle.pk, "quantity": 1})

    assert answer.status_code == 409
    assert {"no-store", "private"} <= set(answer.headers["Cache-Control"].split(", "))
    assert 'role="alert"' in answer.text
    assert "This product is no longer on sale." in answer.text
