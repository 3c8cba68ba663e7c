import pytest
from django.test import Client

from shop.catalogue.delivery.addresses import address_rules
from shop.catalogue.delivery.models import Contact, Country
from shop.catalogue.delivery.names import countries_by_name
from shop.checkout.forms import AddressForm
from shop.orders.cart.models import Cart
from shop.storefront.cache import catalogue_version
from tests import make
from tests.budgets import statements
from tests.shop.checkout.steps import ADDRESS, give_address
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]


def test_without_a_cart_there_is_nothing_to_check_out(browser):
    answers = [browser.get("/checkout/"), browser.get("/checkout/delivery/")]
    answers += [give_address(browser), browser.post("/checkout/delivery/", {"pay": "1"})]

    assert [(a.status_code, a.headers["Location"]) for a in answers] == [(303, "/cart/")] * 4


def test_the_page_asks_what_the_country_needs_and_shows_the_total(browser):
    fill(browser, {make.variant(): 2})

    with statements(most=5):  # one of them asks for the version, once a second
        answer = browser.get("/checkout/")

    assert "2 items from 1 store" in words(answer)
    assert "Total $45.00" in words(answer)
    assert "1 parcel goes to this address." in words(answer)
    for name in ("email", "country", "name", "line1", "line2", "postcode", "city", "region"):
        assert f'name="{name}"' in answer.text
    assert '<option value="Hunan Sheng">Hunan Sheng</option>' in answer.text
    assert '<option value="CN" selected>' in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_right_address_is_noted_as_typed_and_leads_on(browser):
    fill(browser, {make.variant(): 1})

    with statements(most=4):
        answer = give_address(
            browser, region="湖南", city="长沙市", line1="人民路88号", name="林悦"
        )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/checkout/delivery/")
    contact = Cart.objects.get().contact
    assert contact.lines == ("410000", "湖南长沙市", "人民路88号", "林悦")
    assert contact.phone == "+86 138 0000 0000"


