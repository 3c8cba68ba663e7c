import pytest
from django.test import Client

from shop.orders.cart import current
from shop.orders.cart.models import Cart, CartLine
from tests import make
from tests.budgets import statements

pytestmark = pytest.mark.django_db


def put(browser, variant, quantity="1", **headers):
    return browser.post(
        "/cart/add/", {"variant": variant, "quantity": quantity}, headers=headers or None
    )


def test_adding_makes_a_cart_for_a_new_guest_and_leads_to_it(browser):
    kettle = make.variant()

    with statements(most=6):
        answer = put(browser, kettle.pk, 2)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart/")
    assert CartLine.objects.get().quantity == 2
    cookie = answer.cookies["cart"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 5_184_000)
    assert cookie.value not in Cart.objects.get().token_hash


def test_adding_again_adds_on_top_in_the_same_cart(browser):
    kettle = make.variant()
    put(browser, kettle.pk, 2)

    with statements(most=6):
        answer = put(browser, kettle.pk, 3)

    assert "cart" not in answer.cookies
    assert CartLine.objects.get().quantity == 5


def test_two_browsers_of_one_account_add_to_one_cart():
    account, kettle = make.user(), make.variant()
    for _ in range(2):
        browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
        browser.force_login(account)
        put(browser, kettle.pk)

    assert Cart.objects.get().user == account
    assert CartLine.objects.get().quantity == 2


def test_htmx_gets_a_note_and_the_frame_is_told_to_count_again(browser):
    answer = put(browser, make.variant().pk, **{"HX-Request": "true"})

    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "cart-changed"
    assert "Added to your cart" in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("quantity", ["0", "-1", "1000000000", "two", "", "1.5", "9" * 5000])
def test_a_quantity_that_nobody_can_buy_is_refused_in_words(browser, quantity):
    answer = put(browser, make.variant().pk, quantity)

    assert answer.status_code == 409
    assert "Enter a quantity from 1 to 999" in answer.text
    assert not Cart.objects.exists()


@pytest.mark.parametrize("variant", ["0", "-1", "999999", "1" * 18, "1" * 40, "kettle", ""])
def test_a_variant_that_is_not_there_is_refused_in_words(browser, variant):
    make.variant()

    answer = put(browser, variant)

    assert answer.status_code == 409
    assert "This product is no longer on sale." in answer.text
    assert not Cart.objects.exists()


def test_a_withdrawn_product_and_an_inactive_variant_are_refused(browser):
    withdrawn = make.variant(of=make.product(state="withdrawn"))
    inactive = make.variant(is_active=False)

    answers = [put(browser, withdrawn.pk), put(browser, inactive.pk)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert not Cart.objects.exists()


def test_more_than_the_most_of_one_is_kept_at_the_most(browser):
    kettle = make.variant()
    put(browser, kettle.pk, 999)

    put(browser, kettle.pk, 999)

    assert CartLine.objects.get().quantity == 999


def test_a_post_from_another_site_changes_nothing():
    kettle = make.variant()
    browser = Client(headers={"Sec-Fetch-Site": "cross-site"})

    answer = put(browser, kettle.pk)

    assert answer.status_code == 403
    assert not Cart.objects.exists()


def test_a_browser_that_does_not_say_where_it_comes_from_is_asked_once_more():
    kettle = make.variant()
    browser = Client(enforce_csrf_checks=True)

    asked = put(browser, kettle.pk, 2)
    token = asked.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    posted = {"variant": kettle.pk, "quantity": "2", "csrfmiddlewaretoken": token}
    answer = browser.post("/cart/add/", posted)

    assert asked.status_code == 403
    assert f'<input type="hidden" name="variant" value="{kettle.pk}">' in asked.text
    assert answer.status_code == 303
    assert CartLine.objects.get().quantity == 2


def test_the_frame_learns_the_count_and_the_name(browser):
    kettle = make.variant()
    put(browser, kettle.pk, 3)

    answer = browser.get("/cart/summary/")

    assert "3 items in your cart" in answer.text
    assert 'data-slot="account"' not in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_frame_of_somebody_new_costs_no_statement(browser):
    with statements(most=0):
        answer = browser.get("/cart/summary/")

    assert answer.text.count("<b") == 0


def test_the_frame_greets_the_signed_in(browser):
    browser.force_login(make.user(first_name="Amara", last_name="Diop"))

    answer = browser.get("/cart/summary/")

    assert '<span data-slot="account">Amara Diop</span>' in answer.text


def test_a_network_without_cookies_begins_only_so_many_carts(monkeypatch):
    variant = make.variant()
    monkeypatch.setattr(current, "MOST_NEW", 3)

    def add(address):
        browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
        return browser.post("/cart/add/", {"variant": variant.pk}, REMOTE_ADDR=address)

    answers = [add("203.0.113.9") for _n in range(5)]

    assert Cart.objects.count() == 3
    assert [answer.status_code for answer in answers[:3]] == [303] * 3
    assert "Many carts were begun from your network." in answers[-1].text
    add("203.0.113.10")  # somebody elsewhere
    assert Cart.objects.count() == 4


def test_who_keeps_the_cookie_goes_on_with_one_cart(browser, monkeypatch):
    variant = make.variant()
    monkeypatch.setattr(current, "MOST_NEW", 1)

    for _n in range(3):
        answer = browser.post("/cart/add/", {"variant": variant.pk}, REMOTE_ADDR="203.0.113.9")
        assert answer.status_code == 303

    assert Cart.objects.count() == 1
