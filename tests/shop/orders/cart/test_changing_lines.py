import pytest
from django.test import Client

from shop.orders.cart.models import CartLine
from tests import make
from tests.shop.orders.cart.carts import fill, words

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def quantities():
    return dict(CartLine.objects.values_list("variant_id", "quantity"))


@pytest.mark.parametrize(
    ("posted", "left"),
    [
        ({"quantity": "7"}, 7),
        ({"quantity": "3", "more": "1"}, 4),
        ({"quantity": "3", "less": "1"}, 2),
        ({"quantity": "999", "more": "1"}, 999),
    ],
)
def test_a_number_or_a_button_sets_the_quantity(browser, posted, left):
    kettle = make.variant()
    fill(browser, {kettle: 3})

    answer = browser.post(f"/cart/lines/{kettle.pk}/", posted)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart/")
    assert quantities() == {kettle.pk: left}


@pytest.mark.parametrize(
    "posted",
    [{"quantity": "0"}, {"quantity": "1", "less": "1"}, {"quantity": "x", "remove": "1"}],
)
def test_a_line_goes_when_nothing_is_left_of_it(browser, posted):
    kettle = make.variant()
    fill(browser, {kettle: 1})

    browser.post(f"/cart/lines/{kettle.pk}/", posted)

    assert quantities() == {}


@pytest.mark.parametrize("quantity", ["-1", "1000", "1000000000", "many", "", "2.5"])
def test_a_wrong_number_is_answered_at_its_line_and_nothing_changes(browser, quantity):
    kettle = make.variant()
    fill(browser, {kettle: 3})

    answer = browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": quantity})

    assert answer.status_code == 422
    assert "<title>Error: Enter a quantity from 1 to 999" in answer.text
    assert "<p>Enter a quantity from 1 to 999</p>" in answer.text
    assert quantities() == {kettle.pk: 3}


def test_htmx_gets_the_cart_alone(browser):
    kettle = make.variant(20_00)
    fill(browser, {kettle: 1})

    answer = browser.post(f"/cart/lines/{kettle.pk}/", {"quantity": "2"}, headers=HTMX)

    assert answer.status_code == 200
    assert answer.text.strip().startswith('<div id="cart">')
    assert "Total $45.00" in words(answer)
    assert answer.headers["HX-Trigger"] == "cart-changed"


def test_the_line_of_another_cart_cannot_be_changed(browser):
    kettle, lamp = make.variant(), make.variant()
    fill(browser, {kettle: 1})
    stranger = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(stranger, {lamp: 1})

    answers = [
        stranger.post(f"/cart/lines/{kettle.pk}/", {"quantity": "9"}),
        Client().post(f"/cart/lines/{kettle.pk}/", {"remove": "1"}),
    ]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert quantities() == {kettle.pk: 1, lamp.pk: 1}


@pytest.mark.parametrize("address", ["lines/{}/", "voucher/", "country/"])
def test_a_post_without_its_token_is_refused(address):
    browser = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin"})
    kettle = make.variant()
    fill(browser, {kettle: 1})
    posted = {"quantity": "9", "code": "SAVE", "country": "FR"}

    answer = browser.post(f"/cart/{address.format(kettle.pk)}", posted)

    assert answer.status_code == 403
    assert quantities() == {kettle.pk: 1}


def test_the_forms_of_the_page_carry_a_token_that_works():
    browser = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin"})
    kettle = make.variant()
    fill(browser, {kettle: 1})
    page = browser.get("/cart/").text
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    answer = browser.post(
        f"/cart/lines/{kettle.pk}/", {"quantity": "2", "csrfmiddlewaretoken": token}
    )

    assert answer.status_code == 303
    assert quantities() == {kettle.pk: 2}


@pytest.mark.parametrize("address", ["/cart/add/", "/cart/lines/1/", "/cart/voucher/"])
def test_what_changes_a_cart_is_posted(browser, address):
    assert browser.get(address).status_code == 405
