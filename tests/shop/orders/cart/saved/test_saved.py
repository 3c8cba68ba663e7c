"""Products that a shopper keeps in mind."""

import pytest
from django.test import Client

from shop.orders.cart.adopt import adopt_cart
from shop.orders.cart.models import Cart, CartLine, SavedProduct
from shop.orders.cart.saved.save import MOST_SAVED
from tests import make
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def _noon(clock_at):
    clock_at(NOON)


@pytest.fixture
def kettle():
    made = make.variant(20_00, of=make.product(title="Kettle")).product
    make.listed(made)
    return made


def post(client, path, product):
    return client.post(path, {"product": getattr(product, "pk", product)}, headers=SAME)


def saved_of(client):
    return client.get("/saved/").text


def test_a_guest_saves_a_product_and_finds_it_again(kettle):
    guest = Client(enforce_csrf_checks=True)

    answer = post(guest, "/saved/", kettle)

    assert (answer.status_code, answer["Location"]) == (303, "/saved/")
    assert "Kettle" in saved_of(guest)
    assert "$20.00" in saved_of(guest)
    assert "Kettle" not in saved_of(Client())


def test_another_site_saves_nothing(kettle):
    answer = Client(enforce_csrf_checks=True).post(
        "/saved/", {"product": kettle.pk}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert not SavedProduct.objects.exists()


def test_saving_twice_saves_once_and_removing_removes(kettle):
    guest = Client()
    for _ in range(2):
        post(guest, "/saved/", kettle)
    assert SavedProduct.objects.count() == 1

    post(guest, "/saved/remove/", kettle)

    assert "You have not saved anything yet" in saved_of(guest)


@pytest.mark.parametrize("product", ["", "0", "-1", "x", "9" * 40, "1\x00", "٣"])
@pytest.mark.parametrize("path", ["/saved/", "/saved/remove/", "/saved/move/"])
def test_made_up_products_are_no_error(path, product, kettle):
    guest = Client()
    post(guest, "/saved/", kettle)

    assert post(guest, path, product).status_code in (303, 409)
    assert SavedProduct.objects.get().product == kettle


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_what_is_not_on_sale_cannot_be_saved_and_says_so_when_it_was(kettle, state):
    guest = Client()
    post(guest, "/saved/", kettle)
    type(kettle).objects.update(state=state)
    make.listed(kettle)

    assert post(Client(), "/saved/", kettle).status_code == 409
    assert "This product is no longer on sale." in saved_of(guest)
    assert post(guest, "/saved/move/", kettle).status_code == 409


def test_a_stranger_takes_nothing_off_and_moves_nothing(kettle):
    owner, stranger = Client(), Client()
    post(owner, "/saved/", kettle)
    post(stranger, "/saved/", make.variant().product)

    post(stranger, "/saved/remove/", kettle)
    assert post(stranger, "/saved/move/", kettle).status_code == 409

    assert "Kettle" in saved_of(owner)
    assert not CartLine.objects.exists()


def test_a_saved_product_moves_into_the_cart(kettle):
    guest = Client()
    post(guest, "/saved/", kettle)

    assert post(guest, "/saved/move/", kettle)["Location"] == "/cart/"

    assert CartLine.objects.get().variant.product == kettle
    assert not SavedProduct.objects.exists()


def test_where_there_is_a_choice_the_product_is_shown_and_stays_saved(kettle):
    make.variant(of=kettle)
    guest = Client()
    post(guest, "/saved/", kettle)

    assert post(guest, "/saved/move/", kettle)["Location"] == f"/products/{kettle.slug}/"
    assert SavedProduct.objects.exists()


def test_what_is_sold_out_says_so(kettle):
    kettle.variants.get().pool.__class__.objects.update(on_hand=0)
    make.listed(kettle)
    guest = Client()
    post(guest, "/saved/", kettle)

    assert "Sold out" in saved_of(guest)
    assert "Move to cart" not in saved_of(guest)


def test_signing_in_brings_along_what_a_guest_saved(kettle):
    other = make.variant().product
    user = make.user()
    own = Cart.objects.create(user=user, token_hash="own", country="CN", changed_at=NOON)
    guest = Cart.objects.create(token_hash="guest", country="CN", changed_at=NOON)
    for cart, product in [(own, kettle), (guest, kettle), (guest, other)]:
        SavedProduct.objects.create(cart=cart, product=product, saved_at=NOON)

    adopt_cart(guest, user, at=NOON)

    saved = SavedProduct.objects.values_list("cart", "product")
    assert set(saved) == {(own.pk, kettle.pk), (own.pk, other.pk)}


def test_there_is_a_limit_that_says_what_to_do(kettle):
    guest = Client()
    post(guest, "/saved/", kettle)
    cart = Cart.objects.get()
    fillers = [make.product(of=kettle.merchant) for _ in range(MOST_SAVED - 1)]
    rows = [SavedProduct(cart=cart, product=made, saved_at=NOON) for made in fillers]
    SavedProduct.objects.bulk_create(rows)

    answer = post(guest, "/saved/", make.variant().product)

    assert answer.status_code == 409
    assert "Remove one to save another." in answer.text
    assert post(guest, "/saved/", kettle).status_code == 303


def test_the_page_costs_the_same_however_much_is_saved():
    guest = Client()
    for _ in range(3):
        made = make.variant().product
        make.listed(made)
        post(guest, "/saved/", made)

    with statements(most=4):
        guest.get("/saved/")


def test_the_frame_counts_what_is_saved(kettle):
    guest = Client()
    post(guest, "/saved/", kettle)

    with statements(most=2):
        text = guest.get("/cart/summary/").text

    assert "1 saved product" in text
    assert f'data-saved="{kettle.pk} "' in text