def test_the_same_address_again_makes_no_new_row(browser):
    fill(browser, {make.variant(): 1})
    give_address(browser)

    give_address(browser)

    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": ""}, "Enter your email address"),
        (
            {"email": "lin.example.org"},
            "Enter an email address in the correct format, like name@example.com",
        ),
        ({"name": "  "}, "Enter your full name"),
        ({"line1": ""}, "Enter a street and number"),
        ({"city": ""}, "Enter a town or city"),
        ({"region": ""}, "Choose a state, province or region"),
        ({"postcode": ""}, "Enter a postcode with 6 digits, like 266033"),
        ({"postcode": "41000"}, "Enter a postcode with 6 digits, like 266033"),
        ({"phone": ""}, "Enter a phone number the courier can call"),
        ({"phone": "12"}, "Enter a phone number with the country code, like +86 10 1234 5678"),
        ({"phone": "call me"}, "Enter a phone number with the country code"),
        ({"country": ""}, "Choose a country"),
        ({"country": "XX"}, "Choose a country"),
        ({"country": "../etc"}, "Choose a country"),
        ({"name": "x" * 121}, "Full name must be 120 characters or fewer"),
        ({"city": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_twice_in_the_same_words_and_nothing_is_noted(
    browser, changes, sentence
):
    fill(browser, {make.variant(): 1})

    answer = give_address(browser, **changes)

    assert answer.status_code == 422
    assert "<title>Error: Delivery address" in answer.text
    assert "There is a problem" in answer.text
    assert answer.text.count(f">{sentence}") >= 2
    assert not Contact.objects.exists()
    kept = ADDRESS | changes
    assert f'value="{kept["line1"]}"' in answer.text or not kept["line1"]


def test_the_error_summary_leads_to_its_field(browser):
    fill(browser, {make.variant(): 1})

    answer = give_address(browser, postcode="41")

    assert '<a href="#id_postcode">Enter a postcode with 6 digits' in answer.text
    assert 'id="id_postcode_error"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("country", "postcode", "is_right"),
    [
        ("CN", "410000", True),
        ("CN", "４１００００", True),
        ("EG", "١٢٤١١", True),
        ("GB", "sw1a 1aa", True),
        ("GB", "SW1A", False),
        ("DE", "2045", False),
        ("KE", "00100", True),
        ("GH", "GA-183-8164", True),
        ("JP", "154-0023", True),
    ],
)
def test_a_postcode_is_judged_by_the_form_of_its_country_in_any_digits(country, postcode, is_right):
    assert address_rules(country).takes_postcode(postcode) is is_right


@pytest.mark.parametrize(
    ("country", "asked", "required"),
    [
        ("CN", {"city", "region", "postcode"}, {"city", "region", "postcode"}),
        ("DE", {"city", "postcode"}, {"city", "postcode"}),
        ("HK", {"city", "region"}, {"region"}),
        ("AE", {"region"}, {"region"}),
        ("KE", {"city", "postcode"}, {"city"}),
        ("GH", {"city"}, {"city"}),
        ("ZZ", {"city", "region", "postcode"}, set()),
        ("all", {"city", "region", "postcode"}, set()),
    ],
)
def test_every_country_asks_for_its_own_fields(country, asked, required):
    rules = address_rules(country)

    assert (rules.asked, rules.required) == (asked, required)


def test_the_form_can_be_drawn_for_every_country_that_is_offered():
    for country, _name in countries_by_name("en"):
        form = AddressForm(country=country)
        assert str(form["region"] if "region" in form.fields else form["name"])
        assert not form.rules.example or form.rules.takes_postcode(form.rules.example)


def test_another_country_changes_the_fields_and_keeps_what_was_typed(browser):
    fill(browser, {make.variant(): 1})
    make.delivery(country="GH")

    answer = browser.post(
        "/checkout/", ADDRESS | {"country": "GH", "update": "1"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 200
    assert answer.text.strip().startswith('<div class="split')
    assert 'name="postcode"' not in answer.text
    assert 'value="88 Renmin Road"' in answer.text
    assert "There is a problem" not in answer.text
    assert not Contact.objects.exists()


def test_an_address_in_another_country_moves_the_delivery_there(browser):
    fill(browser, {make.variant(): 1})
    make.delivery(country="GH")

    give_address(browser, country="GH", phone="+233 24 000 0000", city="Accra")

    cart = Cart.objects.get()
    assert (cart.country, cart.contact.region, cart.contact.postcode) == ("GH", "", "")


@pytest.mark.parametrize("country", ["FR", "KP"])
def test_a_country_that_is_not_served_is_refused_at_the_address(browser, country):
    Country.objects.create(
        code="KP", zone="CEA", service="closed_until_checked", currency="KPW", seen_on="2026-11-24"
    )
    fill(browser, {make.variant(): 1})

    answer = give_address(browser, country=country, postcode="75001", phone="+33 1 23 45 67 89")

    assert answer.status_code == 422
    assert "We cannot send goods to" in words(answer)
    assert "at present. Choose another country." in words(answer)
    assert not Contact.objects.exists()


def test_a_signed_in_shopper_starts_with_the_last_address(browser):
    account = make.user("amara@example.org")
    make.order({make.variant(): 1}, of=make.shopper(account), email="amara@example.org")
    browser.force_login(account)
    account.cart.lines.all().delete()
    Cart.objects.update(contact=None)
    fill(browser, {make.variant(): 1})

    answer = browser.get("/checkout/")

    assert 'value="88 Renmin Road"' in answer.text
    assert 'value="amara@example.org"' in answer.text
    assert "Already have an account?" not in answer.text


def test_going_back_finds_what_was_typed(browser):
    fill(browser, {make.variant(): 1})
    give_address(browser, line2="Floor 3")

    answer = browser.get("/checkout/")

    assert 'value="Floor 3"' in answer.text
    assert '<details class="fold" open>' in answer.text


def test_an_address_without_its_token_is_refused():
    browser = Client(enforce_csrf_checks=True, headers={"Sec-Fetch-Site": "same-origin"})
    fill(browser, {make.variant(): 1})

    assert give_address(browser).status_code == 403
    assert not Contact.objects.exists()


def test_fields_that_are_written_once_for_everybody_show_nobodys_address(browser):
    variant = make.variant(on_hand=9)
    fill(browser, {variant: 1})
    first = browser.get("/checkout/").text
    give_address(browser, name="Lin Yue")
    typed = browser.get("/checkout/").text

    another = Client(headers={"Sec-Fetch-Site": "same-origin"})
    fill(another, {variant: 1})
    again = another.get("/checkout/").text

    assert 'value="Lin Yue"' in typed
    assert "Lin Yue" not in first + again
    assert fields_of(again) == fields_of(first)


def test_they_are_written_anew_for_another_country_language_and_cart(browser, client):
    variant = make.variant(on_hand=9)
    fill(browser, {variant: 1})
    france = Country.objects.get(code="CN")
    france.pk = "FR"
    france.save(force_insert=True)
    chinese = fields_of(browser.get("/checkout/").text)
    Country.objects.filter(code="FR").update(service="closed_until_checked")
    catalogue_version.forget()
    fewer = fields_of(browser.get("/checkout/").text)
    french = fields_of(browser.get("/fr/checkout/").text)
    Cart.objects.update(country="DE")
    german = fields_of(browser.get("/checkout/").text)

    assert ('value="FR"' in chinese, 'value="FR"' in fewer) == (True, False)
    assert len({chinese, fewer, french, german}) == 4


def fields_of(text):
    """Return the fields of the form, without what guards it."""
    return text.partition('name="csrfmiddlewaretoken"')[2].partition("</form>")[0].partition(">")[2]
